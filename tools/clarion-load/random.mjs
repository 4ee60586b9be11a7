// Random numbers from a seed, so that a run can be asked for again. What a server and a network do
// with it is theirs: the same seed gives the same load, not the same order of events.

/** sfc32, seeded with one number. */
export class Random {
  #a; #b; #c; #counter = 1;

  constructor(seed) {
    this.#a = seed >>> 0;
    this.#b = Math.floor(seed / 0x100000000) >>> 0;
    this.#c = 0x9e3779b9;
    for (let round = 0; round < 15; ++round) this.next();
  }

  /** 0 up to, not including, 1. */
  next() {
    const sum = (this.#a + this.#b + this.#counter++) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = ((this.#c << 21) | (this.#c >>> 11)) + sum | 0;
    return (sum >>> 0) / 0x100000000;
  }

  /** A whole number below `count`. */
  below(count) { return Math.floor(this.next() * count); }

  between(low, high) { return low + this.next() * (high - low); }

  /** True in that share of all cases. */
  chance(share) { return this.next() < share; }

  of(list) { return list[this.below(list.length)]; }

  /** One of [value, weight] pairs. */
  weighted(pairs) {
    let left = this.next() * pairs.reduce((sum, [, weight]) => sum + weight, 0);
    for (const [value, weight] of pairs) {
      left -= weight;
      if (left < 0) return value;
    }
    return pairs.at(-1)[0];
  }
}
