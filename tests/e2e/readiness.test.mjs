// /readyz is green because the server was its own client: through every way in that can be
// configured, past every cap that holds for others, and not when it could not be one.

import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";

import { Client } from "./support/client.mjs";
import { eventually } from "./support/eventually.mjs";
import { expectFailure } from "./support/failures.mjs";
import { parseMetrics } from "./support/metrics.mjs";
import { startServer } from "./support/server.mjs";
import { certificateFiles, folder, issuer, keySetFile, secretFile } from "./support/tokens.mjs";

const BOUND_MS = 45000; // more than one round of the canary

const withAdmin = (args, more = {}) =>
  startServer({ args: ["--admin", "127.0.0.1:0", "--shards", "2", ...args], ...more });

/** {status, reasons} of the admin listener's /readyz. */
async function readiness(admin) {
  const answer = await fetch(`${admin}/readyz`);
  const { ready, reasons } = await answer.json();
  assert.equal(ready, answer.status === 200);
  assert.equal(answer.status, reasons.length === 0 ? 200 : 503);
  return { status: answer.status, reasons };
}

async function metricsOf(server) {
  return parseMetrics(await (await fetch(`${server.admin}/metrics`)).text());
}

const bySecret = () =>
  ["--auth", "jwt", "--jwt-secret-file", secretFile("a secret of at least 32 bytes, for tests").path];

function configFile(text) {
  const path = join(folder(), "clarion.toml");
  writeFileSync(path, text);
  return path;
}

test("the ready line comes behind a green round, of which nothing shows", async () => {
  const server = await withAdmin([]);
  assert.deepEqual(await readiness(server.admin), { status: 200, reasons: [] });
  assert.equal((await fetch(`${server.url}/readyz`)).status, 200);
  const seen = await metricsOf(server);
  assert.equal(seen.value("clarion_canary_green"), 1);
  assert.equal(seen.value("clarion_canary_rounds_total", { outcome: "green" }), 1);
  assert.equal(seen.value("clarion_canary_rounds_total", { outcome: "red" }), 0);
  assert.ok(seen.value("clarion_canary_round_seconds") > 0);
  assert.ok(Math.abs(seen.value("clarion_canary_green_time_seconds") * 1000 - Date.now()) < 60000);
  for (const name of ["clarion_sessions_open", "clarion_handshakes_total", "clarion_session_ends_total",
    "clarion_events_committed_total", "clarion_runs_started_total", "clarion_messages_total",
    "clarion_client_frames_total", "clarion_failures_total", "clarion_runs"])
    assert.equal(seen.sum(name), 0, name);
  assert.doesNotMatch(server.stderr(), /canary/);

  const ada = await Client.open(server, "ada");
  const welcome = await ada.frame("welcome");
  assert.deepEqual(welcome.agents.map((agent) => agent.name), ["demo"]);
  const [threads] = await ada.ask({ type: "threads", id: "t" });
  assert.deepEqual(threads.threads, []);
  const [refused] = await ada.ask({
    type: "message", id: "m", thread_id: "t1", message_id: "m1", text: "hello", agent: "~canary",
  });
  assert.equal(refused.code, "not_found");
  await ada.close();
  await server.stop();
});

test("no client becomes the canary by its name", async () => {
  const server = await withAdmin([]);
  const answer = await fetch(`${server.url}/ws?user=~canary-a`, {
    headers: { Authorization: "Bearer ~canary.AAAA" },
  });
  assert.ok([400, 426].includes(answer.status), `${answer.status}`);
  const other = new Client(`${server.wsUrl}`, { headers: { Authorization: "Bearer ~canary.AAAA" } });
  assert.equal((await other.frame("welcome")).user_id, "local");
  await other.close();
  await server.stop();
});

test("every way in that can be configured has its canary", async () => {
  const secret = bySecret();
  const keys = ["--auth", "jwt", "--jwks", keySetFile([issuer("EdDSA", "k1").jwk]).path];
  const files = certificateFiles();
  const tls = ["--tls-cert", files.cert, "--tls-key", files.key];
  const ways = [
    { args: secret },
    { args: [...secret, "--jwt-issuer", "https://issuer.example", "--jwt-audience", "chat"] },
    { args: keys },
    { args: tls },
    { args: [...tls, ...keys] },
    { args: ["--allow-origin", "https://chat.example.org"] },
    { args: ["--insecure"], listen: "0.0.0.0:0" },
    { args: secret, listen: "0.0.0.0:0" },
    { args: [], listen: "127.0.0.2:0" },
    { args: [], listen: "[::1]:0" },
    { args: ["--insecure"], listen: "[::]:0" },
    { args: ["--shards", "1"] },
  ];
  for (const { args, ...more } of ways) {
    const server = await startServer({ args: ["--admin", "127.0.0.1:0", ...args], ...more });
    assert.deepEqual((await readiness(server.admin)).reasons, [], args.join(" "));
    assert.equal((await metricsOf(server)).value("clarion_canary_rounds_total", { outcome: "red" }), 0);
    await server.stop();
  }
});

test("the caps of users do not hold for it", async () => {
  const config = configFile(`[limits]
connections_max = 1
connections_per_user_max = 1
subscriptions_per_connection_max = 1
runs_active_per_user_max = 1
messages_per_minute = 1
`);
  const server = await withAdmin(["--config", config]);
  assert.deepEqual((await readiness(server.admin)).reasons, []);
  await server.stop();
});

test("a server without memory for more says so and no other thing", async () => {
  const config = configFile("[limits]\nmemory_bytes_max = 1\n");
  const server = await withAdmin(["--config", config]);
  assert.deepEqual((await readiness(server.admin)).reasons, ["memory: new work is refused"]);
  await server.stop();
});

test("a drain turns it red before anything else", async () => {
  const server = await withAdmin([]);
  const ada = await Client.open(server, "ada");
  ada.send({ type: "message", thread_id: "t1", message_id: "m1", text: "/story 40 200" });
  await ada.frame("text_delta");
  process.kill(server.pid, "SIGTERM");
  await ada.frame("going_away");
  assert.deepEqual((await readiness(server.admin)).reasons, ["draining"]);
  await ada.frame("agent_completed");
  assert.equal((await server.ended()).code, 0);
});

test("a gate that lets nobody in is red, by its name, until it does", async () => {
  const config = configFile("[limits]\nunauthenticated_max = 2\nhandshake_timeout_ms = 600000\n");
  const server = await withAdmin(["--config", config, ...bySecret()]);
  const silent = [1, 2].map(() => new Client(server.wsUrl));  // without a hello
  await Promise.all(silent.map((client) => client.opened));
  const status = async () => (await readiness(server.admin)).status;
  await eventually(status, 503, BOUND_MS);
  const red = await readiness(server.admin);
  assert.equal(red.reasons.length, 1);
  assert.match(red.reasons[0],
    /^canary: the connection of ~canary-a: expected an upgrade, came the server answered 503/);
  assert.equal((await metricsOf(server)).value("clarion_canary_green"), 0);
  for (const client of silent) client.end();
  await eventually(status, 200, BOUND_MS);
  await server.stop();
});

/** A port that was free a moment ago. */
function freePort() {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, "127.0.0.1", () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}

test("behind a certificate that nobody would take it never becomes ready", async () => {
  const dir = mkdtempSync(join(tmpdir(), "clarion-expired-"));
  const [cert, key, request] = ["cert.pem", "key.pem", "request.pem"].map((name) => join(dir, name));
  execFileSync("openssl", ["req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
    "-subj", "/CN=localhost", "-keyout", key, "-out", request], { stdio: "pipe" });
  execFileSync("openssl", ["x509", "-req", "-in", request, "-signkey", key, "-days", "-1", "-out", cert],
    { stdio: "pipe" });
  const admin = `127.0.0.1:${await freePort()}`;
  const child = spawn(process.env.CLARION_BIN, ["serve", "--listen", "127.0.0.1:0", "--admin", admin,
    "--data", join(dir, "data"), "--tls-cert", cert, "--tls-key", key], { stdio: ["ignore", "pipe", "pipe"] });
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (text) => { stdout += text; });
  child.stderr.on("data", (text) => { stderr += text; });
  const exited = new Promise((resolve) => child.on("close", (code) => resolve(code)));
  try {
    const why = "the connection of ~canary-a: expected an upgrade, came the certificate has expired";
    const reasons = () => readiness(`http://${admin}`)
      .then((seen) => seen.reasons.join(" | "), (error) => `${error}`); // not there yet
    await eventually(reasons, `starting | canary: ${why}`, BOUND_MS);
    await expectFailure("canary_failed", { admin: `http://${admin}`, stderr: () => stderr }, {
      severity: "critical", class: "infrastructure", detail: why, from: "core/canary/canary.cpp",
    });
    assert.equal(stdout, "");
    child.kill("SIGTERM");
    assert.equal(await exited, 0);
  } finally {
    child.kill("SIGKILL");
    rmSync(dir, { recursive: true, force: true });
  }
});
