// Frames with one reply. They are not repeated: a lost connection rejects them, because only the
// program knows whether the question is still of interest.

import { problem } from "./problem.js";

export class Requests {
  #open = new Map(); // frame id → {resolve, reject}

  add(id) {
    return new Promise((resolve, reject) => {
      this.#open.set(id, { resolve, reject });
    });
  }

  /** True when this frame was the reply to one of them. */
  take(frame) {
    const request = this.#open.get(frame.id);
    if (!request) return false;
    this.#open.delete(frame.id);
    if (frame.type === "error") request.reject(frame);
    else request.resolve(frame);
    return true;
  }

  connectionLost() {
    const lost = [...this.#open.values()];
    this.#open.clear();
    for (const { reject } of lost) reject(problem("connection_lost", ""));
  }
}
