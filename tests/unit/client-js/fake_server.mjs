// A server of one user in memory: threads, replay, runs, retention, deletion, restarts, as PROTOCOL
// §§2–6 have them; and a network in front of it that may do what `fate` says to each connection.

const CLOSED = 3;

/** What happens to one connection. Frames count from 1. */
export const UNHARMED = Object.freeze({
  delayMs: 5, // each way
  refused: false, // no socket opens
  silent: false, // not even that is told
  // After so many frames of the server (`down`) or of the client (`up`) it ends: by a close code, by
  // a reset (0), or half open (-1: nothing passes any more, and nobody is told).
  down: Infinity,
  up: Infinity,
  end: 0,
  lost: () => false, // (frame, its number): does this frame of the server never arrive?
  twice: () => false, // … or arrive twice?
  swapped: () => false, // … or after the one behind it?
});

export class FakeServer {
  threads = new Map(); // thread_id → {epoch, events, floor, messages}
  committed = new Map(); // "thread_id epoch" → every event ever committed there
  links = new Set(); // that still work
  sockets = new Set(); // that the client has not seen the end of
  opened = 0; // connections so far
  ended = 0; // runs that came to their own end
  shown = new Map(); // thread_id → the highest seq that has arrived
  isUp = true;
  wrong = []; // what a client should never do
  #clock;
  #random;
  #fate;
  #refuse;
  #starts = 0;
  #ids = 0;

  /** fate(number): of the connection; refuse(frame): an error instead of the usual answer. */
  constructor(clock, random, { fate = () => UNHARMED, refuse = () => null } = {}) {
    this.#clock = clock;
    this.#random = random;
    this.#fate = fate;
    this.#refuse = refuse;
  }

  /** The class that a client gets as its WebSocket. */
  get WebSocket() {
    const server = this;
    return class {
      constructor() {
        server.opened += 1;
        return new Link(server, server.clock, server.fate(server.opened));
      }
    };
  }

  get clock() {
    return this.#clock;
  }

  fate(number) {
    if (!this.isUp) return { ...UNHARMED, refused: true };
    return { ...UNHARMED, ...this.#fate(number) };
  }

  head(threadId) {
    return this.threads.get(threadId)?.events.length ?? 0;
  }

  commit(threadId, type, payload, runId) {
    const thread = this.threads.get(threadId);
    const event = { type, thread_id: threadId, run_id: runId, epoch: thread.epoch,
      seq: thread.events.length + 1, timestamp: this.#clock.now(), critical: type !== "text_delta",
      payload };
    thread.events.push(event);
    if (type === "agent_completed") this.ended += 1;
    for (const link of this.links) if (link.follows.has(threadId)) link.say(event);
    return event;
  }

  /** Retention removes a prefix. */
  trim(threadId, upTo) {
    const thread = this.threads.get(threadId);
    if (thread) thread.floor = Math.max(thread.floor, Math.min(upTo, thread.events.length) + 1);
  }

  remove(threadId) {
    if (!this.threads.delete(threadId)) return;
    for (const link of this.links) {
      if (link.follows.delete(threadId)) link.say({ type: "deleted", thread_id: threadId });
    }
  }

  /** kill -9, or (code 1001) an orderly end; the log stays, runs do not. */
  stop(code = 0) {
    this.isUp = false;
    this.#starts += 1;
    for (const link of [...this.links]) {
      if (code === 1001) link.say({ type: "going_away", reason: "shutdown", reconnect_after_ms: 900 });
      link.end(code);
    }
  }

  start() {
    this.isUp = true;
  }

  // --- frames of a client -------------------------------------------------------------------

  hear(link, frame) {
    if (!link.isWelcomed && frame.type !== "hello") this.wrong.push(`${frame.type} before welcome`);
    const refusal = this.#refuse(frame);
    if (refusal) link.say({ type: "error", id: frame.id, message: "", ...refusal });
    else if (this[`on_${frame.type}`]) this[`on_${frame.type}`](link, frame);
    else this.wrong.push(`unknown type ${frame.type}`);
  }

  on_hello() {}

  on_ping(link, { id }) {
    link.say({ type: "pong", id, ts: this.#clock.now() });
  }

  on_ack(_, { thread_id: threadId, seq }) {
    if (!(this.shown.get(threadId) >= seq)) this.wrong.push(`ack of ${threadId} ${seq}, never shown`);
  }

  on_unsubscribe(link, { id, thread_id: threadId }) {
    link.follows.delete(threadId);
    link.say({ type: "unsubscribed", id, thread_id: threadId });
  }

  on_history(link, { id, thread_id: threadId, before_seq: before = Infinity, limit = 100 }) {
    const thread = this.threads.get(threadId);
    if (!thread) {
      link.say({ type: "error", id, code: "not_found", message: "", retryable: false });
      return;
    }
    const kept = thread.events.filter(({ seq }) => seq >= thread.floor && seq < before);
    const events = kept.slice(-limit);
    link.say({ type: "history", id, thread_id: threadId, epoch: thread.epoch, events,
      more: kept.length > events.length });
  }

  on_subscribe(link, { id, thread_id: threadId, since }) {
    const thread = this.threads.get(threadId) ?? { epoch: "", events: [], floor: 1 };
    const head = thread.events.length;
    const isStart = since?.epoch === "" && since.seq === 0;
    let reason;
    if (since && !isStart && since.epoch !== thread.epoch) reason = "epoch_changed";
    else if (since && since.seq > head) reason = "too_far_ahead";
    else if (since && since.seq < thread.floor - 1) reason = "trimmed";
    const first = reason ? thread.floor : (since?.seq ?? head) + 1;
    link.say({ type: "subscribed", id, thread_id: threadId, epoch: thread.epoch, seq: head,
      recovered: !reason, ...(reason ? { reason } : {}) });
    for (const event of thread.events.slice(first - 1)) link.say({ ...event, replay: true });
    link.say({ type: "caught_up", thread_id: threadId, seq: head });
    link.follows.add(threadId);
  }

  on_message(link, { id, thread_id: threadId, message_id: messageId, text }) {
    if (link.written.has(id)) this.wrong.push(`message ${messageId} twice on a connection`);
    link.written.add(id);
    if (!this.threads.has(threadId)) this.#create(threadId);
    const thread = this.threads.get(threadId);
    const known = thread.messages.get(messageId);
    const runId = known?.run_id ?? `r_${this.#ids += 1}`;
    const accepted = { type: "accepted", id, thread_id: threadId, message_id: messageId,
      run_id: runId, seq: known?.seq ?? thread.events.length + 1, duplicate: !!known,
      state: "running" };
    link.say(accepted);
    if (known) return;
    thread.messages.set(messageId, accepted);
    link.follows.add(threadId);
    this.commit(threadId, "user_message", { message_id: messageId, text }, runId);
    this.#run(threadId, runId);
  }

  #create(threadId) {
    const epoch = `e_${this.#ids += 1}`;
    const events = [];
    this.threads.set(threadId, { epoch, events, floor: 1, messages: new Map() });
    this.committed.set(`${threadId} ${epoch}`, events);
  }

  #run(threadId, runId) {
    const { epoch } = this.threads.get(threadId);
    const started = this.#starts;
    const types = ["agent_started", "agent_thinking", "tool_executing", "tool_completed",
      ...Array(Math.floor(this.#random() * 6)).fill("text_delta"), "assistant_message",
      "agent_completed"];
    const next = () => {
      const goesOn = this.threads.get(threadId)?.epoch === epoch && this.#starts === started;
      if (!goesOn) return;
      this.commit(threadId, types.shift(), {}, runId);
      if (types.length > 0) this.#clock.after(this.#random() * 200, next);
    };
    this.#clock.after(this.#random() * 50, next);
  }
}

/** Both ends of one connection. The client sees a WebSocket. */
class Link {
  readyState = 0;
  onopen = null;
  onmessage = null;
  onclose = null;
  isWelcomed = false;
  follows = new Set();
  written = new Set();
  #server;
  #clock;
  #fate;
  #isDead = false; // nothing passes any more
  #down = 0;
  #up = 0;
  #arrival = 0; // of the last frame: none overtakes another
  #held = null; // a frame that waits for the one behind it
  #unanchored = new Set(); // thread_ids

  constructor(server, clock, fate) {
    this.#server = server;
    this.#clock = clock;
    this.#fate = fate;
    if (server.sockets.size > 0) server.wrong.push("two connections at once");
    server.links.add(this);
    server.sockets.add(this);
    if (fate.silent) return;
    clock.after(2 * fate.delayMs, () => {
      if (this.#isDead || this.readyState === CLOSED) return;
      if (fate.refused) this.#drop(1006);
      else this.#open();
    });
  }

  // --- the client's side --------------------------------------------------------------------

  send(data) {
    if (this.#isDead) return;
    this.#up += 1;
    const number = this.#up;
    const frame = JSON.parse(data);
    this.#clock.after(this.#fate.delayMs, () => {
      if (!this.#isDead && number <= this.#fate.up) this.#server.hear(this, frame);
      if (number >= this.#fate.up) this.end(this.#fate.end);
    });
  }

  close() {
    this.#forget();
  }

  // --- the server's side --------------------------------------------------------------------

  say(frame) {
    if (this.#isDead) return;
    this.#down += 1;
    const { down, lost, twice, swapped } = this.#fate;
    if (this.#down > down) {
      this.end(this.#fate.end);
      return;
    }
    const isAnchor = this.#anchors(frame);
    if (isAnchor) this.#release();
    if (lost(frame, this.#down) && !isAnchor) return;
    if (swapped(frame, this.#down) && this.#held === null && !isAnchor) {
      this.#held = frame;
      return;
    }
    this.#deliver(frame);
    if (twice(frame, this.#down)) this.#deliver(frame);
    this.#release();
  }

  /** code: of the close frame; 0 without one; -1: nobody is told. */
  end(code) {
    if (this.#isDead) return;
    this.#isDead = true;
    this.#server.links.delete(this);
    if (code >= 0) this.#later(() => this.#drop(code || 1006));
  }

  #open() {
    this.readyState = 1;
    this.onopen?.({});
    this.say({ type: "welcome", user_id: "ada", limits: { frame_bytes_max: 262144,
      message_bytes_max: 32768 }, heartbeat: { interval_ms: 25000, timeout_ms: 8000 } });
  }

  // Where an unrecovered replay begins is told by its first event alone: in the place of that one, once
  // it is lost, any client takes the one behind it.
  #anchors({ type, thread_id: threadId, recovered, replay }) {
    if (type === "subscribed") this.#unanchored[recovered ? "delete" : "add"](threadId);
    return recovered === false || (replay === true && this.#unanchored.delete(threadId));
  }

  #release() {
    const held = this.#held;
    this.#held = null;
    if (held !== null) this.#deliver(held);
  }

  #deliver(frame) {
    const data = JSON.stringify(frame);
    this.#later(() => {
      if (this.readyState !== 1) return;
      if (frame.type === "welcome") this.isWelcomed = true;
      const { shown } = this.#server;
      for (const { seq, thread_id: id } of frame.events ?? [frame]) {
        if (seq) shown.set(id, Math.max(seq, shown.get(id) ?? 0));
      }
      this.onmessage?.({ data });
    });
  }

  #later(act) {
    this.#arrival = Math.max(this.#arrival, this.#clock.now() + this.#fate.delayMs);
    this.#clock.after(this.#arrival - this.#clock.now(), act);
  }

  #drop(code) {
    if (this.readyState === CLOSED) return;
    this.#forget();
    this.onclose?.({ code, reason: "" });
  }

  #forget() {
    this.readyState = CLOSED;
    this.#isDead = true;
    this.#server.links.delete(this);
    this.#server.sockets.delete(this);
  }
}
