// Tokens: shown, renewed, refused, fetched.
import assert from "node:assert/strict";
import { test } from "node:test";

import { connect, event, follow, replay } from "./fake_connection.mjs";

test("a silent server may want a token: it is asked for once, and shown on the same connection", () => {
  let token = null;
  const seen = connect({ token: () => token });
  seen.client.open();
  seen.socket().open();
  seen.clock.advance(999);
  assert.equal(seen.wanted, 0);
  seen.clock.advance(1);
  assert.equal(seen.wanted, 1);
  token = "secret";
  seen.client.signIn();
  assert.deepEqual(seen.socket().sent, [{ type: "hello", token: "secret" }]);
  assert.equal(seen.sockets.length, 1);
  seen.socket().welcome();
  seen.clock.advance(5000);
  assert.equal(seen.wanted, 1);
});

test("a greeting in time asks for nothing", () => {
  const seen = connect();
  seen.client.open();
  seen.socket().welcome();
  seen.clock.advance(20000);
  assert.equal(seen.wanted, 0);
});

test("after a refused token another one is shown on a new connection", () => {
  let token = "wrong";
  const seen = connect({ token: () => token });
  seen.client.open();
  seen.socket().open();
  seen.socket().drop(4500, "bad signature");
  assert.deepEqual(seen.state(), { name: "closed", code: 4500, reason: "bad signature" });
  token = "right";
  seen.client.signIn();
  seen.socket().open();
  assert.deepEqual(seen.socket().sent, [{ type: "hello", token: "right" }]);
});

test("4010 ends it while the expired token is the only one, and reconnects once there is another", () => {
  let token = "old";
  const seen = connect({ token: () => token });
  seen.client.open();
  seen.socket().welcome();
  seen.socket().drop(4010);
  assert.equal(seen.state().name, "closed");
  seen.client.signIn();
  seen.socket().welcome();
  token = "new";
  seen.socket().drop(4010);
  assert.equal(seen.state().name, "reconnecting");
  seen.clock.advance(250);
  seen.socket().open();
  assert.deepEqual(seen.socket().sent, [{ type: "hello", token: "new" }]);
});

test("signing in while connected shows the token in refresh; a refusal is the caller's", async () => {
  let token = "old";
  const seen = connect({ token: () => token });
  seen.client.open();
  seen.socket().welcome();
  token = "new";
  const taken = seen.client.signIn();
  const [{ id, token: shown }] = seen.socket().of("refresh");
  assert.equal(shown, "new");
  seen.socket().say({ type: "refreshed", id, expires_ms: 7 });
  assert.equal((await taken).expires_ms, 7);
  for (const code of ["unauthorized", "forbidden"]) {
    const refused = seen.client.signIn();
    seen.socket().say({ type: "error", id: seen.socket().of("refresh").at(-1).id, code, message: "" });
    await assert.rejects(refused, { code });
  }
  assert.equal(seen.sockets.length, 1);
});

test("a refresh that came to nothing shows the token on a new connection, and only that one is heard", async () => {
  const seen = connect({ token: () => "t" });
  const told = follow(seen);
  seen.client.open();
  seen.socket().welcome();
  replay(seen.socket(), { events: [event(1)] });
  const [old] = seen.sockets;
  const shown = seen.client.signIn();
  old.say({ type: "error", id: old.of("refresh")[0].id, code: "internal", message: "" });
  assert.equal(await shown, null);
  old.say(event(2));
  old.drop(1000);
  assert.equal(seen.sockets.length, 2);
  assert.deepEqual(told, [1, "caught up"]);
  seen.socket().welcome();
  assert.deepEqual(seen.socket().of("subscribe")[0].since, { epoch: "e1", seq: 1 });
});

const settle = () => new Promise((resolve) => { setImmediate(resolve); });

test("a token may take its time: it is fetched before the socket is opened, on every attempt", async () => {
  let fetched = 0;
  const seen = connect({ token: async () => `t${fetched += 1}` });
  seen.client.open();
  assert.equal(seen.sockets.length, 0);
  await settle();
  seen.socket().open();
  assert.deepEqual(seen.socket().sent, [{ type: "hello", token: "t1" }]);
  seen.socket().drop();
  seen.clock.advance(250);
  await settle();
  seen.socket().open();
  assert.deepEqual(seen.socket().sent, [{ type: "hello", token: "t2" }]);
});

test("a token that cannot be fetched, or never comes, is a failed attempt", async () => {
  const answers = [() => Promise.reject(new Error("503")), () => new Promise(() => {}), () => {
    throw new Error("no store");
  }, () => "t"];
  const seen = connect({ token: () => answers.shift()() });
  seen.client.open();
  await settle();
  assert.deepEqual([seen.state().name, seen.state().reason], ["reconnecting", "no token: 503"]);
  seen.clock.advance(250);
  seen.clock.advance(15000);
  assert.equal(seen.state().reason, "no token within the time limit");
  seen.clock.advance(500);
  assert.equal(seen.state().reason, "no token: no store");
  seen.clock.advance(1000);
  seen.socket().welcome();
  assert.equal(seen.state().name, "connected");
});

test("a fetched token that expired is fetched again, and the same one is not shown twice", async () => {
  const tokens = ["a", "b", "b"];
  const seen = connect({ token: async () => tokens.shift() });
  seen.client.open();
  await settle();
  seen.socket().welcome();
  for (const [code, token] of [[4010, "b"], [4010, null]]) {
    seen.socket().drop(code);
    assert.equal(seen.state().name, "reconnecting");
    seen.clock.advance(500);
    await settle();
    if (token) seen.socket().welcome();
  }
  assert.deepEqual(seen.sockets.map((s) => s.of("hello")[0].token), ["a", "b"]);
  assert.equal(seen.state().code, 4010);
});

test("before a token expires another one is shown by itself, once there is one", async () => {
  let token = "old";
  const seen = connect({ token: () => token });
  seen.client.open();
  seen.socket().welcome();
  seen.socket().say({ type: "token_expiring", expires_ms: 1 });
  await settle();
  assert.deepEqual(seen.socket().of("refresh"), []);
  assert.equal(seen.frames.at(-1), "token_expiring", "the program is told all the same");
  token = "new";
  seen.socket().say({ type: "token_expiring", expires_ms: 1 });
  await settle();
  const [{ id, token: shown }] = seen.socket().of("refresh");
  assert.equal(shown, "new");
  seen.socket().say({ type: "refreshed", id, expires_ms: 2 });
  await settle();
  seen.socket().say({ type: "token_expiring", expires_ms: 2 });
  await settle();
  assert.equal(seen.socket().of("refresh").length, 1, "the server has this one");
});
