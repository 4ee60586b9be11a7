// A browser answers the server's pings by itself and shows nothing of it: only a `ping` frame of our
// own shows a path that has died silently.

import { Timers } from "./timers.js";

export class Liveness {
  #clock;
  #times;
  #told;
  #timers;
  #heardAt = 0;
  #quietMs = 0;
  #goneMs = 0;
  #awaited = new Map(); // frame id → when it was written; the oldest first

  /** told: {ping(): write one, dead(reason): give the connection up}. */
  constructor(clock, times, told) {
    this.#clock = clock;
    this.#times = times;
    this.#told = told;
    this.#timers = new Timers(clock);
  }

  begin(heartbeat) {
    this.#quietMs = heartbeat?.interval_ms || this.#times.quietMs;
    this.#goneMs = this.#quietMs + (heartbeat?.timeout_ms ?? this.#times.goneMs);
    this.#heardAt = this.#clock.now();
    this.#watchQuiet(this.#quietMs);
  }

  end() {
    this.#timers.stopAll();
    this.#awaited.clear();
  }

  /** After so long a server has hung up on a client that is not there. */
  get goneMs() {
    return this.#goneMs;
  }

  heard() {
    this.#heardAt = this.#clock.now();
    this.#timers.stop("probe");
  }

  /** An answer is due: to a frame that was written, or the next part of one. */
  asked(id) {
    this.#awaited.delete(id);
    this.#awaited.set(id, this.#clock.now());
    if (!this.#timers.has("awaited")) this.#watchAwaited();
  }

  answered(id) {
    this.#awaited.delete(id);
  }

  probe() {
    if (this.#timers.has("probe")) return;
    this.#told.ping();
    this.#timers.start("probe", this.#times.probeTimeoutMs,
      () => this.#told.dead("no answer to a ping"));
  }

  #watchQuiet(ms) {
    this.#timers.start("quiet", ms, () => {
      const leftMs = this.#heardAt + this.#quietMs - this.#clock.now();
      this.#watchQuiet(leftMs > 0 ? leftMs : this.#quietMs);
      if (leftMs <= 0) this.probe();
    });
  }

  // Whoever waits for an answer need not wait for a heartbeat to learn that none will come.
  #watchAwaited() {
    this.#timers.start("awaited", this.#times.awaitedQuietMs, () => {
      if (this.#awaited.size === 0) return;
      this.#watchAwaited();
      const now = this.#clock.now();
      const [oldest] = this.#awaited.values();
      if (now - oldest >= this.#times.overdueMs) this.#told.dead("no answer to what was asked");
      else if (now - this.#heardAt >= this.#times.awaitedQuietMs) this.probe();
    });
  }
}
