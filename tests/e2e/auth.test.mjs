// Who may come in, who may stay, and who is shown out, against the shipped binary.

import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { connect } from "node:net";
import { after, before, describe, test } from "node:test";

import { Client } from "./support/client.mjs";
import { failuresOf } from "./support/failures.mjs";
import { startServer } from "./support/server.mjs";
import { makeToken, secondsFromNow, secretFile } from "./support/tokens.mjs";

const secret = secretFile("a secret of at least 32 bytes, for tests");
const byTokens = ["--auth", "jwt", "--jwt-secret-file", secret.path];
const tokenOf = (sub, claims = {}) => makeToken({ sub, ...claims }, secret.text);

const byHeader = (url, token) => new Client(url, { headers: { Authorization: `Bearer ${token}` } });
const bySubprotocol = (url, token) =>
  new Client(url, { protocols: ["clarion.v1", `clarion.bearer.${token}`] });
const byHello = (url, token) => {
  const client = new Client(url);
  client.opened.then(() => client.send({ type: "hello", token, client: { name: "test" } }));
  return client;
};
const ways = { byHeader, bySubprotocol, byHello };

describe("a server that asks for tokens", () => {
  let server;
  before(async () => {
    server = await startServer({ args: [...byTokens, "--admin", "127.0.0.1:0", "--shards", "3"] });
  });
  after(() => server.stop());

  for (const [name, by] of Object.entries(ways)) {
    test(`a good token is welcome ${name}, and ?user= says nothing beside it`, async () => {
      const client = by(`${server.wsUrl}?user=eve`, tokenOf("ada"));
      await client.opened;
      assert.equal(client.socket.protocol, "clarion.v1");
      assert.equal((await client.frame("welcome")).user_id, "ada");
      client.send({ type: "message", thread_id: "t1", message_id: name, text: "/think 1" });
      await client.frame("agent_completed");
      assert.equal(client.frames[0].type, "welcome");
      client.end();
    });

    test(`a bad token upgrades and closes 4500 with the reason ${name}`, async () => {
      const good = tokenOf("ada");
      const bad = [
        [`${good}AAAA`, /not signed/],
        [makeToken({ sub: "ada" }, "another secret of at least 32 bytes"), /not signed/],
        [makeToken({ sub: "ada" }, secret.text, { alg: "none" }), /alg is not HS256/],
        [makeToken({ sub: "ada" }, secret.text, { alg: "HS256", crit: ["exp"] }), /crit/],
        [tokenOf("ada", { exp: secondsFromNow(-1) }), /expired/],
        [tokenOf("ada", { exp: undefined }), /no exp/],
        [tokenOf("ada", { nbf: secondsFromNow(60000) }), /nbf/],
        [tokenOf("ada", { iat: secondsFromNow(60000) }), /iat/],
        [tokenOf(undefined), /names no user/],
        [tokenOf("a b"), /sub does not match/],
        ["nonsense", /three parts/],
        [`x${good}`, /base64url|header/],
      ];
      for (const [token, why] of bad) {
        const client = by(server.wsUrl, token);
        await client.opened;
        const { code, reason } = await client.closed;
        assert.equal(code, 4500, reason);
        assert.match(reason, why);
        assert.deepEqual(client.frames, []);
      }
    });
  }

  test("thirty seconds of another clock are forgiven for nbf and iat", async () => {
    const ahead = { nbf: secondsFromNow(20000), iat: secondsFromNow(20000) };
    const client = byHello(server.wsUrl, tokenOf("ada", ahead));
    assert.equal((await client.frame("welcome")).user_id, "ada");
    client.end();
  });

  test("another first frame than hello closes 4502, a hello without a token 4500", async () => {
    for (const [first, code] of [
      ['{"type":"ping"}', 4502],
      ['{"type":"message","thread_id":"t1","message_id":"m1","text":"x"}', 4502],
      ["{", 4502],
      ['{"type":"hello"}', 4500],
      ['{"type":"hello","token":""}', 4500],
      ['{"type":"hello","token":7}', 4502],
    ]) {
      const client = new Client(server.wsUrl);
      await client.opened;
      client.socket.send(first);
      assert.equal((await client.closed).code, code, first);
      assert.deepEqual(client.frames, []);
    }
  });

  test("what follows hello in its segment is held and processed after welcome, in order", async () => {
    const answers = await pipelined(server, [
      { type: "hello", token: tokenOf("ada") },
      { type: "message", thread_id: "piped", message_id: "m1", text: "/think 1" },
      { type: "ping" },
      { type: "message", thread_id: "piped", message_id: "m2", text: "/think 1" },
    ]);
    assert.deepEqual(answers, ["welcome", "accepted", "pong", "accepted"]);
  });

  test("refused tokens are in the ledger with their connection and without themselves", async () => {
    const before = (await failuresOf(server)).codes.unauthorized?.count ?? 0;
    const token = tokenOf("ada", { exp: secondsFromNow(-5) });
    await byHello(server.wsUrl, token).closed;
    const { codes, records } = await failuresOf(server);
    assert.equal(codes.unauthorized.count, before + 1);
    const record = records.at(-1);
    assert.equal(record.code, "unauthorized");
    assert.match(record.connection_id, /^c_/);
    assert.equal(record.detail, "the token has expired");
    for (const part of token.split("."))
      for (const shown of [JSON.stringify(records), server.stderr()])
        assert.equal(shown.includes(part), false);
  });

  test("health needs no token", async () => {
    for (const path of ["/healthz", "/readyz", "/version"])
      assert.equal((await fetch(server.url + path)).status, 200, path);
  });

  test("a session hears that its token ends, and ends with it", async () => {
    const exp = secondsFromNow(6000);
    const client = byHeader(server.wsUrl, tokenOf("ada", { exp }));
    const { expires_ms } = await client.frame("token_expiring");
    assert.ok(Math.abs(expires_ms - exp * 1000) <= 1);
    assert.deepEqual(client.types(), ["welcome", "token_expiring"]);
    const { code, at } = await client.closed;
    assert.equal(code, 4010);
    assert.ok(at >= expires_ms && at < expires_ms + 10000, `${at - expires_ms} ms after`);
  });
});

test("who says nothing is closed 4501", async () => {
  const server = await startServer({ args: [...byTokens, "--config", quickHandshake()] });
  const client = new Client(server.wsUrl);
  const early = Date.now();
  const { code, at } = await client.closed;
  assert.equal(code, 4501);
  assert.ok(at - early >= 290 && at - early < 5000);
  await server.stop();
});

test("issuer and audience count when they are configured", async () => {
  const server = await startServer({
    args: [...byTokens, "--jwt-issuer", "us", "--jwt-audience", "here"],
  });
  for (const [claims, code] of [
    [{ iss: "us", aud: "here" }, null],
    [{ iss: "us", aud: ["there", "here"] }, null],
    [{ iss: "them", aud: "here" }, 4500],
    [{ aud: "here" }, 4500],
    [{ iss: "us", aud: ["there"] }, 4500],
    [{ iss: "us" }, 4500],
  ]) {
    const client = byHello(server.wsUrl, tokenOf("ada", claims));
    if (code) assert.equal((await client.closed).code, code);
    else await client.frame("welcome");
    client.end();
  }
  await server.stop();
});

function quickHandshake() {
  const path = `${secret.path}.toml`;
  writeFileSync(path, "[limits]\nhandshake_timeout_ms = 300\n");
  return path;
}

/** The types of the first answers that are no events, to frames sent in one segment. */
function pipelined(server, frames) {
  const masked = (frame) => {
    const body = Buffer.from(JSON.stringify(frame));
    const size = Buffer.from([0x81, 0x80 | 126, body.length >> 8, body.length & 255, 0, 0, 0, 0]);
    if (body.length >= 126) return Buffer.concat([size, body]);
    return Buffer.concat([Buffer.from([0x81, 0x80 | body.length, 0, 0, 0, 0]), body]);
  };
  const head = [
    "GET /ws HTTP/1.1", `Host: ${server.host}:${server.port}`, "Upgrade: websocket",
    "Connection: Upgrade", "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    "", "",
  ].join("\r\n");
  const socket = connect(server.port, server.host);
  return new Promise((resolve, reject) => {
    let received = "";
    socket.on("data", (data) => {
      received += data.toString("latin1");
      if ((received.match(/"type":"agent_completed"/g) ?? []).length < 2) return;
      socket.destroy();
      resolve([...received.matchAll(/"type":"(welcome|accepted|pong)"/g)].map((match) => match[1]));
    });
    socket.on("error", reject);
    socket.on("close", () => reject(new Error(`closed after ${received}`)));
    socket.write(Buffer.concat([Buffer.from(head), ...frames.map(masked)]));
  });
}
