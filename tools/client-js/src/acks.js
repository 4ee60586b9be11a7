// Tells the server what listeners have seen: one `ack` a thread for all that gathers in a moment.

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
