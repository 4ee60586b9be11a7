import assert from "node:assert/strict";
import { test } from "node:test";

import { connect, event, replay } from "./fake_connection.mjs";

const settle = () => new Promise((resolve) => { setImmediate(resolve); });

/** A thread followed by pages of `pageEvents`. */
function paged(pageEvents = 3) {
  const seen = connect();
  seen.told = [];
  seen.client.watch("t", {
    onPage: (events, more) => seen.told.push([events.map((e) => e.seq), more]),
    onEvent: (e) => seen.told.push(e.seq),
    onReset: (reason) => seen.told.push(`reset:${reason}`),
    onCaughtUp: () => seen.told.push("caught up"),
  }, { pageEvents });
  seen.client.open();
  seen.socket().welcome();
  return seen;
}

async function page(seen, from, to, { more = false, epoch = "e1" } = {}) {
  const { id } = seen.socket().of("history").at(-1);
  const events = [];
  for (let seq = from; seq <= to; seq += 1) events.push(event(seq));
  seen.socket().say({ type: "history", id, thread_id: "t", epoch, events, more });
  await settle();
}

async function refuse(seen, code, more = {}) {
  const { id } = seen.socket().of("history").at(-1);
  seen.socket().say({ type: "error", id, code, message: "", ...more });
  await settle();
}

test("the newest page comes first, then everything after it, without gap or duplicate", async () => {
  const seen = paged();
  assert.deepEqual(seen.socket().of("subscribe"), []);
  assert.equal(seen.socket().of("history")[0].limit, 3);
  await page(seen, 8, 10, { more: true });
  assert.deepEqual(seen.socket().of("subscribe")[0].since, { epoch: "e1", seq: 10 });
  replay(seen.socket(), { events: [event(10), event(11)] });
  seen.socket().say(event(12));
  assert.deepEqual(seen.told, [[[8, 9, 10], true], 11, "caught up", 12]);
});

test("older pages end where the oldest one known begins", async () => {
  const seen = paged();
  await page(seen, 8, 10, { more: true });
  replay(seen.socket(), { head: 10 });
  const older = seen.client.older("t");
  assert.equal(seen.socket().of("history").at(-1).before_seq, 8);
  await page(seen, 5, 8, { more: true });
  const { events, more } = await older;
  assert.deepEqual([events.map((e) => e.seq), more], [[5, 6, 7], true]);
  const last = seen.client.older("t");
  assert.equal(seen.socket().of("history").at(-1).before_seq, 5);
  await page(seen, 1, 4);
  assert.deepEqual((await last).events.length, 4);
});

test("a page of another incarnation is not joined", async () => {
  const seen = paged();
  await page(seen, 8, 10, { more: true });
  replay(seen.socket(), { head: 10 });
  const older = seen.client.older("t");
  await page(seen, 1, 7, { epoch: "e2" });
  assert.equal(await older, null);
});

test("a thread that does not exist yet is followed from its beginning", async () => {
  for (const answer of [(seen) => refuse(seen, "not_found"), (seen) => page(seen, 1, 0, { epoch: "" })]) {
    const seen = paged();
    await answer(seen);
    assert.deepEqual(seen.socket().of("subscribe")[0].since, { epoch: "", seq: 0 });
    replay(seen.socket(), { epoch: "", head: 0 });
    seen.socket().say(event(1));
    assert.deepEqual(seen.told, ["caught up", 1]);
    assert.deepEqual(await seen.client.older("t"), { events: [], more: false });
  }
});

test("a page that cannot be read now is asked for again", async () => {
  const seen = paged();
  await refuse(seen, "storage_unavailable", { retryable: true, retry_after_ms: 300 });
  seen.clock.advance(300);
  assert.equal(seen.socket().of("history").length, 2);
  await page(seen, 1, 2);
  assert.deepEqual(seen.told, [[[1, 2], false]]);
});

test("a connection lost while the page is on its way begins anew on the next one", async () => {
  const seen = paged();
  seen.socket().drop();
  await settle();
  seen.clock.advance(250);
  seen.socket().welcome();
  assert.equal(seen.socket().of("history").length, 1);
  await page(seen, 1, 2);
  assert.deepEqual(seen.told, [[[1, 2], false]]);
});

test("a resume does not read the page again", async () => {
  const seen = paged();
  await page(seen, 8, 10);
  replay(seen.socket(), { head: 10 });
  seen.socket().drop();
  seen.clock.advance(250);
  seen.socket().welcome();
  assert.deepEqual(seen.socket().of("history"), []);
  assert.deepEqual(seen.socket().of("subscribe")[0].since, { epoch: "e1", seq: 10 });
});

test("a thread that was left hears nothing of its page", async () => {
  const seen = paged();
  seen.client.unwatch("t");
  await page(seen, 1, 2);
  assert.deepEqual(seen.told, []);
  assert.deepEqual(seen.socket().of("subscribe"), []);
});

test("one's own delete does not bring the thread back", async () => {
  const seen = paged();
  await page(seen, 1, 2);
  replay(seen.socket(), { head: 2 });
  const asked = seen.client.request({ type: "delete_thread", thread_id: "t" });
  const { id } = seen.socket().of("delete_thread")[0];
  seen.socket().say({ type: "deleted", id, thread_id: "t" });
  assert.equal((await asked).type, "deleted");
  assert.equal(seen.socket().of("subscribe").length, 1);
});

test("a replay that retention overtakes begins anew where the server says so", async () => {
  const seen = paged();
  await page(seen, 8, 10, { more: true });
  const socket = seen.socket();
  const { id } = socket.of("subscribe").at(-1);
  const answer = { type: "subscribed", id, thread_id: "t", epoch: "e1", seq: 51 };
  socket.say({ ...answer, recovered: true }, event(11, { replay: true }),
    { ...answer, recovered: false, reason: "trimmed" }, event(50, { replay: true }), event(51, { replay: true }),
    { type: "caught_up", thread_id: "t", seq: 51 }, event(52));
  assert.deepEqual(seen.told, [[[8, 9, 10], true], 11, "reset:trimmed", 50, 51, "caught up", 52]);
  assert.equal(socket.of("subscribe").length, 1);
});
