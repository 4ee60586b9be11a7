// What the status line says of the open thread's events: each stage as it happens, none of what
// happened before. A replay that takes its time, as that of a recording does, says where it stands.

import { stageSentence } from "./words.js";

const QUIET_MS = 300; // a replay that is over by then says nothing

export class StageVoice {
  #line;
  #last = null; // the newest replayed event
  #timer = null;
  #spoken = false;

  /** line: {say(sentence), said()}. */
  constructor(line) {
    this.#line = line;
  }

  live(event) {
    const sentence = stageSentence(event);
    // The words of an answer are not announced one by one.
    if (sentence !== "" && this.#line.said() !== sentence) this.#line.say(sentence);
  }

  replayed(event) {
    this.#last = event;
    this.#timer ??= setTimeout(() => {
      this.#timer = null;
      this.#spoken = true;
      this.live(this.#last);
    }, QUIET_MS);
  }

  caughtUp() {
    if (this.#spoken) this.live(this.#last);
    this.hush();
  }

  /** What was replayed so far is of no interest any more. */
  hush() {
    clearTimeout(this.#timer);
    this.#timer = null;
    this.#last = null;
    this.#spoken = false;
  }
}
