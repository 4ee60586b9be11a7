// PROTOCOL §7: the published schemas, and that everything the running server says obeys them.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { Client } from "./support/client.mjs";
import { fetchSchemas, makeChecker } from "./support/schemas.mjs";
import { startServer } from "./support/server.mjs";

let server;
before(async () => {
  server = await startServer();
});
after(() => server.stop());

const TERMINALS = ["agent_completed", "agent_error", "agent_cancelled"];
// What no golden conversation brings about.
const RARE_EVENTS = ["custom"];
const RARE_FRAMES = ["agents", "token_expiring", "refreshed"];
// Which demo command brings an event about, where it is one alone.
const COMMAND_OF = {
  progress_update: "/report", final_report: "/report", agent_handoff: "/handoff",
  approval_requested: "/approve", approval_resolved: "/approve",
};

test("the index names every schema, and each one is there", async () => {
  const { index, rows } = await fetchSchemas(server);
  assert.equal(index.protocol, "clarion.v1");
  assert.deepEqual([...new Set(rows.map((row) => row.kind))], ["client", "server", "event"]);
  assert.equal(new Set(rows.map((row) => row.url)).size, rows.length);
  assert.equal(rows.filter((row) => row.kind === "event").length, 17);
  for (const { name, kind, level, impact, schema } of rows) {
    assert.equal(schema.$schema, "http://json-schema.org/draft-07/schema#");
    assert.equal(schema.title, name);
    assert.equal(schema["x-clarion-kind"], kind);
    assert.notEqual(schema.additionalProperties, false);
    if (kind !== "event") continue;
    assert.match(level, /^(mission_critical|business|operational)$/);
    assert.equal(schema["x-clarion-level"], level);
    assert.equal(schema["x-clarion-impact"], impact);
    assert.ok(schema.description.includes(impact) && impact.endsWith("."));
  }
  // Whoever knows no more than a frame's type finds a schema by it.
  for (const name of new Set(rows.map((row) => row.name)))
    assert.equal((await fetch(`${server.url}/schemas/${name}.json`)).status, 200, name);
});

test("a schema may be kept, asked for by HEAD, and what is none is 404", async () => {
  const url = `${server.url}/schemas/welcome.json`;
  const first = await fetch(url);
  assert.match(first.headers.get("content-type"), /^application\/json/);
  const etag = first.headers.get("etag");
  const body = await first.text();
  const head = await fetch(url, { method: "HEAD" });
  assert.deepEqual([head.status, head.headers.get("etag"), await head.text()], [200, etag, ""]);
  assert.equal(head.headers.get("content-length"), String(Buffer.byteLength(body)));
  const again = await fetch(url, { headers: { "If-None-Match": etag } });
  assert.deepEqual([again.status, await again.text()], [304, ""]);
  for (const path of ["/schemas/nonsense.json", "/schemas/welcome", "/schemas/../version", "/schemas/%2e"])
    assert.notEqual((await fetch(server.url + path)).status, 500);
  assert.equal((await fetch(`${server.url}/schemas/nonsense.json`)).status, 404);
  assert.equal((await fetch(`${server.url}/schemas`, { redirect: "manual" })).status, 301);
  assert.equal((await fetch(`${server.url}/schemas/`, { method: "POST" })).status, 405);
});

/** A user's whole day: every frame that a client may send, every demo command. */
class Day {
  constructor(client, has) {
    this.client = client;
    this.has = has;
    this.runs = 0;
  }

  send(frame) {
    this.sent = [...(this.sent ?? []), frame];
    this.client.send(frame);
  }

  ended(runId) {
    return this.client.find(
      (frame) => TERMINALS.includes(frame.type) && frame.run_id === runId, `the end of ${runId}`);
  }

  async accepted(text, fields = {}) {
    const id = `m${++this.runs}`;
    this.send({ type: "message", id, thread_id: "t1", message_id: id, text, ...fields });
    return this.client.find((frame) => frame.type === "accepted" && frame.id === id, `accepted ${id}`);
  }

  async run(text, fields) {
    return this.ended((await this.accepted(text, fields)).run_id);
  }

  async approve() {
    if (!this.has("client", "approve")) return;
    const { run_id: runId } = await this.accepted("/approve something");
    const asked = await this.client.find(
      (frame) => frame.run_id === runId && (frame.type === "approval_requested" || TERMINALS.includes(frame.type)),
      "approval_requested");
    if (asked.type === "approval_requested")
      this.send({ type: "approve", id: "a1", thread_id: "t1", decision: "allow",
        approval_id: asked.payload.approval_id, note: "go on" });
    await this.ended(runId);
  }

  async cancel() {
    const { run_id: runId } = await this.accepted("/story 1000 20");
    await this.accepted("queued behind it");
    await this.client.frame("run_queued");
    this.send({ type: "cancel", id: "c1", thread_id: "t1", run_id: runId });
    await this.ended(runId);
    this.send({ type: "cancel", id: "c2", thread_id: "t1", message_id: "never" });
    await this.client.find((frame) => frame.id === "c2", "cancel_result");
  }

  async mistakes() {
    this.client.send({ type: "nonsense", id: "e1" });
    this.client.send({ type: "message", id: "e2" });
    this.send({ type: "message", id: "e3", thread_id: "t1", message_id: "m1", text: "other content" });
    this.send({ type: "message", id: "e4", thread_id: "t1", message_id: "m0", text: "x", agent: "nobody" });
    for (const id of ["e1", "e2", "e3", "e4"]) await this.client.find((frame) => frame.id === id, id);
  }

  async threads() {
    for (const [type, fields] of Object.entries({
      threads: { limit: 10 }, history: { thread_id: "t1", limit: 20 }, ack: { thread_id: "t1", seq: 1 },
    })) {
      if (!this.has("client", type)) continue;
      this.send({ type, id: type, ...fields });
      if (type !== "ack") await this.client.find((frame) => frame.id === type, type);
    }
  }
}

test("every frame of a user's whole day obeys its schema, on both sides", async () => {
  const server = await startServer();
  const { rows } = await fetchSchemas(server);
  const check = makeChecker(rows);
  const has = (kind, name) => rows.some((row) => row.kind === kind && row.name === name);
  const onlooker = await Client.open(server, "ada");
  const day = new Day(await Client.open(server, "ada"), has);
  day.send({ type: "hello", client: { name: "test", version: "1" } });
  day.send({ type: "subscribe", id: "s0", thread_id: "t1", since: { epoch: "", seq: 0 } });
  for (const text of ["hello", "what is 6*7?", "/time", "/search hello", "/tools 3", "/story 5 0", "/think 2",
    "/report something", "/handoff", "/fail", "/throw"])
    await day.run(text, text === "hello" ? { metadata: { a: 1 } } : {});
  const help = (await day.run("/help")).payload.result.text;
  await day.approve();
  await day.cancel();
  await day.mistakes();
  await day.threads();

  const late = await Client.open(server, "ada");
  const { epoch } = await day.client.find((frame) => frame.epoch, "an epoch");
  late.send({ type: "subscribe", id: "s1", thread_id: "t1", since: { epoch, seq: 1 } });
  await late.frame("caught_up");
  late.send({ type: "subscribe", id: "s2", thread_id: "t1", since: { epoch: "e_other", seq: 1 } });
  await late.find((frame) => frame.recovered === false, "recovered:false");
  late.send({ type: "unsubscribe", id: "u", thread_id: "t1" });
  await late.frame("unsubscribed");
  if (has("client", "delete_thread")) {
    day.send({ type: "delete_thread", id: "d", thread_id: "t1" });
    await day.client.find((frame) => frame.id === "d", "deleted");
  }
  day.send({ type: "ping", id: "p" });
  await day.client.frame("pong");
  await server.stop();
  await day.client.closed;

  const received = [day.client, onlooker, late].flatMap((client) => client.frames);
  const seen = new Set(received.map((frame) => frame.type));
  for (const frame of received) assert.equal(check(frame.payload ? "event" : "server", frame), null);
  for (const frame of day.sent) assert.equal(check("client", frame), null);
  const missing = rows
    .filter((row) => row.kind !== "client" && !seen.has(row.name))
    .map((row) => row.name)
    .filter((name) => !RARE_FRAMES.includes(name) && !RARE_EVENTS.includes(name))
    .filter((name) => help.includes(COMMAND_OF[name] ?? ""));
  assert.deepEqual(missing, [], "every frame and event was seen");
});
