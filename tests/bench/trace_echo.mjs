// Prints what the tracer costs a WebSocket echo, by its level: the server's own CPU time a round trip, from the
// kernel's account of the process. The levels take turns, and of each the best round counts.
//
//   CLARION_BIN=build/release/bin/clarion node tests/bench/trace_echo.mjs [ROUND-TRIPS]

import { readFileSync } from "node:fs";

import WebSocket from "../e2e/node_modules/ws/wrapper.mjs";
import { startServer } from "../e2e/support/server.mjs";

const connections = 16;
const roundTrips = Number(process.argv[2] ?? 40000);
const rounds = 6;

// Of the first thread, which has the one shard, in nanoseconds: /proc/PID/stat is too coarse.
const cpuNs = (pid) => Number(readFileSync(`/proc/${pid}/schedstat`, "utf8").split(" ")[0]);

const server = await startServer({
  args: ["--admin", "127.0.0.1:0", "--enable-echo", "--shards", "1"],
});
const sockets = await Promise.all(Array.from({ length: connections }, () => new Promise((resolve, reject) => {
  const socket = new WebSocket(server.wsUrl.replace("/ws", "/echo"));
  socket.on("open", () => resolve(socket));
  socket.on("error", reject);
})));

function echo(socket, times) {
  return new Promise((resolve) => {
    let left = times;
    const heard = () => {
      if (--left > 0) return socket.send(message);
      socket.off("message", heard);
      resolve();
    };
    socket.on("message", heard);
    socket.send(message);
  });
}
const message = "x".repeat(100);

async function measured(level) {
  const changed = await fetch(new URL("/debug/trace/level", server.admin), {
    method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ level }),
  });
  if (!changed.ok) throw new Error(await changed.text());
  const each = Math.ceil(roundTrips / connections);
  const before = cpuNs(server.pid);
  await Promise.all(sockets.map((socket) => echo(socket, each)));
  return (cpuNs(server.pid) - before) / (each * connections);
}

const best = { off: Infinity, live: Infinity, events: Infinity };
await measured("off");
for (let round = 0; round < rounds; ++round)
  for (const level of Object.keys(best)) best[level] = Math.min(best[level], await measured(level));
for (const [level, ns] of Object.entries(best))
  console.log(`echo, level ${level}: ${(ns / 1000).toFixed(2)} us of server CPU a round trip, `
    + `${((ns / best.off - 1) * 100).toFixed(1)} % above off`);
for (const socket of sockets) socket.terminate();
await server.stop();
