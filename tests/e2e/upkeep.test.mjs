// What an operator does to a running server's log: retention, an audit, a backup, and its restoration elsewhere.

import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";

import WebSocket from "ws";

import { expectFailure } from "./support/failures.mjs";
import { parseMetrics } from "./support/metrics.mjs";
import { startServer } from "./support/server.mjs";

const scratch = mkdtempSync(join(tmpdir(), "clarion-upkeep-"));
after(() => rmSync(scratch, { recursive: true, force: true }));

const ADMIN = ["--admin", "127.0.0.1:0", "--shards", "2"];
const TERMINAL = /^agent_(completed|error|cancelled)$/;
const events = (frames) => frames.filter((frame) => frame.payload);

/** Sends these frames and collects what comes until `last` fits a frame. */
function collect(server, first, last, user = "ada") {
  const socket = new WebSocket(`${server.wsUrl}?user=${user}`, ["clarion.v1"]);
  const frames = [];
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`only ${JSON.stringify(frames.slice(-3))}`)), 60000);
    socket.on("open", () => first.forEach((frame) => socket.send(JSON.stringify(frame))));
    socket.on("message", (data) => {
      frames.push(JSON.parse(data));
      if (!last(frames.at(-1))) return;
      clearTimeout(timer);
      socket.terminate();
      resolve(frames);
    });
    socket.on("error", reject);
  });
}

const message = (text, id = randomUUID()) => ({ type: "message", thread_id: "t1", message_id: id, text });
const since = (epoch, seq) => ({ type: "subscribe", thread_id: "t1", since: { epoch, seq } });
const ask = (server, text, id) => collect(server, [message(text, id)], ({ type }) => TERMINAL.test(type));
const resume = (server, epoch, seq) =>
  collect(server, [since(epoch, seq)], ({ type }) => type === "caught_up");

const post = (server, path, body = "{}", headers = { "content-type": "application/json" }) =>
  fetch(`${server.admin}${path}`, { method: "POST", headers, body });

function run(...words) {
  const { status, stdout, stderr } = spawnSync(process.env.CLARION_BIN, words, { encoding: "utf8", timeout: 60000 });
  return { status, stdout, stderr };
}

/** Another hand changes a stopped server's file. */
function change(dataDir, sql) {
  const script = "import sqlite3, sys\nlog = sqlite3.connect(sys.argv[1])\n"
    + "assert log.execute(sys.argv[2]).rowcount > 0\nlog.commit()\n";
  execFileSync("python3", ["-c", script, join(dataDir, "clarion.db"), sql]);
}

function settings(name, limits) {
  const file = join(scratch, `${name}.toml`);
  writeFileSync(file, `[limits]\n${limits}\n`);
  return file;
}

test("events older than the retention go at the start, and cursors before them hear trimmed", async () => {
  const first = await startServer({ args: ADMIN });
  const old = events(await ask(first, "/think 5", "old"));
  await first.stop();
  change(first.dataDir, `UPDATE events SET timestamp_ms = timestamp_ms - ${40 * 86400000}`);
  const { epoch, seq } = old.at(-1);

  const config = settings("days", "retention_days = 30");
  const server = await startServer({ args: [...ADMIN, "--config", config], dataDir: first.dataDir });
  const young = events(await ask(server, "/think 2", "young"));
  const deadline = Date.now() + 10000;
  for (;;) {
    const metrics = parseMetrics(await (await fetch(`${server.admin}/metrics`)).text());
    if (metrics.value("clarion_events_trimmed_total") === seq) break;
    assert.ok(Date.now() < deadline, "nothing was trimmed");
  }
  assert.match(server.stderr(), new RegExp(`retention: ${seq} events taken from the log \\(\\d+ bytes\\)`));

  const behind = await resume(server, epoch, 2);
  const answer = behind.find(({ type }) => type === "subscribed");
  assert.equal(answer.recovered, false);
  assert.equal(answer.reason, "trimmed");
  assert.equal(answer.epoch, epoch);
  assert.deepEqual(events(behind).map((event) => event.seq), young.map((event) => event.seq));
  assert.equal(young[0].seq, seq + 1);
  const edge = await resume(server, epoch, seq);
  assert.equal(edge.find(({ type }) => type === "subscribed").recovered, true);
  const again = await collect(server, [message("/think 5", "old")], ({ type }) => type === "accepted");
  assert.equal(again.at(-1).duplicate, true);
  const pages = await collect(server, [{ type: "history", thread_id: "t1", limit: 1000 }],
    ({ type }) => type === "history");
  assert.equal(pages.at(-1).events[0].seq, seq + 1);
  assert.equal(pages.at(-1).more, false);
  await server.stop();
  assert.match(run("audit", "--data", server.dataDir).stdout, /: no violation\n$/);
});

test("events that take too much room go, the oldest first", async () => {
  const first = await startServer({ args: ADMIN });
  let last;
  for (let round = 0; round < 3; ++round) last = events(await ask(first, "/think 20")).at(-1);
  await first.stop();
  const config = settings("bytes", "retention_bytes = 8000");
  const server = await startServer({ args: [...ADMIN, "--config", config], dataDir: first.dataDir });
  let kept;
  const deadline = Date.now() + 10000;
  do {
    assert.ok(Date.now() < deadline, "nothing was trimmed");
    kept = events(await resume(server, last.epoch, 0));
  } while (kept[0].seq === 1);
  assert.equal(kept.at(-1).seq, last.seq);
  assert.equal(kept[0].type, "user_message");
  await server.stop();
});

test("an audit of a running server counts and finds nothing, also while runs go on", async () => {
  const server = await startServer({ args: ADMIN });
  await ask(server, "what is 6*7?");
  const story = ask(server, "/story 200 5");
  for (let round = 0; round < 5; ++round) {
    const answer = await post(server, "/debug/audit");
    const shown = await answer.json();
    assert.equal(answer.status, 200);
    assert.equal(shown.violations, 0, JSON.stringify(shown.found));
    assert.ok(shown.threads === 1 && shown.runs >= 1 && shown.events > 5 && shown.duration_ms >= 0);
  }
  await story;
  const after = await (await post(server, "/debug/audit")).json();
  assert.equal(after.runs, 2);
  assert.equal(after.open_runs, 0);
  await server.stop();
});

test("a violation that an audit finds is in the answer and in the ledger", async () => {
  const first = await startServer({ args: ADMIN });
  await ask(first, "hello");
  await first.stop();
  change(first.dataDir, "UPDATE messages SET content_digest = '0'");
  const server = await startServer({ args: ADMIN, dataDir: first.dataDir });
  const shown = await (await post(server, "/debug/audit")).json();
  assert.equal(shown.violations, 1);
  const what = "the message row's digest is not that of the user_message";
  assert.deepEqual(shown.found, [{ user_id: "ada", thread_id: "t1", seq: 1, what }]);
  await expectFailure("audit_violation", server, {
    severity: "critical", class: "storage", user_id: "ada", thread_id: "t1", seq: 1, detail: what,
    from: "app/upkeep.cpp",
  });
  await server.stop();
});

test("a backup that cannot be written is told, and nothing lies around", async () => {
  const server = await startServer({ args: ADMIN });
  const nowhere = join(scratch, "nowhere", "backup.db");
  const answer = await post(server, "/debug/backup", JSON.stringify({ path: nowhere }));
  assert.equal(answer.status, 500);
  assert.match(await answer.text(), /^there is no backup: cannot create .*nowhere/);
  await expectFailure("backup_failed", server, {
    severity: "error", class: "storage", detail: "cannot create", from: "app/upkeep.cpp",
  });
  await server.stop();
});

test("audit and backup have the guards of whatever changes something", async () => {
  const server = await startServer({ args: ADMIN });
  const path = join(scratch, "guarded.db");
  const body = JSON.stringify({ path });
  for (const verb of ["/debug/audit", "/debug/backup"]) {
    assert.equal((await fetch(`${server.admin}${verb}`)).status, 405);
    assert.equal((await post(server, verb, body, { "content-type": "text/plain" })).status, 415);
    const foreign = { "content-type": "application/json", origin: "https://evil.example" };
    assert.equal((await post(server, verb, body, foreign)).status, 403);
    const relayed = { "content-type": "application/json", "x-forwarded-for": "10.0.0.1" };
    assert.equal((await post(server, verb, body, relayed)).status, 403);
    assert.equal((await fetch(`${server.url}${verb}`, { method: "POST" })).status, 404);
  }
  assert.equal(existsSync(path), false);
  assert.equal((await post(server, "/debug/backup", '{"path":"backup.db"}')).status, 400);
  writeFileSync(path, "mine");
  assert.equal((await post(server, "/debug/backup", body)).status, 409);
  assert.equal(statSync(path).size, 4);
  await server.stop();
  const memory = await startServer({ args: ADMIN, dataDir: ":memory:" });
  assert.equal((await post(memory, "/debug/audit")).status, 501);
  assert.equal((await post(memory, "/debug/backup", '{"path":"/nowhere"}')).status, 501);
  await memory.stop();
});

test("a backup in the middle of a story is restored whole, with new epochs", async () => {
  const folder = join(scratch, "backups");
  mkdirSync(folder);
  const path = join(folder, "today.db");
  const server = await startServer({ args: ADMIN });
  const before = events(await ask(server, "what is 6*7?", "first"));
  let asked;
  const frames = await collect(server, [message("/story 300 25", "story")], (frame) => {
    if (frame.type === "text_delta" && frame.payload.delta.includes("word-20"))
      asked ??= post(server, "/debug/backup", JSON.stringify({ path }));
    return TERMINAL.test(frame.type) && frame.seq > before.at(-1).seq;
  });
  const answer = await asked;
  assert.equal(answer.status, 200);
  assert.deepEqual(await answer.json(), { path, bytes: statSync(path).size });
  assert.deepEqual(readdirSync(folder), ["today.db"]);
  assert.equal(statSync(path).mode & 0o777, 0o600);
  assert.equal(frames.at(-1).type, "agent_completed");
  assert.equal((await post(server, "/debug/backup", JSON.stringify({ path }))).status, 409);

  const elsewhere = join(scratch, "elsewhere");
  const used = run("restore", "--from", path, "--data", server.dataDir);
  assert.equal(used.status, 1);
  assert.match(used.stderr, /^clarion: the data directory .* is in use by another process \(process \d+\)\n$/);
  const made = run("restore", "--from", path, "--data", elsewhere);
  assert.equal(made.status, 0, made.stderr);
  assert.match(made.stdout, /^restore: 1 thread, \d+ events: every thread has a new epoch\n$/);
  assert.match(run("restore", "--from", path, "--data", elsewhere).stderr, /is not empty/);
  assert.match(run("audit", "--data", elsewhere).stdout, /\(1 open\).*: no violation\n$/);

  const restored = await startServer({ args: ADMIN, dataDir: elsewhere });
  const { epoch, seq } = frames.at(-1);
  const seen = await resume(restored, epoch, seq);
  const verdict = seen.find(({ type }) => type === "subscribed");
  assert.equal(verdict.recovered, false);
  assert.equal(verdict.reason, "epoch_changed");
  assert.notEqual(verdict.epoch, epoch);
  const replayed = events(seen);
  assert.deepEqual(replayed.map((event) => event.seq), replayed.map((_, index) => index + 1));
  const lost = replayed.at(-1);
  assert.equal(lost.type, "agent_error");
  assert.equal(lost.payload.code, "process_lost");
  const ofStory = replayed.filter((event) => event.run_id === lost.run_id);
  const text = ofStory.filter(({ type }) => type === "text_delta").map(({ payload }) => payload.delta).join("");
  assert.match(text, /^word-1 word-2 .*word-20/);
  assert.equal(ofStory.find(({ type }) => type === "assistant_message").payload.text, text);
  const again = await collect(restored, [message("what is 6*7?", "first")], ({ type }) => type === "accepted");
  assert.equal(again.at(-1).duplicate, true);
  await restored.stop();
  await server.stop();
  assert.match(run("audit", "--data", elsewhere).stdout, /\(0 open\).*: no violation\n$/);
  assert.match(run("restore", "--help").stdout, /^Usage: clarion restore --from FILE --data DIR\n/);
});
