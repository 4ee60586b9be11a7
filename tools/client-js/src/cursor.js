// A client's place in one thread's log (PROTOCOL §5), decided from frames alone.

export class Cursor {
  epoch = "";
  seq = 0;
  // "held": the next event is seq + 1. "floating": after an unrecovered subscribe the replay starts
  // at the oldest event kept, whatever its seq. "unknown": at the head, wherever that is.
  #anchor = "held";

  /** from: {epoch, seq} that was kept, "start" of the thread, or "now": live only. */
  constructor(from = "start") {
    if (from === "now") this.#anchor = "unknown";
    else if (from !== "start") this.startAfter(from);
  }

  get since() {
    return this.#anchor === "unknown" ? undefined : { epoch: this.epoch, seq: this.seq };
  }

  get isFresh() {
    return this.seq === 0 && this.#anchor !== "unknown";
  }

  rewind(epoch = "") {
    this.epoch = epoch;
    this.seq = 0;
    this.#anchor = epoch === "" ? "held" : "floating";
  }

  startAfter({ epoch, seq }) {
    this.epoch = epoch;
    this.seq = seq;
    this.#anchor = "held";
  }

  /** False means that the copy of the thread is to be discarded. */
  subscribed({ epoch, seq, recovered }) {
    if (!recovered) {
      this.rewind(epoch);
      return false;
    }
    if (this.#anchor === "unknown") this.startAfter({ epoch, seq });
    else if (this.epoch === "") this.epoch = epoch;
    return true;
  }

  /** "next" (and the cursor moves), "known" (drop it) or "gap" (subscribe again). */
  take({ epoch, seq }) {
    if (this.epoch === "" && this.seq === 0) this.epoch = epoch; // the thread came into being
    if (epoch !== this.epoch || this.#anchor === "unknown") return "gap";
    if (this.#anchor === "held" && seq <= this.seq) return "known";
    if (this.#anchor === "held" && seq > this.seq + 1) return "gap";
    this.#anchor = "held";
    this.seq = seq;
    return "next";
  }

  /** False when `caught_up` speaks of events that never came. */
  caughtUp(seq) {
    if (this.#anchor === "held") return seq <= this.seq;
    this.#anchor = "held";
    this.seq = seq;
    return true;
  }
}
