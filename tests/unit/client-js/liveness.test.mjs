// Silence, pings, sleep, and who looks: when a connection is held for dead, and when it comes back.

import assert from "node:assert/strict";
import { test } from "node:test";

import { surroundingsOf } from "../../../tools/client-js/src/surroundings.js";
import { connect, event, follow, replay } from "./fake_connection.mjs";

function live(options) {
  const seen = connect(options);
  const told = follow(seen);
  seen.client.open();
  seen.socket().welcome();
  replay(seen.socket(), { events: [event(1)] });
  return { ...seen, told };
}

const pings = ({ socket }) => socket().of("ping").length;

test("the ping comes a heartbeat after the last frame, not at the next beat", () => {
  const seen = live();
  seen.clock.advance(20000);
  seen.socket().say(event(2));
  seen.clock.advance(24999);
  assert.equal(pings(seen), 0);
  seen.clock.advance(1);
  assert.equal(pings(seen), 1);
});

test("five seconds without an answer mean dead, one millisecond less does not", () => {
  const seen = live();
  seen.client.wake();
  seen.clock.advance(4999);
  assert.equal(seen.state().name, "connected");
  seen.clock.advance(1);
  assert.deepEqual([seen.state().name, seen.state().reason], ["reconnecting", "no answer to a ping"]);
});

test("whatever comes answers the ping, and one ping is enough for all who ask", () => {
  const seen = live();
  seen.client.wake();
  seen.client.wake();
  assert.equal(pings(seen), 1);
  seen.clock.advance(4999);
  seen.socket().say(event(2));
  seen.clock.advance(10000);
  assert.equal(seen.state().name, "connected");
});

test("while an answer is awaited five seconds of silence ask, and five more end it", () => {
  for (const ask of [
    ({ client }) => client.send({ thread_id: "t", text: "hi" }),
    ({ client }) => client.request({ type: "threads" }).catch(() => {}),
    ({ client }) => client.watch("u", {}),
  ]) {
    const seen = live();
    ask(seen);
    seen.clock.advance(5000);
    assert.equal(pings(seen), 1);
    seen.clock.advance(5000);
    assert.equal(seen.state().name, "reconnecting");
  }
});

test("a server that talks and never answers is given up after thirty seconds", () => {
  const seen = live();
  seen.client.send({ thread_id: "t", text: "hi" });
  for (let second = 1; second < 30; second += 1) {
    seen.clock.advance(1000);
    seen.socket().say(event(1 + second));
  }
  assert.equal(seen.state().name, "connected");
  seen.clock.advance(1000);
  assert.equal(seen.state().reason, "no answer to what was asked");
});

test("an answer ends the watch for it", () => {
  const seen = live();
  seen.client.send({ thread_id: "t", message_id: "m", text: "hi" });
  const { id } = seen.socket().of("message")[0];
  seen.socket().say({ type: "accepted", id, thread_id: "t", message_id: "m", run_id: "r" });
  seen.clock.advance(24000);
  assert.equal(pings(seen), 0);
});

test("after a short sleep it asks; after one longer than a server waits it connects anew", () => {
  const short = live();
  short.clock.sleep(20000);
  short.clock.advance(2000);
  assert.equal(pings(short), 1);
  assert.equal(short.sockets.length, 1);
  const long = live();
  long.clock.sleep(40000);
  long.clock.advance(2000);
  assert.equal(long.sockets.length, 2);
  assert.equal(long.states.at(-2).reason, "the machine was asleep");
});

test("a hidden page's timers are late by themselves: it asks before it leaves", () => {
  const seen = live();
  seen.surroundings.away = true;
  seen.clock.sleep(60000);
  seen.clock.advance(2000);
  assert.equal(seen.sockets.length, 1);
  assert.equal(pings(seen), 1);
});

test("retries are rarer while nobody looks, and one comes at once when somebody does", () => {
  const seen = live();
  seen.surroundings.away = true;
  const waits = [];
  for (let i = 0; i < 10; i += 1) {
    seen.socket().drop();
    waits.push(seen.state().retryInMs);
    if (i < 9) seen.clock.advance(seen.state().retryInMs);
  }
  assert.deepEqual(waits, [250, 500, 1000, 2000, 4000, 8000, 16000, 30000, 30000, 30000]);
  const opened = seen.sockets.length;
  seen.surroundings.away = false;
  seen.surroundings.wake();
  assert.equal(seen.sockets.length, opened + 1);
  seen.socket().drop();
  assert.equal(seen.state().retryInMs, 4000);
});

test("a wake-up begins an attempt anew that has been under way for long, and no fresh one", () => {
  const seen = live();
  seen.socket().drop();
  seen.clock.advance(250);
  seen.client.wake();
  assert.equal(seen.sockets.length, 2);
  seen.clock.advance(1000);
  seen.client.wake();
  assert.equal(seen.sockets.length, 3);
  assert.notEqual(seen.sockets[1].closedWith, null);
  seen.socket().welcome();
  assert.equal(seen.state().name, "connected");
});

test("a client that was closed is not woken", () => {
  const seen = live();
  seen.client.close();
  assert.equal(seen.surroundings.listeners.size, 0);
  seen.client.wake();
  assert.equal(seen.sockets.length, 1);
  seen.client.open();
  assert.equal(seen.surroundings.listeners.size, 1);
});

test("going_away is obeyed within a minute, however the connection then ends", () => {
  for (const [asked, waited] of [[1234, 1234], [3600000, 60000], [undefined, 250]]) {
    const seen = live();
    seen.socket().say({ type: "going_away", reason: "shutdown", reconnect_after_ms: asked });
    seen.socket().drop();
    assert.equal(seen.state().retryInMs, waited);
  }
});

test("a browser's window and network are what it says they are", () => {
  const scope = new EventTarget();
  scope.document = Object.assign(new EventTarget(), { visibilityState: "visible" });
  scope.navigator = { onLine: true };
  const around = surroundingsOf(scope);
  let woken = 0;
  const stop = around.onWake(() => { woken += 1; });
  assert.equal(around.isAway(), false);
  scope.navigator.onLine = false;
  assert.equal(around.isAway(), true);
  scope.navigator.onLine = true;
  scope.dispatchEvent(new Event("online"));
  assert.equal(woken, 1);
  scope.document.visibilityState = "hidden";
  assert.equal(around.isAway(), true);
  scope.document.dispatchEvent(new Event("visibilitychange"));
  assert.equal(woken, 1, "hiding wakes nobody");
  scope.document.visibilityState = "visible";
  scope.document.dispatchEvent(new Event("visibilitychange"));
  scope.dispatchEvent(new Event("pageshow"));
  scope.document.dispatchEvent(new Event("resume"));
  assert.equal(woken, 4);
  stop();
  scope.dispatchEvent(new Event("online"));
  scope.document.dispatchEvent(new Event("visibilitychange"));
  assert.equal(woken, 4);
  const nowhere = surroundingsOf({});
  nowhere.onWake(() => {})();
  assert.equal(nowhere.isAway(), false);
});

test("a replay that stops in the middle is given up, one that goes on is not", () => {
  const seen = connect();
  follow(seen);
  seen.client.open();
  seen.socket().welcome();
  const [{ id }] = seen.socket().of("subscribe");
  seen.socket().say({ type: "subscribed", id, thread_id: "t", epoch: "e1", seq: 90, recovered: true });
  for (let seq = 1; seq <= 60; seq += 1) {
    seen.socket().say(event(seq));
    seen.clock.advance(1000);
  }
  assert.equal(seen.state().name, "connected");
  for (let second = 0; second < 34; second += 1) {
    seen.socket().say({ type: "pong", ts: 1 });
    seen.clock.advance(1000);
  }
  assert.equal(seen.states.at(-1).reason ?? seen.states.at(-2).reason, "no answer to what was asked");
});
