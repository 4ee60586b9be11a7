// How many may come in, from where, and what happens when the machine has no room for more.

import assert from "node:assert/strict";
import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { test } from "node:test";

import { Client } from "./support/client.mjs";
import { failuresOf, failuresWith } from "./support/failures.mjs";
import { parseMetrics } from "./support/metrics.mjs";
import { startServer } from "./support/server.mjs";
import { folder, makeToken, secretFile } from "./support/tokens.mjs";

const TIMEOUT_MS = 15000;
const admin = ["--admin", "127.0.0.1:0"];

/** A server whose configuration file says `toml`. */
function startWith(toml, options = {}) {
  const file = join(folder(), "clarion.toml");
  writeFileSync(file, toml);
  return startServer({ ...options, args: [...admin, "--config", file, ...(options.args ?? [])] });
}

/** A plain connection; `said` resolves with what comes, up to its end or the end of a head. */
async function open(server, text = "") {
  const socket = connect(server.port, server.host);
  let seen = "";
  const said = new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`no answer: ${seen}`)), TIMEOUT_MS);
    const end = () => { clearTimeout(timer); resolve(seen); };
    socket.on("data", (bytes) => {
      seen += bytes.toString("latin1");
      if (seen.includes("\r\n\r\n")) end();
    });
    socket.on("close", end);
  });
  said.catch(() => {});
  socket.on("error", () => {});
  await new Promise((resolve) => socket.once("connect", resolve));
  if (text) socket.write(text);
  return { socket, said };
}

const upgrade = (headers = "", path = "/ws") =>
  `GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n`
  + `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n${headers}\r\n`;

const status = async (connection) => Number((await connection.said).split(" ")[1]);

async function until(what, holds) {
  const deadline = Date.now() + TIMEOUT_MS;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`never: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

const metrics = async (server) => parseMetrics(await (await fetch(`${server.admin}/metrics`)).text());

test("connections that are not yet sessions are bounded, whatever they wait for", async () => {
  const secret = secretFile("a secret of at least 32 bytes, for tests");
  const server = await startWith("[limits]\nunauthenticated_max = 4\n", {
    args: ["--auth", "jwt", "--jwt-secret-file", secret.path],
  });
  const silent = await open(server);
  const half = await open(server, "GET /ws HTTP/1.1\r\nHost:");
  const nameless = [await open(server, upgrade()), await open(server, upgrade())];
  for (const one of nameless) assert.equal(await status(one), 101);
  const refused = await open(server, upgrade());
  const answer = await refused.said;
  assert.match(answer, /^HTTP\/1\.1 503 /);
  assert.match(answer, /^Retry-After: \d+\r$/m);
  // One that becomes a session gives its place back, and so does one that leaves.
  const token = makeToken({ sub: "ada" }, secret.text);
  silent.socket.destroy();
  let ada;
  await until("a place", async () => {
    ada = await open(server, upgrade(`Authorization: Bearer ${token}\r\n`));
    return (await status(ada)) === 101;
  });
  let more;
  await until("the session's place", async () => {
    more = await open(server, upgrade());
    return (await status(more)) === 101;
  });
  const seen = await metrics(server);
  assert.ok(seen.value("clarion_upgrades_refused_total", { reason: "unauthenticated" }) >= 1);
  for (const one of [half, ...nameless, ada, more]) one.socket.destroy();
  await server.stop();
});

test("a cap of 0 is no cap", async () => {
  const server = await startWith(
    "[limits]\nunauthenticated_max = 0\nconnections_max = 0\nconnections_per_address_max = 0\n");
  const all = await Promise.all(Array.from({ length: 60 }, () => open(server, upgrade())));
  for (const one of all) assert.equal(await status(one), 101);
  for (const one of all) one.socket.destroy();
  await server.stop();
});

test("a trusted proxy's clients are counted and shown by their own addresses", async () => {
  const server = await startWith(
    "[server]\ntrusted_proxies = [\"127.0.0.0/8\"]\n[limits]\nconnections_per_address_max = 2\n");
  const from = (header) => open(server, upgrade(`${header}\r\n`));
  const held = [await from("X-Forwarded-For: 6.6.6.6, 203.0.113.7"), await from("Forwarded: for=203.0.113.7")];
  for (const one of held) assert.equal(await status(one), 101);
  assert.equal(await status(await from("X-Forwarded-For: 203.0.113.7")), 503);
  held.push(await from("Forwarded: for=\"[2001:db8::7]:4711\""));
  assert.equal(await status(held.at(-1)), 101);
  assert.equal(await status(await from("X-Forwarded-For: 203.0.113.9\r\nForwarded: for=8.8.8.8")), 400);
  let shown;
  await until("three sessions", async () => {
    shown = await (await fetch(`${server.admin}/debug/sessions`)).text();
    return shown.includes("\"2001:db8::7\"") && shown.split("\"203.0.113.7\"").length === 3;
  });
  for (const one of held) one.socket.destroy();
  await server.stop();
});

test("nobody else's word on forwarding is taken", async () => {
  const server = await startWith("[server]\ntrusted_proxies = [\"192.0.2.0/24\", \"fd00::/8\"]\n");
  for (const name of ["Forwarded", "X-Forwarded-For"]) {
    const answer = await (await open(server, upgrade(`${name}: for=192.0.2.1\r\n`))).said;
    assert.match(answer, /^HTTP\/1\.1 403 /);
    const body = await fetch(`${server.url}/ws`, { headers: { [name]: "for=192.0.2.1" } });
    assert.match(await body.text(), new RegExp(name, "i"));
  }
  await server.stop();
});

const residentBytes = (pid) =>
  1024 * Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))[1]);

test("a process at its memory bound refuses what is new and goes on with what is there", async () => {
  const first = await startWith("", { dataDir: ":memory:" });
  const bound = residentBytes(first.pid) + (24 << 20);
  await first.stop();
  const server = await startWith(
    `[limits]\nmemory_bytes_max = ${bound}\nmessages_per_minute = 0\nruns_active_per_user_max = 0\n`,
    { dataDir: ":memory:" });
  const ada = await Client.open(server, "ada");
  const text = "word ".repeat(6000);
  let said = 0;
  const say = async (thread) => {
    const id = `q${++said}`;
    ada.send({ type: "message", id, thread_id: thread, message_id: "m", text });
    return ada.find((frame) => frame.id === id, `the answer to ${thread}`);
  };
  // What the allocator gives back may bring it below the bound once more.
  await until("a process at its bound", async () => {
    let answer = await say(`t${said}`);
    while (answer.type === "accepted") answer = await say(`t${said}`);
    assert.equal(answer.code, "busy");
    assert.match(answer.message, /memory/);
    assert.equal(answer.retryable, true);
    const asked = await open(server, upgrade());
    const refused = (await status(asked)) === 503;
    asked.socket.destroy();
    return refused && (await metrics(server)).value("clarion_memory_spent") === 1;
  });
  assert.equal((await fetch(`${server.url}/healthz`)).status, 200);
  const seen = await metrics(server);
  assert.equal(seen.value("clarion_memory_max_bytes"), bound);
  assert.ok(seen.value("clarion_upgrades_refused_total", { reason: "memory" }) >= 1);
  // A known message is answered, and a session that is there talks on.
  assert.equal((await say("t0")).duplicate, true);
  await failuresWith("memory_spent", server);
  await ada.close();
  await server.stop();
});

/** The server's binary, allowed to open that many files. */
function allowed(files) {
  const bin = join(folder(), "clarion-with-few-files");
  writeFileSync(bin, `#!/bin/sh\nexec prlimit --nofile=20:${files} "${process.env.CLARION_BIN}" "$@"\n`);
  chmodSync(bin, 0o755);
  return bin;
}

/** Seconds of processor time that the process has used. */
const cpuSeconds = (pid) => {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1].split(" ");
  return (Number(fields[11]) + Number(fields[12])) / 100;
};

test("a full file table is loud, costs nothing, and ends", async () => {
  const server = await startWith("", { bin: allowed(90), args: ["--shards", "1"] });
  const warnings = server.stderr().split("\n").filter((line) => line.includes("WARN"));
  assert.equal(warnings.length, 1, server.stderr());
  assert.match(warnings[0], /may open 90 files, .*connections_max is 50000/);
  const held = [];
  for (let count = 0; count < 100; ++count) held.push(await open(server, upgrade()));
  await until("the failure", () => /listener_accept_failed/.test(server.stderr()));
  const before = cpuSeconds(server.pid);
  await new Promise((resolve) => setTimeout(resolve, 1000)); // the span that is measured
  assert.ok(cpuSeconds(server.pid) - before < 0.3);
  for (const one of held) one.socket.destroy();
  await until("an answer", async () =>
    (await fetch(`${server.url}/healthz`).catch(() => ({}))).status === 200);
  const shown = await failuresOf(server);
  assert.equal(shown.codes.listener_accept_failed.count, 1);
  await server.stop();
});
