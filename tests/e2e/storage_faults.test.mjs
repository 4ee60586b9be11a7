// A disk that is full, and one that fails, under the real server: new runs are refused loudly, what
// is committed is served, and all is well again as far as it can be.

import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";

import { Client } from "./support/client.mjs";
import { eventually } from "./support/eventually.mjs";
import { failuresWith } from "./support/failures.mjs";
import { parseMetrics } from "./support/metrics.mjs";
import { startServer } from "./support/server.mjs";

const BOUND_MS = 30000;
const MESSAGES_MAX = 2000;
const TERMINALS = ["agent_completed", "agent_error", "agent_cancelled"];

/** A file system of a few MiB in memory; null where nobody may mount one. */
function smallDisk(mib) {
  const path = mkdtempSync(join(tmpdir(), "clarion-disk-"));
  const mounted = spawnSync("mount", ["-t", "tmpfs", "-o", `size=${mib}m`, "tmpfs", path]);
  if (mounted.status !== 0) {
    rmSync(path, { recursive: true });
    return null;
  }
  return {
    path,
    filler: join(path, "filler"),
    /** Leaves no room at all. */
    fill() {
      spawnSync("dd", ["if=/dev/zero", `of=${this.filler}`, "bs=4096"], { stdio: "ignore" });
    },
    empty() {
      rmSync(this.filler, { force: true });
    },
    unmount() {
      spawnSync("umount", ["-l", path]);
      rmSync(path, { recursive: true, force: true });
    },
  };
}

async function readiness(server) {
  return (await (await fetch(`${server.admin}/readyz`)).json()).reasons;
}

const isReady = async (server) => (await readiness(server)).length === 0;

/** Messages until one is refused; gives the refusal. */
async function untilRefused(client) {
  const text = "x ".repeat(8000);
  for (let count = 0; count < MESSAGES_MAX; ++count) {
    const id = `fill-${count}`;
    client.send({ type: "message", id, thread_id: `t${count}`, message_id: id, text });
    const answer = await client.find((frame) => frame.id === id, "answer");
    if (answer.type === "error") return answer;
  }
  throw new Error("the disk never was full");
}

/** All events of a thread, from its beginning, read by a new connection. */
async function threadOf(server, user, thread) {
  const client = await Client.open(server, user);
  const frames = await client.ask({ type: "subscribe", thread_id: thread, since: { epoch: "", seq: 0 } });
  await client.frame("caught_up");
  await client.close();
  const events = client.frames.filter((frame) => frame.payload);
  events.forEach((event, index) => assert.equal(event.seq, index + 1));
  assert.ok(frames.length > 0);
  return events;
}

const config = (dir) => {
  const path = join(dir, "clarion.toml");
  writeFileSync(path, "[limits]\nmessages_per_minute = 0\n");
  return path;
};

test("a full disk refuses new runs, serves what is there, and is noticed when it is not full any more", async (t) => {
  const disk = smallDisk(4);
  if (!disk) return t.skip("no file system can be mounted here");
  try {
    const dataDir = join(disk.path, "data");
    const server = await startServer({ dataDir, args: ["--admin", "127.0.0.1:0", "--config", config(disk.path)] });
    const ada = await Client.open(server, "ada");
    ada.send({ type: "message", thread_id: "before", message_id: "m1", text: "hello" });
    await ada.frame("agent_completed");
    const before = await threadOf(server, "ada", "before");

    disk.fill();
    const refusal = await untilRefused(ada);
    assert.equal(refusal.code, "storage_unavailable");
    assert.equal(refusal.retryable, true);
    await eventually(() => isReady(server), false, BOUND_MS);
    const [reason] = await readiness(server);
    assert.match(reason, /^storage: the log cannot be written now: database or disk is full/);
    assert.equal((await fetch(`${server.url}/readyz`)).status, 503);
    assert.deepEqual(await threadOf(server, "ada", "before"), before);
    const { codes } = await failuresWith("storage_unavailable", server);
    assert.ok(codes.storage_unavailable.count >= 1);

    disk.empty();
    await eventually(() => isReady(server), true, BOUND_MS);
    ada.send({ type: "message", id: "after", thread_id: "after", message_id: "after", text: "hello" });
    await ada.find((frame) => frame.type === "accepted" && frame.id === "after", "accepted");
    await ada.find((frame) => frame.type === "agent_completed" && frame.thread_id === "after", "end");
    const seen = parseMetrics(await (await fetch(`${server.admin}/metrics`)).text());
    assert.equal(seen.value("clarion_storage_full"), 0);
    assert.equal(seen.value("clarion_storage_broken"), 0);

    // Whatever was accepted has come to its end, and to one.
    const accepted = ada.frames.filter((frame) => frame.type === "accepted");
    for (const { thread_id: thread, run_id: run } of accepted) {
      const ends = async () => (await threadOf(server, "ada", thread))
        .filter((event) => event.run_id === run && TERMINALS.includes(event.type)).length;
      await eventually(ends, 1, BOUND_MS);
    }
    await ada.close();
    await server.stop();
    const audit = spawnSync(process.env.CLARION_BIN, ["audit", "--data", dataDir], { encoding: "utf8" });
    assert.equal(audit.status, 0, audit.stdout + audit.stderr);
  } finally {
    disk.unmount();
  }
});

test("a server on a full disk ends well on SIGTERM, and at once on the second", async (t) => {
  for (const signals of [1, 2]) {
    const disk = smallDisk(4);
    if (!disk) return t.skip("no file system can be mounted here");
    try {
      const server = await startServer({
        dataDir: join(disk.path, "data"), args: ["--admin", "127.0.0.1:0", "--config", config(disk.path)],
      });
      const ada = await Client.open(server, "ada");
      disk.fill();
      await untilRefused(ada);
      if (signals === 2) {
        ada.send({ type: "message", thread_id: "slow", message_id: "slow", text: "/story 1000 1000" });
      }
      const asked = Date.now();
      process.kill(server.pid, "SIGTERM");
      await ada.frame("going_away");
      if (signals === 2) process.kill(server.pid, "SIGTERM");
      const { code, signal } = await server.ended();
      assert.deepEqual({ code, signal }, { code: 0, signal: null }, server.stderr());
      assert.ok(Date.now() - asked < 20000, `${Date.now() - asked} ms`);
    } finally {
      disk.unmount();
    }
  }
});

test("a disk that fails needs a restart, which finds everything that was committed", async (t) => {
  if (spawnSync("prlimit", ["--version"]).status !== 0) return t.skip("no prlimit here");
  const dir = mkdtempSync(join(tmpdir(), "clarion-broken-"));
  const dataDir = join(dir, "data");
  try {
    const args = ["--admin", "127.0.0.1:0", "--config", config(dir)];
    const server = await startServer({ dataDir, args });
    const ada = await Client.open(server, "ada");
    ada.send({ type: "message", thread_id: "before", message_id: "m1", text: "hello" });
    await ada.frame("agent_completed");
    const before = await threadOf(server, "ada", "before");

    // No file may grow: SQLite's writes fail, and not for lack of room.
    const size = statSync(join(dataDir, "clarion.db-wal")).size;
    execFileSync("prlimit", ["--pid", `${server.pid}`, `--fsize=${size}:unlimited`]);
    assert.equal((await untilRefused(ada)).code, "storage_unavailable");
    const broken = /^storage: the log cannot be written until a restart: disk I\/O error/;
    await eventually(() => isReady(server), false, BOUND_MS);
    const [reason] = await readiness(server);
    assert.match(reason, broken);
    const { codes } = await failuresWith("storage_poisoned", server);
    assert.equal(codes.storage_poisoned.count, 1);
    execFileSync("prlimit", ["--pid", `${server.pid}`, "--fsize=unlimited:unlimited"]);
    assert.deepEqual(await threadOf(server, "ada", "before"), before);
    const [late] = await ada.ask({
      type: "message", id: "late", thread_id: "late", message_id: "late", text: "hello",
    });
    assert.equal(late.code, "storage_unavailable");
    assert.match((await readiness(server))[0], broken);
    await server.stop();

    const again = await startServer({ dataDir, args });
    assert.deepEqual(await readiness(again), []);
    assert.deepEqual(await threadOf(again, "ada", "before"), before);
    await again.stop();
    const audit = spawnSync(process.env.CLARION_BIN, ["audit", "--data", dataDir], { encoding: "utf8" });
    assert.equal(audit.status, 0, audit.stdout + audit.stderr);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
});
