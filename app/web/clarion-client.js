// The client's side of the clarion.v1 protocol: one connection, any number of watched threads.
// No DOM, no dependency; everything from outside (socket, clock, randomness) can be passed in.
//
// What it promises, whatever the connection does (PROTOCOL §5):
//  - onEvent sees each event of a watched thread once, in the order of seq, without a gap;
//  - onReset comes before any event when the copy of the thread so far is no longer valid;
//  - a message is sent until the server has answered it, always with the same message_id.

import { Sending, problem } from "./sending.js";
import { Watches } from "./watches.js";

const SUBPROTOCOL = "clarion.v1";

const DEFAULTS = Object.freeze({
  firstRetryMs: 250, // the first retry comes within this
  retryCapMs: 4000,
  openTimeoutMs: 5000, // doubles with each failure, up to welcomeTimeoutMs
  welcomeTimeoutMs: 15000,
  probeTimeoutMs: 5000, // silence after a ping that means: dead
  quietMs: 25000, // replaced by welcome.heartbeat.interval_ms
  silentServerMs: 1000, // an open socket without welcome that has shown no token: it may want one
});

/** Full jitter: retry 0 within firstMs, then twice the room each time, never above capMs. */
export function retryDelay(attempt, random, { firstRetryMs, retryCapMs } = DEFAULTS) {
  return Math.round(random() * Math.min(retryCapMs, firstRetryMs * 2 ** Math.min(attempt, 16)));
}

/** PROTOCOL §6: after these codes a client does not come back by itself. */
export function isFinalClose(code) {
  return code >= 4500 && code <= 4599;
}

const systemClock = {
  now: () => Date.now(),
  after: (ms, fn) => setTimeout(fn, ms),
  cancel: (timer) => clearTimeout(timer),
};

function isEvent(frame) {
  return typeof frame.seq === "number" && typeof frame.payload === "object" && !!frame.payload;
}

export class ClarionClient {
  #options;
  #clock;
  #state = { name: "idle" };
  #socket = null;
  #welcome = null;
  #attempt = 0; // failures since the connection last did all its work
  #goingAway = null;
  #timers = new Map(); // name → timer; one of each kind: deadline, retry, probe, quiet
  #watches;
  #tokenShown = null; // to the current connection
  #sending = new Sending();
  #requests = new Map(); // id → {resolve, reject}; lost with the connection
  #lastId = 0;
  #heardAt = 0;

  /** options: {url, token?, onState?, onProblem?, onFrame?, onTokenWanted?, WebSocket?, clock?,
   *  random?} and any of DEFAULTS. token() gives the one to show, or null;
   *  onState({name: "connecting"|"connected"|"reconnecting"|"closed", …});
   *  onProblem(error frame); onFrame(every other frame that is neither event nor reply);
   *  onTokenWanted(): the server is open and silent, and has been shown no token. */
  constructor(options) {
    this.#options = {
      ...DEFAULTS,
      WebSocket: globalThis.WebSocket,
      random: Math.random,
      onState() {},
      onProblem() {},
      onFrame() {},
      onTokenWanted() {},
      token: () => null,
      ...options,
    };
    this.#clock = options.clock ?? systemClock;
    this.#watches = new Watches({
      write: (frame) => this.#write(frame),
      nextId: (prefix) => this.#nextId(prefix),
      request: (frame) => this.request(frame),
      giveUp: (reason) => this.#giveUp(reason),
      after: (ms, fn) => this.#clock.after(ms, fn),
      connected: () => this.#welcome !== null,
      settled: () => this.#settle(),
    });
  }

  get state() {
    return this.#state;
  }
  /** The server's welcome; null while not connected. */
  get welcome() {
    return this.#welcome;
  }

  /** Connects; also the way back after "closed", and past the wait of "reconnecting". */
  open() {
    if (this.#socket) return;
    this.#stop("retry");
    this.#connect(this.#state.name === "reconnecting" ? "reconnecting" : "connecting");
  }

  /** Leaves for good. What was not yet accepted stays for the next open(). */
  close() {
    const socket = this.#socket;
    this.#forget({ code: 1000, reason: "" });
    this.#enter({ name: "closed", code: 1000, reason: "" });
    socket?.close(1000);
  }

  /** There is a token now, or another one: shown to a server that still waits for it, otherwise on
   *  a new connection. */
  signIn() {
    if (this.#socket?.readyState === 1 && !this.#welcome && this.#tokenShown === null) {
      this.#hello();
      return;
    }
    const socket = this.#socket;
    if (socket) this.#forget({ code: 1000, reason: "" });
    socket?.close(1000);
    this.#attempt = 0;
    this.open();
  }

  /** Is the connection alive? Asks, and gives it up when nothing comes. While waiting to
   *  reconnect: connects at once. For wake-ups such as `online` and `visibilitychange`. */
  probe() {
    if (this.#state.name === "reconnecting" && !this.#socket) this.open();
    if (!this.#welcome || this.#timers.has("probe")) return;
    this.#write({ type: "ping" });
    this.#start("probe", this.#options.probeTimeoutMs, () => this.#giveUp("no answer to a ping"));
  }

  /** Follows a thread; the place in it outlives connections. See Watches.add(). */
  watch(threadId, listener, options) {
    this.#watches.add(threadId, listener, options);
  }

  unwatch(threadId) {
    if (!this.#watches.remove(threadId)) return;
    // Whatever the answer: what still comes for this thread is not looked at.
    this.request({ type: "unsubscribe", thread_id: threadId }).catch(() => {});
  }

  /** See Watches.older(). */
  older(threadId) {
    return this.#watches.older(threadId);
  }

  /** Sends a message now or once connected, again after each loss, until it is answered. Resolves
   *  with `accepted`, rejects with the error frame that refused it. fields: {thread_id,
   *  message_id, text, agent?, on_busy?, metadata?}. */
  send(fields) {
    const answered = this.#sending.add({ type: "message", id: this.#nextId("m"), ...fields });
    if (this.#welcome) this.#flush();
    return answered;
  }

  /** target: {run_id} or {message_id}. Resolves with `cancel_result`. */
  cancel(threadId, target) {
    return this.request({ type: "cancel", thread_id: threadId, ...target });
  }

  /** Any frame with a reply. Not repeated: a lost connection rejects with `connection_lost`. */
  request(frame) {
    if (!this.#welcome) return Promise.reject(problem("connection_lost", ""));
    const id = this.#nextId("q");
    return new Promise((resolve, reject) => {
      this.#requests.set(id, { resolve, reject });
      this.#write({ ...frame, id });
    });
  }

  // --- connection ---------------------------------------------------------------------------

  #connect(name) {
    const { WebSocket, url, openTimeoutMs, welcomeTimeoutMs } = this.#options;
    this.#enter({ name, attempt: this.#attempt });
    const socket = new WebSocket(url, [SUBPROTOCOL]);
    this.#socket = socket;
    this.#tokenShown = null;
    const openMs = Math.min(welcomeTimeoutMs, openTimeoutMs * 2 ** Math.min(this.#attempt, 8));
    this.#start("deadline", openMs, () => this.#giveUp("no connection within the time limit"));
    // A socket that was given up may still speak: only the current one is heard.
    const current = (act) => (event) => {
      if (this.#socket === socket) act(event);
    };
    socket.onopen = current(() => {
      this.#start("deadline", welcomeTimeoutMs, () => this.#giveUp("no welcome from the server"));
      this.#hello();
    });
    socket.onmessage = current(({ data }) => this.#hear(data));
    socket.onclose = current(({ code, reason }) => this.#lost(code, reason));
  }

  // Without a token nothing is said: where none is needed, the server greets by itself.
  #hello() {
    const token = this.#options.token();
    this.#tokenShown = token;
    if (token) this.#write({ type: "hello", token });
    else this.#start("silent", this.#options.silentServerMs, () => this.#options.onTokenWanted());
  }

  #giveUp(reason) {
    const socket = this.#socket;
    this.#lost(1006, reason);
    socket?.close();
  }

  #lost(code, reason) {
    const goingAway = this.#goingAway;
    // An expired token would be refused again: only another one is worth a connection.
    const expired = code === 4010 && this.#tokenShown === this.#options.token();
    this.#forget({ code, reason });
    if (isFinalClose(code) || expired) {
      this.#enter({ name: "closed", code, reason });
      return;
    }
    const jittered = retryDelay(this.#attempt, this.#options.random, this.#options);
    const retryInMs = code === 1001 ? (goingAway?.reconnect_after_ms ?? jittered) : jittered;
    this.#attempt += 1;
    this.#start("retry", retryInMs, () => this.#connect("reconnecting"));
    this.#enter({ name: "reconnecting", attempt: this.#attempt, retryInMs, code, reason });
  }

  #forget({ code, reason }) {
    this.#socket = null;
    this.#welcome = null;
    this.#goingAway = null;
    for (const name of [...this.#timers.keys()]) this.#stop(name);
    this.#watches.connectionLost();
    this.#sending.connectionLost(code, reason);
    const requests = [...this.#requests.values()];
    this.#requests.clear();
    for (const { reject } of requests) reject(problem("connection_lost", ""));
  }

  #enter(state) {
    this.#state = state;
    this.#options.onState(state);
  }

  // --- frames -------------------------------------------------------------------------------

  #hear(data) {
    this.#heardAt = this.#clock.now();
    this.#stop("probe");
    let frame;
    try {
      frame = JSON.parse(data);
    } catch {
      this.#options.onProblem(problem("bad_frame", "the server sent something unreadable"));
      return;
    }
    if (isEvent(frame)) {
      this.#watches.event(frame);
      return;
    }
    const answered = this.#takeReply(frame);
    if (frame.type === "welcome") this.#welcomed(frame);
    else if (frame.type === "subscribed") this.#watches.subscribed(frame);
    else if (frame.type === "caught_up") this.#watches.caughtUp(frame);
    else if (frame.type === "deleted" && !answered) this.#watches.deleted(frame.thread_id);
    else if (frame.type === "going_away") this.#goingAway = frame;
    else if (frame.type === "error" && !answered) this.#error(frame);
    if (!answered) this.#options.onFrame(frame);
  }

  #welcomed(frame) {
    this.#stop("deadline");
    this.#stop("silent");
    this.#welcome = frame;
    this.#watchQuiet(frame.heartbeat?.interval_ms || this.#options.quietMs);
    this.#enter({ name: "connected", welcome: frame });
    this.#watches.connectionMade();
    this.#flush();
  }

  // The browser answers the server's pings by itself; only a ping of our own shows a dead path.
  #watchQuiet(quietMs) {
    this.#start("quiet", quietMs, () => {
      if (this.#clock.now() - this.#heardAt >= quietMs) this.probe();
      this.#watchQuiet(quietMs);
    });
  }

  // An error that answers a request or a message belongs to its promise; every other one, and
  // one that is answered by sending again, is a problem to be shown.
  #takeReply(frame) {
    const request = this.#requests.get(frame.id);
    if (request) {
      this.#requests.delete(frame.id);
      if (frame.type === "error") request.reject(frame);
      else request.resolve(frame);
      return true;
    }
    if (!this.#sending.has(frame.id)) return false;
    if (frame.type === "accepted") this.#sending.accept(frame);
    else if (frame.type !== "error" || frame.retry_after_ms !== undefined) return false;
    else this.#sending.refuse(frame.id, frame);
    this.#settle();
    return true;
  }

  #error(frame) {
    this.#options.onProblem(frame);
    if (this.#sending.has(frame.id)) {
      this.#clock.after(frame.retry_after_ms, () => {
        this.#sending.again(frame.id);
        if (this.#welcome) this.#flush();
      });
    }
    this.#watches.refused(frame);
  }

  // --- small things -------------------------------------------------------------------------

  #flush() {
    this.#sending.flush((frame) => this.#write(frame), this.#welcome.limits);
    this.#settle();
  }

  // Back-off starts again only when a connection has done all its work; a server that
  // greets and then fails is not hammered.
  #settle() {
    if (this.#welcome && this.#watches.live && this.#sending.empty) this.#attempt = 0;
  }

  #write(frame) {
    if (this.#socket?.readyState === 1) this.#socket.send(JSON.stringify(frame));
  }

  #nextId(prefix) {
    this.#lastId += 1;
    return `${prefix}${this.#lastId}`;
  }

  #start(name, ms, fn) {
    this.#stop(name);
    this.#timers.set(name, this.#clock.after(ms, () => {
      this.#timers.delete(name);
      fn();
    }));
  }

  #stop(name) {
    this.#clock.cancel(this.#timers.get(name));
    this.#timers.delete(name);
  }
}
