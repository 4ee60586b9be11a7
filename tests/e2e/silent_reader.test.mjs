// Whoever reads the log stands still: nobody on the wire notices, what is lost is counted, and told when there is room.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { after, before, test } from "node:test";

import { Client } from "./support/client.mjs";
import { found } from "./support/eventually.mjs";
import { parseMetrics } from "./support/metrics.mjs";

const RECORDS_KEPT = 4096; // that wait, besides what the writer has in hand: core/failure/log.hpp
const LINES_PER_RUN = 3; // its begin, its failure, its end
const PONG_MS_MAX = 15000; // a machine that is busy with other tests; a shard that waits for a reader never answers

const folder = mkdtempSync(join(tmpdir(), "clarion-silent-"));
let child;
let ended;
let server;

// stderr is a pipe from which nobody reads: a stream of Node's takes a part and then stops, until it is resumed.
before(async () => {
  writeFileSync(join(folder, "c.toml"), "[limits]\nmessages_per_minute = 0\n");
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("CLARION_")));
  child = spawn(process.env.CLARION_BIN, ["serve", "--config", join(folder, "c.toml"), "--listen", "127.0.0.1:0",
    "--admin", "127.0.0.1:0", "--data", ":memory:", "--shards", "2", "--log-level", "debug"],
  { env, stdio: ["ignore", "pipe", "pipe"] });
  ended = new Promise((resolve) => child.on("exit", (code, signal) => resolve({ code, signal })));
  const ready = await new Promise((resolve) => createInterface({ input: child.stdout }).once("line", resolve));
  const [, listen, admin] = /listen=(\S+) admin=(\S+)/.exec(ready);
  server = { wsUrl: `ws://${listen}/ws`, admin: `http://${admin}` };
});
after(() => {
  child.kill("SIGKILL");
  rmSync(folder, { recursive: true, force: true });
});

const metrics = async () => parseMetrics(await (await fetch(`${server.admin}/metrics`)).text());
const failed = (client) => client.frames.filter((one) => one.type === "agent_error").length;

test("with stderr unread under load every run ends, every ping is answered, and the loss is counted", async () => {
  const others = await Promise.all(["ada", "bob", "cyd", "dan"].map((name) => Client.open(server, name)));
  const pinging = await Client.open(server, "eve");
  const slowest = { ms: 0 };
  let asked = 0;
  for (const started = Date.now(); (await metrics()).value("clarion_log_lines_dropped_total") === 0;) {
    assert.ok(Date.now() - started < 240000, "nothing is lost");
    for (const client of others)
      for (let count = 0; count < 50; ++count)
        client.send({ type: "message", thread_id: `t${count}`, message_id: `m${asked++}`, text: "/throw" });
    const before = Date.now();
    await pinging.ask({ type: "threads" });
    slowest.ms = Math.max(slowest.ms, Date.now() - before);
    await found(() => others.reduce((sum, one) => sum + failed(one), 0) >= asked,
      () => `${others.map(failed)} of ${asked} runs ended`);
  }
  assert.ok(asked * LINES_PER_RUN > RECORDS_KEPT, `${asked} runs filled the queue already`);
  assert.ok(slowest.ms < PONG_MS_MAX, `${slowest.ms} ms for an answer`);
  const now = await metrics();
  assert.equal(now.value("clarion_failures_total", { code: "internal_run", severity: "error" }), asked);
  for (const shard of ["0", "1"]) assert.equal(now.value("clarion_shard_up", { shard }), 1);
  assert.equal(now.value("clarion_failures_total", { code: "delivery_stalled", severity: "critical" }), 0);
  for (const client of [...others, pinging]) client.end();
});

test("once somebody reads again the log says how many lines are missing, and so does the ledger", async () => {
  let log = "";
  child.stderr.setEncoding("utf8").on("data", (text) => { log += text; });
  const told = await found(() => /(\d+) log records are missing here/.exec(log), () => "the log says nothing");
  assert.ok(Number(told[1]) > 0);
  const { codes } = await found(async () => {
    const shown = await (await fetch(`${server.admin}/debug/failures`)).json();
    return shown.codes.log_dropped && shown;
  }, () => "the ledger says nothing");
  assert.ok(codes.log_dropped.count >= 1);
});

test("with stderr unread the server still ends, and well", async () => {
  child.stderr.pause();
  child.kill("SIGTERM");
  assert.deepEqual(await ended, { code: 0, signal: null });
});
