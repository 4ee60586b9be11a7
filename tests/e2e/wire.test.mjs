// The wire contract over a real socket, with a WebSocket client that is not ours.

import assert from "node:assert/strict";
import { connect } from "node:net";
import { after, before, test } from "node:test";

import WebSocket from "ws";

import { startServer } from "./support/server.mjs";

let server;

before(async () => {
  server = await startServer();
});
after(() => server.stop());

/** A connection and the frames it has received, with a way to wait for one. */
class Client {
  constructor(user, options = {}) {
    this.frames = [];
    this.waiting = [];
    this.socket = new WebSocket(`${server.wsUrl}?user=${user}`, options.protocols ?? ["clarion.v1"]);
    this.opened = new Promise((resolve, reject) => {
      this.socket.on("open", resolve);
      this.socket.on("error", reject);
    });
    this.closed = new Promise((resolve) => this.socket.on("close", (code) => resolve(code)));
    this.socket.on("message", (data) => {
      this.frames.push(JSON.parse(data.toString()));
      this.waiting = this.waiting.filter((look) => !look());
    });
  }

  /** The first frame that fits, past or future. */
  find(fits, what) {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => reject(new Error(`no ${what} among ${this.frames.map((f) => f.type).join(" ")}`)),
        10000,
      );
      const look = () => {
        const found = this.frames.find(fits);
        if (found) {
          clearTimeout(timer);
          resolve(found);
        }
        return found !== undefined;
      };
      if (!look()) this.waiting.push(look);
    });
  }

  frame(type) {
    return this.find((frame) => frame.type === type, type);
  }

  send(frame) {
    this.socket.send(JSON.stringify(frame));
  }

  ask(text, fields = {}) {
    this.send({ type: "message", thread_id: "t1", message_id: "m1", text, ...fields });
  }
}

let users = 0;
const nextUser = () => `u${++users}`;

test("five stages arrive in order, each with the next seq, tool_executing before the tool ends", async () => {
  const client = new Client(nextUser());
  await client.opened;
  client.ask("what is (17+3)*2.5?");
  await client.frame("agent_completed");
  const stages = client.frames.filter((frame) => frame.critical).map((frame) => frame.type);
  assert.deepEqual(stages, [
    "user_message", "agent_started", "agent_thinking", "tool_executing", "tool_completed",
    "assistant_message", "agent_completed",
  ]);
  const seqs = client.frames.filter((frame) => frame.payload).map((frame) => frame.seq);
  assert.deepEqual(seqs, seqs.map((_, index) => index + 1));
  assert.equal(client.frames[0].type, "welcome");
  assert.equal(client.frames[1].type, "accepted");
  assert.match((await client.frame("assistant_message")).payload.text, /50/);
  client.socket.close();
  assert.equal(await client.closed, 1000);
});

test("a tool is seen executing at least 1.5 s before its time-out is", async () => {
  let seenMs = 0;
  // A busy machine may look late at what takes 2 s; a server that shows it late does so each time.
  for (let tries = 0; tries < 5 && seenMs < 1500; ++tries) {
    const client = new Client(nextUser());
    await client.opened;
    client.ask("/hang");
    const started = await client.frame("tool_executing");
    const at = Date.now();
    const ended = await client.frame("tool_completed");
    seenMs = Date.now() - at;
    assert.ok(ended.timestamp - started.timestamp >= 1500);
    assert.equal(ended.payload.outcome, "timeout");
    await client.frame("agent_completed");
    client.socket.terminate();
  }
  assert.ok(seenMs >= 1500, `${seenMs} ms`);
});

test("frames in the same segment as the upgrade follow the welcome, in order", async () => {
  const user = nextUser();
  const masked = (text) => {
    const body = Buffer.from(text);
    assert.ok(body.length < 126);
    return Buffer.concat([Buffer.from([0x81, 0x80 | body.length, 0, 0, 0, 0]), body]);
  };
  const head = [
    `GET /ws?user=${user} HTTP/1.1`, `Host: ${server.host}:${server.port}`, "Upgrade: websocket",
    "Connection: Upgrade", "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    "", "",
  ].join("\r\n");
  const frames = [
    '{"type":"message","thread_id":"t1","message_id":"m1","text":"/think 1"}',
    '{"type":"ping","id":"p"}',
    '{"type":"message","thread_id":"t1","message_id":"m2","text":"/think 1"}',
  ];
  const socket = connect(server.port, server.host);
  let received = "";
  const done = new Promise((resolve, reject) => {
    socket.on("data", (data) => {
      received += data.toString("latin1");
      if ((received.match(/"type":"agent_completed"/g) ?? []).length === 2) resolve();
    });
    socket.on("error", reject);
    socket.on("close", () => reject(new Error(`closed after ${received}`)));
  });
  socket.write(Buffer.concat([Buffer.from(head), ...frames.map(masked)]));
  await done;
  socket.destroy();
  const order = [...received.matchAll(/"type":"(welcome|accepted|pong)"/g)].map((match) => match[1]);
  assert.deepEqual(order, ["welcome", "accepted", "pong", "accepted"]);
});

test("a client that comes back resumes where it was, without gap or duplicate", async () => {
  const user = nextUser();
  const first = new Client(user);
  await first.opened;
  first.ask("/story 40 20");
  await first.find((frame) => frame.type === "text_delta" && frame.seq > 8, "eighth delta");
  first.socket.terminate();
  await first.closed;
  const seen = first.frames.filter((frame) => frame.payload);
  const last = seen.at(-1);

  const second = new Client(user);
  await second.opened;
  second.send({ type: "subscribe", thread_id: "t1", since: { epoch: last.epoch, seq: last.seq } });
  const end = await second.frame("agent_completed");
  assert.equal((await second.frame("subscribed")).recovered, true);
  const all = [...seen, ...second.frames.filter((frame) => frame.payload)];
  assert.deepEqual(all.map((frame) => frame.seq), all.map((_, index) => index + 1));
  const text = all.filter((frame) => frame.type === "text_delta").map((frame) => frame.payload.delta).join("");
  assert.equal(text, Array.from({ length: 40 }, (_, index) => `word-${index + 1}`).join(" "));
  assert.equal(end.payload.census.text_bytes, text.length);
  second.socket.terminate();
});

test("two users with the same thread and message ids never meet", async () => {
  const [ada, bob] = [new Client(nextUser()), new Client(nextUser())];
  await Promise.all([ada.opened, bob.opened]);
  ada.ask("the secret of ada");
  bob.ask("the secret of bob");
  await Promise.all([ada.frame("agent_completed"), bob.frame("agent_completed")]);
  assert.equal(JSON.stringify(bob.frames).includes("secret of ada"), false);
  assert.equal(JSON.stringify(ada.frames).includes("secret of bob"), false);
  for (const client of [ada, bob]) client.socket.terminate();
});

test("a page of another site is refused, and a foreign host name", async () => {
  const status = (options) =>
    new Promise((resolve) => {
      const socket = new WebSocket(server.wsUrl, options);
      socket.on("unexpected-response", (_, response) => {
        resolve(response.statusCode);
        socket.on("error", () => {});
        socket.terminate();
      });
      socket.on("open", () => {
        resolve(101);
        socket.terminate();
      });
      socket.on("error", () => {});
    });
  assert.equal(await status({ origin: "https://evil.example" }), 403);
  assert.equal(await status({ headers: { Host: "evil.example" } }), 403);
  assert.equal(await status({ headers: { "X-Forwarded-For": "10.0.0.1" } }), 403);
  assert.equal(await status({ origin: server.url.replace(/\/$/, "") }), 101);
});

test("bad frames are answered by name, a binary one closes 1003, a huge one 1009", async () => {
  const client = new Client(nextUser());
  await client.opened;
  client.send({ type: "nonsense", id: "1" });
  client.send({ type: "message", id: "2", thread_id: "a b", message_id: "m", text: "x" });
  client.socket.send("{");
  await client.find((frame) => frame.type === "error" && frame.id === "2", "error 2");
  const errors = client.frames.filter((frame) => frame.type === "error");
  assert.equal(errors[0].code, "unknown_type");
  assert.equal(errors[1].detail, "/thread_id");
  client.socket.send(Buffer.from([1, 2, 3]));
  assert.equal(await client.closed, 1003);
  const huge = new Client(nextUser());
  await huge.opened;
  huge.socket.send("x".repeat(262145));
  assert.equal(await huge.closed, 1009);
});

test("an unknown subprotocol is refused, none is accepted", async () => {
  const none = new Client(nextUser(), { protocols: [] });
  await none.frame("welcome");
  none.socket.terminate();
  const other = new Client(nextUser(), { protocols: ["graphql-ws"] });
  await assert.rejects(other.opened, /400/);
});
