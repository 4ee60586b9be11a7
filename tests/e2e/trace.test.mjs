// clarion-trace against a running server: the tree of a hang, a recording, its conversions and its lints.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, test } from "node:test";

import WebSocket from "ws";

import { startServer } from "./support/server.mjs";

const program = process.env.CLARION_TRACE_BIN ?? join(dirname(process.env.CLARION_BIN), "clarion-trace");
const folder = mkdtempSync(join(tmpdir(), "clarion-trace-"));
let server;

before(async () => {
  server = await startServer({ args: ["--admin", "127.0.0.1:0", "--shards", "2"] });
});
after(async () => {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

const address = () => new URL(server.admin).host;

/** Runs while the server serves, so it must not block this process for long. */
function trace(...words) {
  const live = ["ps", "tree", "record", "dump", "level"].includes(words[0]);
  const ran = spawnSync(program, live ? [...words, "--admin", address()] : words, { encoding: "utf8" });
  return { status: ran.status, out: ran.stdout, complaints: ran.stderr };
}

function connect(user) {
  const socket = new WebSocket(`${server.wsUrl}?user=${user}`);
  const frames = [];
  const waiting = [];
  socket.on("message", (data) => {
    const frame = JSON.parse(data);
    frames.push(frame);
    for (const one of waiting) if (one.type === frame.type) one.resolve(frame);
  });
  const first = (type) => new Promise((resolve) => {
    const found = frames.find((frame) => frame.type === type);
    if (found) resolve(found);
    else waiting.push({ type, resolve });
  });
  const say = (text) => socket.send(JSON.stringify(
    { type: "message", thread_id: "t1", message_id: `m${frames.length}`, text }));
  return { socket, first, say };
}

test("the tree of one run shows what it hangs on", async () => {
  let client, run, tree;
  for (let tries = 0; tries < 5 && !/tool_invocation::run/.test(tree?.out ?? ""); ++tries) { // it hangs for 2 s
    client?.socket.terminate();
    client = connect(`hanging${tries}`);
    await client.first("welcome");
    client.say("/hang");
    ({ run_id: run } = await client.first("tool_executing"));
    tree = trace("tree", "--tag", run);
    await client.first("agent_completed");
  }
  assert.equal(tree.status, 0, tree.complaints);
  assert.match(tree.out, new RegExp(`tool_invocation::run.*at core/agents/tool_invocation\\.cpp:\\d+`));
  assert.match(tree.out, new RegExp(`\\[run ${run}\\]`));
  assert.match(trace("ps").out, /count +longest +state +coroutine\n/);
  client.socket.terminate();
});

test("a recording has the run, is valid JSON for Perfetto, and its lints are silent", async () => {
  assert.equal(trace("level", "events").status, 0);
  const client = connect("recorded");
  await client.first("welcome");
  client.say("/tools 3");
  const { run_id: run } = await client.first("agent_completed");
  const file = join(folder, "run.trace");
  const dumped = trace("dump", file);
  assert.equal(dumped.status, 0, dumped.complaints);
  assert.equal(trace("level", "live").status, 0);

  const text = trace("convert", file, "--to", "text").out;
  assert.match(text, new RegExp(`== run ${run}\n`));
  assert.match(text, /MARK tool_executing /);
  assert.match(text, /MARK registered connection c_/);
  const json = join(folder, "run.json");
  assert.equal(trace("convert", file, "--to", "chrome", "--out", json).status, 0);
  const { traceEvents: events, otherData: about } = JSON.parse(readFileSync(json, "utf8"));
  assert.match(about.build, /^([0-9a-f]{40}|unknown)$/);
  assert.ok(events.some((event) => event.ph === "B" && event.args?.for === `run ${run}`));
  const linted = trace("lint", file, "--long-turn-ms", "1000");
  assert.equal(linted.status, 0, linted.out);
  assert.match(linted.out, /^(window incomplete.*\n)*0 findings in \d+ records/);
  client.socket.terminate();
});

test("record records for as long as it is told, and one at a time", async () => {
  const file = join(folder, "second.trace");
  const ran = trace("record", "1", file);
  assert.equal(ran.status, 0, ran.complaints);
  assert.ok(readFileSync(file).subarray(0, 16).equals(Buffer.from("clarion-trace 1\n")));
  const ask = (path, body) => fetch(new URL(path, server.admin), {
    method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body),
  });
  const first = ask("/debug/trace/record", { seconds: 5 });
  const second = ask("/debug/trace/record", { seconds: 5 });
  const statuses = [(await first).status, (await second).status].sort();
  assert.deepEqual(statuses, [200, 409]);
  assert.equal((await ask("/debug/trace/record", { seconds: 0 })).status, 400);
  assert.equal((await ask("/debug/trace/level", { level: "loud" })).status, 400);
});

test("a run that passes its deadline leaves the tree in the log", async () => {
  const config = join(folder, "slow.toml");
  writeFileSync(config, "[limits]\nrun_deadline_ms = 1500\n");
  const slow = await startServer({ args: ["--config", config] });
  try {
    const socket = new WebSocket(`${slow.wsUrl}?user=slow`);
    await new Promise((resolve) => {
      socket.on("message", (data) => {
        const frame = JSON.parse(data);
        if (frame.type === "welcome")
          socket.send(JSON.stringify(
            { type: "message", thread_id: "t1", message_id: "m1", text: "/hang" }));
        if (frame.type === "agent_error") resolve();
      });
    });
    socket.terminate();
  } finally {
    await slow.stop();
  }
  assert.match(slow.stderr(), /coroutines, \d+ in all: the run passes its deadline/);
  assert.match(slow.stderr(), /coroutine .*tool_invocation::run/);
});
