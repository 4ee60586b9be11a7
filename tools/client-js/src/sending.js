// Messages on their way: written again on every new connection until the server has answered,
// always with the same message_id, which makes the repetition harmless (PROTOCOL §3).

import { FRAME_TOO_LARGE, problem } from "./codes.js";

const UNSENT_MAX = 1000; // full: send() rejects with `busy`

function bytesOf(text) {
  return new TextEncoder().encode(text).length;
}

export class Sending {
  #clock;
  #write;
  #limits;
  #entries = new Map(); // frame id → {frame, bytes, written, held, resolve, reject}; in send()'s order

  /** limits(): those of `welcome`; null while there is no connection. */
  constructor(clock, write, limits) {
    this.#clock = clock;
    this.#write = write;
    this.#limits = limits;
  }

  get size() {
    return this.#entries.size;
  }

  add(frame) {
    if (this.size >= UNSENT_MAX) {
      return Promise.reject(problem("busy", "too many messages wait to be sent"));
    }
    const bytes = bytesOf(JSON.stringify(frame));
    const answered = new Promise((resolve, reject) => {
      this.#entries.set(frame.id, { frame, bytes, written: false, held: null, resolve, reject });
    });
    this.flush();
    return answered;
  }

  /** Writes what this connection has not seen, in order; refuses what can never pass. */
  flush() {
    const limits = this.#limits();
    if (!limits) return;
    for (const entry of [...this.#entries.values()]) {
      if (entry.written || entry.held !== null) continue;
      const text = bytesOf(entry.frame.text ?? "");
      if (entry.bytes > limits.frame_bytes_max || text > limits.message_bytes_max) {
        this.#refuse(entry, problem("too_large", "longer than the server takes"));
        continue;
      }
      entry.written = true;
      this.#write(entry.frame);
    }
  }

  /** True when this frame settled a message; an error with a time to wait does not. */
  take(frame) {
    const entry = this.#entries.get(frame.id);
    if (!entry) return false;
    if (frame.type === "accepted") {
      this.#entries.delete(frame.id);
      entry.resolve(frame);
      return true;
    }
    if (frame.type !== "error") return false;
    if (frame.retry_after_ms === undefined) {
      this.#refuse(entry, frame);
      return true;
    }
    this.#release(entry);
    entry.held = this.#clock.after(frame.retry_after_ms, () => {
      entry.held = null;
      this.flush();
    });
    return false;
  }

  /** After 1009 the frame that was too large must not come again: the largest unanswered. */
  connectionLost({ code, reason }) {
    const written = [...this.#entries.values()].filter((entry) => entry.written);
    for (const entry of this.#entries.values()) this.#release(entry);
    if (code !== FRAME_TOO_LARGE || written.length === 0) return;
    const largest = written.reduce((a, b) => (b.bytes > a.bytes ? b : a));
    this.#refuse(largest, problem("too_large", reason || "longer than the server takes"));
  }

  #release(entry) {
    entry.written = false;
    if (entry.held !== null) this.#clock.cancel(entry.held);
    entry.held = null;
  }

  #refuse(entry, error) {
    this.#release(entry);
    this.#entries.delete(entry.frame.id);
    entry.reject(error);
  }
}
