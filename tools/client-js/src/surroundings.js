// What is outside: the time, and what a browser knows about its window and its network. Node.js has
// neither window nor network events: there nothing is hidden, nothing offline, and nothing wakes.

export const systemClock = Object.freeze({
  now: () => Date.now(),
  after: (ms, act) => setTimeout(act, ms),
  cancel: (timer) => clearTimeout(timer),
});

/** {isAway(): hidden or offline, onWake(act): calls it when that ends, gives what stops it}. */
export function surroundingsOf(scope = globalThis) {
  const { document } = scope;
  const isHidden = () => document?.visibilityState === "hidden";
  return {
    isAway: () => isHidden() || scope.navigator?.onLine === false,
    onWake(act) {
      const seen = () => {
        if (!isHidden()) act();
      };
      const listened = [[scope, "online", act], [scope, "pageshow", seen],
        [document, "visibilitychange", seen], [document, "resume", seen]];
      for (const [on, name, hear] of listened) on?.addEventListener?.(name, hear);
      return () => {
        for (const [on, name, hear] of listened) on?.removeEventListener?.(name, hear);
      };
    },
  };
}

/** Timers stand still while a machine sleeps: a tick that comes too late shows it. */
export class SleepWatch {
  #clock;
  #tickMs;
  #woke;
  #timer = null;

  /** woke(ms): so much longer than it should have been was the time between two ticks. */
  constructor(clock, tickMs, woke) {
    this.#clock = clock;
    this.#tickMs = tickMs;
    this.#woke = woke;
  }

  begin() {
    this.end();
    const due = this.#clock.now() + this.#tickMs;
    this.#timer = this.#clock.after(this.#tickMs, () => {
      const lateMs = this.#clock.now() - due;
      this.begin();
      if (lateMs > this.#tickMs) this.#woke(lateMs);
    });
  }

  end() {
    if (this.#timer !== null) this.#clock.cancel(this.#timer);
    this.#timer = null;
  }
}
