// Short messages above the field: what the server refused or announced, until dismissed.

import { make } from "./dom.js";

const NOTICES_MAX = 3;

export class Notices {
  #list;
  #left;

  /** left(): the last notice that had the focus is gone. */
  constructor(list, left) {
    this.#list = list;
    this.#left = left;
  }

  /** action: {label, act()}: a button that also dismisses. The same code is told once. */
  show(text, { code = null, action = null } = {}) {
    if (code !== null) this.#list.querySelector(`[data-code="${CSS.escape(code)}"]`)?.remove();
    const dismissed = (act) => () => {
      node.remove();
      this.#left();
      act?.();
    };
    const node = make("div.notice", { "data-code": code }, make("span", {}, text),
      action ? make("button.quiet", {
        type: "button", onclick: dismissed(action.act) }, action.label) : null,
      make("button.quiet.dismiss", { type: "button", "aria-label": "Dismiss",
        onclick: dismissed(null) }, "×"));
    this.#list.append(node);
    while (this.#list.childElementCount > NOTICES_MAX) this.#list.firstElementChild.remove();
  }

  clear() {
    this.#list.replaceChildren();
  }
}
