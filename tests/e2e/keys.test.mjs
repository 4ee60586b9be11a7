// Tokens that are signed with the keys of a set, made by other means than the server's own; sets
// that change; and sessions that are shown another token before theirs ends.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";

import { Client } from "./support/client.mjs";
import { eventually } from "./support/eventually.mjs";
import { failuresOf } from "./support/failures.mjs";
import { startServer } from "./support/server.mjs";
import { issuer, keySetFile, makeToken, secondsFromNow, secretFile } from "./support/tokens.mjs";

const ALGORITHMS = ["RS256", "PS256", "ES256", "EdDSA"];

const byKeys = (file, ...more) =>
  ["--auth", "jwt", "--jwks", file.path, "--admin", "127.0.0.1:0", ...more];
const enter = (server, token) =>
  new Client(server.wsUrl, { headers: { Authorization: `Bearer ${token}` } });

/** "in" for who is welcome, otherwise the close code with its reason. */
async function entry(server, token) {
  const client = enter(server, token);
  const how = await Promise.race([client.frame("welcome"), client.closed]).catch(() => client.closed);
  client.end();
  return how.type === "welcome" ? "in" : `${how.code} ${how.reason}`;
}

const reloadsFailed = async (server) => (await failuresOf(server)).codes.config_reload_failed?.count ?? 0;

test("a token of each algorithm is welcome, by name of its key and without", async () => {
  const issuers = ALGORITHMS.map((alg, index) => issuer(alg, `key ${index}`));
  const file = keySetFile(issuers.map(({ jwk }) => jwk));
  const server = await startServer({ args: byKeys(file) });
  for (const one of issuers) {
    const client = enter(server, one.token({ sub: "ada" }));
    assert.equal((await client.frame("welcome")).user_id, "ada", one.alg);
    client.send({ type: "message", thread_id: "t1", message_id: one.alg, text: "/think 1" });
    await client.frame("agent_completed");
    client.end();
    assert.equal(await entry(server, one.token({ sub: "ada" }, { alg: one.alg })), "in");
    assert.match(await entry(server, one.token({ sub: "ada", exp: secondsFromNow(-1) })), /^4500 .*expired/);
  }
  const [rsa, pss, ec, ed] = issuers;
  for (const [token, why] of [
    [rsa.token({ sub: "ada" }, { alg: "PS256", kid: rsa.kid }), /alg is not that of its key/],
    [pss.token({ sub: "ada" }, { alg: "RS256", kid: rsa.kid }), /not signed with a key/],
    [ec.token({ sub: "ada" }, { alg: "EdDSA", kid: ec.kid }), /alg is not that of its key/],
    [ed.token({ sub: "ada" }, { alg: "EdDSA", kid: "another" }), /kid names no key/],
    [issuer("ES256", ec.kid).token({ sub: "eve" }), /not signed with a key/],
    [makeToken({ sub: "eve" }, rsa.pem), /alg is not RS256, PS256, ES256 or EdDSA/],
    [makeToken({ sub: "eve" }, rsa.pem, { alg: "RS256", kid: rsa.kid }), /not signed with a key/],
    [`${rsa.token({ sub: "eve" }, { alg: "none" }).split(".").slice(0, 2).join(".")}.`, /alg is not/],
    [`${ec.token({ sub: "ada" })}AA`, /not signed with a key/],
  ]) assert.match(await entry(server, token), why);
  await server.stop();
});

test("keys as Microsoft and others publish them, without alg, and a secret beside them", async () => {
  const bare = (one) => ({ ...one.jwk, alg: undefined, use: undefined, key_ops: ["verify"] });
  const issuers = ["RS256", "ES256", "EdDSA"].map((alg) => issuer(alg, alg));
  const secret = secretFile("a secret of at least 32 bytes, for tests");
  const file = keySetFile(issuers.map(bare));
  const server = await startServer({ args: byKeys(file, "--jwt-secret-file", secret.path) });
  for (const one of issuers) assert.equal(await entry(server, one.token({ sub: "ada" })), "in", one.alg);
  assert.equal(await entry(server, makeToken({ sub: "ada" }, secret.text)), "in");
  await server.stop();
});

test("what a set cannot be used for is left out and logged, and no private part is shown", async () => {
  const [sound, other] = [issuer("ES256", "sound"), issuer("RS256", "sealing")];
  const file = keySetFile([
    { ...other.jwk, use: "enc" }, { kty: "oct", kid: "shared", k: "c2VjcmV0" }, { kty: "AKP", kid: "new" },
    { ...sound.jwk, d: "cHJpdmF0ZQ" },
  ]);
  const server = await startServer({ args: byKeys(file) });
  assert.equal(await entry(server, sound.token({ sub: "ada" })), "in");
  assert.match(await entry(server, other.token({ sub: "ada" })), /alg is not ES256/);
  for (const line of [/key 1 \(kid "sealing"\) is not for signatures/, /key 2 .* is a secret/,
    /key 3 .* kty that is not RSA, EC or OKP/, /key 4 .* private part/]) assert.match(server.stderr(), line);
  assert.doesNotMatch(server.stderr(), /c2VjcmV0|cHJpdmF0ZQ/);
  await server.stop();
});

test("a renewed set counts within 10 s or at once on SIGHUP, a bad one never, and who is in stays", async () => {
  const [first, second, third] = [issuer("ES256", "1"), issuer("EdDSA", "2"), issuer("RS256", "3")];
  const file = keySetFile([first.jwk]);
  const server = await startServer({ args: byKeys(file) });
  const stays = enter(server, first.token({ sub: "ada" }));
  await stays.frame("welcome");

  file.replace([]);
  await eventually(() => reloadsFailed(server), 1, 12000);
  const record = (await failuresOf(server)).records.at(-1);
  assert.equal(record.severity, "critical");
  assert.match(record.detail, /has no key that can check tokens/);
  assert.equal(record.detail.includes(file.path), true);
  assert.equal(await entry(server, first.token({ sub: "ada" })), "in");

  file.replace([first.jwk, second.jwk]); // both, while tokens of the first are still about
  await eventually(() => entry(server, second.token({ sub: "ada" })), "in", 12000);
  assert.equal(await entry(server, first.token({ sub: "ada" })), "in");

  file.replace([third.jwk]);
  process.kill(server.pid, "SIGHUP");
  await eventually(() => entry(server, third.token({ sub: "ada" })), "in", 3000);
  assert.match(await entry(server, first.token({ sub: "ada" })), /^4500 the token's alg is not RS256/);
  file.replace("{");
  process.kill(server.pid, "SIGHUP");
  await eventually(() => reloadsFailed(server), 2, 3000);
  assert.equal(await entry(server, third.token({ sub: "ada" })), "in");
  stays.send({ type: "ping" });
  await stays.frame("pong");
  stays.end();
  await server.stop();
});

test("a start with a set that checks nothing is one clear line and exit status 2", () => {
  const jwt = ["--auth", "jwt"];
  const of = (keys) => keySetFile(keys).path;
  const sound = of([issuer("EdDSA", "1").jwk]);
  for (const [flags, line] of [
    [[...jwt, "--jwks", of([])], /^clarion: --jwks: \/.* has no key that can check tokens\n$/],
    [[...jwt, "--jwks", of([{ kty: "oct", k: "AAAA" }])], /^clarion: --jwks: .* key 1 is a secret, .*\n$/],
    [[...jwt, "--jwks", of("{")], /^clarion: --jwks: .* is not JSON: .*\n$/],
    [[...jwt, "--jwks", of(JSON.stringify(issuer("ES256", "1").jwk))], /^clarion: --jwks: .* is a single key: .*\n$/],
    [[...jwt, "--jwks", "/no/keys"], /^clarion: --jwks: \/no\/keys cannot be read: No such file.*\n$/],
    [["--jwks", sound], /^clarion: --jwks has no effect while authentication is off.*\n$/],
  ]) {
    for (const command of ["serve", "check-config"]) {
      const words = [command, "--data", ":memory:", "--admin", "off", "--listen", "127.0.0.1:0", ...flags];
      const { status, stdout, stderr } = spawnSync(process.env.CLARION_BIN, words, { timeout: 20000 });
      assert.equal(status, 2, stderr.toString());
      assert.match(stderr.toString(), line);
      assert.equal(stdout.toString(), "");
    }
  }
});

test("a session goes on with the token that it was refreshed with, of the same user alone", async () => {
  const keys = issuer("ES256", "1");
  const server = await startServer({ args: byKeys(keySetFile([keys.jwk])) });
  const expires = (Math.floor(Date.now() / 1000) + 3600) * 1000;
  const client = enter(server, keys.token({ sub: "ada", exp: secondsFromNow(10000) }));
  const firstEnd = (await client.frame("token_expiring")).expires_ms;
  for (const [token, code] of [["nonsense", "unauthorized"], [keys.token({ sub: "bob" }), "forbidden"]]) {
    client.send({ type: "refresh", token, id: code });
    await eventually(() => client.frames.find(({ id }) => id === code)?.code, code, 5000);
  }
  client.send({ type: "refresh", token: keys.token({ sub: "ada", exp: expires / 1000 }), id: "good" });
  const answer = await client.frame("refreshed");
  assert.deepEqual(answer, { type: "refreshed", id: "good", expires_ms: expires });
  await eventually(() => Date.now() > firstEnd + 500, true, 30000);
  client.send({ type: "ping" });
  await client.frame("pong");
  const metrics = await (await fetch(`${server.admin}/metrics`)).text();
  for (const outcome of ["refreshed", "unauthorized", "forbidden"])
    assert.match(metrics, new RegExp(`clarion_token_refreshes_total\\{outcome="${outcome}"\\} 1\n`));
  client.send({ type: "refresh", token: keys.token({ sub: "ada", exp: secondsFromNow(5000) }) });
  assert.equal((await client.closed).code, 4010);
  await server.stop();
});
