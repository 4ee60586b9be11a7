// The token of this tab: from the address, from the session, or asked for in a dialog. It goes to
// the server in `hello` and `refresh` alone, never into an address or a log.

import { takeToken } from "./address.js";
import { readText, writeText } from "./storage.js";
import { tokenWords } from "./words.js";

const KEY = "clarion.token";

export class SignIn {
  #ui;
  #told;
  #token;

  /** ui: {dialog, form, field, why, later}: elements; told: {entered(), left()}: there is a
   *  token to be shown; the dialog was left without one. */
  constructor(ui, told) {
    this.#ui = ui;
    this.#told = told;
    const given = takeToken();
    if (given !== null) writeText("sessionStorage", KEY, given);
    this.#token = given ?? readText("sessionStorage", KEY);
    ui.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#enter(ui.field.value.trim());
    });
    ui.later.addEventListener("click", () => ui.dialog.close());
    ui.dialog.addEventListener("close", () => {
      ui.field.value = "";
      told.left();
    });
  }

  get token() {
    return this.#token;
  }

  /** A token came with the address of a page that was open already. */
  takeFromAddress() {
    const given = takeToken();
    if (given !== null) this.#enter(given);
    return given !== null;
  }

  /** why: {code, reason} of a close, {code: "expiring"}, or nothing. */
  ask(why = {}) {
    // What the server refused is not shown to it again.
    if ([4010, 4500, 4505].includes(why.code)) this.#keep(null);
    this.#ui.why.textContent = tokenWords(why);
    if (!this.#ui.dialog.open) this.#ui.dialog.showModal();
    this.#ui.field.focus();
  }

  /** The server wanted none, or has taken it. */
  done() {
    if (this.#ui.dialog.open) this.#ui.dialog.close();
  }

  #enter(token) {
    if (token === "") return;
    this.#keep(token);
    this.#told.entered();
    this.done();
  }

  #keep(token) {
    this.#token = token;
    writeText("sessionStorage", KEY, token);
  }
}
