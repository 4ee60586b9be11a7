// Durations in milliseconds in buckets that grow by 2 %, so that millions cost what a few do.

const GROWTH = Math.log(1.02);
const LEAST_MS = 0.01;

export class Histogram {
  #buckets = new Map();
  count = 0;
  max = 0;

  add(ms) {
    const bucket = Math.max(0, Math.ceil(Math.log(Math.max(ms, LEAST_MS) / LEAST_MS) / GROWTH));
    this.#buckets.set(bucket, (this.#buckets.get(bucket) ?? 0) + 1);
    this.count += 1;
    if (ms > this.max) this.max = ms;
  }

  /** What that share of all durations does not exceed, to 2 %; null when there are none. */
  at(share) {
    if (this.count === 0) return null;
    let left = Math.ceil(this.count * share);
    for (const [bucket, count] of [...this.#buckets].sort(([a], [b]) => a - b)) {
      left -= count;
      if (left <= 0) return Math.min(this.max, LEAST_MS * Math.exp(bucket * GROWTH));
    }
    return this.max;
  }

  merge(other) {
    for (const [bucket, count] of other.#buckets) {
      this.#buckets.set(bucket, (this.#buckets.get(bucket) ?? 0) + count);
    }
    this.count += other.count;
    this.max = Math.max(this.max, other.max);
  }

  toJSON() {
    return { count: this.count, p50: this.at(0.5), p90: this.at(0.9), p99: this.at(0.99), max: this.max };
  }
}
