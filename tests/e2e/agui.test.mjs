// AG-UI both ways: our agents to an AG-UI client that is not ours (@ag-ui/client with its event
// verifier), and an agent behind an AG-UI endpoint as one of ours.

import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { HttpAgent } from "@ag-ui/client";

import { Client } from "./support/client.mjs";
import { eventually } from "./support/eventually.mjs";
import { freePort } from "./support/model_server.mjs";
import { startServer } from "./support/server.mjs";

const READ_TIMEOUT_MS = 20000;

let server;
let remote;
let dir;
let closedPort;
const asked = []; // what the remote endpoint was sent

/** What the remote endpoint says to which question; a function gets the response to itself. */
const SCRIPTS = {
  "say hello": [
    { type: "REASONING_START", messageId: "r" },
    { type: "REASONING_MESSAGE_START", messageId: "r", role: "reasoning" },
    { type: "REASONING_MESSAGE_CONTENT", messageId: "r", delta: "A greeting is wanted." },
    { type: "REASONING_MESSAGE_END", messageId: "r" },
    { type: "REASONING_END", messageId: "r" },
    { type: "STEP_STARTED", stepName: "greet" },
    { type: "TEXT_MESSAGE_START", messageId: "m", role: "assistant" },
    { type: "TEXT_MESSAGE_CONTENT", messageId: "m", delta: "Hello " },
    { type: "TEXT_MESSAGE_CONTENT", messageId: "m", delta: "there." },
    { type: "TEXT_MESSAGE_END", messageId: "m" },
    { type: "STEP_FINISHED", stepName: "greet" },
    { type: "STATE_SNAPSHOT", snapshot: { mood: "good" } },
    { type: "CUSTOM", name: "note", value: { a: 1 } },
  ],
  "use a tool": [
    { type: "TOOL_CALL_START", toolCallId: "c", toolCallName: "weather" },
    { type: "TOOL_CALL_ARGS", toolCallId: "c", delta: "{\"city\":" },
    { type: "TOOL_CALL_ARGS", toolCallId: "c", delta: "\"Bern\"}" },
    { type: "TOOL_CALL_END", toolCallId: "c" },
    { type: "TOOL_CALL_RESULT", messageId: "x", toolCallId: "c", content: "{\"sky\":\"blue\"}", role: "tool" },
    { type: "TEXT_MESSAGE_CHUNK", messageId: "m", role: "assistant", delta: "Blue" },
    { type: "TEXT_MESSAGE_CHUNK", delta: " sky." },
  ],
  "leave things open": [
    { type: "TOOL_CALL_START", toolCallId: "c", toolCallName: "weather" },
    { type: "TEXT_MESSAGE_START", messageId: "m", role: "assistant" },
    { type: "TEXT_MESSAGE_CONTENT", messageId: "m", delta: "Unfinished" },
  ],
  "fail": [{ type: "RUN_ERROR", message: "no luck", code: "E1" }],
  "be cut off": (response) => {
    response.write(sse({ type: "TEXT_MESSAGE_START", messageId: "m", role: "assistant" }));
    response.write(sse({ type: "TEXT_MESSAGE_CONTENT", messageId: "m", delta: "Half a " }));
    setImmediate(() => response.destroy());
  },
  "hang": () => {},
};

const sse = (event) => `data: ${JSON.stringify(event)}\n\n`;

function answer(request, response) {
  let body = "";
  request.setEncoding("utf8").on("data", (text) => (body += text)).on("end", () => {
    if (request.method !== "POST") return response.writeHead(405).end();
    const input = JSON.parse(body);
    const one = { input, headers: request.headers, gone: false };
    response.on("close", () => (one.gone = true));
    asked.push(one);
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.write(sse({ type: "RUN_STARTED", threadId: input.threadId, runId: input.runId }));
    const script = SCRIPTS[input.messages.at(-1).content];
    if (typeof script === "function") return script(response);
    script.forEach((event) => response.write(sse(event)));
    if (script.at(-1).type !== "RUN_ERROR")
      response.write(sse({ type: "RUN_FINISHED", threadId: input.threadId, runId: input.runId }));
    return response.end();
  });
}

before(async () => {
  remote = createServer(answer);
  await new Promise((resolve) => remote.listen(0, "127.0.0.1", resolve));
  closedPort = await freePort();
  dir = mkdtempSync(join(tmpdir(), "clarion-agui-"));
  const config = join(dir, "clarion.toml");
  writeFileSync(config, `
[[agents]]
name = "remote"
kind = "ag-ui"
description = "Lives elsewhere"
url = "http://127.0.0.1:${remote.address().port}/agui"
api_key_env = "REMOTE_KEY"

[[agents]]
name = "absent"
kind = "ag-ui"
url = "http://127.0.0.1:${closedPort}/agui"
`);
  server = await startServer({ args: ["--config", config], env: { REMOTE_KEY: "sesame" } });
});
after(async () => {
  await server.stop();
  remote.closeAllConnections();
  remote.close();
  rmSync(dir, { recursive: true, force: true });
});

const TERMINALS = ["agent_completed", "agent_error", "agent_cancelled"];
let users = 0;

async function run(text, agent = "remote") {
  const client = await Client.open(server, `user-${++users}`);
  client.send({ type: "message", thread_id: "t1", message_id: "m1", text, agent });
  const terminal = await client.find((frame) => TERMINALS.includes(frame.type), "terminal");
  const of = (type) => client.frames.filter((frame) => frame.type === type).map((frame) => frame.payload);
  return { client, terminal, of };
}

test("an agent that lives elsewhere answers through the same gate", async () => {
  const { client, terminal, of } = await run("say hello");
  assert.equal(terminal.type, "agent_completed", JSON.stringify(terminal));
  assert.equal(terminal.payload.result.text, "Hello there.");
  assert.deepEqual(of("text_delta").map(({ delta }) => delta).join(""), "Hello there.");
  assert.deepEqual(of("agent_thinking").map(({ reasoning }) => reasoning), ["A greeting is wanted."]);
  assert.deepEqual(of("progress_update").map(({ message }) => message), ["begins greet", "has finished greet"]);
  assert.deepEqual(of("custom").map(({ name }) => name), ["STATE_SNAPSHOT", "note"]);
  assert.deepEqual(of("custom")[1].data, { a: 1 });
  const { input, headers } = asked.at(-1);
  assert.equal(headers.authorization, "Bearer sesame");
  assert.match(input.threadId, /^[0-9a-f]{64}$/);
  assert.deepEqual(input.messages.map(({ role, content }) => [role, content]), [["user", "say hello"]]);
  client.end();
});

test("it is told the thread, and its tools are shown", async () => {
  const { client } = await run("say hello");
  client.send({ type: "message", thread_id: "t1", message_id: "m2", text: "use a tool", agent: "remote" });
  await client.find((frame) => frame.type === "agent_completed" && frame.payload.result.text === "Blue sky.", "second answer");
  assert.deepEqual(asked.at(-1).input.messages.map(({ role, content }) => [role, content]),
    [["user", "say hello"], ["assistant", "Hello there."], ["user", "use a tool"]]);
  const executing = await client.frame("tool_executing");
  assert.equal(executing.payload.tool_name, "weather");
  assert.deepEqual(executing.payload.arguments, { city: "Bern" });
  assert.deepEqual((await client.frame("tool_completed")).payload.result, { sky: "blue" });
  client.end();
});

test("two users' threads of one name are two threads to it", async () => {
  const [one, other] = [await run("say hello"), await run("say hello")];
  const [first, second] = asked.slice(-2).map(({ input }) => input.threadId);
  assert.notEqual(first, second);
  one.client.send({ type: "message", thread_id: "t1", message_id: "m2", text: "use a tool", agent: "remote" });
  await one.client.find((frame) => frame.type === "agent_completed" && frame.payload.result.text === "Blue sky.", "second answer");
  assert.equal(asked.at(-1).input.threadId, first);
  for (const { client } of [one, other]) client.end();
});

test("what it leaves open is closed", async () => {
  const { client, terminal, of } = await run("leave things open");
  assert.equal(terminal.type, "agent_completed", JSON.stringify(terminal));
  assert.equal(of("assistant_message")[0].text, "Unfinished");
  assert.equal(of("tool_completed")[0].outcome, "error");
  client.end();
});

test("its failures have names", async () => {
  const failed = await run("fail");
  assert.equal(failed.terminal.payload.code, "model_error");
  assert.match(failed.terminal.payload.message, /no luck \(E1\)/);
  const cut = await run("be cut off");
  assert.equal(cut.terminal.payload.code, "agent_unavailable");
  assert.equal(cut.of("assistant_message")[0].text, "Half a ");
  const absent = await run("say hello", "absent");
  assert.equal(absent.terminal.payload.code, "agent_unavailable");
  for (const { client } of [failed, cut, absent]) client.end();
});

test("a cancel drops the connection to it at once", async () => {
  const client = await Client.open(server, `user-${++users}`);
  client.send({ type: "message", thread_id: "t1", message_id: "m1", text: "hang", agent: "remote" });
  await eventually(() => asked.at(-1)?.input.messages.at(-1).content, "hang", 10000);
  const begin = Date.now();
  client.send({ type: "cancel", thread_id: "t1", message_id: "m1" });
  await client.frame("agent_cancelled");
  await eventually(() => asked.at(-1).gone, true, 10000);
  assert.ok(Date.now() - begin < 10000, `gone after ${Date.now() - begin} ms`);
  client.end();
});

test("who cannot answer is shown as such, and comes back", async () => {
  const client = await Client.open(server, "watcher");
  const { agents } = await client.frame("welcome");
  const absent = agents.find(({ name }) => name === "absent");
  assert.equal(absent.available, false);
  assert.match(absent.reason, /127\.0\.0\.1/);
  assert.equal(agents.find(({ name }) => name === "remote").available, true);
  const late = createServer((_, response) => response.writeHead(405).end());
  await new Promise((resolve) => late.listen(closedPort, "127.0.0.1", resolve));
  await client.find(({ type, agents: all }) => type === "agents" && all.find(({ name }) => name === "absent").available, "agents");
  late.closeAllConnections();
  late.close();
  client.end();
});

// ---- our agents to AG-UI clients

const input = (runId, content, more = {}) => ({
  threadId: "agui", runId, state: {}, tools: [], context: [], forwardedProps: {},
  messages: [{ id: `${runId}-q`, role: "user", content }], ...more,
});

const post = (user, body, headers = {}) => fetch(`${server.url}/agui?user=${user}`, {
  method: "POST", headers: { "content-type": "application/json", ...headers },
  body: JSON.stringify(body), signal: AbortSignal.timeout(READ_TIMEOUT_MS),
});

/** Reads server-sent events until `enough` says so or the stream ends. */
async function read(response, enough = () => false) {
  const events = [];
  let rest = "";
  const decoder = new TextDecoder();
  for await (const chunk of response.body) {
    rest += decoder.decode(chunk, { stream: true });
    for (let end = rest.indexOf("\n\n"); end >= 0; end = rest.indexOf("\n\n")) {
      const lines = rest.slice(0, end).split("\n");
      rest = rest.slice(end + 2);
      const field = (name) => lines.find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2);
      if (field("data")) events.push({ id: field("id"), ...JSON.parse(field("data")) });
    }
    if (enough(events)) break;
  }
  return events;
}

test("an AG-UI client that is not ours gets a run that its verifier takes", async () => {
  for (const [text, tools] of [["/report a few words", 2], ["/tools 3", 3], ["/story 20 0", 0], ["/think 3", 0]]) {
    const agent = new HttpAgent({ url: `${server.url}/agui?user=verified`, threadId: `t-${tools}-${text.length}` });
    agent.messages = [{ id: "q", role: "user", content: text }];
    const seen = [];
    const result = await agent.runAgent({ runId: `run-${text.length}` }, { onEvent: ({ event }) => void seen.push(event) });
    assert.equal(seen[0].type, "RUN_STARTED");
    assert.equal(seen.at(-1).type, "RUN_FINISHED");
    assert.equal(seen.filter(({ type }) => type === "TOOL_CALL_RESULT").length, tools);
    const said = result.newMessages.filter(({ role }) => role === "assistant" ).map(({ content }) => content ?? "").join("");
    assert.ok(said.length > 0, JSON.stringify(result));
  }
});

test("a failed run is a RUN_ERROR, and nothing comes after it", async () => {
  const events = await read(await post("ada", input("r-fail", "/fail")));
  assert.equal(events.at(-1).type, "RUN_ERROR");
  assert.equal(events.at(-1).code, "tool_failed");
  assert.equal(events.filter(({ type }) => type === "RUN_ERROR").length, 1);
});

test("a stream that was cut goes on behind its Last-Event-ID, and the run did not wait", async () => {
  const words = 60;
  const body = input("r-story", `/story ${words} 20`);
  const text = (events) => events.filter(({ type }) => type === "TEXT_MESSAGE_CONTENT").map(({ delta }) => delta).join("");
  const whole = Array.from({ length: words }, (_, index) => `word-${index + 1}`).join(" ");
  const first = await read(await post("ada", body), (events) => text(events).includes("word-5"));
  const last = first.findLast(({ id }) => id).id;
  const known = first.slice(0, first.findLastIndex(({ id }) => id === last) + 1);
  const rest = await read(await post("ada", body, { "last-event-id": last }));
  assert.equal(text(known) + text(rest), whole);
  assert.equal(rest.filter(({ type }) => type === "TEXT_MESSAGE_START").length, 0);
  assert.equal(rest.at(-1).type, "RUN_FINISHED");
  // Once it is over it is still there, whole.
  const again = await read(await post("ada", body));
  assert.equal(text(again), whole);
  assert.deepEqual([again[0].type, again.at(-1).type], ["RUN_STARTED", "RUN_FINISHED"]);
});

test("a run is cancelled by who asks for it, not by who leaves", async () => {
  const body = input("r-cancel", "/story 2000 20");
  const left = await post("eve", body);
  await read(left, (events) => events.some(({ type }) => type === "TEXT_MESSAGE_CONTENT"));
  await left.body.cancel().catch(() => {});
  const goesOn = read(await post("eve", body));
  const cancel = await fetch(`${server.url}/agui/cancel?user=eve`, {
    method: "POST", headers: { "content-type": "application/json" },
    body: JSON.stringify({ threadId: "agui", runId: "r-cancel" }),
  });
  assert.equal((await cancel.json()).verdict, "accepted");
  const events = await goesOn;
  assert.equal(events.at(-1).type, "RUN_ERROR");
  assert.equal(events.at(-1).code, "cancelled");
});

test("what is wrong with a request is told by its status", async () => {
  const status = async (body, headers) => (await post("ada", body, headers)).status;
  assert.equal(await status({}), 400);
  assert.equal(await status(input("r1", "")), 400);
  assert.equal(await status(input("r2", "hi", { forwardedProps: { agent: "nobody" } })), 404);
  assert.equal(await status(input("r-story", "other words")), 409);
  assert.equal(await status(input("r3", "hi"), { "content-type": "text/plain" }), 415);
  assert.equal((await fetch(`${server.url}/agui`)).status, 405);
  assert.equal(await status(input("r4", "hi"), { origin: "http://evil.example" }), 403);
});
