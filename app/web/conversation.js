// The list of turns on the page: keeps the cards in the thread's order, and the end in sight or the
// reader's place.

import { RunCard } from "./run-card.js";

const NEAR_END_PX = 80;
const NEAR_START_PX = 400;

export class Conversation {
  #list;
  #scroller;
  #jump;
  #actions;
  #nearStart;
  #cards = new Map(); // turn → RunCard
  #following = true;
  #last = { top: 0, height: 0 };
  #scheduled = false;

  /** list: holds the turns; scroller: the element that scrolls; jump: button back to the end;
   *  actions as of RunCard; nearStart(): the reader has come to the beginning of the list. */
  constructor({ list, scroller, jump, actions, nearStart }) {
    this.#list = list;
    this.#scroller = scroller;
    this.#jump = jump;
    this.#actions = { ...actions, grown: () => this.#follow() };
    this.#nearStart = nearStart;
    scroller.addEventListener("scroll", () => this.#scrolled(), { passive: true });
    jump.addEventListener("click", () => this.toEnd());
    new ResizeObserver(() => this.#follow()).observe(scroller);
  }

  /** One change that fold() reported. */
  apply(thread, { turn, item, delta }) {
    const card = this.#cards.get(turn);
    if (!card) {
      this.arrange(thread);
    } else {
      if (delta === undefined || card.element.dataset.state !== turn.state) card.update();
      if (item) card.show(item, delta);
      if (this.#misplaced(thread, turn, card)) this.arrange(thread);
    }
    this.#follow();
  }

  /** Makes the list what the thread says: new cards, order, cards that are gone. */
  arrange(thread) {
    const wanted = new Set(thread.turns);
    for (const [turn, card] of this.#cards) {
      if (wanted.has(turn)) continue;
      card.element.remove();
      this.#cards.delete(turn);
    }
    let place = this.#list.firstElementChild;
    for (const turn of thread.turns) {
      if (!this.#cards.has(turn)) this.#cards.set(turn, new RunCard(turn, this.#actions));
      const { element } = this.#cards.get(turn);
      if (element === place) place = place.nextElementSibling;
      else this.#list.insertBefore(element, place);
    }
    this.#follow();
  }

  update(turn) {
    this.#cards.get(turn)?.update();
    this.#follow();
  }

  clear() {
    for (const { element } of this.#cards.values()) element.remove();
    this.#cards.clear();
    this.#following = true;
  }

  toEnd() {
    this.#following = true;
    this.#follow();
  }

  /** What is read stays where it is while `change` adds something before it. */
  keepPlace(change) {
    const below = this.#scroller.scrollHeight - this.#scroller.scrollTop;
    change();
    if (!this.#following) this.#scroller.scrollTop = this.#scroller.scrollHeight - below;
    this.#last = { top: this.#scroller.scrollTop, height: this.#scroller.scrollHeight };
  }

  /** Is there room for something older? */
  lookAtStart() {
    requestAnimationFrame(() => {
      if (this.#scroller.scrollTop < NEAR_START_PX) this.#nearStart();
    });
  }

  // Only a user message can move a turn, and only past those that are not sent yet.
  #misplaced(thread, turn, card) {
    const before = card.element.previousElementSibling;
    return turn.items.length === 0 && before !== null && before.dataset.runId === undefined;
  }

  // Reading the layout once per frame, not once per event.
  #follow() {
    if (this.#scheduled) return;
    this.#scheduled = true;
    requestAnimationFrame(() => {
      this.#scheduled = false;
      if (this.#following) this.#scroller.scrollTop = this.#scroller.scrollHeight;
      this.#jump.hidden = this.#following;
    });
  }

  // Only a person scrolls up while the content stays or grows. That the end moved on, or that a
  // narrower window moved everything, is no reason to stop following it.
  #scrolled() {
    const { scrollHeight: height, scrollTop: top, clientHeight } = this.#scroller;
    if (height - top - clientHeight < NEAR_END_PX) this.#following = true;
    else if (top < this.#last.top && height >= this.#last.height) this.#following = false;
    if (top < NEAR_START_PX && !this.#following) this.#nearStart();
    this.#last = { top, height };
    this.#jump.hidden = this.#following;
  }
}
