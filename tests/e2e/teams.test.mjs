// Agents that call each other and hand runs over, with a model server that is not ours; and a tool
// call that waits for a person across a restart.

import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { Client } from "./support/client.mjs";
import { freePort, startModelServer } from "./support/model_server.mjs";
import { startServer } from "./support/server.mjs";

const call = (name, args) => ({ name, arguments: JSON.stringify(args) });
const FIXTURES = [
  { match: { userMessage: "what are six sevens", hasToolResult: false }, response: { toolCalls: [call("agent__worker", { task: "multiply six by seven" })] } },
  { match: { userMessage: "what are six sevens", hasToolResult: true }, response: { content: "They are 42." } },
  { match: { userMessage: "multiply", hasToolResult: false }, response: { toolCalls: [call("calculator", { expression: "6*7" })] } },
  { match: { userMessage: "multiply", hasToolResult: true }, response: { content: "42" } },
  { match: { userMessage: "has handed this over" }, response: { content: "Billing speaks." } },
  { match: { userMessage: "my invoice" }, response: { toolCalls: [call("handoff__billing", { reason: "it is about money" })] } },
  { match: { userMessage: "say it aloud", hasToolResult: false }, response: { toolCalls: [call("agent__guard", { task: "speak for me" })] } },
  { match: { userMessage: "say it aloud", hasToolResult: true }, response: { content: "It has been said." } },
  { match: { userMessage: "speak for me", hasToolResult: false }, response: { toolCalls: [call("guarded_tool", { text: "hello" })] } },
  { match: { userMessage: "speak for me", hasToolResult: true }, response: { content: "Spoken." } },
];

let models;
let dir;
let args;
let closedPort;

before(async () => {
  models = await startModelServer(FIXTURES);
  closedPort = await freePort();
  dir = mkdtempSync(join(tmpdir(), "clarion-teams-"));
  const config = join(dir, "clarion.toml");
  writeFileSync(config, `
default_agent = "desk"

[[models]]
name = "mock"
base_url = "${models.url}"
model = "gpt-4o"

[[models]]
name = "down"
base_url = "http://127.0.0.1:${closedPort}/v1"
model = "m"
timeouts = { connect_ms = 500 }

[[agents]]
name = "desk"
model = "mock"
agents = ["worker", "guard"]
handoffs = ["billing"]

[[agents]]
name = "worker"
description = "Computes"
model = "mock"
tools = ["calculator"]

[[agents]]
name = "guard"
description = "Speaks"
model = "mock"
tools = ["guarded_tool"]

[[agents]]
name = "billing"
model = "mock"

[[agents]]
name = "guide"
kind = "demo"
description = "Shows what there is"

[[agents]]
name = "unreachable"
model = "down"
`);
  args = ["--config", config];
});
after(async () => {
  await models.stop();
  rmSync(dir, { recursive: true, force: true });
});

const TERMINALS = ["agent_completed", "agent_error", "agent_cancelled"];
const terminalOf = (client) => client.find((frame) => TERMINALS.includes(frame.type), "terminal");
const payloads = (client, type) => client.frames.filter((frame) => frame.type === type).map(({ payload }) => payload);

async function serving(work) {
  const server = await startServer({ args });
  try {
    await work(server);
  } finally {
    await server.stop();
  }
}

async function ask(server, user, text, more = {}) {
  const client = await Client.open(server, user);
  client.send({ type: "message", thread_id: "t1", message_id: "m1", text, ...more });
  return client;
}

test("an agent calls another, which calls a tool", () => serving(async (server) => {
  const client = await ask(server, "ada", "what are six sevens");
  const terminal = await terminalOf(client);
  assert.equal(terminal.type, "agent_completed", JSON.stringify(terminal));
  assert.equal(terminal.payload.result.text, "They are 42.");
  const [inner, outer] = payloads(client, "tool_completed");
  assert.deepEqual([inner.tool_name, outer.tool_name], ["calculator", "agent.worker"]);
  assert.deepEqual([inner.agent_name, outer.agent_name], ["worker", "desk"]);
  assert.equal(inner.parent_tool_call_id, outer.tool_call_id);
  assert.equal(outer.result, "42");
  assert.ok(payloads(client, "text_delta").every(({ agent_name }) => agent_name === "desk"));
  client.end();
}));

test("a run is handed over", () => serving(async (server) => {
  const client = await ask(server, "ada", "I have a question about my invoice");
  const terminal = await terminalOf(client);
  assert.equal(terminal.type, "agent_completed", JSON.stringify(terminal));
  assert.equal(terminal.payload.agent_name, "billing");
  assert.equal(terminal.payload.result.text, "Billing speaks.");
  assert.deepEqual(payloads(client, "agent_handoff"), [{ from: "desk", to: "billing", reason: "it is about money" }]);
  client.end();
}));

test("a call within a call waits for a person across a crash", async () => {
  const dataDir = mkdtempSync(join(tmpdir(), "clarion-teams-data-"));
  try {
    const first = await startServer({ args, dataDir });
    const early = await ask(first, "ada", "say it aloud");
    const asked = (await early.frame("approval_requested")).payload;
    await first.kill();
    const second = await startServer({ args, dataDir });
    const client = await Client.open(second, "ada");
    client.send({ type: "subscribe", thread_id: "t1", since: { epoch: "", seq: 0 } });
    await client.frame("caught_up");
    client.send({ type: "approve", approval_id: asked.approval_id, decision: "allow" });
    const terminal = await terminalOf(client);
    assert.equal(terminal.type, "agent_completed", JSON.stringify(terminal));
    assert.equal(terminal.payload.result.text, "It has been said.");
    assert.equal(payloads(client, "tool_completed").at(-1).result, "Spoken.");
    client.end();
    await second.stop();
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
});

test("the demo agent answers under a name of one's own", () => serving(async (server) => {
  const client = await ask(server, "ada", "/calc 6*7", { agent: "guide" });
  const terminal = await terminalOf(client);
  assert.equal(terminal.type, "agent_completed", JSON.stringify(terminal));
  assert.equal(terminal.payload.agent_name, "guide");
  const { agents } = await client.frame("welcome");
  assert.equal(agents.find(({ name }) => name === "guide").description, "Shows what there is");
  client.end();
}));

test("an agent whose model is away is shown so, and a message to it ends by name", () => serving(async (server) => {
  const client = await ask(server, "ada", "hello", { agent: "unreachable" });
  const { agents } = await client.frame("welcome");
  const away = agents.find(({ name }) => name === "unreachable");
  assert.equal(away.available, false);
  assert.ok(away.reason.length > 0);
  assert.ok(agents.filter(({ name }) => name !== "unreachable").every(({ available }) => available));
  const terminal = await terminalOf(client);
  assert.equal(terminal.type, "agent_error");
  assert.equal(terminal.payload.code, "model_unavailable");
  client.end();
}));
