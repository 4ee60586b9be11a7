// Puts the parts together and deals out the frames. Promises and members: index.d.ts.

import { Acks } from "./acks.js";
import { Connection } from "./connection.js";
import { Emitter } from "./emitter.js";
import { problem } from "./codes.js";
import { Requests } from "./requests.js";
import { Sending } from "./sending.js";
import { surroundingsOf, systemClock } from "./surroundings.js";
import { TIMES } from "./times.js";
import { Watches } from "./watches.js";

const EVENTS = ["state", "problem", "frame", "token_wanted"];

function isEvent(frame) {
  return typeof frame.seq === "number" && typeof frame.payload === "object" && !!frame.payload;
}

function newId() {
  const bytes = globalThis.crypto.getRandomValues(new Uint8Array(12));
  return `j_${Array.from(bytes, (b) => b.toString(16).padStart(2, "0")).join("")}`;
}

export class ClarionClient {
  #options;
  #connection;
  #emitter = new Emitter(EVENTS);
  #watches;
  #acks;
  #sending;
  #requests = new Requests();
  #lastId = 0;

  constructor(options) {
    this.#options = {
      ...TIMES,
      WebSocket: globalThis.WebSocket,
      clock: systemClock,
      random: Math.random,
      surroundings: surroundingsOf(),
      newMessageId: newId,
      token: () => null,
      acks: "sent",
      ...options,
    };
    const { clock, ackMs, refusedRetryMs, WebSocket } = this.#options;
    if (typeof WebSocket !== "function") {
      throw new TypeError("there is no global WebSocket here: pass one as `WebSocket`");
    }
    this.#connection = new Connection(this.#options, {
      state: (state) => this.#emitter.emit("state", state),
      frame: (frame) => this.#hear(frame),
      unreadable: () => this.#emitter.emit("problem",
        problem("bad_frame", "the server sent something unreadable")),
      lost: (how) => this.#lost(how),
      tokenWanted: () => this.#emitter.emit("token_wanted"),
    });
    const write = (frame) => this.#connection.write(frame);
    const nextId = (prefix) => this.#nextId(prefix);
    this.#acks = new Acks(clock, ackMs, (frame) => write({ ...frame, id: nextId("a") }));
    this.#sending = new Sending(clock, write,
      () => this.welcome && (this.welcome.limits ?? {}));
    this.#watches = new Watches({
      write,
      nextId,
      request: (frame) => this.request(frame),
      giveUp: (reason) => this.#connection.giveUp(reason),
      after: (ms, act) => clock.after(ms, act),
      connected: () => this.welcome !== null,
      settled: () => this.#settle(),
      seen: (threadId, seq) => this.#seen(threadId, seq),
      forget: (threadId) => this.#acks.forget(threadId),
      asked: (id) => this.#connection.asked(id),
      answered: (id) => this.#connection.answered(id),
      retryMs: refusedRetryMs,
    });
  }

  on(name, listener) {
    return this.#emitter.on(name, listener);
  }

  get state() {
    return this.#connection.state;
  }

  get welcome() {
    return this.#connection.welcome;
  }

  get unanswered() {
    return this.#sending.size;
  }

  open() {
    this.#connection.open();
  }

  close() {
    this.#connection.close();
  }

  wake() {
    this.#connection.wake();
  }

  async signIn() {
    let token = this.#options.token();
    if (typeof token?.then === "function") token = await token;
    if (this.#connection.greet(token)) return null;
    if (this.welcome) {
      try {
        return await this.#refresh(token);
      } catch (error) {
        // Taken or not, only the server knows: a new connection shows it.
        if (error.code === "unauthorized" || error.code === "forbidden") throw error;
      }
    }
    this.#connection.restart();
    return null;
  }

  watch(threadId, listener, options) {
    this.#watches.add(threadId, listener, options);
  }

  unwatch(threadId) {
    if (!this.#watches.remove(threadId)) return;
    this.request({ type: "unsubscribe", thread_id: threadId }).catch(() => {});
  }

  older(threadId) {
    return this.#watches.older(threadId);
  }

  cursor(threadId) {
    const cursor = this.#watches.get(threadId)?.cursor;
    return cursor ? { epoch: cursor.epoch, seq: cursor.seq } : null;
  }

  send({ message_id: messageId = this.#options.newMessageId(), ...fields }) {
    return this.#sending.add({
      type: "message", id: this.#nextId("m"), ...fields, message_id: messageId });
  }

  cancel(threadId, target) {
    return this.request({ type: "cancel", thread_id: threadId, ...target });
  }

  request(frame) {
    if (!this.welcome) {
      return Promise.reject(problem("connection_lost", ""));
    }
    const id = this.#nextId("q");
    const answered = this.#requests.add(id);
    this.#connection.write({ ...frame, id });
    return answered;
  }

  #hear(frame) {
    if (isEvent(frame)) {
      this.#watches.event(frame);
      return;
    }
    const wasAwaited = this.#requests.take(frame) || this.#sending.take(frame);
    if (frame.type === "welcome") this.#welcomed();
    else if (frame.type === "subscribed") this.#watches.subscribed(frame);
    else if (frame.type === "caught_up") this.#watches.caughtUp(frame);
    else if (frame.type === "deleted" && !wasAwaited) this.#watches.deleted(frame.thread_id);
    else if (frame.type === "token_expiring") this.#renew();
    else if (frame.type === "error" && !wasAwaited) this.#refused(frame);
    if (wasAwaited) this.#settle();
    else this.#emitter.emit("frame", frame);
  }

  #welcomed() {
    this.#watches.connectionMade();
    this.#sending.flush();
    this.#settle();
  }

  #lost(how) {
    this.#acks.connectionLost();
    this.#watches.connectionLost();
    this.#sending.connectionLost(how);
    this.#requests.connectionLost();
  }

  // An error that answers an `ack` is no problem: the thread has gone in the meantime.
  #refused(frame) {
    if (typeof frame.id === "string" && frame.id.startsWith("a")) return;
    this.#emitter.emit("problem", frame);
    this.#watches.refused(frame);
  }

  // The program may have another token by now, which keeps the connection.
  async #renew() {
    try {
      const token = await this.#options.token();
      if (this.welcome && token && token !== this.#connection.token) await this.#refresh(token);
    } catch (error) {
      if (error?.type === "error") this.#emitter.emit("problem", error);
      // A token that could not be fetched is asked for again by the next connection.
    }
  }

  async #refresh(token) {
    const answer = await this.request({ type: "refresh", token });
    this.#connection.refreshed(token);
    return answer;
  }

  #seen(threadId, seq) {
    if (this.#options.acks === "sent") this.#acks.seen(threadId, seq);
  }

  #settle() {
    const done = this.welcome && this.#watches.areSettled && this.#sending.size === 0;
    if (done) this.#connection.settled();
  }

  #nextId(prefix) {
    this.#lastId += 1;
    return `${prefix}${this.#lastId}`;
  }
}
