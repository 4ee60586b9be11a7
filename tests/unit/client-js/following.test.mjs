// Where a program begins in a thread, what it may do wrong, and what the server may refuse it.

import assert from "node:assert/strict";
import { test } from "node:test";

import { ClarionClient } from "../../../tools/client-js/src/index.js";
import { connect, event, replay } from "./fake_connection.mjs";

const settle = () => new Promise((resolve) => { setImmediate(resolve); });

function followed(options, listener = {}) {
  const seen = connect();
  seen.told = [];
  seen.client.watch("t", {
    onEvent: (e) => seen.told.push(e.seq),
    onReset: (reason) => seen.told.push(`reset:${reason}`),
    onCaughtUp: () => seen.told.push("caught up"),
    onRefused: ({ code }) => seen.told.push(`refused:${code}`),
    onPage: (events) => seen.told.push(events.map((e) => e.seq)),
    ...listener,
  }, options);
  seen.client.open();
  seen.socket().welcome();
  return seen;
}

test("from now on: nothing is replayed, and a loss is made good from the head of then", () => {
  const seen = followed({ from: "now" });
  assert.equal("since" in seen.socket().of("subscribe")[0], false);
  replay(seen.socket(), { head: 7 });
  assert.deepEqual(seen.client.cursor("t"), { epoch: "e1", seq: 7 });
  seen.socket().drop();
  seen.clock.advance(250);
  seen.socket().welcome();
  assert.deepEqual(seen.socket().of("subscribe")[0].since, { epoch: "e1", seq: 7 });
  replay(seen.socket(), { events: [event(8)] });
  assert.deepEqual(seen.told, ["caught up", 8, "caught up"]);
});

test("from now on, where the answer was lost, is still from now on", () => {
  const seen = followed({ from: "now" });
  seen.socket().drop();
  seen.clock.advance(250);
  seen.socket().welcome();
  assert.equal("since" in seen.socket().of("subscribe")[0], false);
});

test("from a place that was kept: only what came after it, or a reset", () => {
  const kept = { epoch: "e1", seq: 3 };
  const seen = followed({ from: kept, pageEvents: 10 });
  assert.deepEqual(seen.socket().of("history"), []);
  assert.deepEqual(seen.socket().of("subscribe")[0].since, kept);
  replay(seen.socket(), { events: [event(3), event(4)] });
  assert.deepEqual(seen.told, [4, "caught up"]);
  assert.deepEqual(seen.client.cursor("t"), { epoch: "e1", seq: 4 });
  const other = followed({ from: kept });
  replay(other.socket(), { epoch: "e2", recovered: false, reason: "epoch_changed",
    events: [event(1, { epoch: "e2" })] });
  assert.deepEqual(other.told, ["reset:epoch_changed", 1, "caught up"]);
});

test("a thread is watched once; one that is not has no cursor", () => {
  const seen = followed();
  assert.throws(() => seen.client.watch("t", {}), /watched already/);
  seen.client.unwatch("t");
  assert.equal(seen.client.cursor("t"), null);
  seen.client.watch("t", {});
});

test("what a listener throws is reported, and nothing is lost or shown twice", async (t) => {
  const reported = [];
  globalThis.reportError = (error) => reported.push(error.message);
  t.after(() => { delete globalThis.reportError; });
  const told = [];
  const seen = followed({}, {
    onEvent: ({ seq }) => {
      told.push(seq);
      throw new Error(`event ${seq}`);
    },
    onCaughtUp: () => { throw new Error("caught up"); },
  });
  seen.client.on("state", () => { throw new Error("state"); });
  replay(seen.socket(), { events: [event(1), event(2)] });
  seen.socket().say(event(3));
  seen.socket().drop();
  assert.deepEqual(told, [1, 2, 3]);
  assert.deepEqual(reported, ["event 1", "event 2", "caught up", "event 3", "state"]);
  seen.clock.advance(250);
  assert.equal(seen.sockets.length, 2);
});

test("a thread that may not be followed is told once a connection, and does not hinder the others", () => {
  const seen = followed();
  const refuse = () => {
    const { id } = seen.socket().of("subscribe").find((f) => f.thread_id === "t");
    seen.socket().say({ type: "error", id, code: "bad_request", message: "", retryable: false });
  };
  refuse();
  seen.clock.advance(5000);
  assert.deepEqual(seen.told, ["refused:bad_request"]);
  assert.equal(seen.socket().of("subscribe").length, 1);
  seen.socket().drop();
  assert.equal(seen.state().retryInMs, 250, "the connection has done what could be done");
  seen.clock.advance(250);
  seen.socket().welcome();
  refuse();
  assert.equal(seen.told.length, 2);
});

test("a page with a gap is not shown", async () => {
  const seen = followed({ pageEvents: 3 });
  const answer = (events) => {
    const { id } = seen.socket().of("history").at(-1);
    seen.socket().say({ type: "history", id, thread_id: "t", epoch: "e1", events, more: true });
    return settle();
  };
  await answer([event(5), event(7)]);
  assert.deepEqual(seen.told, []);
  assert.deepEqual(seen.socket().of("subscribe")[0].since, { epoch: "", seq: 0 });
  const other = followed({ pageEvents: 3 });
  const { id } = other.socket().of("history")[0];
  other.socket().say({ type: "history", id, thread_id: "t", epoch: "e1",
    events: [event(8), event(9)], more: true });
  await settle();
  replay(other.socket(), { head: 9 });
  for (const events of [[event(5), event(7)], [event(5), event(6)]]) {
    const older = other.client.older("t");
    const asked = other.socket().of("history").at(-1);
    other.socket().say({ type: "history", id: asked.id, thread_id: "t", epoch: "e1", events, more: true });
    await assert.rejects(older, { code: "gap" });
  }
});

test("a message without an id gets one of its own, and keeps it", () => {
  const seen = followed();
  seen.client.send({ thread_id: "t", text: "one" });
  seen.client.send({ thread_id: "t", text: "two" });
  const ids = seen.socket().of("message").map((f) => f.message_id);
  assert.equal(new Set(ids).size, 2);
  for (const id of ids) assert.match(id, /^j_[0-9a-f]{24}$/);
  seen.socket().drop();
  seen.clock.advance(250);
  seen.socket().welcome();
  assert.deepEqual(seen.socket().of("message").map((f) => f.message_id), ids);
});

test("a message that is to wait is written once on the next connection, and not again when its time comes", () => {
  const seen = followed();
  seen.client.send({ thread_id: "t", text: "one" });
  const [{ id }] = seen.socket().of("message");
  seen.socket().say({ type: "error", id, code: "draining", message: "", retryable: true, retry_after_ms: 9000 });
  seen.socket().drop(1001);
  seen.clock.advance(250);
  seen.socket().welcome();
  assert.equal(seen.socket().of("message").length, 1);
  seen.clock.advance(4000);
  seen.socket().say({ type: "pong", ts: 1 });
  seen.clock.advance(4900);
  assert.equal(seen.socket().of("message").length, 1);
});

test("more than a thousand messages without an answer are refused", async () => {
  const seen = connect();
  for (let i = 0; i < 1000; i += 1) seen.client.send({ thread_id: "t", text: "x" });
  assert.equal(seen.client.unanswered, 1000);
  await assert.rejects(seen.client.send({ thread_id: "t", text: "x" }), { code: "busy" });
});

test("what closes in a listener stays closed", () => {
  const seen = connect();
  const leave = seen.client.on("state", ({ name }) => {
    if (name === "connecting") seen.client.close();
  });
  seen.client.open();
  assert.equal(seen.sockets.length, 0);
  assert.equal(seen.state().name, "closed");
  seen.clock.advance(60000);
  assert.equal(seen.sockets.length, 0);
  leave();
  seen.client.open();
  assert.equal(seen.sockets.length, 1);
});

test("mistakes of the program are told at once", () => {
  assert.throws(() => new ClarionClient({ url: "ws://h/ws", WebSocket: undefined }), /no global WebSocket/);
  const seen = connect();
  assert.throws(() => seen.client.on("sate", () => {}), /no event "sate"/);
});
