// One stretch of an agent's activity: its steps, open while the run works, folded to one line when
// it has ended. Whoever folds or unfolds it by hand is not overruled.

import { make } from "./dom.js";
import { drawStep } from "./step-row.js";
import { activityWords } from "./words.js";

export class ActivityCard {
  #turn;
  #items = [];
  #rows = new Map(); // item key → element
  #steps = make("ol.steps", { "aria-label": "What the agent does" });
  #summary = make("summary", { "data-testid": "activity-summary" });
  #touched = false;

  constructor(turn) {
    this.#turn = turn;
    this.element = make("details.activity", { "data-testid": "activity" },
      this.#summary, this.#steps);
    this.element.open = true;
    this.#summary.addEventListener("click", () => { this.#touched = true; });
  }

  show(item) {
    let row = this.#rows.get(item.key);
    if (!row) {
      row = make("li.row");
      this.#rows.set(item.key, row);
      this.#items.push(item);
      this.#steps.append(row);
    }
    drawStep(row, item, this.#turn);
    this.#sum();
  }

  /** The run has ended. */
  fold() {
    if (!this.#touched) this.element.open = false;
    this.#sum();
  }

  #sum() {
    const words = activityWords(this.#items, this.#turn);
    if (this.#summary.textContent === words) return;
    this.#summary.replaceChildren(make("span.summary-words", {}, words));
    this.#summary.dataset.failed = String(this.#items.some(
      ({ outcome }) => outcome === "error" || outcome === "timeout"));
  }
}
