import assert from "node:assert/strict";
import { test } from "node:test";

import { ThreadList, titleOf } from "../../../app/web/thread-list.js";

const row = (id, updated, more = {}) => ({
  thread_id: id, title: `title ${id}`, seq: 10, updated_ms: updated, ...more });
const ids = (list) => list.rows.map((r) => r.threadId);

test("rows stand newest first; pages join", () => {
  const list = new ThreadList();
  list.replace({ threads: [row("c", 3), row("b", 2)], next: "n1" });
  assert.equal(list.next, "n1");
  list.extend({ threads: [row("a", 1)] });
  assert.deepEqual([ids(list), list.next], [["c", "b", "a"], null]);
});

test("a thread that changes moves to the front with its run", () => {
  const list = new ThreadList();
  list.replace({ threads: [row("b", 2), row("a", 1)] });
  list.change(row("a", 5, { seq: 12, active_run: { run_id: "r", state: "running" } }));
  assert.deepEqual(ids(list), ["a", "b"]);
  assert.equal(list.get("a").run, "running");
  list.change(row("a", 6, { seq: 14 }));
  assert.equal(list.get("a").run, null);
});

test("unread is what came since it was last seen, also over a reload", () => {
  const list = new ThreadList();
  list.replace({ threads: [row("a", 1)] });
  assert.equal(list.isUnread(list.get("a")), false, "what this browser never saw was read elsewhere");
  list.change(row("a", 2, { seq: 11 }));
  assert.equal(list.isUnread(list.get("a")), true);
  const again = new ThreadList(JSON.parse(JSON.stringify(list.seen())));
  again.replace({ threads: [row("a", 2, { seq: 11 })] });
  assert.equal(again.isUnread(again.get("a")), true);
  again.markSeen("a");
  assert.equal(again.isUnread(again.get("a")), false);
});

test("a thread that nobody here has heard of is unread when it changes", () => {
  const list = new ThreadList();
  list.change(row("new", 1, { seq: 3 }));
  assert.equal(list.isUnread(list.get("new")), true);
});

test("a thread that was deleted and made again is not taken for read", () => {
  const list = new ThreadList({ a: 100 });
  list.change(row("a", 1, { seq: 4 }));
  assert.equal(list.isUnread(list.get("a")), true);
});

test("reading anew drops what is gone, and only what the page would have shown", () => {
  const list = new ThreadList();
  list.replace({ threads: [row("d", 4), row("c", 3)], next: "n1" });
  list.extend({ threads: [row("b", 2), row("a", 1)], next: "n2" });
  list.replace({ threads: [row("d", 4), row("b", 2)], next: "n3" });
  assert.deepEqual([ids(list), list.next], [["d", "b", "a"], "n2"]);
  list.replace({ threads: [row("d", 4)] });
  assert.deepEqual([ids(list), list.next], [["d"], null]);
});

test("the open thread's own events keep its row current; its first message names it", () => {
  const list = new ThreadList();
  list.event({ thread_id: "a", type: "user_message", seq: 1, timestamp: 50,
    payload: { text: "  hello\nworld" } });
  list.event({ thread_id: "a", type: "agent_started", seq: 2, timestamp: 60, payload: {} });
  list.setRun("a", "running");
  assert.deepEqual(list.get("a"),
    { threadId: "a", title: "hello", seq: 2, updatedMs: 60, run: "running" });
});

test("what is kept about reading is bounded, the newest stay", () => {
  const list = new ThreadList();
  for (let i = 0; i < 600; i += 1) list.change(row(`t${i}`, i));
  assert.equal(Object.keys(list.seen()).length, 500);
  assert.ok("t599" in list.seen());
});

test("titles are one short line, cut between letters", () => {
  assert.equal(titleOf(" a b \nc"), "a b");
  const long = titleOf("😀".repeat(80));
  assert.deepEqual([Array.from(long).length, long.endsWith("😀…")], [60, true]);
});
