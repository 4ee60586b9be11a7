// `ack` (PROTOCOL §3) tells the server what the program has seen: after the listener has returned,
// one frame a thread for all that gathers within a moment.

export class Acks {
  #clock;
  #afterMs;
  #write;
  #due = new Map(); // thread_id → seq
  #timer = null;

  constructor(clock, afterMs, write) {
    this.#clock = clock;
    this.#afterMs = afterMs;
    this.#write = write;
  }

  seen(threadId, seq) {
    this.#due.set(threadId, seq);
    this.#timer ??= this.#clock.after(this.#afterMs, () => this.#flush());
  }

  /** What was seen of this thread is of no interest any more. */
  forget(threadId) {
    this.#due.delete(threadId);
  }

  connectionLost() {
    if (this.#timer !== null) this.#clock.cancel(this.#timer);
    this.#timer = null;
    this.#due.clear();
  }

  #flush() {
    const due = [...this.#due];
    this.connectionLost();
    for (const [threadId, seq] of due) this.#write({ type: "ack", thread_id: threadId, seq });
  }
}
