// Services that are not there when the server starts, come later and go again: the agents that stand
// on them are shown so, a message to them ends by name, and they are back without a restart.

import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { Client } from "./support/client.mjs";
import { eventually } from "./support/eventually.mjs";
import { startEverything } from "./support/mcp_servers.mjs";
import { freePort, startModelServer } from "./support/model_server.mjs";
import { startServer } from "./support/server.mjs";

const TERMINALS = ["agent_completed", "agent_error", "agent_cancelled"];
// An MCP server that stays away is asked every 30 s at last, a service that is there every 30 s.
const CHANGE_BOUND_MS = 90000;
const FIXTURES = [
  { match: { userMessage: "sum", hasToolResult: false }, response: { toolCalls: [{ name: "late__get-sum", arguments: JSON.stringify({ a: 2, b: 40 }) }] } },
  { match: { userMessage: "sum", hasToolResult: true }, response: { content: "Added." } },
  { match: { userMessage: "hello" }, response: { content: "Here I am." } },
];

let dir;
let models;
let ports;
let server;
let watcher;
const late = {};

before(async () => {
  models = await startModelServer(FIXTURES);
  ports = { model: await freePort(), mcp: await freePort(), remote: await freePort() };
  dir = mkdtempSync(join(tmpdir(), "clarion-availability-"));
  const config = join(dir, "clarion.toml");
  writeFileSync(config, `
[[models]]
name = "mock"
base_url = "${models.url}"
model = "m"

[[models]]
name = "late"
base_url = "http://127.0.0.1:${ports.model}/v1"
model = "m"
timeouts = { connect_ms = 500 }

[[mcp]]
name = "late"
url = "http://127.0.0.1:${ports.mcp}/mcp"
approve = "never"

[[agents]]
name = "thinker"
model = "late"

[[agents]]
name = "handy"
model = "mock"
tools = ["late"]

[[agents]]
name = "remote"
kind = "ag-ui"
url = "http://127.0.0.1:${ports.remote}/agui"
api_key_env = "REMOTE_KEY"
`);
  server = await startServer({ args: ["--config", config], env: { REMOTE_KEY: "sesame" } });
  watcher = await Client.open(server, "watcher");
});
after(async () => {
  watcher?.end();
  await server?.stop();
  for (const one of [models, ...Object.values(late)]) await one?.stop();
  rmSync(dir, { recursive: true, force: true });
});

/** What the page shows of an agent: the last that this session was told. */
function card(name) {
  const told = watcher.frames.findLast(({ type }) => type === "agents" || type === "welcome");
  return told.agents.find((agent) => agent.name === name);
}

let asked = 0;
async function ask(agent, text) {
  const client = await Client.open(server, `user-${++asked}`);
  client.send({ type: "message", thread_id: "t1", message_id: "m1", text, agent });
  const terminal = await client.find((frame) => TERMINALS.includes(frame.type), "terminal");
  client.end();
  return terminal;
}

/** An AG-UI endpoint that says one thing, to who has the key. */
async function startRemote(port) {
  const sse = (event) => `data: ${JSON.stringify(event)}\n\n`;
  const endpoint = createServer((request, response) => {
    let body = "";
    request.setEncoding("utf8").on("data", (text) => (body += text)).on("end", () => {
      if (request.headers.authorization !== "Bearer sesame") return response.writeHead(401).end();
      if (request.method !== "POST") return response.writeHead(405).end();
      const { threadId, runId } = JSON.parse(body);
      response.writeHead(200, { "content-type": "text/event-stream" });
      for (const event of [
        { type: "RUN_STARTED", threadId, runId },
        { type: "TEXT_MESSAGE_START", messageId: "m", role: "assistant" },
        { type: "TEXT_MESSAGE_CONTENT", messageId: "m", delta: "Here I am." },
        { type: "TEXT_MESSAGE_END", messageId: "m" },
        { type: "RUN_FINISHED", threadId, runId },
      ]) response.write(sse(event));
      return response.end();
    });
  });
  await new Promise((resolve, reject) => endpoint.on("error", reject).listen(port, "127.0.0.1", resolve));
  return {
    stop() {
      endpoint.closeAllConnections();
      return new Promise((resolve) => endpoint.close(resolve));
    },
  };
}

test("who lacks a service is shown so from the first welcome on, and why", () => {
  assert.match(card("thinker").reason, new RegExp(`127\\.0\\.0\\.1:${ports.model}`));
  assert.match(card("handy").reason, /^the MCP server late cannot be reached/);
  assert.match(card("remote").reason, new RegExp(`127\\.0\\.0\\.1:${ports.remote}`));
  for (const name of ["thinker", "handy", "remote"]) assert.equal(card(name).available, false, name);
  assert.equal(card("demo").available, true);
  assert.equal(card("demo").reason, undefined);
});

test("a message to each of them ends by name, whoever else is asked", async () => {
  const ended = await Promise.all(["thinker", "handy", "remote", "demo"].map((name) => ask(name, "hello")));
  assert.deepEqual(ended.map(({ type, payload }) => [type, payload.code]), [
    ["agent_error", "model_unavailable"],
    ["agent_error", "model_unavailable"],
    ["agent_error", "agent_unavailable"],
    ["agent_completed", undefined],
  ]);
  for (const { payload } of ended.slice(0, 3)) {
    assert.equal(payload.retryable, true);
    assert.ok(payload.message.length > 0);
  }
  assert.match(ended[1].payload.message, /^the MCP server late /);
});

test("a service that comes makes its agent available, without a restart", async () => {
  late.model = await startModelServer(FIXTURES, [], ports.model);
  late.mcp = await startEverything(ports.mcp);
  late.remote = await startRemote(ports.remote);
  for (const name of ["thinker", "handy", "remote"]) {
    await eventually(() => card(name).available, true, CHANGE_BOUND_MS);
    assert.equal(card(name).reason, undefined);
  }
  assert.equal((await ask("thinker", "hello")).payload.result?.text, "Here I am.");
  assert.equal((await ask("handy", "sum")).payload.result?.text, "Added.");
  assert.equal((await ask("remote", "hello")).payload.result?.text, "Here I am.");
});

test("a service that goes is noticed before anybody asks", async () => {
  for (const which of ["model", "mcp", "remote"]) {
    await late[which].stop();
    delete late[which];
  }
  for (const name of ["thinker", "handy", "remote"]) {
    await eventually(() => card(name).available, false, CHANGE_BOUND_MS);
    assert.ok(card(name).reason.length > 0);
  }
  assert.equal(card("demo").available, true);
});
