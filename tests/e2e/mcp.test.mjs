// clarion mcp-probe against MCP servers that are not ours, and against ones that misbehave.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { eventually } from "./support/eventually.mjs";
import { answer, everything, filesystem, memory, probe, refuse, startEverything, startScripted } from "./support/mcp_servers.mjs";

let dir;
before(() => {
  dir = mkdtempSync(join(tmpdir(), "clarion-mcp-"));
});
after(() => rmSync(dir, { recursive: true, force: true }));

const MODERN = "2026-07-28";
const META = "io.modelcontextprotocol/";
const ECHO = { name: "echo", inputSchema: { type: "object", properties: { text: { type: "string" } }, required: ["text"] } };
const said = (text) => ({ content: [{ type: "text", text }] });
const tools = (lines) => lines.slice(1).map((line) => /^tool (\S+) (ok|error) \d+ ms/.exec(line)?.slice(1));

test("every tool of server-everything is called over pipes", async () => {
  const { code, lines, stderr } = await probe("--", ...everything);
  assert.equal(code, 0, stderr);
  assert.match(lines[0], /^server \S+ \S+, MCP 2025-11-25, \d+ tools$/);
  const called = new Map(tools(lines));
  assert.equal(called.size, Number(/(\d+) tools/.exec(lines[0])[1]));
  for (const name of ["echo", "get-sum", "trigger-long-running-operation"]) assert.equal(called.get(name), "ok", name);
});

test("an interrupted probe leaves no program behind, however stubborn", async () => {
  const pidFile = join(dir, "pid");
  const script = `trap "" TERM INT HUP; echo $$ > ${pidFile}; while :; do sleep 1; done`;
  const child = spawn(process.env.CLARION_BIN, ["mcp-probe", "--", "sh", "-c", script], { stdio: "ignore" });
  const ended = new Promise((resolve) => child.on("close", resolve));
  await eventually(() => existsSync(pidFile) && readFileSync(pidFile, "utf8").endsWith("\n"), true, 20000);
  child.kill("SIGINT");
  assert.equal(await ended, 1);
  assert.throws(() => process.kill(Number(readFileSync(pidFile, "utf8")), 0), { code: "ESRCH" });
});

test("and over HTTP", async () => {
  const server = await startEverything();
  try {
    const { code, lines, stderr } = await probe(server.url);
    assert.equal(code, 0, stderr);
    assert.equal(new Map(tools(lines)).get("echo"), "ok");
    assert.match(server.output(), /Session initialized/);
    await eventually(() => /Transport closed for session/.test(server.output()), true, 20000); // it was told that we leave
  } finally {
    await server.stop();
  }
});

test("server-filesystem and server-memory are called over pipes", async () => {
  const files = await probe("--", ...filesystem(dir));
  assert.equal(files.code, 0, files.stderr);
  assert.equal(new Map(tools(files.lines)).get("list_allowed_directories"), "ok");
  const graph = await probe("--", ...memory(join(dir, "memory.json")));
  assert.equal(graph.code, 0, graph.stderr);
  assert.equal(new Map(tools(graph.lines)).get("read_graph"), "ok");
});

test("a server of the newest revision is spoken to without a session", async () => {
  const server = await startScripted(({ message }, response) => {
    const { id, method, params } = message;
    if (method === "server/discover") return answer(response, id, { resultType: "complete", supportedVersions: [MODERN], capabilities: { tools: {} }, serverInfo: { name: "new", version: "2" } });
    if (method === "tools/list") return answer(response, id, { resultType: "complete", tools: [{ ...ECHO, inputSchema: { ...ECHO.inputSchema, properties: { text: { type: "string", "x-mcp-header": "Text" } } } }] });
    answer(response, id, { resultType: "complete", ...said(params.arguments.text) });
  });
  try {
    const { code, lines, stderr } = await probe(server.url);
    assert.equal(code, 0, stderr);
    assert.equal(lines[0], `server new 2, MCP ${MODERN}, 1 tools`);
    assert.deepEqual(server.seen.map(({ message }) => message.method), ["server/discover", "tools/list", "tools/call"]);
    for (const { headers, message } of server.seen) {
      assert.equal(headers["mcp-protocol-version"], MODERN);
      assert.equal(headers["mcp-method"], message.method);
      assert.equal(headers["mcp-session-id"], undefined);
      assert.equal(message.params._meta[`${META}protocolVersion`], MODERN);
      assert.equal(message.params._meta[`${META}clientInfo`].name, "clarion");
      assert.deepEqual(message.params._meta[`${META}clientCapabilities`], {});
    }
    assert.equal(server.seen[2].headers["mcp-name"], "echo");
    assert.equal(server.seen[2].headers["mcp-param-text"], "sample");
  } finally {
    await server.stop();
  }
});

test("a refused version that the server supports is asked for again", async () => {
  let refused = false;
  const server = await startScripted(({ message }, response) => {
    if (!refused) {
      refused = true;
      return refuse(response, 400, message.id, { code: -32022, message: "Unsupported protocol version", data: { supported: [MODERN], requested: MODERN } });
    }
    if (message.method === "server/discover") return answer(response, message.id, { supportedVersions: [MODERN], capabilities: {} });
    answer(response, message.id, { tools: [] });
  });
  try {
    assert.equal((await probe(server.url)).code, 0);
    assert.ok(server.seen.every(({ message }) => message.method !== "initialize"));
  } finally {
    await server.stop();
  }
});

/** A server of before over HTTP whose calls are answered by `call(message, response)`. */
function legacy(call, more = () => false) {
  let sessions = 0;
  return startScripted((asked, response) => {
    const { request, message } = asked;
    if (more(asked, response)) return;
    if (request.method === "DELETE") return response.writeHead(200).end();
    if (!message) return response.writeHead(405).end();
    const { id, method } = message;
    if (method === "server/discover") return refuse(response, 400, id, { code: -32000, message: "Bad Request: Server not initialized" });
    if (method === "initialize") return answer(response, id, { protocolVersion: "2025-11-25", capabilities: { tools: {} }, serverInfo: { name: "old", version: "1" } }, { "Mcp-Session-Id": `s${++sessions}` });
    if (id === undefined) return response.writeHead(202).end();
    if (method === "tools/list") return answer(response, id, { tools: [ECHO] });
    call(asked, response);
  });
}

test("a stream that breaks is gone on with after the server's pause", async () => {
  let broken;
  let resumed;
  const server = await legacy(({ message }, response) => {
    response.writeHead(200, { "Content-Type": "text/event-stream" });
    response.write("id: e1\nretry: 400\ndata: \n\n");
    setTimeout(() => {
      broken = { at: Date.now(), id: message.id };
      response.end();
    }, 50);
  }, ({ request }, response) => {
    if (request.method !== "GET") return false;
    resumed = { at: Date.now(), last: request.headers["last-event-id"], session: request.headers["mcp-session-id"] };
    response.writeHead(200, { "Content-Type": "text/event-stream" });
    response.write(`id: e2\ndata: ${JSON.stringify({ jsonrpc: "2.0", id: broken.id, result: said("done") })}\n\n`);
    return true;
  });
  try {
    const { code, lines, stderr } = await probe(server.url);
    assert.equal(code, 0, stderr);
    assert.match(lines[1], /^tool echo ok/);
    assert.equal(resumed.last, "e1");
    assert.equal(resumed.session, "s1");
    assert.ok(resumed.at - broken.at >= 390, `${resumed.at - broken.at} ms`);
  } finally {
    await server.stop();
  }
});

test("a session that is gone is begun anew, and the call made again", async () => {
  let lost = false;
  const server = await legacy(({ request, message }, response) => {
    if (!lost) {
      lost = true;
      return refuse(response, 404, message.id, { code: -32001, message: "Session not found" });
    }
    assert.equal(request.headers["mcp-session-id"], "s2");
    answer(response, message.id, said("hi"));
  });
  try {
    const { code, lines, stderr } = await probe(server.url);
    assert.equal(code, 0, stderr);
    assert.match(lines[1], /^tool echo ok/);
    const greetings = server.seen.filter(({ message }) => message?.method === "initialize");
    assert.equal(greetings.length, 2);
    assert.ok(greetings.every(({ headers }) => headers["mcp-session-id"] === undefined));
  } finally {
    await server.stop();
  }
});

test("errors of tools are answers, the end of the server is not", async () => {
  const failing = await legacy(({ message }, response) => answer(response, message.id, { ...said("no such file"), isError: true }));
  const { code, lines } = await probe(failing.url);
  await failing.stop();
  assert.equal(code, 0);
  assert.match(lines[1], /^tool echo error \d+ ms: no such file$/);
  const leaving = await legacy((asked, response) => response.destroy());
  assert.equal((await probe(leaving.url)).code, 1);
  await leaving.stop();
});

test("what is not there is named in one line", async () => {
  const missing = await probe("--", "/no/such/program");
  assert.equal(missing.code, 1);
  assert.match(missing.stderr, /cannot be started: \/no\/such\/program: No such file/);
  const closed = await probe("http://127.0.0.1:1/mcp");
  assert.equal(closed.code, 1);
  assert.match(closed.stderr, /cannot be reached: .*refused/);
});

/** A server of one line of node: what it writes for each line it reads. */
const scripted = (body) => ["node", "-e", `
require("node:readline").createInterface({ input: process.stdin }).on("line", (line) => {
  const { id, method, params } = JSON.parse(line);
  const answer = (result) => console.log(JSON.stringify({ jsonrpc: "2.0", id, result }));
  ${body}
});`];
const OLD = 'if (method === "initialize") answer({ protocolVersion: "2025-06-18", capabilities: { tools: {} } });';
const LIST = `if (method === "tools/list") answer({ tools: [${JSON.stringify(ECHO)}] });`;

test("a server that is silent, or leaves, at the probe is greeted the old way", async () => {
  const silent = await probe("--", ...scripted(`${OLD} ${LIST} if (method === "tools/call") answer({ content: [] });`));
  assert.equal(silent.code, 0, silent.stderr);
  assert.match(silent.lines[0], /MCP 2025-06-18/);
  const leaving = await probe("--", ...scripted(`if (method === "server/discover") process.exit(3); ${OLD} ${LIST} if (method === "tools/call") answer({ content: [] });`));
  assert.equal(leaving.code, 0, leaving.stderr);
});

test("a program gets a clean environment and a group of its own", async () => {
  const file = join(dir, "facts.json");
  process.env.CLARION_SECRET_OF_TEST = "sesame";
  const facts = `require("node:fs").writeFileSync(${JSON.stringify(file)}, JSON.stringify({
    env: process.env,
    group: Number(require("node:fs").readFileSync("/proc/self/stat", "utf8").split(") ")[1].split(" ")[2]), pid: process.pid }));`;
  const { code, stderr } = await probe("--", ...scripted(`${facts} ${OLD} if (method === "tools/list") answer({ tools: [] });`));
  delete process.env.CLARION_SECRET_OF_TEST;
  assert.equal(code, 0, stderr);
  const told = JSON.parse(readFileSync(file, "utf8"));
  assert.equal(told.env.CLARION_SECRET_OF_TEST, undefined);
  assert.equal(told.env.PATH, process.env.PATH);
  assert.equal(told.group, told.pid);
});

test("whoever does not leave when it is asked to is made to, with what it started", async () => {
  const file = join(dir, "pids");
  const stubborn = `
    process.on("SIGTERM", () => {});
    setInterval(() => {}, 1000);
    const child = require("node:child_process").spawn("sleep", ["600"]);
    require("node:fs").writeFileSync(${JSON.stringify(file)}, process.pid + " " + child.pid);`;
  const body = `if (method === "initialize") { ${stubborn} } ${OLD} if (method === "tools/list") answer({ tools: [] });`;
  const { code, stderr } = await probe("--", ...scripted(body));
  assert.equal(code, 0, stderr);
  const alive = (pid) => existsSync(`/proc/${pid}`) && !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  for (const pid of readFileSync(file, "utf8").split(" ")) await eventually(() => alive(pid), false, 20000);
});

test("what a server writes that is no message is shown, and does no harm", async () => {
  const { code, stderr } = await probe("--", ...scripted(`if (method === "initialize") { console.log("hello there"); console.error("on stderr"); } ${OLD} if (method === "tools/list") answer({ tools: [] });`));
  assert.equal(code, 0, stderr);
  assert.match(stderr, /server: wrote to its output what is no message: hello there/);
  assert.match(stderr, /server: on stderr/);
});
