// A client's place in one thread's log (PROTOCOL §5), decided from frames alone.

/** Where a client stands in one thread's log. Knows for each event whether it is the next one. */
export class Cursor {
  epoch = "";
  seq = 0;
  // After an unrecovered subscribe the replay starts at the oldest event kept, whatever its seq.
  #anchored = true;

  get since() {
    return { epoch: this.epoch, seq: this.seq };
  }

  rewind(epoch = "") {
    this.epoch = epoch;
    this.seq = 0;
    this.#anchored = epoch === "";
  }

  /** Everything up to this event is known, from a page of `history`. */
  startAfter({ epoch, seq }) {
    this.epoch = epoch;
    this.seq = seq;
    this.#anchored = true;
  }

  /** Takes the `subscribed` frame; false means that the copy of the thread is to be discarded. */
  subscribed({ epoch, recovered }) {
    if (!recovered) {
      this.rewind(epoch);
      return false;
    }
    if (this.epoch === "") this.epoch = epoch;
    return true;
  }

  /** "next" (and the cursor moves), "known" (drop it) or "gap" (subscribe again). */
  take({ epoch, seq }) {
    if (this.epoch === "" && this.seq === 0) this.epoch = epoch; // the thread came into being
    if (epoch !== this.epoch) return "gap";
    if (this.#anchored && seq <= this.seq) return "known";
    if (this.#anchored && seq > this.seq + 1) return "gap";
    this.#anchored = true;
    this.seq = seq;
    return "next";
  }

  /** False when `caught_up` speaks of events that never came. */
  caughtUp(seq) {
    if (this.#anchored) return seq <= this.seq;
    this.#anchored = true;
    this.seq = seq;
    return true;
  }
}
