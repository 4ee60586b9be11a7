// What changes while the server runs: users shown out, secrets and certificates renewed. And what
// a start with authentication refuses.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { connect as connectTls } from "node:tls";

import { Client } from "./support/client.mjs";
import { eventually } from "./support/eventually.mjs";
import { failuresOf } from "./support/failures.mjs";
import { startServer } from "./support/server.mjs";
import { certificateFiles, folder, makeToken, secretFile } from "./support/tokens.mjs";

const first = "the first secret, of at least 32 bytes";
const second = "the second secret, of at least 32 bytes";

const byTokens = (file) => ["--auth", "jwt", "--jwt-secret-file", file.path, "--admin", "127.0.0.1:0"];
const enter = (server, token, options = {}) =>
  new Client(server.wsUrl, { headers: { Authorization: `Bearer ${token}` }, ...options });

/** The close code, or "in" for who is welcome. */
async function entry(server, token, options = {}) {
  const client = enter(server, token, options);
  const how = await Promise.race([client.frame("welcome"), client.closed]).catch(() => client.closed);
  client.end();
  return how.type === "welcome" ? "in" : (await client.closed, how.code);
}

const revoke = (server, body, headers = { "Content-Type": "application/json" }) =>
  fetch(`${server.admin}/debug/revoke`, { method: "POST", headers, body });

test("a revoked user is shown out of every shard and does not come back with what was issued before", async () => {
  const file = secretFile(first);
  const start = { args: [...byTokens(file), "--shards", "4"] };
  let server = await startServer(start);
  const old = makeToken({ sub: "ada" }, first);
  const undated = makeToken({ sub: "ada", iat: undefined }, first);
  const adas = Array.from({ length: 8 }, () => enter(server, old));
  const bob = enter(server, makeToken({ sub: "bob" }, first));
  await Promise.all([...adas, bob].map((client) => client.frame("welcome")));

  const before = Date.now();
  const answer = await revoke(server, '{"user":"ada"}');
  assert.equal(answer.status, 200);
  const told = await answer.json();
  assert.equal(told.user, "ada");
  assert.equal(told.sessions, 8);
  assert.ok(told.revoked_ms >= before && told.revoked_ms <= Date.now());
  for (const client of adas) assert.equal((await client.closed).code, 4505);

  const later = () => makeToken({ sub: "ada", iat: (told.revoked_ms + 1) / 1000 }, first);
  const sameTime = makeToken({ sub: "ada", iat: told.revoked_ms / 1000 }, first);
  const look = async () => {
    assert.equal(await entry(server, old), 4500);
    assert.equal(await entry(server, undated), 4500);
    assert.equal(await entry(server, sameTime), 4500);
    assert.equal(await entry(server, later()), "in");
    assert.equal(await entry(server, makeToken({ sub: "bob", iat: undefined }, first)), "in");
  };
  await look();
  bob.send({ type: "ping" });
  await bob.frame("pong");
  bob.end();
  await server.kill();
  server = await startServer({ ...start, dataDir: server.dataDir });
  await look();
  await server.stop();
});

test("revoking takes a POST of JSON that names a user", async () => {
  const server = await startServer({ args: byTokens(secretFile(first)) });
  assert.equal((await fetch(`${server.admin}/debug/revoke`)).status, 405);
  assert.equal((await revoke(server, '{"user":"ada"}', { "Content-Type": "text/plain" })).status, 415);
  for (const body of ["", "[]", "{}", '{"user":7}', '{"user":"a b"}', '{"user":""}'])
    assert.equal((await revoke(server, body)).status, 400, body);
  assert.equal((await fetch(`${server.url}/debug/revoke`, { method: "POST" })).status, 404);
  assert.equal((await (await revoke(server, '{"user":"nobody"}')).json()).sessions, 0);
  await server.stop();
});

test("a changed secret counts within 10 s, a bad one never, and who is in stays", async () => {
  const file = secretFile(first);
  const server = await startServer({ args: byTokens(file) });
  const stays = enter(server, makeToken({ sub: "ada" }, first));
  await stays.frame("welcome");

  file.replace("too short");
  await eventually(async () => (await failuresOf(server)).codes.config_reload_failed?.count, 1, 12000);
  const record = (await failuresOf(server)).records.at(-1);
  assert.equal(record.code, "config_reload_failed");
  assert.equal(record.severity, "critical");
  assert.match(record.detail, /too short/);
  assert.equal(record.detail.includes(file.path), true);
  assert.equal(await entry(server, makeToken({ sub: "ada" }, first)), "in");

  file.replace(second);
  await eventually(() => entry(server, makeToken({ sub: "ada" }, second)), "in", 12000);
  assert.equal(await entry(server, makeToken({ sub: "ada" }, first)), 4500);
  assert.equal((await failuresOf(server)).codes.config_reload_failed.count, 1);
  stays.send({ type: "ping" });
  await stays.frame("pong");
  stays.end();
  await server.stop();
});

test("SIGHUP reads the secret at once", async () => {
  const file = secretFile(first);
  const server = await startServer({ args: byTokens(file) });
  file.replace(second);
  process.kill(server.pid, "SIGHUP");
  await eventually(() => entry(server, makeToken({ sub: "ada" }, second)), "in", 3000);
  file.replace("bad");
  process.kill(server.pid, "SIGHUP");
  await eventually(async () => (await failuresOf(server)).codes.config_reload_failed?.count, 1, 3000);
  await server.stop();
});

test("with neither certificate nor secret SIGHUP ends the server as SIGTERM does", async () => {
  const server = await startServer();
  process.kill(server.pid, "SIGHUP");
  assert.deepEqual(await server.ended(), { code: 0, signal: null });
});

test("tokens work over wss, and a renewed certificate counts for new connections", async () => {
  const file = secretFile(first);
  const files = certificateFiles();
  const server = await startServer({
    args: [...byTokens(file), "--tls-cert", files.cert, "--tls-key", files.key],
  });
  server.wsUrl = server.wsUrl.replace("ws://", "wss://");
  const tls = { rejectUnauthorized: false };
  const stays = enter(server, makeToken({ sub: "ada" }, first), tls);
  assert.equal((await stays.frame("welcome")).user_id, "ada");
  assert.equal(await entry(server, makeToken({ sub: "ada" }, second), tls), 4500);

  const shown = await fingerprint(server);
  files.renew();
  process.kill(server.pid, "SIGHUP");
  await eventually(async () => (await fingerprint(server)) !== shown, true, 3000);
  const renewed = await fingerprint(server);
  files.renew();
  await eventually(async () => (await fingerprint(server)) !== renewed, true, 12000);

  writeFileSync(files.key, "no key");
  process.kill(server.pid, "SIGHUP");
  await eventually(async () => (await failuresOf(server)).codes.config_reload_failed?.count, 1, 3000);
  assert.equal(await entry(server, makeToken({ sub: "ada" }, first), tls), "in");
  stays.send({ type: "ping" });
  await stays.frame("pong");
  stays.end();
  await server.stop();
});

test("clarion token makes what the server takes", async () => {
  const file = secretFile(first);
  const server = await startServer({
    args: [...byTokens(file), "--jwt-issuer", "us", "--jwt-audience", "here"],
  });
  const said = ["--issuer", "us", "--audience", "here"];
  const make = (...more) => {
    const { status, stdout, stderr } = spawnSync(process.env.CLARION_BIN,
      ["token", "--secret-file", file.path, "--user", "ada", "--ttl", "30s", ...more]);
    assert.equal(status, 0, stderr.toString());
    assert.match(stdout.toString(), /^[\w-]+\.[\w-]+\.[\w-]+\n$/);
    return stdout.toString().trim();
  };
  assert.equal(await entry(server, make(...said)), "in");
  assert.equal(await entry(server, make()), 4500);
  const client = enter(server, make(...said));
  const left = (await client.frame("token_expiring")).expires_ms - Date.now();
  assert.ok(left > 2000 && left <= 30000, `${left} ms`);
  client.end();
  await server.stop();
});

test("a start that would not be safe is one clear line and exit status 2", () => {
  const short = secretFile("too short");
  const open = secretFile(first, 0o644);
  const empty = join(folder(), "empty");
  writeFileSync(empty, "\n");
  chmodSync(empty, 0o600);
  const jwt = ["--auth", "jwt"];
  const with_ = (path) => [...jwt, "--jwt-secret-file", path];
  for (const [flags, line] of [
    [jwt, /^clarion: --auth jwt needs what checks .*--jwt-secret-file or --jwks\n$/],
    [with_(short.path), /^clarion: --jwt-secret-file: .* is too short .* 9 bytes and needs 32.*\n$/],
    [with_(empty), /^clarion: --jwt-secret-file: .* is empty.*\n$/],
    [with_("/no/secret"), /^clarion: --jwt-secret-file: \/no\/secret cannot be read: No such file.*\n$/],
    [with_(open.path), /^clarion: --jwt-secret-file: .* open to every user.*chmod 600.*\n$/],
    [["--jwt-secret-file", short.path], /^clarion: --jwt-secret-file has no effect.*\n$/],
    [["--listen", "0.0.0.0:0"], /^clarion: --listen 0\.0\.0\.0:0 would let everybody in.*--insecure\n$/],
  ]) {
    for (const command of ["serve", "check-config"]) {
      const listen = flags.includes("--listen") ? [] : ["--listen", "127.0.0.1:0"];
      const words = [command, "--data", ":memory:", "--admin", "off", ...listen, ...flags];
      const { status, stdout, stderr } = spawnSync(process.env.CLARION_BIN, words, { timeout: 20000 });
      assert.equal(status, 2, stderr.toString());
      assert.match(stderr.toString(), line);
      assert.equal(stdout.toString(), "");
    }
  }
});

test("a token command that cannot be carried out is one line and exit status 2", () => {
  const file = secretFile(first);
  for (const flags of [
    [], ["--user", "ada"], ["--secret-file", file.path], ["--secret-file", "/no/secret", "--user", "ada"],
    ["--secret-file", file.path, "--user", "a b"],
    ["--secret-file", file.path, "--user", "ada", "--ttl", "1w"],
    ["--secret-file", secretFile("short").path, "--user", "ada"],
  ]) {
    const { status, stdout, stderr } = spawnSync(process.env.CLARION_BIN, ["token", ...flags]);
    assert.equal(status, 2);
    assert.equal(stdout.toString(), "");
    assert.match(stderr.toString(), /^clarion: [^\n]+\n$/);
  }
});

/** Of the certificate that a new connection is shown. */
function fingerprint({ host, port }) {
  return new Promise((resolve, reject) => {
    const socket = connectTls({ host, port, rejectUnauthorized: false }, () => {
      resolve(socket.getPeerCertificate().fingerprint256);
      socket.destroy();
    });
    socket.on("error", reject);
  });
}
