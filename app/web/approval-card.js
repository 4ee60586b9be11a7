// Asks a person whether a tool may be called: what it is, with which arguments (which may be
// edited), until when. Gone as soon as somebody decided, here or elsewhere, or the time is over.

import { make } from "./dom.js";
import { duration, verdictWords } from "./words.js";

const TICK_MS = 1000;
let last = 0;

export class ApprovalCard {
  #item;
  #decide;
  #timer = null;
  #original;
  #args;
  #note;
  #problem = make("p.problem", { role: "alert", "data-testid": "approval-problem" });
  #left = make("span.left", { "data-testid": "approval-left" });
  #buttons;
  #answered = false;

  /** decide({approvalId, decision, arguments?, note?}) gives a promise of `approve_result`. */
  constructor(item, decide) {
    this.#item = item;
    this.#decide = decide;
    last += 1;
    const id = (name) => `approval-${last}-${name}`;
    this.#original = JSON.stringify(item.arguments ?? {}, null, 2);
    this.#args = make("textarea.json", { id: id("arguments"), spellcheck: "false", dir: "ltr",
      rows: String(Math.min(12, this.#original.split("\n").length)),
      "data-testid": "approval-arguments", oninput: () => this.#check() });
    this.#args.value = this.#original;
    this.#note = make("input", { id: id("note"), type: "text", maxlength: "1000", dir: "auto",
      autocomplete: "off", "data-testid": "approval-note" });
    this.#buttons = ["allow", "deny"].map((decision) => make(`button.${decision}`, {
      type: "button", "data-testid": `approval-${decision}`, onclick: () => this.#answer(decision),
    }, decision === "allow" ? "Allow" : "Deny"));
    this.element = make("section.approval-card", {
      "data-testid": "approval", "data-approval-id": item.approvalId,
      "aria-labelledby": id("title") },
    make("p.approval-title", { id: id("title") }, "Allow ", make("code", {}, item.name), "?"),
    make("p.faint", {}, "The agent waits for your decision. ", this.#left),
    make("label", { for: id("arguments") }, "Arguments, which you may change"), this.#args,
    make("label", { for: id("note") }, "Note to the agent"), this.#note,
    this.#problem, make("div.buttons", {}, ...this.#buttons));
    this.#tick();
  }

  /** Decided elsewhere, expired or withdrawn: nothing is asked any more. True when the focus was
   *  here. */
  remove() {
    clearTimeout(this.#timer);
    const { activeElement: active } = document;
    // The button that was pressed is disabled by now, and the browser has dropped the focus.
    const focused = this.element.contains(active) || (this.#answered && active === document.body);
    this.element.remove();
    return focused;
  }

  #check() {
    try {
      const value = JSON.parse(this.#args.value);
      if (typeof value === "object" && value !== null && !Array.isArray(value)) {
        return this.#valid({ value });
      }
      return this.#valid({ problem: "Arguments are an object: { … }." });
    } catch (error) {
      return this.#valid({ problem: `That is not JSON: ${error.message}` });
    }
  }

  #valid({ value, problem = "" }) {
    this.#args.setAttribute("aria-invalid", String(problem !== ""));
    if (this.#problem.textContent !== problem) this.#problem.textContent = problem;
    this.#buttons[0].disabled = problem !== "";
    return value;
  }

  async #answer(decision) {
    const edited = this.#args.value !== this.#original;
    const args = decision === "allow" && edited ? this.#check() : undefined;
    if (decision === "allow" && edited && args === undefined) {
      this.#args.focus();
      return;
    }
    for (const button of this.#buttons) button.disabled = true;
    this.#answered = true;
    const note = this.#note.value.trim();
    try {
      const result = await this.#decide({ approvalId: this.#item.approvalId, decision,
        ...(args === undefined ? {} : { arguments: args }), ...(note === "" ? {} : { note }) });
      this.#problem.textContent = verdictWords(result);
    } catch (error) {
      this.#problem.textContent = error.words ?? "Not sent. Try again.";
      this.#answered = false;
      for (const button of this.#buttons) button.disabled = false;
      this.#buttons[decision === "allow" ? 0 : 1].focus();
    }
  }

  #tick() {
    const leftMs = this.#item.expiresMs - Date.now();
    if (typeof this.#item.expiresMs !== "number") return;
    const words = leftMs <= 0 ? "The time is over."
      : `${duration(Math.ceil(leftMs / TICK_MS) * TICK_MS)} left.`;
    if (this.#left.textContent !== words) this.#left.textContent = words;
    if (leftMs <= 0) return;
    // A distant end is told by the minute: its seconds would only be noise.
    const wait = leftMs > 120000 ? leftMs % 60000 || 60000 : leftMs % TICK_MS || TICK_MS;
    this.#timer = setTimeout(() => this.#tick(), wait);
  }
}
