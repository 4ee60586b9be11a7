import assert from "node:assert/strict";
import { test } from "node:test";

import {
  cancelledWords, connectionWords, duration, errorWords, runErrorWords, stageSentence,
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

test("a closed connection says why; a short break says nothing", () => {
  assert.deepEqual(connectionWords({ name: "closed", code: 4503, reason: "limit 8" }),
    { label: "closed", sentence: "There are too many connections open for this user. Limit 8." });
  assert.equal(connectionWords({ name: "reconnecting", attempt: 1, code: 1006 }).sentence, "");
  assert.match(connectionWords({ name: "reconnecting", attempt: 2, code: 4009 }).sentence, /silent/);
});
