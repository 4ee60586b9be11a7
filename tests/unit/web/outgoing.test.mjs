import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { Outgoing } from "../../../app/web/outgoing.js";
import { connect } from "../client-js/fake_connection.mjs";

const kept = new Map();
globalThis.sessionStorage = {
  getItem: (key) => kept.get(key) ?? null,
  setItem: (key, value) => kept.set(key, value),
  removeItem: (key) => kept.delete(key),
};
beforeEach(() => kept.clear());

const settle = () => new Promise((resolve) => { setImmediate(resolve); });

/** A page of this tab: loaded anew with each call, over the same storage. */
function load() {
  const seen = connect();
  const told = [];
  const outgoing = new Outgoing(seen.client, {
    sending: (e) => told.push(`sending ${e.text}`),
    accepted: (e) => told.push(`accepted ${e.text}`),
    refused: (e) => told.push(`refused ${e.text} ${e.refusal.code}`),
  });
  seen.client.open();
  return { ...seen, outgoing, told };
}

async function answer(page, type, more = {}) {
  const { id } = page.socket().of("message").at(-1);
  page.socket().say({ type, id, ...more });
  await settle();
}

test("what was written offline is sent once there is a connection", async () => {
  const page = load();
  page.outgoing.send({ threadId: "t", text: "hi", agent: "other", onBusy: "interrupt" });
  page.socket().welcome();
  page.outgoing.begin("ada");
  assert.equal(page.socket().of("message").length, 1);
  assert.equal(page.outgoing.of("t").length, 1, "it is this user's now");
  const [{ thread_id: thread, text, agent, on_busy: onBusy }] = page.socket().of("message");
  assert.deepEqual([thread, text, agent, onBusy], ["t", "hi", "other", "interrupt"]);
  await answer(page, "accepted");
  assert.deepEqual(page.told, ["sending hi", "accepted hi"]);
  assert.equal(kept.size, 0, "answered, but still kept");
});

test("a reload sends it again with the same message_id and the same content", () => {
  const first = load();
  first.socket().welcome();
  first.outgoing.begin("ada");
  first.outgoing.send({ threadId: "t", text: "hi", agent: "other" });
  const [before] = first.socket().of("message");
  const second = load();
  second.socket().welcome();
  second.outgoing.begin("ada");
  const [after] = second.socket().of("message");
  assert.deepEqual({ ...after, id: 0 }, { ...before, id: 0 });
  second.outgoing.begin("ada");
  assert.equal(second.socket().of("message").length, 1, "a reconnect does not add another one");
});

test("it is never sent for another user", () => {
  const first = load();
  first.socket().welcome();
  first.outgoing.begin("ada");
  first.outgoing.send({ threadId: "t", text: "hi" });
  const second = load();
  second.socket().welcome();
  second.outgoing.begin("bob");
  assert.deepEqual(second.socket().of("message"), []);
  assert.deepEqual(second.outgoing.of("t"), []);
});

test("a refused message stays, also over a reload, until it is sent again or discarded", async () => {
  const first = load();
  first.socket().welcome();
  first.outgoing.begin("ada");
  const { messageId } = first.outgoing.send({ threadId: "t", text: "hi" });
  await answer(first, "error", { code: "busy", message: "full", retryable: true });
  const second = load();
  second.socket().welcome();
  second.outgoing.begin("ada");
  assert.deepEqual(second.told, ["refused hi busy"]);
  assert.deepEqual(second.socket().of("message"), []);
  second.outgoing.retry(messageId);
  assert.equal(second.socket().of("message")[0].message_id, messageId);
  await answer(second, "error", { code: "busy", message: "full", retryable: true });
  second.outgoing.discard(messageId);
  assert.equal(kept.size, 0);
});
