import assert from "node:assert/strict";
import { test } from "node:test";

import {
  activityWords, ago, cancelledWords, connectionWords, duration, errorWords, runErrorWords, stageSentence,
  tokenWords, verdictWords,
} from "../../../app/web/words.js";

test("each stage is a sentence", () => {
  const say = (type, payload) => stageSentence({ type, payload: { agent_name: "demo", ...payload } });
  assert.equal(say("agent_thinking", {}), "demo is thinking…");
  assert.equal(say("tool_executing", { tool_name: "calculator" }), "Running calculator…");
  assert.equal(say("tool_completed", { tool_name: "calculator", outcome: "ok", duration_ms: 3 }),
    "calculator finished in 3 ms");
  assert.equal(say("tool_completed", { tool_name: "hang", outcome: "timeout", duration_ms: 2000 }),
    "hang timed out after 2.0 s");
  assert.equal(say("agent_completed", {}), "Done");
  assert.equal(say("agent_cancelled", { reason: "user" }), "Stopped");
  assert.equal(say("agent_error", { code: "tool_failed", message: "it broke" }),
    "A tool failed. It broke.");
});

test("an unknown event announces nothing", () => {
  assert.equal(stageSentence({ type: "hologram", payload: {} }), "");
});

test("durations read well", () => {
  assert.deepEqual([0, 3.2, 999, 1000, 9999, 61000, 3723000].map(duration),
    ["0 ms", "3 ms", "999 ms", "1.0 s", "10.0 s", "1 min 1 s", "62 min 3 s"]);
  assert.equal(duration(undefined), "");
});

test("every code of the protocol has words of its own", () => {
  const errors = `bad_request unknown_type unauthorized forbidden not_found conflict busy rate_limited
    too_large draining storage_unavailable internal`.split(/\s+/);
  for (const code of errors) assert.doesNotMatch(errorWords({ code }), /reported/, code);
  const runs = `invalid_event model_unavailable model_error model_timeout context_truncated max_turns
    tool_failed budget_exceeded deadline too_large agent_unavailable storage_unavailable internal
    process_lost node_lost`.split(/\s+/);
  for (const code of runs) assert.doesNotMatch(runErrorWords({ code }), /\(/, code);
  for (const reason of ["user", "interrupted", "rolled_back", "shutdown"]) {
    assert.doesNotMatch(cancelledWords({ reason }), /\(/, reason);
  }
  for (const code of [4500, 4501, 4502, 4503, 4504, 4505]) {
    assert.doesNotMatch(connectionWords({ name: "closed", code }).sentence, /\(/, `${code}`);
  }
});

test("an error names the place, and when it is tried again; an unknown code is named", () => {
  assert.equal(errorWords({ code: "bad_request", message: "must be a string", detail: "/text" }),
    "The server did not understand that: must be a string, /text.");
  assert.equal(errorWords({ code: "rate_limited", retry_after_ms: 12000 }),
    "Too many messages in a short time. Sending again in 12 s.");
  assert.equal(errorWords({ code: "novel" }), "The server reported novel.");
});

test("every event type of the protocol has a sentence, but for what only agents understand", () => {
  const said = {
    user_message: [{}, "Message received."],
    run_queued: [{ position: 2 }, "Waiting in line, position 2."],
    agent_started: [{ agent_name: "demo" }, "demo has started."],
    text_delta: [{ agent_name: "demo" }, "demo is answering…"],
    progress_update: [{ message: "Half", percent: 49.6 }, "Half (50 %)"],
    agent_handoff: [{ from: "demo", to: "demo-helper" }, "demo hands over to demo-helper."],
    approval_requested: [{ tool_name: "write" }, "write waits for your approval."],
    approval_resolved: [{ decision: "deny", by: "ada" }, "Approval: denied by ada"],
    final_report: [{}, "The report is ready."],
    agent_cancelled: [{ reason: "interrupted" }, "Stopped for a newer message"],
    custom: [{ name: "x" }, ""],
  };
  for (const [type, [payload, sentence]] of Object.entries(said)) {
    assert.equal(stageSentence({ type, payload }), sentence, type);
  }
});

test("a stretch of activity is one line, running and done", () => {
  const turn = { state: "running", agent: "demo", items: [] };
  const step = (kind, at, more = {}) => {
    const item = { kind, at, open: false, ...more };
    turn.items.push(item);
    return item;
  };
  const items = [step("started", 0), step("thinking", 4)];
  assert.equal(activityWords(items, turn), "demo is working…");
  items.push(step("tool", 5, { open: true, name: "calculator" }));
  assert.equal(activityWords(items, turn), "Running calculator…");
  items.push(step("tool", 6, { open: true, name: "clock" }));
  assert.equal(activityWords(items, turn), "Running 2 tools…");
  Object.assign(items[2], { open: false, outcome: "ok", durationMs: 3 });
  Object.assign(items[3], { open: false, outcome: "timeout", durationMs: 2000 });
  turn.state = "completed";
  assert.equal(activityWords(items, turn), "4 steps · calculator, clock · 1 failed · 2.0 s");
  for (const name of ["clock", "a", "b"]) items.push(step("tool", 7, { name, outcome: "ok", durationMs: 1 }));
  assert.match(activityWords(items, turn), /^7 steps · calculator, clock ×2, a and 1 more · 1 failed/);
});

test("times are told as people tell them", () => {
  const now = Date.UTC(2026, 10, 21, 12);
  const before = (minutes) => ago(now - minutes * 60000, now);
  assert.deepEqual([0, 5, 125, 1500, 3000].map(before),
    ["just now", "5 min ago", "2 h ago", "yesterday", "2 days ago"]);
  assert.match(before(60 * 24 * 30), /^Oct 22$|^22 Oct$/);
});

test("what became of a decision, and why a token is wanted", () => {
  assert.equal(verdictWords({ verdict: "already_resolved", by: "ada" }), "ada decided before you.");
  assert.match(verdictWords({ verdict: "expired" }), /over/);
  assert.match(verdictWords({ verdict: "not_found" }), /not exist/);
  assert.equal(tokenWords({ code: 4500, reason: "bad signature" }),
    "The server refused the token. Bad signature.");
  assert.match(tokenWords({ code: 4010 }), /expired/);
  assert.match(tokenWords(), /who you are/);
});

test("the state of the connection is always in words", () => {
  const label = (state, more) => connectionWords(state, more).label;
  assert.equal(label({ name: "connecting" }), "connecting…");
  assert.equal(label({ name: "connected" }), "online");
  assert.equal(label({ name: "connected" }, { goingAway: true }), "server going away");
  assert.equal(label({ name: "reconnecting", attempt: 4, retryInMs: 3200 }), "reconnecting in 4 s");
  assert.equal(label({ name: "reconnecting", attempt: 4, retryInMs: 3200 }, { onLine: false }), "offline");
  for (const code of [4010, 4500, 4501, 4505]) assert.equal(label({ name: "closed", code }), "signed out");
  for (const code of [4502, 4503, 4504]) assert.equal(label({ name: "closed", code }), "closed");
});

test("a closed connection says why; a short break says nothing", () => {
  assert.deepEqual(connectionWords({ name: "closed", code: 4503, reason: "limit 8" }),
    { label: "closed", sentence: "There are too many connections open for this user. Limit 8." });
  assert.equal(connectionWords({ name: "reconnecting", attempt: 1, code: 1006 }).sentence, "");
  assert.match(connectionWords({ name: "reconnecting", attempt: 2, code: 4009 }).sentence, /silent/);
});
