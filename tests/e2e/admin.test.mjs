// What an operator sees: /metrics and /debug of a running server, exact after a known run.

import assert from "node:assert/strict";
import { request } from "node:http";
import { after, before, test } from "node:test";

import WebSocket from "ws";

import { parseMetrics } from "./support/metrics.mjs";
import { startServer } from "./support/server.mjs";

// Of the events of a run with one tool call, as /schemas/ has them.
const LEVEL = { text_delta: "operational" };
for (const type of ["user_message", "agent_started", "agent_thinking", "tool_executing", "tool_completed",
  "assistant_message", "agent_completed"]) LEVEL[type] = "mission_critical";
const SECRET_TEXT = "zanzibar-marzipan";
let server;

before(async () => {
  server = await startServer({ args: ["--admin", "127.0.0.1:0", "--shards", "2"] });
});
after(() => server.stop());

/** One request to the admin listener with exactly these headers beside Host. */
function ask(path, { method = "GET", headers = {}, body } = {}) {
  return new Promise((resolve, reject) => {
    const url = new URL(path, server.admin);
    const sent = request(url, { method, headers }, (answer) => {
      let text = "";
      answer.setEncoding("utf8").on("data", (part) => { text += part; });
      answer.on("end", () => resolve({ status: answer.statusCode, headers: answer.headers, text }));
    });
    sent.on("error", reject);
    sent.end(body);
  });
}

async function page(path) {
  const answer = await ask(path);
  assert.equal(answer.status, 200, path);
  assert.equal(answer.headers["content-type"], "application/json");
  return JSON.parse(answer.text);
}

async function metrics() {
  const answer = await ask("/metrics");
  assert.equal(answer.status, 200);
  assert.match(answer.headers["content-type"], /^text\/plain; version=0\.0\.4/);
  return parseMetrics(answer.text);
}

/** Looks again until the condition holds, within a bound. */
async function eventually(look, what) {
  for (let tries = 0; tries < 1500; ++tries) {
    const found = await look();
    if (found) return found;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`never: ${what}`);
}

function connect(user) {
  const frames = [];
  const waiting = new Set();
  const socket = new WebSocket(`${server.wsUrl}?user=${user}`, ["clarion.v1"]);
  socket.on("message", (data) => {
    frames.push(JSON.parse(data.toString()));
    for (const look of waiting) look();
  });
  return {
    frames,
    socket,
    send: (frame) => socket.send(JSON.stringify(frame)),
    say: (text, id = "m1") =>
      socket.send(JSON.stringify({ type: "message", thread_id: "t1", message_id: id, text })),
    opened: new Promise((resolve, reject) => socket.on("open", resolve).on("error", reject)),
    closed: new Promise((resolve) => socket.on("close", resolve)),
    first: (type) => new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`no ${type}`)), 10000);
      const look = () => {
        const found = frames.find((frame) => frame.type === type);
        if (!found) return;
        clearTimeout(timer);
        waiting.delete(look);
        resolve(found);
      };
      waiting.add(look);
      look();
    }),
  };
}

const events = (frames) => frames.filter((frame) => frame.payload);

test("the figures after one run are exactly that run", async () => {
  const earlier = await metrics();
  const client = connect("exact");
  await client.opened;
  client.say(`what is (17+3)*2.5? ${SECRET_TEXT}`);
  await client.first("agent_completed");
  const now = await metrics();
  const rose = (name, labels) => now.value(name, labels) - earlier.value(name, labels);
  const seen = events(client.frames);

  const types = Object.groupBy
    ? Object.groupBy(seen, (event) => event.type)
    : seen.reduce((all, event) => ({ ...all, [event.type]: [...(all[event.type] ?? []), event] }), {});
  for (const [type, list] of Object.entries(types))
    assert.equal(rose("clarion_events_committed_total", { type, criticality: LEVEL[type] }), list.length, type);
  const committed = now.sum("clarion_events_committed_total") -
    earlier.sum("clarion_events_committed_total");
  assert.equal(committed, seen.length);
  assert.equal(rose("clarion_events_delivered_total"), seen.length);
  assert.equal(rose("clarion_events_parked_total"), 0);
  assert.equal(rose("clarion_runs_started_total"), 1);
  assert.equal(rose("clarion_runs_ended_total", { terminal: "agent_completed" }), 1);
  assert.equal(rose("clarion_tool_calls_total", { outcome: "ok" }), 1);
  assert.equal(rose("clarion_messages_total", { outcome: "accepted" }), 1);
  assert.equal(rose("clarion_client_frames_total", { type: "message" }), 1);
  assert.equal(rose("clarion_message_accepted_seconds_count"), 1);
  assert.equal(rose("clarion_message_started_seconds_count"), 1);
  assert.equal(rose("clarion_handshakes_total", { outcome: "established" }), 1);
  assert.equal(rose("clarion_websocket_frames_received_total"), 1);
  assert.equal(rose("clarion_websocket_frames_sent_total"), client.frames.length);
  assert.ok(rose("clarion_websocket_writes_total") <= client.frames.length);
  assert.equal(now.sum("clarion_sessions_open"), 1);
  assert.equal(now.value("clarion_runs", { state: "running" }), 0);
  assert.equal(now.value("clarion_leaks_blocked_total"), 0);
  assert.equal(now.value("clarion_storage_broken"), 0);
  assert.ok(rose("clarion_storage_commits_total") > 0);
  assert.ok(now.value("clarion_storage_wal_bytes") > 0);
  const failed = [...now.series.values()].filter(({ name, labels, value }) =>
    name === "clarion_failures_total" && labels.code !== "event_late" && value > 0);  // late: a busy machine
  assert.deepEqual(failed, []);
  assert.ok(now.value("process_resident_memory_bytes") > 1e6);
  for (const shard of ["0", "1"]) assert.equal(now.value("clarion_shard_up", { shard }), 1);

  client.socket.close(1000);
  await client.closed;
  await eventually(async () => (await metrics()).value("clarion_session_ends_total",
    { code: "1000" }) === 1, "the session's end is counted");
});

test("events that nobody is subscribed to are parked, and counted", async () => {
  const earlier = await metrics();
  const client = connect("parked");
  await client.opened;
  client.say("/story 40 100");
  await client.first("text_delta");
  client.send({ type: "unsubscribe", thread_id: "t1" });
  await client.first("unsubscribed");
  const seen = events(client.frames).length;
  const now = await eventually(async () => {
    const look = await metrics();
    return look.value("clarion_runs_ended_total", { terminal: "agent_completed" }) >
      earlier.value("clarion_runs_ended_total", { terminal: "agent_completed" }) && look;
  }, "the run's end");
  const rose = (name) => now.sum(name) - earlier.sum(name);
  assert.equal(rose("clarion_events_delivered_total"), seen);
  assert.equal(rose("clarion_events_parked_total"), rose("clarion_events_committed_total") - seen);
  assert.ok(rose("clarion_events_parked_total") > 0);

  client.send({ type: "subscribe", thread_id: "t1", since: { epoch: "", seq: 0 } });
  await client.first("caught_up");
  const later = await metrics();
  assert.equal(later.value("clarion_replays_total"), earlier.value("clarion_replays_total") + 1);
  assert.equal(
    later.value("clarion_events_replayed_total") - earlier.value("clarion_events_replayed_total"),
    rose("clarion_events_committed_total"),
  );
  client.socket.terminate();
});

test("sessions and runs are visible while a tool hangs, and gone afterwards", async () => {
  let user, client, started, shown;
  let hangs = false;
  for (let tries = 0; tries < 5 && !hangs; ++tries) {  // for 2 s: a busy machine looks once more
    if (client) await eventually(async () => (await page("/debug/runs")).runs.length === 0, "no run is left");
    client?.socket.terminate();
    user = `hanging${tries}`;
    client = connect(user);
    await client.opened;
    client.say("/hang");
    client.say("/time", "m2");
    started = await client.first("tool_executing");
    await client.first("run_queued");
    shown = await Promise.all(["runs", "sessions", "coroutines"].map((name) => page(`/debug/${name}`)));
    hangs = shown[0].runs.some((run) => run.run_id === started.run_id && run.open_tools.length > 0)
      && shown[2].coroutines.some((one) => one.name.endsWith("tool_invocation::run"));
  }
  const welcome = client.frames[0];

  const { runs, running_count: running, queued_count: queued } = shown[0];
  const mine = runs.filter((run) => run.user_id === user);
  assert.equal(mine.length, 2);
  assert.equal(mine[0].run_id, started.run_id);
  assert.equal(mine[0].state, "running");
  assert.equal(mine[0].agent, "demo");
  assert.equal(mine[0].thread_id, "t1");
  assert.deepEqual(mine[0].open_tools, [started.payload.tool_name]);
  assert.ok(mine[0].seq >= started.seq);
  assert.equal(mine[1].state, "queued");
  assert.deepEqual([running, queued], [1, 1]);

  const { sessions, sessions_count: count } = shown[1];
  assert.equal(count, sessions.length);
  const session = sessions.find((one) => one.connection_id === welcome.connection_id);
  assert.equal(session.user_id, user);
  assert.equal(session.remote_address, "127.0.0.1");
  assert.ok(Math.abs(session.since_ms - Date.now()) < 60000);
  assert.ok([0, 1].includes(session.shard));
  assert.equal(typeof session.outbox_bytes, "number");
  assert.ok(session.heartbeat_age_ms >= 0);
  assert.deepEqual(session.subscriptions.map((one) => [one.thread_id, one.state]), [["t1", "live"]]);

  const { count: live, coroutines } = shown[2];
  assert.equal(live, coroutines.length);
  const tool = coroutines.find((one) => one.name.endsWith("tool_invocation::run"));
  assert.equal(tool.state, "awaits_coroutine");
  assert.match(tool.at, /^core\/agents\/tool_invocation\.cpp:\d+$/);
  assert.equal(tool.tag, `run ${started.run_id}`);
  const reader = coroutines.find(
    (one) => one.name.endsWith("line::read") && one.tag === `connection ${welcome.connection_id}`);
  assert.match(reader.at, /^core\/session\/line\.cpp:\d+$/);
  const parked = coroutines.filter((one) => one.state === "awaits_operation");
  assert.ok(parked.some((one) => one.operation === "async_receive"));
  assert.ok(parked.every((one) => one.since_us >= 0 && one.at !== "" && one.turns > 0));
  const byId = new Map(coroutines.map((one) => [one.id, one]));
  // Those of other requests may end while the other shard is looked at; those of the run stand.
  for (const one of coroutines.filter(({ tag }) => tag === tool.tag)) assert.ok(one.awaited_by === 0 || byId.has(one.awaited_by));

  await client.first("agent_completed");
  await eventually(async () => {
    const { runs: left, stragglers } = await page("/debug/runs");
    return left.length === 0 && stragglers.length === 0;
  }, "no run is left");
  client.socket.terminate();
});

test("the tree is there as text and as a page, whole or of one connection", async () => {
  const client = connect("watched");
  await client.opened;
  const welcome = await client.first("welcome");
  const whole = await ask("/debug/coroutines?format=text");
  assert.match(whole.text, /^\d+ coroutines\n\* #\d+ /);
  assert.match(whole.text, / parked on async_receive at \S+:\d+ for \d/);
  const one = await ask(`/debug/coroutines?format=text&tag=${welcome.connection_id}`);
  assert.match(one.text, new RegExp(`session::serve \\[connection ${welcome.connection_id}\\] awaits[^]*line::read awaits`));
  assert.ok(one.text.length < whole.text.length);
  const places = await ask("/debug/coroutines?format=text&view=places");
  assert.match(places.text, /\n {7}\d .*line::read at core\/session\/line\.cpp:\d+/);
  const shown = await ask("/debug/coroutines", { headers: { Accept: "text/html,*/*" } });
  assert.equal(shown.headers["content-type"], "text/html; charset=utf-8");
  assert.match(shown.text, /<pre>\d+ coroutines\n/);
  assert.equal((await ask("/debug/coroutines?format=xml")).status, 400);
  client.socket.terminate();
});

test("a failure is a whole record", async () => {
  const client = connect("failing");
  await client.opened;
  client.say("/throw");
  const failed = await client.first("agent_error");
  const { codes, records } = await page("/debug/failures");
  assert.equal(codes.internal_run.count, 1);
  assert.equal(codes.internal_run.first, codes.internal_run.last);
  const record = records.find((one) => one.run_id === failed.run_id);
  for (const field of ["ts", "code", "severity", "class", "impact", "remedy", "connection_id",
    "user_id", "thread_id", "run_id", "seq", "stack"])
    assert.ok(field in record, field);
  assert.equal(record.code, "internal_run");
  assert.equal(record.user_id, "failing");
  assert.match(record.stack[0], /^core\/engine\/run\.cpp:\d+ in clarion::engine::run::\w+$/);
  assert.ok(record.stack.some((frame) => / in clarion::engine::run::execute$/.test(frame)), record.stack);
  const now = await metrics();
  assert.equal(now.value("clarion_failures_total", { code: "internal_run", severity: "error" }), 1);
  assert.equal(now.value("clarion_run_errors_total", { code: "internal" }), 1);
  client.socket.terminate();
});

test("the index names every route; HEAD has no body; nothing else is there", async () => {
  const { routes } = await page("/");
  for (const path of ["/metrics", "/debug/coroutines", "/debug/trace", "/debug/failures",
    "/debug/sessions", "/debug/runs", "/healthz"]) {
    assert.ok(routes.includes(`GET ${path}`), path);
    const head = await ask(path, { method: "HEAD" });
    assert.equal(head.status, 200, path);
    assert.equal(head.text, "");
    assert.ok(Number(head.headers["content-length"]) > 0);
  }
  assert.equal((await ask("/debug/nothing")).status, 404);
});

test("foreign hosts, proxies and pages are refused, and nothing is changed by GET's cousins", async () => {
  for (const path of ["/", "/metrics", "/debug/sessions", "/debug/runs", "/debug/failures",
    "/debug/coroutines", "/debug/trace"]) {
    const foreign = [{ Host: "evil.example" }, { "X-Forwarded-For": "10.0.0.1" },
      { Forwarded: "for=10.0.0.1" }, { Origin: "http://evil.example" }];
    for (const headers of foreign)
      assert.equal((await ask(path, { headers })).status, 403, `${path} ${JSON.stringify(headers)}`);
    const posted = await ask(path, {
      method: "POST", headers: { "Content-Type": "text/plain" }, body: "x",
    });
    assert.equal(posted.status, 405, path);
    assert.equal(posted.headers.allow, "GET, HEAD");
  }
});

test("SIGUSR1 writes the coroutine tree to the log; lines carry their ids, and no user's text", async () => {
  process.kill(server.pid, "SIGUSR1");
  const log = await eventually(() => {
    const text = server.stderr();
    return /coroutines, \d+ in all: SIGUSR1[^]*coroutine .*async_move_accept/.test(text) && text;
  }, "the tree in the log");
  assert.match(log, /coroutine \* #\d+ \S+ awaits #\d+ at \S+:\d+ for \d/);
  assert.match(log, /INFO {2}clarion\/\S+ starts: listen=\S+ admin=\S+ data=\S+ shards=2 auth=none/);
  assert.match(log, /conn=c_\S{6} user=exact the session begins, from 127\.0\.0\.1/);
  assert.match(log, /conn=c_\S{6} user=exact the session ends with 1000/);
  assert.match(log, /user=exact thread=t1 run=r_\S{6} the run begins: demo/);
  assert.match(log, /user=exact thread=t1 run=r_\S{6} the run ends: agent_completed after \d+ ms/);
  assert.ok(!log.includes(SECRET_TEXT));
  for (const path of ["/debug/failures", "/debug/runs", "/debug/sessions", "/debug/trace"])
    assert.ok(!(await ask(path)).text.includes(SECRET_TEXT), path);
});
