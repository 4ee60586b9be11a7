// The client's side of the clarion.v1 protocol: one connection, any number of watched threads.
// No DOM, no dependency; everything from outside (socket, clock, randomness) can be passed in.
//
// What it promises, whatever the connection does (PROTOCOL §5):
//  - onEvent sees each event of a watched thread once, in the order of seq, without a gap;
//  - onReset comes before any event when the copy of the thread so far is no longer valid;
//  - a message is sent until the server has answered it, always with the same message_id.

import { Cursor } from "./cursor.js";
import { Sending, problem } from "./sending.js";

const SUBPROTOCOL = "clarion.v1";

const DEFAULTS = Object.freeze({
  firstRetryMs: 250, // the first retry comes within this
  retryCapMs: 4000,
  openTimeoutMs: 5000, // doubles with each failure, up to welcomeTimeoutMs
  welcomeTimeoutMs: 15000,
  probeTimeoutMs: 5000, // silence after a ping that means: dead
  quietMs: 25000, // replaced by welcome.heartbeat.interval_ms
  subscribeRetryMs: 1000,
  gapsMax: 3, // re-subscriptions without one new event before the connection is given up
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
  #threads = new Map(); // thread_id → {cursor, phase: idle|asked|replaying|live, listener, …}
  #sending = new Sending();
  #requests = new Map(); // id → {resolve, reject}; lost with the connection
  #lastId = 0;
  #heardAt = 0;

  /** options: {url, token?, onState?, onProblem?, onFrame?, WebSocket?, clock?, random?} and any of
   *  DEFAULTS. onState({name: "connecting"|"connected"|"reconnecting"|"closed", …});
   *  onProblem(error frame); onFrame(every other frame that is neither event nor reply). */
  constructor(options) {
    this.#options = {
      ...DEFAULTS,
      WebSocket: globalThis.WebSocket,
      random: Math.random,
      onState() {},
      onProblem() {},
      onFrame() {},
      ...options,
    };
    this.#clock = options.clock ?? systemClock;
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

  /** Is the connection alive? Asks, and gives it up when nothing comes. While waiting to
   *  reconnect: connects at once. For wake-ups such as `online` and `visibilitychange`. */
  probe() {
    if (this.#state.name === "reconnecting" && !this.#socket) this.open();
    if (!this.#welcome || this.#timers.has("probe")) return;
    this.#write({ type: "ping" });
    this.#start("probe", this.#options.probeTimeoutMs, () => this.#giveUp("no answer to a ping"));
  }

  /** Follows a thread from its first event on. listener: {onEvent(event), onReset(reason),
   *  onCaughtUp()}. The cursor outlives connections. */
  watch(threadId, listener) {
    this.#threads.set(threadId, {
      threadId, listener, cursor: new Cursor(), phase: "idle", askedAs: null, gaps: 0,
    });
    if (this.#welcome) this.#subscribe(this.#threads.get(threadId));
  }

  unwatch(threadId) {
    if (!this.#threads.delete(threadId)) return;
    // Whatever the answer: what still comes for this thread is not looked at.
    this.request({ type: "unsubscribe", thread_id: threadId }).catch(() => {});
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
    const { WebSocket, url, openTimeoutMs, welcomeTimeoutMs, token } = this.#options;
    this.#enter({ name, attempt: this.#attempt });
    const socket = new WebSocket(url, [SUBPROTOCOL]);
    this.#socket = socket;
    const openMs = Math.min(welcomeTimeoutMs, openTimeoutMs * 2 ** Math.min(this.#attempt, 8));
    this.#start("deadline", openMs, () => this.#giveUp("no connection within the time limit"));
    // A socket that was given up may still speak: only the current one is heard.
    const current = (act) => (event) => {
      if (this.#socket === socket) act(event);
    };
    socket.onopen = current(() => {
      this.#start("deadline", welcomeTimeoutMs, () => this.#giveUp("no welcome from the server"));
      if (token) this.#write({ type: "hello", token });
    });
    socket.onmessage = current(({ data }) => this.#hear(data));
    socket.onclose = current(({ code, reason }) => this.#lost(code, reason));
  }

  #giveUp(reason) {
    const socket = this.#socket;
    this.#lost(1006, reason);
    socket?.close();
  }

  #lost(code, reason) {
    const goingAway = this.#goingAway;
    this.#forget({ code, reason });
    if (isFinalClose(code)) {
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
    for (const thread of this.#threads.values()) thread.phase = "idle";
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
      this.#event(frame);
      return;
    }
    const answered = this.#takeReply(frame);
    if (frame.type === "welcome") this.#welcomed(frame);
    else if (frame.type === "subscribed") this.#subscribed(frame);
    else if (frame.type === "caught_up") this.#caughtUp(frame);
    else if (frame.type === "deleted") this.#deleted(frame);
    else if (frame.type === "going_away") this.#goingAway = frame;
    else if (frame.type === "error" && !answered) this.#error(frame);
    if (!answered) this.#options.onFrame(frame);
  }

  #welcomed(frame) {
    this.#stop("deadline");
    this.#welcome = frame;
    this.#watchQuiet(frame.heartbeat?.interval_ms || this.#options.quietMs);
    this.#enter({ name: "connected", welcome: frame });
    // Listeners may have called back in: send only what is still to be sent.
    for (const thread of this.#threads.values()) {
      if (thread.phase === "idle") this.#subscribe(thread);
    }
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
    this.#subscribeRefused(frame);
  }

  #subscribeRefused(frame) {
    const refused = (t) => t.phase === "asked" && t.askedAs === frame.id;
    const thread = [...this.#threads.values()].find(refused);
    if (!thread) return;
    thread.phase = "idle";
    if (!frame.retryable) return;
    this.#clock.after(frame.retry_after_ms ?? this.#options.subscribeRetryMs, () => {
      const current = this.#threads.get(thread.threadId) === thread;
      if (current && this.#welcome && thread.phase === "idle") this.#subscribe(thread);
    });
  }

  // --- threads ------------------------------------------------------------------------------

  #subscribe(thread) {
    thread.phase = "asked";
    thread.askedAs = this.#nextId("s");
    this.#write({
      type: "subscribe", id: thread.askedAs, thread_id: thread.threadId,
      since: thread.cursor.since,
    });
  }

  #subscribed(frame) {
    const thread = this.#threads.get(frame.thread_id);
    if (!thread || (frame.id !== undefined && frame.id !== thread.askedAs)) return;
    thread.phase = "replaying";
    if (!thread.cursor.subscribed(frame)) thread.listener.onReset(frame.reason ?? "unknown");
  }

  #event(event) {
    const thread = this.#threads.get(event.thread_id);
    // Between asking and `subscribed` there is only the tail of the old subscription.
    if (!thread || thread.phase === "asked" || thread.phase === "idle") return;
    const verdict = thread.cursor.take(event);
    if (verdict === "next") {
      thread.gaps = 0;
      thread.listener.onEvent(event);
    } else if (verdict === "gap") {
      this.#gap(thread);
    }
  }

  #caughtUp(frame) {
    const thread = this.#threads.get(frame.thread_id);
    if (!thread || thread.phase !== "replaying") return;
    if (!thread.cursor.caughtUp(frame.seq)) {
      this.#gap(thread);
      return;
    }
    thread.phase = "live";
    thread.gaps = 0;
    thread.listener.onCaughtUp();
    this.#settle();
  }

  #gap(thread) {
    thread.gaps += 1;
    if (thread.gaps > this.#options.gapsMax) {
      thread.gaps = 0;
      this.#giveUp("events are missing and do not come again");
    } else {
      this.#subscribe(thread);
    }
  }

  #deleted(frame) {
    const thread = this.#threads.get(frame.thread_id);
    if (!thread) return;
    thread.cursor.rewind();
    thread.listener.onReset("deleted");
    this.#subscribe(thread); // whoever writes to it next creates it again
  }

  // --- small things -------------------------------------------------------------------------

  #flush() {
    this.#sending.flush((frame) => this.#write(frame), this.#welcome.limits);
    this.#settle();
  }

  // Back-off starts again only when a connection has done all its work; a server that
  // greets and then fails is not hammered.
  #settle() {
    const live = [...this.#threads.values()].every((thread) => thread.phase === "live");
    if (this.#welcome && live && this.#sending.empty) this.#attempt = 0;
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
