// Prints what a model's token costs on its way: from the byte that the model's server writes to the client's frame, for
// a delta window of 0 and of 25 ms, with durability on; how much CPU a token costs while many runs stream at 50 tokens
// a second; and how soon a cancel closes the connection to the model.
//
//   CLARION_BIN=build/release/bin/clarion node tests/bench/model_tokens.mjs [TOKENS] [RUNS]

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";

import WebSocket from "../e2e/node_modules/ws/wrapper.mjs";
import { startServer } from "../e2e/support/server.mjs";
import { at } from "./percentile.mjs";

const tokens = Number(process.argv[2] ?? 500);
const runs = Number(process.argv[3] ?? 50);
const TOKEN_MS = 20;
const TICKS_PER_SECOND = 100;

const chunk = (delta, finish_reason = null) =>
  `data: ${JSON.stringify({ id: "c", object: "chat.completion.chunk", model: "m", choices: [{ index: 0, delta, finish_reason }] })}\n\n`;

/** A model server that writes one token each 20 ms, each the time of its writing; `endless` until it is hung up on. */
let hungUpAt = 0;
const models = createServer((request, response) => {
  if (request.method !== "POST") return response.end("{}");
  let body = "";
  return request.on("data", (data) => (body += data)).on("end", () => {
    const endless = body.includes("endless");
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.socket.setNoDelay(true);
    let written = 0;
    const timer = setInterval(() => {
      if (!endless && written++ === tokens) {
        clearInterval(timer);
        return response.end(`${chunk({}, "stop")}data: [DONE]\n\n`);
      }
      return response.write(chunk({ content: `${performance.timeOrigin + performance.now()} ` }));
    }, TOKEN_MS);
    response.on("close", () => {
      clearInterval(timer);
      hungUpAt = performance.now();
    });
  });
});
await new Promise((resolve) => models.listen(0, "127.0.0.1", resolve));

const dir = mkdtempSync(join(tmpdir(), "clarion-bench-"));
async function serving(windowMs) {
  const config = join(dir, "clarion.toml");
  writeFileSync(config, `default_agent = "a"
[limits]
delta_window_ms = ${windowMs}
messages_per_minute = 0
[[models]]
name = "m"
base_url = "http://127.0.0.1:${models.address().port}/v1"
model = "m"
[[agents]]
name = "a"
model = "m"
title = false
`);
  return startServer({ args: ["--config", config, "--shards", "1"] });
}

/** One run of a new user; hears each frame. Resolves at its terminal. */
function run(server, user, text, hear = () => {}) {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(`${server.wsUrl}?user=${user}`);
    socket.on("error", reject);
    socket.on("message", (data) => {
      const frame = JSON.parse(data);
      if (frame.type === "welcome") socket.send(JSON.stringify({ type: "message", thread_id: "t", message_id: "m", text }));
      hear(frame, socket);
      if (frame.type === "agent_error") reject(new Error(data));
      if (frame.type !== "agent_completed" && frame.type !== "agent_cancelled") return;
      resolve();
      socket.terminate();
    });
  });
}

// The first token of a delta has waited longest.
function lateness(frame, into) {
  if (frame.type !== "text_delta") return;
  const now = performance.timeOrigin + performance.now();
  for (const written of frame.payload.delta.trim().split(" ")) if (written) into.push(now - Number(written));
}

const cpuTicks = (pid) => {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1].split(" ");
  return Number(fields[11]) + Number(fields[12]);
};

for (const windowMs of [0, 25]) {
  const server = await serving(windowMs);
  const times = [];
  await run(server, "ada", "go", (frame) => lateness(frame, times));
  const [half, most] = [at(times, 0.5), at(times, 0.99)].map((ms) => ms.toFixed(2));
  console.log(`token, window ${windowMs} ms: p50 ${half} ms, p99 ${most} ms (${times.length} tokens)`);
  const before = cpuTicks(server.pid);
  const began = performance.now();
  const many = [];
  await Promise.all(Array.from({ length: runs }, (_, n) => run(server, `u${n}`, "go", (frame) => lateness(frame, many))));
  const seconds = (performance.now() - began) / 1000;
  const cpuMs = ((cpuTicks(server.pid) - before) * 1000) / TICKS_PER_SECOND;
  console.log(`${runs} runs at once, window ${windowMs} ms: p50 ${at(many, 0.5).toFixed(2)} ms, p99 ${at(many, 0.99).toFixed(2)} ms, ` +
    `${((cpuMs * 1000) / many.length).toFixed(1)} µs CPU a token, ${((cpuMs / 10 / seconds)).toFixed(0)} % of a core`);
  const cancels = [];
  for (let time = 0; time < 10; ++time) {
    let asked = 0;
    await run(server, `c${time}`, "endless", (frame, socket) => {
      if (frame.type !== "text_delta" || asked) return;
      asked = performance.now();
      socket.send(JSON.stringify({ type: "cancel", thread_id: "t", message_id: "m" }));
    });
    while (hungUpAt < asked) await new Promise((next) => setTimeout(next, 1));
    cancels.push(hungUpAt - asked);
  }
  console.log(`cancel → model connection closed, window ${windowMs} ms: p50 ${at(cancels, 0.5).toFixed(1)} ms, most ${Math.max(...cancels).toFixed(1)} ms`);
  await server.stop();
}
models.closeAllConnections();
models.close();
rmSync(dir, { recursive: true, force: true });
