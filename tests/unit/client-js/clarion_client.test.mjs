import assert from "node:assert/strict";
import { test } from "node:test";

import { isFinalClose, retryDelay } from "../../../tools/client-js/src/index.js";
import { connect, event, follow, replay } from "./fake_connection.mjs";

function live(events = [event(1), event(2)]) {
  const seen = connect();
  const told = follow(seen);
  seen.client.open();
  seen.socket().welcome();
  replay(seen.socket(), { events });
  return { ...seen, told };
}

test("offers clarion.v1 and is connected at welcome, not at open", () => {
  const seen = connect();
  seen.client.open();
  assert.deepEqual(seen.socket().protocols, ["clarion.v1"]);
  seen.socket().open();
  assert.equal(seen.state().name, "connecting");
  seen.socket().welcome();
  assert.equal(seen.state().name, "connected");
});

test("sends nothing before welcome but the token, where there is one", () => {
  const plain = connect();
  follow(plain);
  plain.client.open();
  plain.client.send({ thread_id: "t", message_id: "m", text: "hi" });
  plain.socket().open();
  assert.deepEqual(plain.socket().sent, []);
  const signed = connect({ token: () => "secret" });
  signed.client.open();
  signed.socket().open();
  assert.deepEqual(signed.socket().sent, [{ type: "hello", token: "secret" }]);
});

test("subscribes from the start, replays, and is live", () => {
  const { told, socket } = live();
  assert.deepEqual(socket().of("subscribe")[0].since, { epoch: "", seq: 0 });
  socket().say(event(3));
  assert.deepEqual(told, [1, 2, "caught up", 3]);
});

test("resumes from its cursor on the next connection, without showing anything twice", () => {
  const { told, socket, clock } = live();
  socket().drop();
  clock.advance(250);
  socket().welcome();
  assert.deepEqual(socket().of("subscribe")[0].since, { epoch: "e1", seq: 2 });
  replay(socket(), { events: [event(2), event(3)] });
  assert.deepEqual(told, [1, 2, "caught up", 3, "caught up"]);
});

test("a gap makes it subscribe again from its cursor and drop the tail of the old subscription", () => {
  const { told, socket } = live();
  socket().say(event(4), event(5));
  assert.equal(socket().of("subscribe").length, 2);
  assert.deepEqual(socket().of("subscribe")[1].since, { epoch: "e1", seq: 2 });
  replay(socket(), { events: [event(3), event(4), event(5)] });
  assert.deepEqual(told, [1, 2, "caught up", 3, 4, 5, "caught up"]);
});

test("the answer to an older subscribe is not taken for the newest", () => {
  const { told, socket } = live();
  const [{ id }] = socket().of("subscribe");
  socket().say(event(4));
  socket().say({ type: "subscribed", id, thread_id: "t", epoch: "e1", seq: 4, recovered: true },
    event(3));
  assert.deepEqual(told, [1, 2, "caught up"]);
});

test("caught_up that speaks of events which never came makes it subscribe again", () => {
  const seen = connect();
  const told = follow(seen);
  seen.client.open();
  seen.socket().welcome();
  replay(seen.socket(), { events: [event(1)], head: 3 });
  assert.deepEqual(told, [1]);
  assert.deepEqual(seen.socket().of("subscribe")[1].since, { epoch: "e1", seq: 1 });
});

test("a gap that does not close gives the connection up after a few attempts", () => {
  const { socket, sockets, clock, state } = live();
  for (let i = 0; i < 4; i += 1) {
    socket().say(event(9));
    if (i < 3) replay(socket(), { events: [event(9)] });
  }
  assert.equal(state().name, "reconnecting");
  clock.advance(4000);
  assert.equal(sockets.length, 2);
});

test("an unrecovered subscribe resets the copy before the replay", () => {
  const { told, socket, clock } = live();
  socket().drop();
  clock.advance(250);
  socket().welcome();
  replay(socket(), { epoch: "e2", recovered: false, reason: "trimmed",
    events: [event(7, { epoch: "e2" }), event(8, { epoch: "e2" })] });
  assert.deepEqual(told.slice(3), ["reset:trimmed", 7, 8, "caught up"]);
});

test("a deleted thread is reset and followed from its new beginning", () => {
  const { told, socket } = live();
  socket().say({ type: "deleted", thread_id: "t" });
  assert.deepEqual(socket().of("subscribe")[1].since, { epoch: "", seq: 0 });
  replay(socket(), { epoch: "", head: 0 });
  socket().say(event(1, { epoch: "e2" }));
  assert.deepEqual(told.slice(3), ["reset:deleted", "caught up", 1]);
});

test("a refused subscribe is told and asked again when it may be", () => {
  const seen = connect();
  const told = follow(seen);
  seen.client.open();
  seen.socket().welcome();
  const [{ id }] = seen.socket().of("subscribe");
  seen.socket().say({ type: "error", id, code: "storage_unavailable", message: "", retryable: true });
  assert.equal(seen.problems[0].code, "storage_unavailable");
  seen.clock.advance(1000);
  replay(seen.socket(), { events: [event(1)] });
  assert.deepEqual(told, [1, "caught up"]);
});

test("the first retry comes within 250 ms, later ones never after more than 4 s", () => {
  assert.equal(retryDelay(0, () => 1), 250);
  assert.equal(retryDelay(0, () => 0), 0);
  assert.equal(retryDelay(1, () => 1), 500);
  for (const attempt of [4, 5, 50, 5000]) assert.equal(retryDelay(attempt, () => 1), 4000);
});

test("backs off while nothing works, and starts over once all is caught up", () => {
  const { socket, state, clock } = live();
  const waits = [];
  for (let i = 0; i < 6; i += 1) {
    socket().drop();
    waits.push(state().retryInMs);
    clock.advance(state().retryInMs);
  }
  assert.deepEqual(waits, [250, 500, 1000, 2000, 4000, 4000]);
  socket().welcome();
  socket().drop(); // greeted and dropped is no success
  assert.equal(state().retryInMs, 4000);
  clock.advance(4000);
  socket().welcome();
  replay(socket(), { events: [], head: 2 });
  socket().drop();
  assert.equal(state().retryInMs, 250);
});

test("1001 waits as long as going_away says", () => {
  const { socket, state, sockets, clock } = live();
  socket().say({ type: "going_away", reason: "shutdown", reconnect_after_ms: 1234 });
  socket().drop(1001);
  assert.equal(state().retryInMs, 1234);
  clock.advance(1233);
  assert.equal(sockets.length, 1);
  clock.advance(1);
  assert.equal(sockets.length, 2);
});

test("4500 and above end it, with code and reason, until somebody opens it again", () => {
  for (const code of [4500, 4501, 4502, 4503, 4504, 4505]) {
    const { socket, sockets, state, clock, client } = live();
    socket().drop(code, "because");
    assert.deepEqual(state(), { name: "closed", code, reason: "because" });
    clock.advance(3600000);
    client.wake();
    assert.equal(sockets.length, 1, `${code} must not reconnect`);
    client.open();
    assert.equal(sockets.length, 2);
  }
  for (const code of [1000, 1006, 1009, 1011, 4008, 4009, 4010]) {
    assert.equal(isFinalClose(code), false);
  }
});

test("a message without an answer is sent again with the same message_id, an answered one is not", async () => {
  const { client, socket, clock } = live();
  const first = client.send({ thread_id: "t", message_id: "m1", text: "one" });
  client.send({ thread_id: "t", message_id: "m2", text: "two" });
  const [one] = socket().of("message");
  socket().say({ type: "accepted", id: one.id, thread_id: "t", message_id: "m1", run_id: "r1" });
  assert.equal((await first).run_id, "r1");
  socket().drop();
  clock.advance(250);
  socket().welcome();
  assert.deepEqual(socket().of("message").map((m) => [m.message_id, m.text]), [["m2", "two"]]);
  assert.equal(socket().sent[0].type, "subscribe", "the subscription comes before the message");
});

test("each message is written once to a connection", () => {
  const { client, socket } = live();
  client.send({ thread_id: "t", message_id: "m1", text: "one" });
  client.send({ thread_id: "t", message_id: "m2", text: "two" });
  assert.deepEqual(socket().of("message").map((m) => m.message_id), ["m1", "m2"]);
});

test("a refused message rejects with the server's error and is not sent again", async () => {
  const { client, socket, clock, problems } = live();
  const sent = client.send({ thread_id: "t", message_id: "m1", text: "one" });
  const [{ id }] = socket().of("message");
  socket().say({ type: "error", id, code: "conflict", message: "other content", retryable: false });
  await assert.rejects(sent, { code: "conflict" });
  assert.deepEqual(problems, []);
  socket().drop();
  clock.advance(250);
  socket().welcome();
  assert.deepEqual(socket().of("message"), []);
});

test("retry_after_ms makes it wait and send again", async () => {
  const { client, socket, clock, problems } = live();
  const sent = client.send({ thread_id: "t", message_id: "m1", text: "one" });
  const [{ id }] = socket().of("message");
  socket().say({ type: "error", id, code: "rate_limited", message: "", retryable: true,
    retry_after_ms: 700 });
  assert.equal(problems[0].code, "rate_limited");
  clock.advance(699);
  assert.equal(socket().of("message").length, 1);
  clock.advance(1);
  assert.equal(socket().of("message").length, 2);
  socket().say({ type: "accepted", id, thread_id: "t", message_id: "m1", run_id: "r1" });
  assert.equal((await sent).message_id, "m1");
});

test("what is too long for the server is not written at all", async () => {
  const { client, socket } = live();
  const sent = client.send({ thread_id: "t", message_id: "m1", text: "ü".repeat(16385) });
  await assert.rejects(sent, { code: "too_large" });
  assert.deepEqual(socket().of("message"), []);
});

test("after 1009 the frame that was too large does not come again, the others do", async () => {
  const { client, socket, clock } = live();
  client.send({ thread_id: "t", message_id: "small", text: "x" });
  const large = client.send({ thread_id: "t", message_id: "large", text: "x".repeat(2000) });
  socket().drop(1009, "frame over 1000 bytes");
  await assert.rejects(large, { code: "too_large", message: "frame over 1000 bytes" });
  clock.advance(250);
  socket().welcome();
  assert.deepEqual(socket().of("message").map((m) => m.message_id), ["small"]);
});

test("cancel resolves with the verdict; a request is lost with its connection, not repeated", async () => {
  const { client, socket, clock } = live();
  const first = client.cancel("t", { run_id: "r" });
  const [{ id, run_id: runId }] = socket().of("cancel");
  assert.equal(runId, "r");
  socket().say({ type: "cancel_result", id, verdict: "accepted" });
  assert.equal((await first).verdict, "accepted");
  const second = client.cancel("t", { run_id: "r" });
  socket().drop();
  await assert.rejects(second, { code: "connection_lost" });
  await assert.rejects(client.cancel("t", { run_id: "r" }), { code: "connection_lost" });
  clock.advance(250);
  socket().welcome();
  assert.deepEqual(socket().of("cancel"), []);
});

test("silence is answered by a ping, and silence after the ping by a new connection", () => {
  const { socket, sockets, clock, state } = live();
  clock.advance(25000);
  assert.equal(socket().of("ping").length, 1);
  socket().say({ type: "pong", ts: 1 });
  clock.advance(24999);
  assert.equal(state().name, "connected");
  clock.advance(1);
  clock.advance(5000);
  assert.equal(state().name, "reconnecting");
  assert.notEqual(sockets[0].closedWith, null);
  clock.advance(250);
  assert.equal(sockets.length, 2);
});

test("a probe while waiting connects at once", () => {
  const { client, socket, sockets, clock } = live();
  socket().drop();
  client.wake();
  assert.equal(sockets.length, 2);
  clock.advance(4000);
  assert.equal(sockets.length, 2, "and the wait is over");
});

test("no connection and no welcome are given up in time", () => {
  const seen = connect();
  seen.client.open();
  seen.clock.advance(5000);
  assert.equal(seen.state().name, "reconnecting");
  seen.clock.advance(250);
  seen.socket().open();
  seen.clock.advance(15000);
  assert.equal(seen.state().name, "reconnecting");
});

test("a socket that was given up is not heard any more", () => {
  const { told, sockets, client, clock } = live();
  client.wake();
  clock.advance(5000);
  sockets[0].say(event(3));
  sockets[0].drop(4500);
  assert.deepEqual(told, [1, 2, "caught up"]);
  clock.advance(250);
  assert.equal(sockets.length, 2);
});

test("frames that cannot be read are told; unknown ones are passed on", () => {
  const { socket, problems, frames } = live();
  socket().onmessage({ data: "{" });
  assert.equal(problems[0].code, "bad_frame");
  socket().say({ type: "agents", agents: [] }, { type: "hologram" });
  assert.deepEqual(frames.slice(-2), ["agents", "hologram"]);
});

test("leaving a thread lets its events pass unseen, and its refusal too", () => {
  const { client, socket, told, problems } = live();
  client.unwatch("t");
  const [{ id }] = socket().of("unsubscribe");
  socket().say({ type: "error", id, code: "unknown_type", message: "" }, event(3));
  assert.deepEqual(told, [1, 2, "caught up"]);
  assert.deepEqual(problems, []);
});
