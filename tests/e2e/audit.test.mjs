// `clarion audit` finds nothing in a log that the real server wrote, and names what somebody changed in it.

import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";

import WebSocket from "ws";

import { startServer } from "./support/server.mjs";

const scratch = mkdtempSync(join(tmpdir(), "clarion-audit-"));
let sound; // the data directory of a server that has stopped
after(() => rmSync(scratch, { recursive: true, force: true }));

function audit(directory) {
  const { status, stdout, stderr } = spawnSync(process.env.CLARION_BIN, ["audit", "--data", directory],
    { encoding: "utf8", timeout: 60000 });
  return { code: status, out: stdout, err: stderr };
}

/** Sends the texts one after the other to the thread, each when the run before has ended. */
function converse(server, user, thread, texts) {
  const socket = new WebSocket(`${server.wsUrl}?user=${user}`, ["clarion.v1"]);
  return new Promise((resolve, reject) => {
    let next = 0;
    const ask = () => {
      if (next === texts.length) {
        socket.close();
        resolve();
      } else {
        const text = texts[next++];
        socket.send(JSON.stringify({ type: "message", thread_id: thread, message_id: randomUUID(), text, metadata: { n: 1.5 } }));
      }
    };
    socket.on("message", (data) => {
      const { type, message } = JSON.parse(data);
      if (type === "error") reject(new Error(message));
      if (["welcome", "agent_completed", "agent_error", "agent_cancelled"].includes(type)) ask();
    });
    socket.on("error", reject);
  });
}

before(async () => {
  const server = await startServer();
  sound = server.dataDir;
  await converse(server, "ada", "t1", ["what is 6*7?", "/story 30 0", "/tools 3", "/fail", "/throw", "/report x"]);
  await converse(server, "bob", "t1", ["hello", "/think 3"]);
  const held = audit(sound);
  assert.equal(held.code, 1);
  assert.match(held.err, /^clarion: the data directory .* is in use by another process \(process \d+\)\n$/);
  // A crash in the middle of a run leaves it open, and that is no violation.
  const story = converse(server, "ada", "t2", ["/story 1000 20"]).catch(() => {});
  await new Promise((resolve) => {
    const watcher = new WebSocket(`${server.wsUrl}?user=ada`, ["clarion.v1"]);
    const subscribe = { type: "subscribe", thread_id: "t2", since: { epoch: "", seq: 0 } };
    watcher.on("message", (data) => {
      const { type } = JSON.parse(data);
      if (type === "welcome") watcher.send(JSON.stringify(subscribe));
      if (type === "text_delta") resolve();
    });
    watcher.on("error", () => {});
  });
  await server.kill();
  void story;
});

test("a log that the server wrote has no violation, also after a crash, and its runs and events are counted", () => {
  const { code, out, err } = audit(sound);
  assert.equal(code, 0, out + err);
  assert.match(out, /^audit: 3 threads, 9 runs \(1 open\), \d+ events: no violation\n$/);
  assert.equal(err, "");
});

test("after the next start has sealed the lost run there is none either", async () => {
  const copy = join(scratch, "sealed");
  cpSync(sound, copy, { recursive: true });
  const server = await startServer({ dataDir: copy });
  await converse(server, "ada", "t2", ["/help"]);
  await server.stop();
  const { code, out } = audit(copy);
  assert.equal(code, 0, out);
  assert.match(out, /^audit: 3 threads, 10 runs \(0 open\)/);
});

const A = "(SELECT thread_rowid FROM threads WHERE user_id='ada' AND thread_id='t1')";
const event = (type) => `(SELECT min(event_rowid) FROM events WHERE thread_rowid=${A} AND type='${type}')`;
const replaced = (type, from, to) =>
  `UPDATE events SET payload=replace(payload, '${from}', '${to}') WHERE event_rowid=${event(type)}`;

const DAMAGES = [
  ["a deleted event", `DELETE FROM events WHERE event_rowid=${event("tool_executing")}`,
    /^user ada, thread t1, seq 4: the event is missing$/m],
  ["a changed answer", replaced("assistant_message", "42", "43"),
    /^user ada, thread t1, seq \d+: assistant_message\/text is not the concatenation of its deltas$/m],
  ["a changed delta", replaced("text_delta", '"delta":"', '"delta":"x'), /seq \d+: assistant_message\/text is not the conc/],
  ["a changed census", replaced("agent_completed", '"text_bytes":', '"text_bytes":1'), /seq \d+: the census is \{/],
  ["an event of another run", `UPDATE events SET run_id='r_x' WHERE event_rowid=${event("agent_thinking")}`,
    /seq 3: agent_thinking belongs to run r_x, which has no user_message/],
  ["an event of no type", `UPDATE events SET type='dream' WHERE event_rowid=${event("agent_thinking")}`,
    /seq 3: 'dream' is no event type/],
  ["a payload that is no JSON", `UPDATE events SET payload='{' WHERE event_rowid=${event("agent_thinking")}`,
    /seq 3: agent_thinking is not JSON/],
  ["an emptied epoch", `UPDATE threads SET epoch='' WHERE thread_rowid=${A}`, /thread t1: the thread has no epoch/],
  ["a thread that says it is longer", `UPDATE threads SET last_seq=last_seq+1 WHERE thread_rowid=${A}`,
    /the thread's last event is \d+, and its row says \d+/],
  ["a finished run called running",
    `UPDATE runs SET state='running' WHERE thread_rowid=${A} AND message_seq=1`,
    /seq \d+: agent_completed ended the run, and its row says running/],
  ["a lost run row", `DELETE FROM runs WHERE thread_rowid=${A} AND message_seq=1`,
    /seq 1: user_message has no run row/],
  ["a lost message row", `DELETE FROM messages WHERE thread_rowid=${A} AND seq=1`,
    /seq 1: user_message has no message row/],
  ["a changed digest", `UPDATE messages SET content_digest='0' WHERE thread_rowid=${A} AND seq=1`,
    /seq 1: the message row's digest is not that of the user_message/],
  ["a changed message", replaced("user_message", "6*7", "6*8"),
    /seq 1: the message row's digest is not that of the user_message/],
  ["events without a thread", `DELETE FROM threads WHERE user_id='bob'`,
    /^a row of events belongs to no row of threads$/m],
];

for (const [index, [title, sql, says]] of DAMAGES.entries()) {
  test(`${title} is named`, () => {
    const copy = join(scratch, `damaged-${index}`);
    cpSync(sound, copy, { recursive: true });
    damage(copy, sql);
    const { code, out } = audit(copy);
    assert.equal(code, 1, out);
    assert.match(out, says);
    assert.match(out, /^audit: .*: \d+ violations?\n$/m);
  });
}

/** Python's own SQLite changes the file: a hand that is not the server's. */
function damage(directory, sql) {
  const script = "import sqlite3, sys\nlog = sqlite3.connect(sys.argv[1])\n"
    + "assert log.execute(sys.argv[2]).rowcount > 0\nlog.commit()\n";
  execFileSync("python3", ["-c", script, join(directory, "clarion.db"), sql]);
}

test("a file that is broken is told, and so is one that is not there", () => {
  const none = audit(join(scratch, "nowhere"));
  assert.equal(none.code, 1);
  assert.match(none.err, /^clarion: there is no log in the directory .*nowhere\n$/);
  const nothing = spawnSync(process.env.CLARION_BIN, ["audit", "--data", ":memory:"], { encoding: "utf8" });
  assert.equal(nothing.status, 2);
  assert.match(nothing.stderr, /:memory: leaves no log behind/);
});
