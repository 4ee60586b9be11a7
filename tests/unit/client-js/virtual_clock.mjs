// Time that passes when a test says so, one timer after the other, and what a promise has to do
// in between.

/** Gives numbers in [0, 1), the same ones for the same seed (mulberry32). */
export function seeded(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

export class VirtualClock {
  #now = 1790000000000;
  #timers = new Map();
  #last = 0;

  now = () => this.#now;
  after = (ms, act) => {
    this.#last += 1;
    this.#timers.set(this.#last, { at: this.#now + Math.max(0, ms), act });
    return this.#last;
  };
  cancel = (timer) => this.#timers.delete(timer);

  /** Lets so much time pass, or less if `done()` becomes true. */
  async run(ms, done = () => false) {
    const end = this.#now + ms;
    await idle();
    while (!done()) {
      const next = this.#next();
      if (next === null || this.#timers.get(next).at > end) break;
      const { at, act } = this.#timers.get(next);
      this.#timers.delete(next);
      this.#now = Math.max(this.#now, at);
      act();
      await idle();
    }
    if (!done()) this.#now = Math.max(this.#now, end);
  }

  /** The machine sleeps: time passes, and the timers that became due are late. */
  sleep(ms) {
    this.#now += ms;
  }

  // Timers of one moment go in the order in which they were set.
  #next() {
    let found = null;
    let earliest = Infinity;
    for (const [timer, { at }] of this.#timers) {
      if (at >= earliest) continue;
      earliest = at;
      found = timer;
    }
    return found;
  }
}

/** Whatever promises have to do now is done. */
async function idle() {
  for (let i = 0; i < 4; i += 1) await null;
}
