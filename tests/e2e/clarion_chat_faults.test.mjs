// The terminal client against a server that this file plays: what a real one does seldom.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { after, before, test } from "node:test";

import { WebSocketServer } from "ws";

const BIN = process.env.CLARION_CHAT_BIN;
const END_TIMEOUT_MS = 30000;
const WELCOME = {
  type: "welcome", connection_id: "c_1", user_id: "local", protocol: "clarion.v1", server: "fake",
  heartbeat: { interval_ms: 25000, timeout_ms: 8000 }, agents: [],
  limits: {
    frame_bytes_max: 262144, message_bytes_max: 32768, messages_per_minute: 120, queued_runs_max: 16,
  },
};

let fake;
let play; // (socket, frame, connection number from 1) for each frame of the client
let hello; // (socket, connection number) once welcomed
let connections;
before(async () => {
  fake = new WebSocketServer({ host: "127.0.0.1", port: 0, handleProtocols: () => "clarion.v1" });
  await new Promise((resolve) => { fake.on("listening", resolve); });
  fake.on("connection", (socket, request) => {
    const number = connections.push({ socket, headers: request.headers });
    socket.on("message", (data) => play(socket, JSON.parse(data), number));
    say(socket, WELCOME);
    hello?.(socket, number);
  });
});
after(() => { fake.close(); });

function say(socket, ...frames) {
  for (const frame of frames) socket.send(JSON.stringify(frame));
}

let child; // the last client

function chat(...args) {
  const { port } = fake.address();
  const client = spawn(BIN, ["--url", `ws://127.0.0.1:${port}/ws`, "--thread", "t", ...args]);
  child = client;
  let out = "";
  let err = "";
  client.stdout.setEncoding("utf8").on("data", (text) => { out += text; });
  client.stderr.setEncoding("utf8").on("data", (text) => { err += text; });
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      client.kill("SIGKILL");
      reject(new Error(`the client did not end\n${out}\n${err}`));
    }, END_TIMEOUT_MS);
    client.on("close", (code) => {
      clearTimeout(timer);
      resolve({ code, out, err });
    });
  });
}

function begin({ onFrame, onHello } = {}) {
  connections = [];
  play = onFrame ?? (() => {});
  hello = onHello;
}

const event = (seq, type, payload) => ({
  type, thread_id: "t", run_id: "r_1", epoch: "e_1", seq, timestamp: 1, critical: true, payload,
});
const subscribed = (frame, epoch, seq) => ({
  type: "subscribed", id: frame.id, thread_id: "t", epoch, seq, recovered: true,
});
const accepted = (frame, duplicate = false) => ({
  type: "accepted", id: frame.id, thread_id: "t", message_id: frame.message_id, run_id: "r_1",
  seq: 1, duplicate, state: "running",
});
const delta = (seq, text) => event(seq, "text_delta", { agent_name: "a", message_id: "m", delta: text });

test("a close code from 4500 on is final and its reason is shown", async () => {
  for (const [code, advice] of [
    [4500, "the token was refused: check --token or CLARION_TOKEN"],
    [4502, "client and server do not understand each other: are both of one version?"],
    [4505, "your access was withdrawn: ask for a new token"],
  ]) {
    begin({ onHello: (socket) => socket.close(code, "because \u001b[2Jof this") });
    const { code: status, err } = await chat("hi");
    assert.equal(status, 1);
    assert.equal(err, `clarion-chat: the connection was lost (${code}): because [2Jof this; ${advice}\n`);
    assert.equal(connections.length, 1);
  }
});

test("the token goes along as a bearer", async () => {
  begin({ onHello: (socket) => socket.close(4500, "no") });
  await chat("--token", "abc.def", "hi");
  assert.equal(connections[0].headers.authorization, "Bearer abc.def");
  assert.equal(connections[0].headers["sec-websocket-protocol"], "clarion.v1");
});

test("a ping is answered, and what a terminal would obey is not printed", async () => {
  let ponged = null;
  begin({
    onHello: (socket) => {
      socket.on("pong", (data) => { ponged = data.toString(); });
      socket.ping("beat");
    },
    onFrame: (socket, frame) => {
      if (frame.type === "subscribe") say(socket, subscribed(frame, "", 0));
      if (frame.type !== "message") return;
      say(socket, accepted(frame), event(1, "user_message", frame),
        delta(2, "a\u001b]0;x\u0007\u009b31mb"), event(3, "agent_completed", {}));
    },
  });
  const { code, out } = await chat("hi");
  assert.equal(code, 0);
  assert.equal(ponged, "beat");
  assert.equal(out, "a]0;x31mb\nevent agent_completed {}\n");
});

test("after a loss it subscribes from where it stood and prints nothing twice", async () => {
  const sent = [];
  begin({
    onFrame: (socket, frame, number) => {
      sent.push(frame);
      if (frame.type === "subscribe") {
        say(socket, number === 1 ? subscribed(frame, "", 0) : subscribed(frame, "e_1", 4));
      }
      if (frame.type === "subscribe" && number === 2) {
        say(socket, delta(2, "one "), delta(3, "two "), event(4, "agent_cancelled", {}));
      }
      if (frame.type !== "message" || number !== 1) return;
      say(socket, accepted(frame), event(1, "user_message", frame), delta(2, "one "));
      setImmediate(() => socket.close(4008, "slow_consumer"));
    },
  });
  const { code, out } = await chat("hi");
  assert.equal(code, 4);
  assert.match(out, /^one two \n/);
  const second = sent.filter(({ type }) => type === "subscribe")[1];
  assert.deepEqual(second.since, { epoch: "e_1", seq: 2 });
  assert.equal(sent.filter(({ type }) => type === "message").length, 1);
});

test("a message that was not accepted is sent again under its id", async () => {
  const ids = [];
  begin({
    onFrame: (socket, frame, number) => {
      if (frame.type === "subscribe") say(socket, subscribed(frame, "", 0));
      if (frame.type !== "message") return;
      ids.push(frame.message_id);
      if (number === 1) socket.terminate();
      else say(socket, accepted(frame, true), event(1, "agent_error", {}));
    },
  });
  assert.equal((await chat("hi")).code, 3);
  assert.equal(ids.length, 2);
  assert.equal(ids[0], ids[1]);
});

test("a message that the server holds off is sent again when its time has come", async () => {
  const sent = [];
  begin({
    onFrame: (socket, frame) => {
      if (frame.type === "subscribe") say(socket, subscribed(frame, "", 0));
      if (frame.type !== "message") return;
      sent.push({ id: frame.message_id, at: Date.now() });
      if (sent.length === 1) {
        say(socket, { type: "error", id: frame.id, code: "rate_limited", message: "slower",
          retryable: true, retry_after_ms: 300 });
      } else {
        say(socket, accepted(frame), event(1, "agent_completed", {}));
      }
    },
  });
  const { code, err } = await chat("hi");
  assert.equal(code, 0);
  assert.match(err, /^clarion-chat: error rate_limited: slower; sent again in 300 ms\n/);
  assert.equal(sent.length, 2);
  assert.equal(sent[0].id, sent[1].id);
  assert.ok(sent[1].at - sent[0].at >= 290, "too early");
});

test("a server that has gone silent is asked after five seconds, and left after five more", async () => {
  const asked = [];
  begin({
    onFrame: (socket, frame, number) => {
      if (frame.type === "subscribe") say(socket, subscribed(frame, "", 0));
      if (number === 1 && frame.type === "message") asked.push(Date.now());
      if (number === 1 && frame.type === "ping") asked.push(Date.now());
      if (number === 2 && frame.type === "message") {
        asked.push(Date.now());
        say(socket, accepted(frame), event(1, "agent_completed", {}));
      }
    },
  });
  const { code, err } = await chat("hi");
  assert.equal(code, 0);
  assert.match(err, /the server has gone silent; reconnecting/);
  const [message, ping, again] = asked;
  assert.equal(asked.length, 3);
  assert.ok(ping - message >= 4000 && ping - message < 20000, `asked after ${ping - message} ms`);
  assert.ok(again - ping >= 4000 && again - ping < 20000, `left after ${again - ping} ms`);
});

test("a second Ctrl-C leaves although the server does not answer the first", async () => {
  begin({
    onFrame: (socket, frame) => {
      if (frame.type === "subscribe") say(socket, subscribed(frame, "", 0));
      if (frame.type === "message") {
        say(socket, accepted(frame));
        child.kill("SIGINT");
      }
      if (frame.type === "cancel") child.kill("SIGINT");
    },
  });
  const { code, err } = await chat("hi");
  assert.equal(code, 130);
  assert.equal(err, "clarion-chat: cancelling; once more to leave at once\n");
});

test("a server that speaks something else is left in one line", async () => {
  begin({ onHello: (socket) => socket.send("no JSON") });
  const { code, err } = await chat("hi");
  assert.equal(code, 1);
  assert.equal(err, "clarion-chat: the connection was lost: the server sent a frame that is no JSON object\n");
});
