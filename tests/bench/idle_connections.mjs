// Prints what an idle session costs the server's memory: connects, waits until all are welcomed and what served their
// handshakes is gone, and divides. Fails unless the server then has them all, and still answers.
//
//   CLARION_BIN=build/release/bin/clarion node tests/bench/idle_connections.mjs [CONNECTIONS]
//
// The server begins with a soft limit of 1,024 open files, as most shells give it, and has to raise it by itself.

import { randomBytes } from "node:crypto";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { parseMetrics } from "../e2e/support/metrics.mjs";
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

/** The binary with the soft limit of a plain shell. */
function plainlyLimited() {
  const folder = mkdtempSync(join(tmpdir(), "clarion-bench-"));
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, "clarion");
  writeFileSync(file, `#!/bin/sh\nulimit -Sn 1024\nexec "${process.env.CLARION_BIN}" "$@"\n`);
  chmodSync(file, 0o755);
  return file;
}

const settled = () => new Promise((resolve) => setTimeout(resolve, 3000));

const server = await startServer({ bin: plainlyLimited(), args: ["--admin", "127.0.0.1:0"] });
await openAll(server, 0, warmUp);
await settled();
const before = residentKiB(server.pid);
await openAll(server, warmUp, warmUp + connections);
await settled();
const after = residentKiB(server.pid);
const metrics = parseMetrics(await (await fetch(`${server.admin}/metrics`)).text());
const sessions = metrics.sum("clarion_sessions_open");
if (sessions !== warmUp + connections) throw new Error(`${sessions} sessions are open`);
if ((await fetch(`${server.url}/healthz`)).status !== 200) throw new Error("the server does not answer");
console.log(`${connections} idle connections: ${(((after - before) * 1024) / connections).toFixed(0)} bytes each`);
process.kill(server.pid, "SIGKILL");
process.exit(0);
