// Messages on their way: each is written again on every new connection until the server has
// answered it, always with the same message_id, which makes the repetition harmless (PROTOCOL §3).

export function problem(code, message) {
  return { type: "error", code, message, retryable: code === "connection_lost" };
}

function bytesOf(text) {
  return new TextEncoder().encode(text).length;
}

export class Sending {
  #entries = new Map(); // frame id → {frame, bytes, written, resolve, reject}

  get empty() {
    return this.#entries.size === 0;
  }

  has(id) {
    return this.#entries.has(id);
  }

  /** Resolves with `accepted`; rejects with the error that refused the message. */
  add(frame) {
    const bytes = bytesOf(JSON.stringify(frame));
    return new Promise((resolve, reject) => {
      this.#entries.set(frame.id, { frame, bytes, written: false, resolve, reject });
    });
  }

  /** Writes what this connection has not seen yet, in the order of add(); refuses what can never
   *  pass the limits of `welcome`. */
  flush(write, { frame_bytes_max: frameMax, message_bytes_max: textMax } = {}) {
    for (const entry of [...this.#entries.values()]) {
      if (entry.written) continue;
      if (entry.bytes > frameMax || bytesOf(entry.frame.text ?? "") > textMax) {
        this.refuse(entry.frame.id, problem("too_large", "longer than the server takes"));
        continue;
      }
      entry.written = true;
      write(entry.frame);
    }
  }

  accept(accepted) {
    const entry = this.#entries.get(accepted.id);
    this.#entries.delete(accepted.id);
    entry?.resolve(accepted);
    return entry !== undefined;
  }

  refuse(id, error) {
    const entry = this.#entries.get(id);
    this.#entries.delete(id);
    entry?.reject(error);
  }

  /** The next flush() writes it again. */
  again(id) {
    const entry = this.#entries.get(id);
    if (entry) entry.written = false;
  }

  /** After 1009 the frame that was too large must not come again: it is the largest unanswered. */
  connectionLost(code, reason) {
    const written = [...this.#entries.values()].filter((entry) => entry.written);
    for (const entry of written) entry.written = false;
    if (code !== 1009 || written.length === 0) return;
    const largest = written.reduce((a, b) => (b.bytes > a.bytes ? b : a));
    this.refuse(largest.frame.id, problem("too_large", reason || "longer than the server takes"));
  }
}
