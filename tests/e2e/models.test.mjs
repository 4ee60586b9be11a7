// The model agent against a model server that is not ours, over real sockets.

import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { Client } from "./support/client.mjs";
import { freePort, startModelServer } from "./support/model_server.mjs";
import { startServer } from "./support/server.mjs";

const call = (expression) => ({ name: "calculator", arguments: JSON.stringify({ expression }) });
const says = (userMessage, response, more = {}) => ({ match: { userMessage, ...more.match }, response, ...more.how });

const FIXTURES = [
  says("hello", { content: "Hello from the model, at some length.", usage: { prompt_tokens: 11, completion_tokens: 7 } }),
  says("times", { toolCalls: [call("6*7"), call("1+1")] }, { match: { hasToolResult: false } }),
  says("times", { content: "It is 42." }, { match: { hasToolResult: true } }),
  says("bad arguments", { toolCalls: [{ name: "calculator", arguments: "{x" }] }),
  says("endless", { toolCalls: [call("1+1")] }),
  says("busy", { error: { message: "slow down" }, status: 429, retryAfter: 1 }, { match: { sequenceIndex: 0 } }),
  says("busy", { error: { message: "gone for a moment" }, status: 503 }, { match: { sequenceIndex: 1 } }),
  says("busy", { content: "Now." }, { match: { sequenceIndex: 2 } }),
  says("cut", { content: "This sentence is cut off before it has come to its end." }, { how: { truncateAfterChunks: 4, latency: 60, chunkSize: 10 } }),
  says("garbage", { content: "x" }, { how: { chaos: { malformedRate: 1 } } }),
  says("slow", { content: "one two three four five six seven eight" }, { how: { latency: 250, chunkSize: 4 } }),
  says("title for this conversation", { content: '"A friendly greeting."' }),
  says("ponder", { content: "Done.", reasoning: "Let me think about it." }),
];

let models;
let server;
let dir;
let closedPort;

before(async () => {
  models = await startModelServer(FIXTURES);
  closedPort = await freePort();
  dir = mkdtempSync(join(tmpdir(), "clarion-config-"));
  const config = join(dir, "clarion.toml");
  writeFileSync(config, `
default_agent = "assistant"

[[models]]
name = "mock"
base_url = "${models.url}"
model = "o3-mini"
api_key_env = "MOCK_KEY"

[[models]]
name = "down"
base_url = "http://127.0.0.1:${closedPort}/v1"
model = "m"

[[models]]
name = "down_with_help"
base_url = "http://127.0.0.1:${closedPort}/v1"
model = "m"
fallback = ["mock"]

[[agents]]
name = "assistant"
description = "Answers with tools"
prompt = "You are brief."
model = "mock"
tools = ["calculator", "clock"]
title = false
limits = { turns = 4 }

[[agents]]
name = "namer"
model = "mock"

[[agents]]
name = "unreachable"
model = "down"

[[agents]]
name = "helped"
model = "down_with_help"
title = false
`);
  server = await startServer({ args: ["--config", config], env: { MOCK_KEY: "sesame", HTTP_PROXY: "http://127.0.0.1:9" } });
});
after(async () => {
  await server.stop();
  await models.stop();
  rmSync(dir, { recursive: true, force: true });
});

const TERMINALS = ["agent_completed", "agent_error", "agent_cancelled"];
let users = 0;

/** One message of a new user; everything up to its terminal. */
async function run(text, fields = {}) {
  const client = await Client.open(server, `user-${++users}`);
  client.send({ type: "message", thread_id: "t1", message_id: "m1", text, ...fields });
  const terminal = await client.find((frame) => TERMINALS.includes(frame.type), "terminal");
  const of = (type) => client.frames.filter((frame) => frame.type === type).map((frame) => frame.payload);
  return { client, terminal, of };
}

test("the agents of the configuration are offered", async () => {
  const client = await Client.open(server, "cards");
  const { agents } = await client.frame("welcome");
  assert.deepEqual(agents.map((agent) => agent.name), ["demo", "assistant", "namer", "unreachable", "helped"]);
  assert.equal(agents.find((agent) => agent.default).name, "assistant");
});

test("a model's answer is streamed, with its tokens in the terminal", async () => {
  const { terminal, of } = await run("hello");
  assert.equal(terminal.type, "agent_completed", JSON.stringify(terminal));
  assert.equal(terminal.payload.result.text, "Hello from the model, at some length.");
  assert.equal(of("text_delta").map(({ delta }) => delta).join(""), terminal.payload.result.text);
  const { usage, timing } = terminal.payload;
  assert.deepEqual(usage, { provider: "mock", model: "o3-mini", input_tokens: 11, output_tokens: 7, total_tokens: 18 });
  assert.ok(timing.model_ms >= 0 && timing.first_text_ms >= 0);
});

test("the model is told prompt, thread and tools, with its key", async () => {
  const { client, terminal } = await run("hello");
  client.send({ type: "message", thread_id: "t1", message_id: "m2", text: "hello again" });
  await client.find((frame) => frame.type === "agent_completed" && frame.run_id !== terminal.run_id, "second end");
  const last = (await models.journal()).at(-1);
  assert.ok(last.headers.authorization); // its journal does not show the key either
  assert.deepEqual(last.body.messages.map(({ role, content }) => [role, content]), [
    ["system", "You are brief."],
    ["user", "hello"],
    ["assistant", "Hello from the model, at some length."],
    ["user", "hello again"],
  ]);
  assert.deepEqual(last.body.tools.map((tool) => tool.function.name), ["calculator", "clock"]);
  assert.deepEqual(last.body.stream_options, { include_usage: true });
});

test("the model names a thread after its first answer, once", async () => {
  const { client, terminal } = await run("hello", { agent: "namer" });
  assert.equal(terminal.type, "agent_completed", JSON.stringify(terminal));
  const { thread_id: id, title } = await client.frame("thread_changed");
  assert.deepEqual([id, title], ["t1", "A friendly greeting"]);
  client.send({ type: "message", thread_id: "t1", message_id: "m2", text: "hello again", agent: "namer" });
  await client.find((frame) => frame.type === "agent_completed" && frame.run_id !== terminal.run_id, "second end");
  client.send({ type: "threads" });
  const { threads } = await client.frame("threads");
  assert.equal(threads[0].title, "A friendly greeting");
  const asked = (await models.journal()).map(({ body }) => body).filter(({ messages }) => /title for this/.test(messages.at(-1).content));
  assert.equal(asked.length, 1);
  assert.deepEqual(asked[0].messages.slice(0, 2).map(({ role, content }) => [role, content]), [
    ["user", "hello"],
    ["assistant", "Hello from the model, at some length."],
  ]);
  assert.equal(asked[0].tools, undefined);
});

test("parallel calls are made, and their results told under their ids", async () => {
  const { terminal, of } = await run("times");
  assert.equal(terminal.payload.result?.text, "It is 42.", JSON.stringify(terminal));
  assert.deepEqual(of("tool_completed").map(({ outcome }) => outcome), ["ok", "ok"]);
  const told = (await models.journal()).at(-1).body.messages;
  const asked = told.find((message) => message.tool_calls).tool_calls.map(({ id }) => id);
  assert.deepEqual(told.filter(({ role }) => role === "tool").map((message) => message.tool_call_id), asked);
  assert.equal(new Set(asked).size, 2);
});

test("reasoning is thought, not said", async () => {
  const { terminal, of } = await run("ponder");
  assert.equal(terminal.payload.result.text, "Done.");
  assert.equal(of("agent_thinking")[0].reasoning, "Let me think about it.");
});

test("arguments that are none go back to the model twice", async () => {
  const { terminal, of } = await run("bad arguments");
  assert.equal(terminal.payload.code, "model_error", JSON.stringify(terminal));
  assert.equal(of("tool_completed").length, 3);
});

test("a loop of tools ends at its bound", async () => {
  const { terminal, of } = await run("endless");
  assert.equal(terminal.payload.code, "max_turns", JSON.stringify(terminal));
  assert.equal(of("tool_completed").length, 4);
});

test("429 and 503 are tried again, and the user is told", async () => {
  const { terminal, of } = await run("busy");
  assert.equal(terminal.payload.result?.text, "Now.", JSON.stringify(terminal));
  const notices = of("progress_update").map(({ message }) => message);
  assert.match(notices[0], /^model mock: the model server answered 429: slow down; attempt 2 of 4 in /);
  assert.match(notices[1], /503: gone for a moment; attempt 3 of 4/);
});

test("an answer that breaks off is an error that keeps what was said", async () => {
  const { terminal, of } = await run("cut");
  assert.equal(terminal.payload.code, "model_error", JSON.stringify(terminal));
  const [message] = of("assistant_message");
  assert.ok(message.text.length > 0 && "This sentence is cut off before it has come to its end.".startsWith(message.text));
});

test("a body that is no answer is an error by name", async () => {
  const { terminal } = await run("garbage");
  assert.equal(terminal.payload.code, "model_error", JSON.stringify(terminal));
});

test("a model that is not there is unavailable, within its time", async () => {
  const { terminal, of } = await run("hello", { agent: "unreachable" });
  assert.equal(terminal.payload.code, "model_unavailable", JSON.stringify(terminal));
  assert.equal(terminal.payload.retryable, true);
  assert.equal(of("progress_update").length, 3);
});

test("a substitute answers, and says that it is one", async () => {
  const { terminal, of } = await run("hello", { agent: "helped" });
  assert.equal(terminal.type, "agent_completed", JSON.stringify(terminal));
  assert.equal(terminal.payload.usage.provider, "mock");
  assert.match(of("progress_update").at(-1).message, /; asking mock instead$/);
});

test("a cancel closes the model's connection at once", async () => {
  let dropped;
  const gone = new Promise((resolve) => (dropped = resolve));
  let begun;
  const asked = new Promise((resolve) => (begun = resolve));
  const slow = createServer((request, response) => {
    request.resume();
    response.writeHead(200, { "Content-Type": "text/event-stream" });
    response.write('data: {"choices":[{"index":0,"delta":{"content":"and then "}}]}\n\n');
    request.socket.on("close", () => dropped(Date.now()));
    begun();
  });
  await new Promise((resolve) => slow.listen(closedPort, "127.0.0.1", resolve));
  try {
    // The breaker of that endpoint has been opened by the tests above.
    const config = join(dir, "cancel.toml");
    writeFileSync(config, `
[[models]]
name = "slow"
base_url = "http://127.0.0.1:${closedPort}/v1"
model = "m"
[[agents]]
name = "slow"
model = "slow"
`);
    const other = await startServer({ args: ["--config", config] });
    const client = await Client.open(other, "ada");
    client.send({ type: "message", thread_id: "t1", message_id: "m1", text: "go", agent: "slow" });
    await asked;
    await client.frame("text_delta");
    const cancelled = Date.now();
    client.send({ type: "cancel", thread_id: "t1", message_id: "m1" });
    const took = (await gone) - cancelled;
    await client.frame("agent_cancelled");
    assert.ok(took <= 10000, `${took} ms`); // nothing else closes it before 45 s; the aim is measured by bench/model_cancel.mjs
    await other.stop();
  } finally {
    slow.close();
  }
});

test("what is wrong with models and agents stops the start in one line", async () => {
  const faults = [
    ['[[models]]\nname = "a"\nbase_url = "ftp://x"\n', /models\.0\.base_url must be a URL/],
    ['[[models]]\nname = "a"\nbase_url = "http://x/v1"\nmodel = "m"\nfallback = ["b"]\n', /there is no model "b"/],
    ['[[agents]]\nname = "a"\nmodel = "b"\n', /\[\[agents\]\] "a": there is no model "b"/],
    ['[[models]]\nname = "a"\nbase_url = "http://x/v1"\nmodel = "m"\napi_key_env = "NO_SUCH_KEY"\n', /NO_SUCH_KEY is not set/],
    ['[[models]]\nname = "a"\nbase_url = "http://x/v1"\nmodel = "m"\n[[agents]]\nname = "x"\nmodel = "a"\ntools = ["saw"]\n',
      /there is no tool "saw"/],
  ];
  for (const [text, wanted] of faults) {
    const config = join(dir, "fault.toml");
    writeFileSync(config, text);
    await assert.rejects(startServer({ args: ["--config", config] }), wanted);
  }
});
