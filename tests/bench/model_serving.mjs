// The server under measurement, with one agent behind a model server, on one shard and with a log on disk; and its
// client.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import WebSocket from "../e2e/node_modules/ws/wrapper.mjs";
import { startServer } from "../e2e/support/server.mjs";
import { now } from "./model_provider.mjs";

const TICKS_PER_SECOND = 100;
const TERMINALS = new Set(["agent_completed", "agent_error", "agent_cancelled"]);
const US_PER_MS = 1000;

const dir = mkdtempSync(join(tmpdir(), "clarion-bench-"));
process.on("exit", () => rmSync(dir, { recursive: true, force: true }));

/** windowMs: `delta_window_ms`, or what it is without being set. */
export function serveModel(provider, windowMs) {
  const config = join(dir, "clarion.toml");
  writeFileSync(config, `default_agent = "a"
[limits]
messages_per_minute = 0
${windowMs === undefined ? "" : `delta_window_ms = ${windowMs}`}
[[models]]
name = "m"
base_url = "${provider.url}"
model = "m"
[[agents]]
name = "a"
model = "m"
title = false
`);
  return startServer({ args: ["--config", config, "--shards", "1", "--log-level", "error"] });
}

/** A user's connection; `hear` gets each frame as text. Resolves behind the welcome. */
export function connect(server, user, hear) {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(`${server.wsUrl}?user=${user}`, { perMessageDeflate: false });
    socket.on("error", reject);
    socket.on("message", (data) => {
      const text = data.toString();
      if (text.startsWith('{"type":"welcome"')) resolve(socket);
      else hear(text);
    });
  });
}

/** One run of a new user. `hear` gets its deltas. Resolves at its end, fails unless it completed. */
export async function run(server, user, text, hear) {
  let settle;
  const ended = new Promise((resolve, reject) => {
    settle = (frame) => (frame.type === "agent_completed" ? resolve() : reject(new Error(JSON.stringify(frame))));
  });
  const socket = await connect(server, user, (frame) => {
    if (frame.startsWith('{"type":"text_delta"')) return hear?.(frame);
    if (!frame.startsWith('{"type":"agent_') && !frame.startsWith('{"type":"error"')) return undefined;
    const read = JSON.parse(frame);
    return TERMINALS.has(read.type) || read.type === "error" ? settle(read) : undefined;
  });
  socket.send(JSON.stringify({ type: "message", thread_id: "t", message_id: "m", text }));
  try {
    await ended;
  } finally {
    socket.terminate();
  }
}

/** How late each token of a delta is, in ms: from its writing to here. */
export function lateness(frame, into) {
  const here = now();
  for (const written of JSON.parse(frame).payload.delta.trim().split(" "))
    if (written) into.push((here - Number(written)) / US_PER_MS);
}

/** Milliseconds of CPU that a process has used, in steps of ten. */
export function cpuMs(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1].split(" ");
  return ((Number(fields[11]) + Number(fields[12])) * 1000) / TICKS_PER_SECOND;
}
