import assert from "node:assert/strict";
import { test } from "node:test";

import { connect, event, follow, replay } from "./fake_connection.mjs";

function live(options) {
  const seen = connect(options);
  const told = follow(seen);
  seen.client.open();
  seen.socket().welcome();
  return { ...seen, told };
}

const acked = ({ socket }) => socket().of("ack").map(({ thread_id: id, seq }) => [id, seq]);

test("a replay is acknowledged as a whole, live events together when they come together", () => {
  const seen = live();
  replay(seen.socket(), { events: [event(1), event(2)] });
  assert.deepEqual(acked(seen), []);
  seen.clock.advance(20);
  assert.deepEqual(acked(seen), [["t", 2]]);
  seen.socket().say(event(3), event(4));
  seen.clock.advance(20);
  assert.deepEqual(acked(seen), [["t", 2], ["t", 4]]);
  seen.clock.advance(10000);
  assert.equal(acked(seen).length, 2);
});

test("nothing is acknowledged that was not shown", () => {
  const seen = live();
  replay(seen.socket(), { events: [event(1)] });
  seen.socket().say(event(3));
  seen.clock.advance(20);
  assert.deepEqual(acked(seen), [["t", 1]]);
});

test("an empty thread has nothing to acknowledge, nor has one that was left or deleted", () => {
  const empty = live();
  replay(empty.socket(), { epoch: "", head: 0 });
  empty.clock.advance(20);
  assert.deepEqual(acked(empty), []);
  const left = live();
  replay(left.socket(), { events: [event(1)] });
  left.client.unwatch("t");
  left.clock.advance(20);
  assert.deepEqual(acked(left), []);
  const deleted = live();
  replay(deleted.socket(), { events: [event(1)] });
  deleted.socket().say({ type: "deleted", thread_id: "t" });
  deleted.clock.advance(20);
  assert.deepEqual(acked(deleted), []);
});

test("what a lost connection has shown is acknowledged on the next one", () => {
  const seen = live();
  replay(seen.socket(), { events: [event(1)] });
  seen.socket().drop();
  seen.clock.advance(250);
  seen.socket().welcome();
  replay(seen.socket(), { head: 1 });
  seen.clock.advance(20);
  assert.deepEqual(acked(seen), [["t", 1]]);
});

test("a refused acknowledgement is nobody's problem; without acks none is sent", () => {
  const seen = live();
  replay(seen.socket(), { events: [event(1)] });
  seen.clock.advance(20);
  const { id } = seen.socket().of("ack")[0];
  seen.socket().say({ type: "error", id, code: "not_found", message: "", retryable: false });
  assert.deepEqual(seen.problems, []);
  const mute = live({ acks: "none" });
  replay(mute.socket(), { events: [event(1)] });
  mute.clock.advance(1000);
  assert.deepEqual(acked(mute), []);
});
