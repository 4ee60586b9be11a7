import assert from "node:assert/strict";
import { test } from "node:test";

import { Cursor } from "../../../tools/client-js/src/cursor.js";

const at = (seq, epoch = "e1") => ({ epoch, seq });

function cursorAt(seq) {
  const cursor = new Cursor();
  cursor.subscribed({ epoch: "e1", seq, recovered: true });
  for (let i = 1; i <= seq; i += 1) assert.equal(cursor.take(at(i)), "next");
  return cursor;
}

test("begins before the first event, which is valid before any event exists", () => {
  assert.deepEqual(new Cursor().since, { epoch: "", seq: 0 });
});

test("takes events in order and drops what it knows", () => {
  const cursor = cursorAt(3);
  assert.equal(cursor.take(at(3)), "known");
  assert.equal(cursor.take(at(1)), "known");
  assert.equal(cursor.take(at(4)), "next");
  assert.deepEqual(cursor.since, { epoch: "e1", seq: 4 });
});

test("sees a gap and stays where it is", () => {
  const cursor = cursorAt(3);
  assert.equal(cursor.take(at(5)), "gap");
  assert.deepEqual(cursor.since, { epoch: "e1", seq: 3 });
});

test("another epoch is a gap, even with the next seq", () => {
  const cursor = cursorAt(3);
  assert.equal(cursor.take(at(4, "e2")), "gap");
  assert.equal(cursor.take(at(1, "e2")), "gap");
});

test("learns the epoch of a thread that comes into being after the subscribe", () => {
  const cursor = new Cursor();
  assert.equal(cursor.subscribed({ epoch: "", seq: 0, recovered: true }), true);
  assert.equal(cursor.caughtUp(0), true);
  assert.equal(cursor.take(at(1)), "next");
  assert.equal(cursor.epoch, "e1");
});

test("a thread that comes into being does not begin with its second event", () => {
  const cursor = new Cursor();
  cursor.subscribed({ epoch: "", seq: 0, recovered: true });
  assert.equal(cursor.take(at(2)), "gap");
});

test("after an unrecovered subscribe the replay may start anywhere, and goes on without a gap", () => {
  const cursor = cursorAt(3);
  assert.equal(cursor.subscribed({ epoch: "e2", seq: 90, recovered: false }), false);
  assert.equal(cursor.take(at(80, "e2")), "next");
  assert.equal(cursor.take(at(82, "e2")), "gap");
  assert.equal(cursor.take(at(81, "e2")), "next");
});

test("after an unrecovered subscribe to a thread that is gone it stands at the beginning", () => {
  const cursor = cursorAt(3);
  cursor.subscribed({ epoch: "", seq: 0, recovered: false });
  assert.deepEqual(cursor.since, { epoch: "", seq: 0 });
  assert.equal(cursor.take(at(2, "e9")), "gap");
});

test("caught_up beyond the last event proves a loss; without a replay it sets the place", () => {
  assert.equal(cursorAt(3).caughtUp(3), true);
  assert.equal(cursorAt(3).caughtUp(4), false);
  const cursor = cursorAt(3);
  cursor.subscribed({ epoch: "e2", seq: 7, recovered: false });
  assert.equal(cursor.caughtUp(7), true);
  assert.equal(cursor.take(at(8, "e2")), "next");
});
