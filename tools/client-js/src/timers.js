// The timers of one owner, by name: starting one again replaces it.

export class Timers {
  #clock;
  #running = new Map();

  constructor(clock) {
    this.#clock = clock;
  }

  has(name) {
    return this.#running.has(name);
  }

  start(name, ms, act) {
    this.stop(name);
    this.#running.set(name, this.#clock.after(ms, () => {
      this.#running.delete(name);
      act();
    }));
  }

  stop(name) {
    if (!this.#running.has(name)) return;
    this.#clock.cancel(this.#running.get(name));
    this.#running.delete(name);
  }

  stopAll() {
    for (const name of [...this.#running.keys()]) this.stop(name);
  }
}
