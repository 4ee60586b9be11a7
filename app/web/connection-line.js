// The state of the connection in words, always in sight; a sentence and a button where something
// is to be done.

import { SIGNED_OUT, connectionWords } from "./words.js";

export class ConnectionLine {
  #ui;
  #state = { name: "connecting" };
  #since = 0;
  #timer = null;
  #goingAway = false;

  /** ui: {label, banner, text, again, signIn}: elements. */
  constructor(ui) {
    this.#ui = ui;
    for (const name of ["online", "offline"]) addEventListener(name, () => this.#draw());
  }

  /** Is there something to tell beyond the label, which counts down and is not read out? */
  get hasSentence() {
    return !this.#ui.banner.hidden;
  }

  show(state) {
    this.#state = state;
    this.#since = Date.now();
    this.#goingAway = false;
    this.#draw();
  }

  /** `going_away` came: the connection still stands, but not for long. */
  goingAway() {
    this.#goingAway = true;
    this.#draw();
  }

  #draw() {
    clearTimeout(this.#timer);
    const state = this.#state;
    const { label, banner, text, again, signIn } = this.#ui;
    const inMs = (state.retryInMs ?? 0) - (Date.now() - this.#since);
    const words = connectionWords(state, {
      onLine: navigator.onLine, inMs, goingAway: this.#goingAway });
    label.dataset.state = state.name;
    if (label.textContent !== words.label) label.textContent = words.label;
    label.title = state.welcome?.server ?? "";
    if (text.textContent !== words.sentence) text.textContent = words.sentence;
    banner.hidden = words.sentence === "";
    banner.dataset.state = state.name;
    const signedOut = state.name === "closed" && SIGNED_OUT.includes(state.code);
    again.hidden = state.name !== "closed" || signedOut;
    signIn.hidden = !signedOut;
    if (state.name === "reconnecting" && inMs > 1000) {
      this.#timer = setTimeout(() => this.#draw(), inMs % 1000 || 1000);
    }
  }
}
