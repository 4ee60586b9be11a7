// Hints while a command is being typed: a list above the field, walked with the arrow keys. Enter
// sends what is written unless something in the list was chosen.

import { matching } from "./commands.js";
import { make } from "./dom.js";

export class SlashHints {
  #field;
  #list;
  #offered;
  #matches = [];
  #chosen = -1;

  /** field: the textarea; list: the listbox; offered(): are there commands to hint at now? */
  constructor(field, list, offered) {
    this.#field = field;
    this.#list = list;
    this.#offered = offered;
    list.addEventListener("pointerdown", (event) => {
      event.preventDefault(); // the field keeps the focus
      const at = [...list.children].indexOf(event.target.closest("[role=option]"));
      if (at >= 0) this.#accept(at);
    });
    field.addEventListener("blur", () => this.close());
  }

  update() {
    const matches = this.#offered() ? matching(this.#field.value) : [];
    const only = matches.length === 1 && matches[0].usage === this.#field.value;
    this.#matches = only ? [] : matches;
    this.#chosen = -1;
    this.#list.replaceChildren(...this.#matches.map(({ usage, effect }, i) => make("li", {
      role: "option", id: `hint-${i}`, "aria-selected": "false" },
    make("code", {}, usage), make("span", {}, effect))));
    this.#show();
  }

  close() {
    this.#matches = [];
    this.#show();
  }

  /** True when the key was for the list. */
  key(event) {
    const n = this.#matches.length;
    if (n === 0) return false;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined) {
      this.#chosen = this.#chosen < 0 ? (step > 0 ? 0 : n - 1) : (this.#chosen + step + n) % n;
      this.#show();
    } else if (event.key === "Escape") {
      this.close();
    } else if (["Enter", "Tab"].includes(event.key) && this.#chosen >= 0 && !event.shiftKey) {
      this.#accept(this.#chosen);
    } else {
      return false;
    }
    return true;
  }

  #accept(at) {
    const { name, usage } = this.#matches[at];
    this.#field.value = usage === name ? name : `${name} `;
    this.#field.dispatchEvent(new Event("input"));
    this.close();
    this.#field.focus();
  }

  #show() {
    this.#list.hidden = this.#matches.length === 0;
    [...this.#list.children].forEach((option, i) => {
      option.setAttribute("aria-selected", String(i === this.#chosen));
    });
    if (this.#chosen >= 0 && !this.#list.hidden) {
      this.#field.setAttribute("aria-activedescendant", `hint-${this.#chosen}`);
      this.#list.children[this.#chosen].scrollIntoView({ block: "nearest" });
    } else {
      this.#field.removeAttribute("aria-activedescendant");
    }
  }
}
