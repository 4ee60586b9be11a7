// Prints what one run costs the server, in instructions of its own and in system calls: 50 connections, each asking
// `/tools 1` (`accepted` and 10 events) again and again. Two sizes are measured and subtracted, so that start and stop
// do not count. Instructions are counted by valgrind's callgrind, system calls by strace: both are stable where
// wall-clock is not.
//
//   CLARION_BIN=build/release/bin/clarion node tests/bench/run_cost.mjs [RUNS-PER-CONNECTION]

import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import WebSocket from "../e2e/node_modules/ws/wrapper.mjs";
import { startServer } from "../e2e/support/server.mjs";

const connections = 50;
const runsEach = Number(process.argv[2] ?? 20);
const scratch = mkdtempSync(join(tmpdir(), "clarion-bench-"));
process.on("exit", () => rmSync(scratch, { recursive: true, force: true }));

/** An executable that starts the server under `command`. */
function wrapped(name, command) {
  const file = join(scratch, name);
  writeFileSync(file, `#!/bin/sh\nexec ${command} "${process.env.CLARION_BIN}" "$@"\n`);
  chmodSync(file, 0o755);
  return file;
}

function ask(wsUrl, user, runs) {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(`${wsUrl}?user=${user}`);
    let done = 0;
    const next = () => socket.send(
      JSON.stringify({ type: "message", thread_id: "t", message_id: `m${done}`, text: "/tools 1" }));
    socket.on("message", (data) => {
      const frame = JSON.parse(data);
      if (frame.type === "error" || frame.type === "agent_error") reject(new Error(data));
      if (frame.type === "welcome") next();
      if (frame.type !== "agent_completed") return;
      if (++done < runs) next();
      else { socket.close(); resolve(); }
    });
    socket.on("error", reject);
  });
}

/** The number that `pattern` finds in the file; what writes it may end a moment after the server. */
async function found(file, pattern) {
  for (let tries = 0; tries < 100; ++tries) {
    const text = existsSync(file) ? readFileSync(file, "utf8") : "";
    const number = pattern.exec(text)?.[1];
    if (number) {
      rmSync(file);
      return Number(number);
    }
    await sleep(100);
  }
  throw new Error(`${file} has no count`);
}

// strace -D: the server stays our child, so that our SIGTERM reaches it and not strace, which ignores it.
const tools = {
  "instructions": {
    file: wrapped("callgrind", `valgrind --tool=callgrind --callgrind-out-file=${scratch}/callgrind.out --log-file=${scratch}/log`),
    count: () => found(join(scratch, "log"), /Collected : (\d+)/),
  },
  "system calls": {
    file: wrapped("strace", `strace -D -f -c -q -o ${scratch}/calls`),
    count: () => found(join(scratch, "calls"), /^\S+\s+\S+\s+(?:\S+\s+)?(\d+)\s+(?:\d+\s+)?total$/m),
  },
};

async function counted(tool, runs, data) {
  const server = await startServer({ bin: tool.file, ...data });
  await Promise.all(Array.from({ length: connections }, (_, at) => ask(server.wsUrl, `user${at}`, runs)));
  await server.stop();
  return tool.count();
}

const logs = { "in memory": { dataDir: ":memory:" }, "on SQLite": {} };
for (const [log, data] of Object.entries(logs)) {
  for (const [what, tool] of Object.entries(tools)) {
    const small = await counted(tool, runsEach, data);
    const large = await counted(tool, 2 * runsEach, data);
    console.log(`${what} per run, log ${log}: ${((large - small) / (connections * runsEach)).toFixed(1)}`);
  }
}
