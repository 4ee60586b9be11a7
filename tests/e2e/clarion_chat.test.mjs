// The terminal client against the real server: what it prints, and what it exits with.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createServer } from "node:net";
import { after, before, test } from "node:test";

import { startServer } from "./support/server.mjs";

const BIN = process.env.CLARION_CHAT_BIN;
const END_TIMEOUT_MS = 30000;
const STAGES = [
  "agent_started", "agent_thinking", "tool_executing", "tool_completed", "agent_completed",
];

/** Starts the client. {child, out(), seen(pattern), ended} with ended → {code, out, err}. */
function chat(args, { input } = {}) {
  assert.ok(BIN, "CLARION_CHAT_BIN names no client binary");
  const env = { ...process.env };
  delete env.CLARION_TOKEN;
  const child = spawn(BIN, args, { env, stdio: ["pipe", "pipe", "pipe"] });
  let out = "";
  let err = "";
  const waiting = new Set();
  const look = () => {
    for (const check of waiting) check();
  };
  child.stdout.setEncoding("utf8").on("data", (text) => { out += text; look(); });
  child.stderr.setEncoding("utf8").on("data", (text) => { err += text; look(); });
  child.stdin.on("error", () => {}); // a client that refuses its arguments has left before
  if (input !== undefined) child.stdin.end(input);
  const ended = new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      child.kill("SIGKILL");
      reject(new Error(`the client did not end\n${out}\n${err}`));
    }, END_TIMEOUT_MS);
    child.on("close", (code, signal) => {
      clearTimeout(timer);
      resolve({ code: code ?? signal, out, err });
    });
  });
  const seen = (pattern) => new Promise((resolve, reject) => {
    const check = () => {
      if (!pattern.test(out)) return;
      waiting.delete(check);
      resolve();
    };
    waiting.add(check);
    ended.then(() => reject(new Error(`never seen: ${pattern}\n${out}\n${err}`)), reject);
    check();
  });
  return { child, out: () => out, seen, ended };
}

/** A port on which nobody listens. */
async function freePort() {
  const probe = createServer();
  await new Promise((resolve) => { probe.listen(0, "127.0.0.1", resolve); });
  const { port } = probe.address();
  await new Promise((resolve) => { probe.close(resolve); });
  return port;
}

let server;
before(async () => { server = await startServer(); });
after(async () => { await server.stop(); });

test("one message prints its stages as plain lines and exits 0", async () => {
  const { code, out, err } = await chat(["--url", server.wsUrl, "what is (17+3)*2.5?"]).ended;
  assert.equal(code, 0, err);
  assert.equal(err, "");
  // eslint-disable-next-line no-control-regex
  assert.doesNotMatch(out, /[\x00-\x09\x0b-\x1f\x7f\x80-\x9f]/);
  const lines = out.trimEnd().split("\n");
  assert.equal(lines[0], "demo started");
  assert.match(lines[1], /^thinking: \S/);
  assert.match(out, /^tool calculator \{.*"\(17\+3\)\*2\.5".*\}$/m);
  assert.match(out, /^tool calculator finished in \d+ ms: \{.*50.*\}$/m);
  assert.match(lines.at(-1), /^done in \d+ ms$/);
  assert.match(lines.slice(4, -1).join("\n"), /50/);
});

test("--json prints one frame a line, with the five stages in order", async () => {
  const { code, out } = await chat(["--url", server.wsUrl, "--json", "/calc 6*7"]).ended;
  assert.equal(code, 0);
  const frames = out.trimEnd().split("\n").map((line) => JSON.parse(line));
  assert.equal(frames[0].type, "welcome");
  const types = frames.map(({ type }) => type);
  const stages = types.filter((type) => STAGES.includes(type));
  assert.deepEqual([...new Set(stages)], STAGES);
  assert.equal(types.indexOf("accepted") < types.indexOf("agent_started"), true);
  assert.equal(types.at(-1), "agent_completed");
  const seqs = frames.filter((frame) => frame.payload).map(({ seq }) => seq);
  assert.deepEqual(seqs, seqs.map((_, index) => index + 1));
});

test("a run that fails exits 3", async () => {
  const { code, out } = await chat(["--url", server.wsUrl, "/fail"]).ended;
  assert.equal(code, 3);
  assert.match(out, /^tool \S+ failed after \d+ ms: /m);
  assert.match(out, /^error tool_failed: .+\n$/m);
});

test("no server exits 1 with one line that names host and port", async () => {
  const port = await freePort();
  const { code, out, err } = await chat(["--url", `ws://127.0.0.1:${port}/ws`, "hello"]).ended;
  assert.equal(code, 1);
  assert.equal(out, "");
  assert.match(err, new RegExp(`^clarion-chat: cannot connect to 127\\.0\\.0\\.1:${port}: \\S.*\\n$`));
});

test("a refused upgrade exits 1 with the server's reason", async () => {
  const url = server.wsUrl.replace(/\/ws$/, "/nowhere");
  const { code, err } = await chat(["--url", url, "hello"]).ended;
  assert.equal(code, 1);
  assert.match(err, /^clarion-chat: cannot connect to 127\.0\.0\.1:\d+: the server answered 404/);
});

test("wrong arguments exit 2", async () => {
  for (const args of [
    ["--url", "http://x/"], ["--nonsense"], ["--user", "a b", "x"], ["--thread", "", "x"],
    ["--user", "a", "--token", "b", "x"], ["one", "two"], [""], ["--insecure", "x"], ["--ca", "f", "x"],
  ]) {
    const { code, out, err } = await chat(args, { input: "" }).ended;
    assert.equal(code, 2, args.join(" "));
    assert.equal(out, "");
    assert.notEqual(err, "");
  }
});

test("a message that the server refuses exits 1 and says why", async () => {
  const text = "x".repeat(40000);
  const { code, err } = await chat(["--url", server.wsUrl, text]).ended;
  assert.equal(code, 1);
  assert.match(err, /^clarion-chat: error too_large: /);
});

test("--user is who it is", async () => {
  const { code, out } = await chat(["--url", server.wsUrl, "--user", "ada", "--json", "/help"]).ended;
  assert.equal(code, 0);
  assert.equal(JSON.parse(out.split("\n")[0]).user_id, "ada");
});

test("interactive: each line is a message, one after the other, in one thread", async () => {
  const input = "\n/calc 6*7\n   \n/calc 5+5\n";
  const { code, out } = await chat(["--url", server.wsUrl], { input }).ended;
  assert.equal(code, 0);
  assert.equal(out.match(/^done in \d+ ms$/gm).length, 2);
  assert.match(out, /42[^]*done in[^]*demo started[^]*10[^]*done in/);
});

test("interactive: the end of the input exits with the status of the last run", async () => {
  const input = "/help\n/fail";
  assert.equal((await chat(["--url", server.wsUrl], { input }).ended).code, 3);
});

test("interactive: :quit leaves, and what follows is not sent", async () => {
  const input = "/help\n:quit\n/fail\n";
  const { code, out } = await chat(["--url", server.wsUrl], { input }).ended;
  assert.equal(code, 0);
  assert.equal(out.match(/^done in/gm).length, 1);
});

test("Ctrl-C cancels the run and exits 4", async () => {
  const client = chat(["--url", server.wsUrl, "/story 1000 20"]);
  await client.seen(/word-2 /);
  client.child.kill("SIGINT");
  const { code, out } = await client.ended;
  assert.equal(code, 4);
  assert.match(out, /^cancelled \(user\) after \d+ ms\n$/m);
});

test("a crash of the server in the middle of a run loses no text and exits 3", async () => {
  const first = await startServer();
  const client = chat(["--url", first.wsUrl, "--thread", "story", "/story 400 50"]);
  await client.seen(/word-5 /);
  await first.kill();
  const second = await startServer({
    listen: `${first.host}:${first.port}`, dataDir: first.dataDir,
  });
  const { code, out, err } = await client.ended;
  assert.equal(code, 3, `${out}\n${err}`);
  assert.match(err, /connection was lost.*reconnecting\n(?:.*\n)*.*connected again/);
  assert.match(out, /^error process_lost: /m);
  const numbers = [...out.matchAll(/word-(\d+)/g)].map(([, n]) => Number(n));
  assert.ok(numbers.length >= 5);
  assert.deepEqual(numbers, numbers.map((_, index) => index + 1));
  await second.stop();
});
