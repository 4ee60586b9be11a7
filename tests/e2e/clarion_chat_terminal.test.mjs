// The terminal client on a terminal, over TLS, and asked by a tool: what a person meets beside plain messages.

import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { WebSocketServer } from "ws";

import { startServer } from "./support/server.mjs";
import { onTerminal } from "./support/terminal.mjs";

const BIN = process.env.CLARION_CHAT_BIN;
const XTERM = { TERM: "xterm" };
const COLOUR = /\u001b\[\d+m/; // eslint-disable-line no-control-regex

let server;
let asking; // a server that this file plays: each message's tool waits for approval
let decided; // what it was told
before(async () => {
  server = await startServer();
  asking = new WebSocketServer({ host: "127.0.0.1", port: 0, handleProtocols: () => "clarion.v1" });
  await once(asking, "listening");
  asking.on("connection", playApproval);
});
after(async () => {
  for (const client of asking.clients) client.terminate();
  asking.close();
  await server.stop();
});

function playApproval(socket) {
  const say = (frame) => socket.send(JSON.stringify(frame));
  let seq = 0;
  const event = (type, payload) => say({
    type, thread_id: "t", run_id: "r_1", epoch: "e_1", seq: ++seq, timestamp: 1, critical: true, payload,
  });
  say({
    type: "welcome", connection_id: "c_1", user_id: "ada", protocol: "clarion.v1", server: "fake", agents: [],
    heartbeat: { interval_ms: 25000, timeout_ms: 8000 },
    limits: { frame_bytes_max: 262144, message_bytes_max: 32768, messages_per_minute: 120, queued_runs_max: 16 },
  });
  socket.on("message", (data) => {
    const frame = JSON.parse(data);
    const { id } = frame;
    if (frame.type === "subscribe")
      say({ type: "subscribed", id, thread_id: "t", epoch: "", seq: 0, recovered: true });
    if (frame.type === "message") {
      say({
        type: "accepted", id, thread_id: "t", message_id: frame.message_id, run_id: "r_1", seq: 1,
        duplicate: false, state: "running",
      });
      event("user_message", { message_id: frame.message_id, text: frame.text });
      event("approval_requested", {
        approval_id: "a_1", tool_call_id: "c_1", tool_name: "remove", arguments: { path: "x" }, expires_ms: 1,
      });
    }
    if (frame.type === "approve") {
      decided = frame;
      say({ type: "approve_result", id, verdict: "resolved", by: "ada" });
      event("approval_resolved", { approval_id: "a_1", decision: frame.decision, by: "ada", note: frame.note });
      event("agent_completed", {});
    }
  });
}

function piped(args, { input, env = {} } = {}) {
  const child = spawn(BIN, args, { env: { ...process.env, CLARION_TOKEN: "", ...env }, stdio: "pipe" });
  let out = "";
  let err = "";
  const waiting = [];
  child.stdout.setEncoding("utf8").on("data", (text) => { out += text; });
  child.stderr.setEncoding("utf8").on("data", (text) => {
    err += text;
    for (const look of waiting) look();
  });
  child.stdin.on("error", () => {}); // it may have left before
  if (input !== undefined) child.stdin.end(input);
  const timer = setTimeout(() => child.kill("SIGKILL"), 30000);
  const ended = once(child, "close").then(([code]) => {
    clearTimeout(timer);
    return { code, out, err };
  });
  const saidOnStderr = (pattern) => new Promise((resolve, reject) => {
    const look = () => pattern.test(err) && resolve();
    waiting.push(look);
    ended.then(() => reject(new Error(`never said: ${pattern}\n${err}`)));
    look();
  });
  return { child, ended, saidOnStderr };
}

const askingUrl = () => `ws://127.0.0.1:${asking.address().port}/ws`;

test("a terminal gets a prompt, colours and a spinner that leaves no trace", async () => {
  const screen = onTerminal([BIN, "--url", server.wsUrl, "--thread", "t"], XTERM);
  await screen.seen(/thread t; :help/);
  await screen.seen(/> /);
  screen.type("/hang\n");
  await screen.seen(/Running \S+…/);
  await screen.seen(/done in \d+ ms/);
  screen.type(":quit\n");
  const { code, out } = await screen.ended;
  assert.equal(code, 0);
  assert.match(out, COLOUR);
  assert.match(out, /\r\u001b\[K\u001b\[2m[⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏] Running/); // eslint-disable-line no-control-regex
  // What stands on the screen once each erasure has been obeyed.
  const lines = out.split("\n").map((line) => line.replace(/^[^]*\r\u001b\[K/, "")); // eslint-disable-line no-control-regex
  assert.equal(lines.some((line) => /Running/.test(line)), false, JSON.stringify(lines));
});

test("NO_COLOR takes the colours, TERM=dumb the spinner as well", async () => {
  for (const [env, spins] of [[{ ...XTERM, NO_COLOR: "1" }, true], [{ TERM: "dumb" }, false]]) {
    const screen = onTerminal([BIN, "--url", server.wsUrl, "/hang"], env);
    const { code, out } = await screen.ended;
    assert.equal(code, 0);
    assert.match(out, /done in \d+ ms/);
    assert.doesNotMatch(out, COLOUR);
    assert.equal(/Running/.test(out), spins, JSON.stringify(out));
    assert.equal(out.includes("\u001b"), spins);
  }
});

test("Ctrl-C on the terminal cancels the run, and leaves when there is none", async () => {
  const screen = onTerminal([BIN, "--url", server.wsUrl], XTERM);
  await screen.seen(/> /);
  screen.type("/story 1000 20\n");
  await screen.seen(/word-3 /);
  screen.type("\u0003");
  await screen.seen(/cancelled \(user\)/);
  screen.type("\u0003");
  assert.equal((await screen.ended).code, 130);
});

test("one message on a terminal: the person is asked, and decides", async () => {
  const screen = onTerminal([BIN, "--url", askingUrl(), "--thread", "t", "remove it"], XTERM);
  await screen.seen(/remove waits for you: :allow \[NOTE\] or :deny \[NOTE\]/);
  screen.type("hello\n");
  await screen.seen(/not sent: there is one message only/);
  screen.type("/allow this once\n");
  const { code, out } = await screen.ended;
  assert.equal(code, 0);
  assert.equal(decided.approval_id, "a_1");
  assert.equal(decided.decision, "allow");
  assert.equal(decided.note, "this once");
  assert.match(out, /approval a_1 allowed by ada: this once/);
});

test("one message in a pipe: what it waits for is said, and it waits", async () => {
  const client = piped(["--url", askingUrl(), "--thread", "t", "remove it"], { input: "" });
  await client.saidOnStderr(/remove waits for approval a_1: .*clarion-chat --thread t\n/);
  client.child.kill("SIGINT"); // cancels, which this server does not answer
  await client.saidOnStderr(/cancelling/);
  client.child.kill("SIGINT");
  assert.equal((await client.ended).code, 130);
});

test("a script's lines decide as well", async () => {
  const client = piped(["--url", askingUrl(), "--thread", "t"], { input: "remove it\n:deny never\n" });
  const { code, out } = await client.ended;
  assert.equal(code, 0);
  assert.equal(decided.decision, "deny");
  assert.match(out, /^tool remove waits for approval a_1 \{"path":"x"\}\napproval a_1 denied by ada: never\n/m);
});

test("colon lines are the client's own: threads, a new one, help, and what is refused", async () => {
  const input = ":help\n:nonsense\n:thread\n:new\n/calc 6*7\n:thread back\n/calc 5+5\n";
  const { code, out, err } = await piped(["--url", server.wsUrl, "--thread", "back"], { input }).ended;
  assert.equal(code, 0, err);
  assert.match(out, /^:allow \[NOTE\] {2}let the tool/);
  assert.match(err, /there is no :nonsense; :help lists what there is/);
  assert.match(err, /this is thread back\n/);
  assert.match(err, /now in thread t_\S+\n(?:.*\n)*.*now in thread back\n/);
  assert.match(out, /42[^]*10/);
});

test("a closing server is told in words, with what can be done", async () => {
  const closing = new WebSocketServer({ host: "127.0.0.1", port: 0, handleProtocols: () => "clarion.v1" });
  await once(closing, "listening");
  for (const [close, words] of [
    [4010, /\(4010\): why; the token has expired: start again with a fresh --token\n$/],
    [4501, /\(4501\): why; the server asks who you are: give --token or set CLARION_TOKEN\n$/],
    [4503, /\(4503\): why; close other connections/],
  ]) {
    closing.once("connection", (socket) => socket.close(close, "why"));
    const url = `ws://127.0.0.1:${closing.address().port}/ws`;
    const { code, err } = await piped(["--url", url, "hi"], { input: "" }).ended;
    assert.equal(code, 1);
    assert.match(err, words);
  }
  closing.close();
});

test("wss: an unknown authority is refused, --ca trusts it, --insecure takes anyone", async () => {
  const dir = mkdtempSync(join(tmpdir(), "clarion-chat-tls-"));
  const [certificate, key] = [join(dir, "cert.pem"), join(dir, "key.pem")];
  execFileSync("openssl", [
    "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "1",
    "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1",
    "-keyout", key, "-out", certificate,
  ], { stdio: "ignore" });
  const secure = await startServer({ args: ["--tls-cert", certificate, "--tls-key", key] });
  const url = `wss://127.0.0.1:${secure.port}/ws`;
  const stranger = await piped(["--url", url, "/help"], { input: "" }).ended;
  assert.equal(stranger.code, 1);
  assert.match(stranger.err, /^clarion-chat: cannot connect to .*certificate.*; --ca FILE trusts another authority\n$/);
  assert.equal((await piped(["--url", url, "--ca", certificate, "/help"], { input: "" }).ended).code, 0);
  assert.equal((await piped(["--url", url, "--insecure", "/help"], { input: "" }).ended).code, 0);
  const wrong = await piped(["--url", url, "--ca", join(dir, "none.pem"), "/help"], { input: "" }).ended;
  assert.equal(wrong.code, 1);
  assert.match(wrong.err, /none\.pem/);
  const both = await piped(["--url", url, "--ca", certificate, "--insecure", "x"], { input: "" }).ended;
  assert.equal(both.code, 2);
  await secure.stop();
  rmSync(dir, { recursive: true });
});
