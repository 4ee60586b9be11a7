// Time, and what a browser knows of its window and network; in Node.js nothing is ever away.

export const systemClock = Object.freeze({
  now: () => Date.now(),
  after: (ms, act) => setTimeout(act, ms),
  cancel: (timer) => clearTimeout(timer),
});

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
