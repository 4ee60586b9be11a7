// A program on the client: it folds what it is told of threads, and knows at every step whether that
// is what it was promised.

import assert from "node:assert/strict";

import { ClarionClient } from "../../../tools/client-js/src/index.js";
import { FakeSurroundings } from "./fake_connection.mjs";

/** One thread as the program sees it. */
class Fold {
  events = [];
  isCaughtUp = false;
  resets = [];
  paged = false;
  #server;
  #wrong;

  constructor(server, wrong) {
    this.#server = server;
    this.#wrong = wrong;
  }

  listener() {
    return {
      onEvent: (event) => this.#take(event),
      onPage: (events) => {
        if (this.events.length > 0) this.#wrong.push("a page after an event");
        this.paged = true;
        for (const event of events) this.#take(event);
      },
      onReset: (reason) => {
        this.resets.push(reason);
        this.events = [];
        this.isCaughtUp = false;
      },
      onCaughtUp: () => { this.isCaughtUp = true; },
    };
  }

  #take(event) {
    const { replay, ...bare } = event;
    const last = this.events.at(-1);
    const where = `${event.thread_id} ${event.epoch} ${event.seq}`;
    if (last && event.epoch !== last.epoch) this.#wrong.push(`${where} after epoch ${last.epoch}`);
    if (last && event.seq !== last.seq + 1) this.#wrong.push(`${where} after seq ${last.seq}`);
    const mayBeginAnywhere = this.paged || this.resets.length > 0;
    if (!last && event.seq !== 1 && !mayBeginAnywhere) this.#wrong.push(`${where} is the first`);
    const logged = this.#server.committed.get(`${event.thread_id} ${event.epoch}`)?.[event.seq - 1];
    if (JSON.stringify(logged) !== JSON.stringify(bare)) this.#wrong.push(`${where} is not the log's`);
    this.events.push(bare);
  }
}

export class Program {
  wrong = [];
  surroundings = new FakeSurroundings();
  folds = new Map(); // thread_id → Fold
  sent = []; // {threadId, messageId, accepted}
  refused = [];
  waits = []; // {ms, capMs}
  #server;
  #messages = 0;

  constructor(server, clock, random, options = {}) {
    this.#server = server;
    this.client = new ClarionClient({ url: "ws://test/ws", WebSocket: server.WebSocket, clock, random,
      surroundings: this.surroundings, newMessageId: () => `m_${this.#messages += 1}`, ...options });
    this.client.on("state", ({ retryInMs }) => {
      if (retryInMs !== undefined) this.waits.push({ ms: retryInMs, away: this.surroundings.away });
    });
  }

  follow(threadId, options) {
    const fold = new Fold(this.#server, this.wrong);
    this.folds.set(threadId, fold);
    this.client.watch(threadId, fold.listener(), options);
    return fold;
  }

  leave(threadId) {
    this.client.unwatch(threadId);
    this.folds.delete(threadId);
  }

  send(threadId, text) {
    const entry = { threadId, text, accepted: null };
    this.sent.push(entry);
    this.client.send({ thread_id: threadId, text }).then(
      (accepted) => { entry.accepted = accepted; },
      (error) => this.refused.push(error));
  }

  get isDone() {
    const settled = [...this.folds].every(([threadId, { isCaughtUp }]) =>
      isCaughtUp && this.client.cursor(threadId).seq === this.#server.head(threadId));
    return settled && this.client.state.name === "connected" && this.client.unanswered === 0;
  }

  /** What must hold once everything is quiet. */
  check() {
    assert.deepEqual(this.wrong, []);
    assert.deepEqual(this.#server.wrong, []);
    assert.deepEqual(this.refused, []);
    assert.equal(this.client.state.name, "connected");
    for (const [threadId, fold] of this.folds) this.#checkFold(threadId, fold);
    for (const { threadId, text, accepted } of this.sent) this.#checkSent(threadId, text, accepted);
    for (const { ms, away } of this.waits) assert.ok(ms <= (away ? 60000 : 4000), `waited ${ms} ms`);
  }

  #checkFold(threadId, { events, isCaughtUp }) {
    const thread = this.#server.threads.get(threadId) ?? { events: [], floor: 1 };
    assert.ok(isCaughtUp, `${threadId} is not caught up`);
    assert.deepEqual(events, thread.events.slice(thread.events.length - events.length));
    const complete = events.length >= thread.events.length - thread.floor + 1;
    assert.ok(complete || this.folds.get(threadId).paged, `${threadId} lacks its beginning`);
  }

  #checkSent(threadId, text, accepted) {
    assert.ok(accepted, `"${text}" was never answered`);
    let times = 0;
    for (const [place, events] of this.#server.committed) {
      const here = events.filter(({ type, payload }) =>
        type === "user_message" && payload.text === text);
      assert.ok(here.length <= 1, `"${text}" stands twice in ${place}`);
      if (place.startsWith(`${threadId} `)) times += here.length;
    }
    assert.ok(times >= 1, `"${text}" is in no log`);
  }
}
