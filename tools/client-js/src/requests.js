// Frames with one reply. Not repeated: only the program knows whether it still wants to know.

import { problem } from "./codes.js";

export class Requests {
  #open = new Map();

  add(id) {
    return new Promise((resolve, reject) => {
      this.#open.set(id, { resolve, reject });
    });
  }

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
