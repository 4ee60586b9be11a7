// Every duration of the client in one place, in milliseconds. Any of them is an option.

export const TIMES = Object.freeze({
  firstRetryMs: 250, // the first retry comes within this
  retryCapMs: 4000, // and later ones within this, while somebody looks
  hiddenRetryCapMs: 30000, // … while nobody does, or the browser says that it is offline
  goingAwayCapMs: 60000, // no server may send a client away for longer
  openTimeoutMs: 5000, // doubles with each failure, up to welcomeTimeoutMs
  welcomeTimeoutMs: 15000,
  staleDialMs: 1000, // an attempt older than this is begun anew when the machine wakes up
  quietMs: 25000, // silence that asks for a ping; replaced by welcome.heartbeat.interval_ms
  goneMs: 8000, // silence after its ping that makes a server hang up; heartbeat.timeout_ms
  awaitedQuietMs: 5000, // silence that asks for a ping while an answer is awaited
  probeTimeoutMs: 5000, // silence after a ping that means: dead
  overdueMs: 30000, // an answer that has not come by then will not come on this connection
  silentServerMs: 1000, // an open socket without welcome that has shown no token: it may want one
  refusedRetryMs: 1000, // a refused subscribe, unless the server names another time
  ackMs: 20, // acknowledgements gather this long
  tickMs: 2000, // how often the clock is looked at, to see that the machine has slept
});

/** Full jitter: retry 0 within firstRetryMs, then twice the room each time, never above capMs. */
export function retryDelay(attempt, random, capMs = TIMES.retryCapMs,
  firstRetryMs = TIMES.firstRetryMs) {
  return Math.round(random() * Math.min(capMs, firstRetryMs * 2 ** Math.min(attempt, 16)));
}
