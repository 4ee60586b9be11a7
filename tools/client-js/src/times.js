// Every duration of the client, each an option; index.d.ts says what they are for.

export const TIMES = Object.freeze({
  firstRetryMs: 250,
  retryCapMs: 4000,
  hiddenRetryCapMs: 30000,
  goingAwayCapMs: 60000,
  openTimeoutMs: 5000,
  welcomeTimeoutMs: 15000,
  staleDialMs: 1000,
  quietMs: 25000,
  goneMs: 8000,
  awaitedQuietMs: 5000,
  probeTimeoutMs: 5000,
  overdueMs: 30000,
  silentServerMs: 1000,
  refusedRetryMs: 1000,
  ackMs: 20,
  tickMs: 2000,
});

// Full jitter.
export function retryDelay(attempt, random, capMs = TIMES.retryCapMs,
  firstRetryMs = TIMES.firstRetryMs) {
  return Math.round(random() * Math.min(capMs, firstRetryMs * 2 ** Math.min(attempt, 16)));
}
