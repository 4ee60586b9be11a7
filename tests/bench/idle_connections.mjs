// Prints what an idle session costs the server's memory: connects, waits until all are welcomed, and divides.
//
//   CLARION_BIN=build/release/bin/clarion node tests/bench/idle_connections.mjs [CONNECTIONS]

import { readFileSync } from "node:fs";
import { connect } from "node:net";
import { randomBytes } from "node:crypto";

import { startServer } from "../e2e/support/server.mjs";

const connections = Number(process.argv[2] ?? 5000);
const warmUp = 100; // what the first ones make the allocator take is not theirs alone

const residentKiB = (pid) => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))[1]);

// Plain sockets: a WebSocket library's objects would fill this process before the server's memory shows.
function open(server, number) {
  return new Promise((resolve, reject) => {
    const socket = connect(server.port, server.host, () => socket.write(
      `GET /ws?user=u${number} HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n`
      + `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${randomBytes(16).toString("base64")}\r\n\r\n`));
    let seen = "";
    socket.on("data", (bytes) => {
      seen += bytes.toString("latin1");
      if (seen.includes('"type":"welcome"')) resolve(socket);
    });
    socket.on("error", reject);
    socket.on("close", () => reject(new Error(`connection ${number} was closed: ${seen.slice(0, 200)}`)));
  });
}

async function openAll(server, from, to) {
  for (let number = from; number < to; number += 50)
    await Promise.all(Array.from({ length: Math.min(50, to - number) }, (_, at) => open(server, number + at)));
}

const server = await startServer();
await openAll(server, 0, warmUp);
const before = residentKiB(server.pid);
await openAll(server, warmUp, warmUp + connections);
const after = residentKiB(server.pid);
console.log(`${connections} idle connections: ${(((after - before) * 1024) / connections).toFixed(0)} bytes each`);
process.kill(server.pid, "SIGKILL");
process.exit(0);
