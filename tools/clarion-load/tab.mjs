// One tab of a user: a connection, and the next one when it is lost, with a cursor for each thread.

import { ConnectionRules, placeOf } from "./connection_rules.mjs";
import { dial } from "./websocket.mjs";

// Codes that a client which keeps the rules is never closed with.
const NEVER = new Set([1002, 1003, 1007, 1009, 1011, 4500, 4501, 4502, 4503, 4504, 4505]);
// Refusals that say "later".
const LATER = new Set(["rate_limited", "draining", "storage_unavailable"]);

export class Tab {
  #load;
  #url;
  #user;
  #wire = null;
  #rules = null;
  #asks = new Map(); // frame id → {kind, about}
  #cursors = new Map();
  #counter = 0;
  #attempts = 0;
  #ready = false;
  #behaved = true; // nothing that we did explains the connection's end
  #isBack = false; // has been caught up on this connection
  #paused = false;
  #stopped = false;
  #dialledAt = 0;
  #heardAt = 0;
  #pinged = false;
  #backAt = null; // since when there has been a way to the server, while not caught up

  /** url: another way to the server than the load's. */
  constructor(load, user, url = load.options.url) {
    this.#load = load;
    this.#url = url;
    this.#user = user;
    for (const thread of user.threads) this.#cursors.set(thread, { epoch: "", seq: 0 });
  }

  /** Connections so far. */
  calls = 0;

  /** Welcomed, and reading. */
  get isReady() { return this.#ready && !this.#paused; }
  get isCaughtUp() { return this.isReady && this.#rules.caughtUp; }
  seen(thread) { return this.#cursors.get(thread).seq; }

  open() {
    if (this.#stopped) return;
    const { tokens } = this.#load;
    this.calls += 1;
    this.#dialledAt = performance.now();
    this.#heardAt = this.#dialledAt;
    this.#behaved = true;
    this.#pinged = false;
    this.#isBack = false;
    this.#rules = new ConnectionRules(this.#user);
    const headers = tokens ? { Authorization: `Bearer ${tokens(this.#user.id)}` } : {};
    const query = tokens ? "" : `?user=${encodeURIComponent(this.#user.id)}`;
    const wire = dial(`${this.#url}${query}`, { protocols: ["clarion.v1"], headers });
    this.#wire = wire;
    wire.onText = (text) => this.#take(text);
    wire.onEnd = (how) => this.#ended(how);
  }

  say(message) {
    message.sends += 1;
    message.waiting += 1;
    message.sentAt ||= performance.now();
    this.ask("message", message.frame, message);
    this.#load.onSend();
  }

  /** Sends a frame that must be answered. */
  ask(kind, frame, about) {
    const id = `${kind}-${++this.#counter}`;
    this.#asks.set(id, { kind, about });
    this.#wire.send(JSON.stringify({ ...frame, id }));
  }

  /** Asks for a thread once more, as if the tab had lost its place. */
  resubscribe() {
    const thread = this.#load.random.of(this.#user.threads);
    if (this.isReady && this.#rules.isCaughtUp(thread)) this.#subscribe(thread);
  }

  /** close · hang_up · reset · vanish (silent, then reset) · slow (silent, then reads on) */
  misbehave(kind) {
    if (!this.isReady) return false;
    this.#behaved = false;
    const wire = this.#wire;
    if (kind === "slow" || kind === "vanish") {
      this.#paused = true;
      wire.pause();
      const ms = this.#load.random.between(200, this.#load.options.pauseMs);
      setTimeout(() => {
        if (this.#wire !== wire) return;
        this.#paused = false;
        this.#heardAt = performance.now();
        if (kind === "slow") wire.resume();
        else this.#leave("reset");
      }, ms);
    } else {
      this.#leave(kind);
    }
    return true;
  }

  #leave(kind) {
    this.#ready = false;
    this.#backAt = performance.now();
    if (kind === "close") this.#wire.close();
    else if (kind === "hang_up") this.#wire.hangUp();
    else this.#wire.reset();
  }

  /** There is a way to the server again. */
  pathBack() { if (!this.isCaughtUp) this.#backAt = performance.now(); }

  /** Now and then: a connection that says nothing is asked, and given up. */
  watch(now) {
    if (!this.#wire || this.#paused) return;
    const silent = now - this.#heardAt;
    const enough = this.#load.options.silence * 1000;
    if (silent > 2 * enough) {
      // Counted, and no violation: a machine that is busy enough is silent for that long.
      this.#behaved = false;
      this.#load.count("mischief", "given up in silence");
      this.#wire.reset();
    } else if (this.#ready && silent > enough && !this.#pinged) {
      this.#pinged = true;
      this.ask("ping", { type: "ping" }, null);
    }
  }

  /** For good. Whatever was asked and not answered by now never was. */
  stop() {
    this.#stopped = true;
    if (!this.#wire) return;
    this.#rules.finish();
    if (this.#ready) {
      for (const { kind } of this.#asks.values()) {
        if (kind !== "ping") this.#user.wrong("unanswered", {}, `${kind} on an open connection`);
      }
    }
    this.#asks.clear();
    this.#behaved = false;
    this.#wire.resume();
    this.#wire.close();
  }

  #subscribe(thread) {
    const cursor = this.#cursors.get(thread);
    this.#rules.asked(thread, cursor);
    this.ask("subscribe", { type: "subscribe", thread_id: thread, since: { ...cursor } }, { thread });
  }

  #take(raw) {
    this.#heardAt = performance.now();
    this.#pinged = false;
    let frame;
    try {
      frame = JSON.parse(raw);
    } catch {
      frame = null;
    }
    if (!this.#rules.admit(frame, raw)) return;
    this.#load.counts.frames += 1;
    if (frame.payload !== undefined && frame.seq !== undefined) {
      this.#load.counts.events += 1;
      if (frame.replay) this.#load.counts.replayed += 1;
      this.#rules.event(frame, raw);
    } else {
      this.#answers[frame.type]?.(frame);
    }
  }

  #answers = {
    welcome: () => {
      this.#ready = true;
      this.#attempts = 0;
      this.#load.counts.connections += 1;
      for (const thread of this.#user.threads) this.#subscribe(thread);
    },
    subscribed: (frame) => {
      this.#asks.delete(frame.id);
      this.#rules.subscribed(frame);
    },
    caught_up: (frame) => {
      this.#rules.caughtUpWith(frame);
      if (!this.#rules.caughtUp || this.#isBack) return; // or it had only asked once more
      this.#isBack = true;
      this.#load.caughtUp(this.#dialledAt, this.#backAt);
      this.#backAt = null;
    },
    accepted: (frame) => this.#answered(frame, (message) => {
      message.waiting -= 1;
      const owner = this.#load.owners.get(frame.run_id) ?? this.#user;
      if (owner !== this.#user) this.#user.wrong("foreign_event", placeOf(frame), "another user's run");
      this.#load.owners.set(frame.run_id, this.#user);
      message.accept(frame, this.seen(message.thread));
      this.#load.accepted(message, frame);
    }),
    cancel_result: (frame) => this.#answered(frame, ({ message, known }) => {
      message.cancelled(frame.verdict, known);
      this.#load.count("cancels", frame.verdict);
    }),
    approve_result: (frame) => this.#answered(frame, (approval) => {
      this.#load.count("approvals", frame.verdict);
      if (frame.verdict !== "resolved") return;
      approval.resolved += 1;
      if (approval.resolved > 1) this.#user.wrong("resolved_twice", approval, "resolved once more");
    }),
    history: (frame) => this.#answered(frame, (page) => page.take(frame)),
    pong: (frame) => this.#asks.delete(frame.id),
    error: (frame) => {
      // Nobody's answer: a run cannot be closed while the disk is full, and all who watch it are told.
      if (frame.id === undefined && frame.code === "storage_unavailable" && this.#load.options.outages) return undefined;
      return this.#answered(frame, (about, kind) => this.#refused(frame, about, kind));
    },
  };

  #answered(frame, then) {
    const ask = this.#asks.get(frame.id);
    if (!ask) return this.#user.wrong("wrong_answer", placeOf(frame), `unasked: ${JSON.stringify(frame)}`);
    this.#asks.delete(frame.id);
    return then(ask.about, ask.kind);
  }

  #refused(frame, about, kind) {
    const { code } = frame;
    this.#load.count("errors", code);
    if (kind === "message") return this.#load.refused(about, frame, LATER.has(code));
    const expected = LATER.has(code) && this.#load.options.outages;
    if (!expected) this.#user.wrong("wrong_answer", {}, `${kind}: ${JSON.stringify(frame)}`);
    else if (kind === "subscribe") this.#leave("reset"); // and again, on a new connection
    return undefined;
  }

  #ended(how) {
    const load = this.#load;
    this.#wire = null;
    this.#ready = false;
    this.#paused = false;
    this.#rules.finish();
    for (const { kind, about } of this.#asks.values()) if (kind === "message") load.lost(about);
    this.#asks.clear();
    if (this.#stopped) return;
    load.count("ends", how.code ?? how.status ?? how.error);
    this.#judge(how);
    if (load.pathIsUp) this.#backAt ??= performance.now();
    const { first, cap } = load.options.backoff;
    const most = Math.min(cap, first * 2 ** Math.min(this.#attempts++, 20));
    setTimeout(() => this.open(), load.random.next() * most);
  }

  /** Whoever is too slow for what happens is closed, and a busy machine makes every client slow; where the server
   *  has gone live behind a replay, nobody can see from here. But a replay goes at its reader's pace: whoever
   *  reads comes further with each connection. */
  #judgeSlow(told) {
    if (this.#behaved && !this.#rules.cameFurther) this.#user.wrong("connection_lost", {}, `${told}, with nothing new`);
  }

  #judge({ code, status, error, broken, reason }) {
    const told = code ? `${code} ${reason}` : status ? `status ${status}` : error;
    if (broken) this.#user.wrong("rfc6455", {}, error);
    else if (NEVER.has(code)) this.#user.wrong("connection_lost", {}, told);
    else if (code === 4009) return; // a busy machine's client is silent for that long
    else if (code === 4008) this.#judgeSlow(told);
    else if (this.#load.options.outages || !this.#behaved) return;
    else if (status) this.#user.wrong("upgrade_refused", {}, told);
    else this.#user.wrong("connection_lost", {}, told);
  }
}
