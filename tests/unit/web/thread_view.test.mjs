import assert from "node:assert/strict";
import { test } from "node:test";

import {
  activeTurn, addUnsent, createThread, cutTurns, dropUnsent, fold, isActive, prepend, refuseUnsent,
  resetThread,
} from "../../../app/web/thread-view.js";

const A = { agent_name: "demo" };

/** Events of one run as [type, payload], made into a log. */
function log(steps, { run = "r1", from = 1, time = 1000 } = {}) {
  return steps.map(([type, payload], i) => ({
    type, thread_id: "t", run_id: run, epoch: "e", seq: from + i, timestamp: time + 10 * i,
    critical: true, payload,
  }));
}

function folded(events, thread = createThread()) {
  for (const event of events) fold(thread, event);
  return thread;
}

const GOLDEN = [
  ["user_message", { message_id: "m1", text: "what is 2+3?" }],
  ["agent_started", { ...A, message_id: "m1",
    context: { tools: ["calculator"], history_messages: 0 } }],
  ["agent_thinking", { ...A, step_number: 1, reasoning: "The expression is 2+3." }],
  ["tool_executing", { ...A, tool_call_id: "c1", tool_name: "calculator",
    arguments: { expression: "2+3" } }],
  ["tool_completed", { ...A, tool_call_id: "c1", tool_name: "calculator", outcome: "ok", result: 5,
    duration_ms: 3 }],
  ["text_delta", { ...A, message_id: "a1", delta: "2+3 " }],
  ["text_delta", { ...A, message_id: "a1", delta: "= 5" }],
  ["assistant_message", { ...A, message_id: "a1", text: "2+3 = 5" }],
  ["agent_completed", { ...A, result: { message_id: "a1", text: "2+3 = 5" },
    execution_time_ms: 70, timing: {},
    census: { first_seq: 2, last_seq: 8, text_bytes: 7, text_sha256: "",
      counts: { agent_started: 1, agent_thinking: 1, tool_executing: 1, tool_completed: 1,
        text_delta: 2, assistant_message: 1 } } }],
];

const CENSUS = {
  first_seq: 2, last_seq: 2, counts: { agent_started: 1 }, text_bytes: 0, text_sha256: "",
};
const FAILED = ["agent_error", { ...A, code: "internal", message: "", retryable: false,
  execution_time_ms: 1, timing: {}, census: CENSUS }];
const CANCELLED = ["agent_cancelled", { ...A, reason: "user", execution_time_ms: 1, timing: {},
  census: CENSUS }];
const START = GOLDEN.slice(0, 2);

test("a run becomes a turn with its steps in order and one terminal", () => {
  const [turn] = folded(log(GOLDEN)).turns;
  assert.equal(turn.text, "what is 2+3?");
  assert.equal(turn.state, "completed");
  assert.deepEqual(turn.items.map((i) => i.kind),
    ["started", "thinking", "tool", "text", "terminal"]);
  assert.deepEqual(turn.items.map((i) => i.at), [0, 10, 20, 40, 70]);
});

test("a tool call is one item from executing to its outcome", () => {
  const thread = folded(log(GOLDEN.slice(0, 4)));
  const tool = thread.turns[0].items.at(-1);
  assert.deepEqual([tool.name, tool.open, tool.outcome], ["calculator", true, null]);
  folded(log(GOLDEN.slice(4, 5), { from: 5 }), thread);
  assert.deepEqual([tool.open, tool.outcome, tool.result, tool.durationMs],
    [false, "ok", 5, 3]);
});

test("parallel calls are told apart by their id, whatever the order of their ends", () => {
  const call = (id, type, more) => [type, { ...A, tool_call_id: id, tool_name: "x", ...more }];
  const [turn] = folded(log([...START,
    call("1", "tool_executing", { arguments: {} }), call("2", "tool_executing", { arguments: {} }),
    call("2", "tool_completed", { outcome: "timeout", error: "late", duration_ms: 9 }),
    call("1", "tool_completed", { outcome: "ok", result: null, duration_ms: 10 })])).turns;
  assert.deepEqual(turn.items.slice(1).map((i) => [i.callId, i.outcome, i.error]),
    [["1", "ok", null], ["2", "timeout", "late"]]);
});

test("deltas are reported as text to append, and add up", () => {
  const thread = createThread();
  const changes = log(GOLDEN).map((e) => fold(thread, e));
  assert.deepEqual(changes.map((c) => c.delta).filter((d) => d !== undefined), ["2+3 ", "= 5"]);
  assert.equal(thread.turns[0].items[3].text, "2+3 = 5");
});

test("assistant_message heals a text whose deltas were wrong, and closes it", () => {
  const steps = [...START, GOLDEN[5],
    ["assistant_message", { ...A, message_id: "a1", text: "whole" }]];
  const thread = createThread();
  const change = log(steps).map((e) => fold(thread, e)).at(-1);
  assert.deepEqual([change.item.text, change.item.open, change.delta], ["whole", false, undefined]);
});

test("the census proves that nothing is missing, or that something is", () => {
  const census = (steps) => folded(log(steps)).turns[0].items.at(-1).census;
  assert.equal(census(GOLDEN), "whole");
  assert.equal(census(GOLDEN.filter((_, i) => i !== 2)), "differs", "a thought is missing");
  assert.equal(census(GOLDEN.filter((_, i) => i !== 6)), "differs", "a delta is missing");
  const other = GOLDEN.map(([type, p]) => [type, type === "text_delta" ? { ...p, delta: "x" } : p]);
  assert.equal(census(other), "differs", "the text has another length");
  assert.equal(census(GOLDEN.filter((_, i) => i !== 1)), "unknown", "the beginning is not kept");
});

test("text bytes are counted as UTF-8", () => {
  const steps = [...START, ["text_delta", { ...A, message_id: "a", delta: "ü😀" }],
    ["assistant_message", { ...A, message_id: "a", text: "ü😀" }],
    ["agent_completed", { ...A, result: {}, execution_time_ms: 1, timing: {},
      census: { ...CENSUS, text_bytes: 6,
        counts: { agent_started: 1, text_delta: 1, assistant_message: 1 } } }]];
  assert.equal(folded(log(steps)).turns[0].items.at(-1).census, "whole");
});

test("states follow the run: queued, running, failed, cancelled", () => {
  const thread = createThread();
  const states = (steps) => log(steps).map((e) => fold(thread, e).turn.state);
  const queued = ["run_queued", { message_id: "m1", position: 1 }];
  assert.deepEqual(states([GOLDEN[0], queued, GOLDEN[1], FAILED]),
    ["accepted", "queued", "running", "failed"]);
  const [turn] = folded(log([GOLDEN[0], CANCELLED])).turns;
  assert.deepEqual([turn.state, turn.items.at(-1).census, isActive(turn)],
    ["cancelled", "unknown", false]);
});

test("a run whose only open work is an approval is suspended", () => {
  const ask = ["approval_requested", { approval_id: "p", tool_call_id: "c", tool_name: "write",
    arguments: {}, expires_ms: 1 }];
  const answer = ["approval_resolved", { approval_id: "p", decision: "deny", by: "ada" }];
  const thread = createThread();
  const events = log([...START, GOLDEN[3], ask, GOLDEN[4], answer]);
  assert.deepEqual(events.map((e) => fold(thread, e).turn.state),
    ["accepted", "running", "running", "running", "suspended", "running"]);
  const approval = thread.turns[0].items.find((i) => i.kind === "approval");
  assert.deepEqual([approval.decision, approval.by, approval.open], ["deny", "ada", false]);
});

test("every event type of the protocol, and one that is not in it, has something to show", () => {
  const more = [
    ["run_queued", { message_id: "m1", position: 2 }],
    ["progress_update", { message: "half", percent: 50 }],
    ["agent_handoff", { from: "demo", to: "other" }],
    ["approval_requested", { approval_id: "p", tool_name: "w", arguments: {}, expires_ms: 1 }],
    ["approval_resolved", { approval_id: "p", decision: "allow", by: "ada" }],
    ["final_report", { text: "all", data: { n: 1 } }],
    ["custom", { name: "x", data: 1 }],
    ["hologram", { a: 1 }],
    FAILED,
    CANCELLED,
  ];
  const thread = createThread();
  for (const event of log([...GOLDEN.slice(0, 8), ...more, GOLDEN[8]])) {
    const { item } = fold(thread, event);
    if (event.type !== "user_message") assert.ok(item?.kind, event.type);
  }
  const unknown = thread.turns[0].items.find((i) => i.kind === "unknown");
  assert.deepEqual([unknown.name, unknown.data], ["hologram", { a: 1 }]);
});

test("several runs of one thread stand in the order of their messages", () => {
  const second = [["user_message", { message_id: "m2", text: "two" }]];
  const thread = folded([...log(GOLDEN.slice(0, 3)), ...log(second, { run: "r2", from: 4 }),
    ...log(GOLDEN.slice(3), { from: 5 })]);
  assert.deepEqual(thread.turns.map((t) => [t.runId, t.text, t.state]),
    [["r1", "what is 2+3?", "completed"], ["r2", "two", "accepted"]]);
});

test("a message of this tab becomes the run that the log makes of it", () => {
  const thread = createThread();
  const turn = addUnsent(thread, "m1", "what is 2+3?");
  assert.deepEqual([turn.state, turn.runId], ["sending", null]);
  folded(log(GOLDEN), thread);
  assert.deepEqual(thread.turns, [turn]);
  assert.deepEqual([turn.state, turn.runId], ["completed", "r1"]);
});

test("what is not sent yet stands behind everything in the log", () => {
  const thread = createThread();
  addUnsent(thread, "mine", "first here");
  addUnsent(thread, "mine too", "second here");
  const message = (messageId) => [["user_message", { message_id: messageId, text: "x" }]];
  folded(log(message("theirs")), thread);
  folded(log(message("mine too"), { run: "r2", from: 2 }), thread);
  assert.deepEqual(thread.turns.map((t) => t.messageId), ["theirs", "mine too", "mine"]);
});

test("a refused message keeps its reason, can be sent again and discarded", () => {
  const thread = createThread();
  addUnsent(thread, "m", "x");
  assert.equal(refuseUnsent(thread, "m", { code: "busy" }).state, "unsent");
  assert.equal(addUnsent(thread, "m", "x").state, "sending");
  assert.equal(thread.turns.length, 1);
  dropUnsent(thread, "m");
  assert.deepEqual(thread.turns, []);
});

test("a late refusal does not touch a message that the log has", () => {
  const thread = folded(log(GOLDEN));
  refuseUnsent(thread, "m1", { code: "busy" });
  dropUnsent(thread, "m1");
  assert.equal(thread.turns[0].state, "completed");
});

test("a reset keeps only what is still to be sent", () => {
  const thread = folded(log(GOLDEN));
  addUnsent(thread, "m9", "mine");
  const fresh = resetThread(thread);
  assert.deepEqual(fresh.turns.map((t) => t.messageId), ["m9"]);
  folded(log(GOLDEN), fresh);
  assert.deepEqual(fresh.turns.map((t) => t.messageId), ["m1", "m9"]);
});

test("stop means the run at work, else the first in line, else nothing", () => {
  const thread = folded([...log(GOLDEN.slice(0, 1)),
    ...log([["run_queued", { position: 1 }]], { from: 2 }),
    ...log([["user_message", { message_id: "m2", text: "" }]], { run: "r2", from: 3 })]);
  assert.equal(activeTurn(thread).runId, "r1");
  folded(log([["agent_started", { ...A, context: {} }]], { run: "r2", from: 4 }), thread);
  assert.equal(activeTurn(thread).runId, "r2");
  assert.equal(activeTurn(folded(log(GOLDEN))), null);
  const unsent = createThread();
  addUnsent(unsent, "m", "x");
  assert.equal(activeTurn(unsent), null);
});

test("a run whose beginning is no longer kept is shown without its question", () => {
  const [turn] = folded(log(GOLDEN.slice(4), { from: 80 })).turns;
  assert.deepEqual([turn.text, turn.state, turn.items[0].outcome], [null, "completed", "ok"]);
});

test("a sub-agent's steps are marked as inner and name who acts", () => {
  const [turn] = folded(log([...START,
    ["agent_thinking", { agent_name: "other", step_number: 1, reasoning: "x",
      parent_tool_call_id: "c" }]])).turns;
  const { inner, agent } = turn.items.at(-1);
  assert.deepEqual([inner, agent, turn.agent], [true, "other", "demo"]);
});

test("no open work is left behind a terminal", () => {
  const [turn] = folded(log([...START, GOLDEN[3], GOLDEN[5], FAILED])).turns;
  assert.deepEqual(turn.items.filter((i) => i.open), []);
});

// --- older pages ------------------------------------------------------------------------------

const SECOND = GOLDEN.map(([type, p]) => [type, { ...p, ...(p.message_id === "m1"
  ? { message_id: "m2" } : {}) }]);

/** What is seen, without what only helps to fold on. */
function seen(thread) {
  return thread.turns.map(({ events, byKey, ...turn }) => turn);
}

test("older pages give what the whole log gives, wherever it is cut", () => {
  const events = [...log(GOLDEN), ...log(SECOND, { run: "r2", from: 10, time: 2000 })];
  const whole = seen(folded(events));
  for (let cut = 1; cut < events.length; cut += 1) {
    for (let again = 0; again < cut; again += 4) {
      let thread = folded(events.slice(cut));
      thread = prepend(thread, events.slice(again, cut));
      thread = prepend(thread, events.slice(0, again));
      assert.deepEqual(seen(thread), whole, `cut at ${again} and ${cut}`);
      assert.deepEqual(cutTurns(thread), []);
    }
  }
});

test("a run that goes on while its beginning is loaded goes on in the longer turn", () => {
  const events = log(GOLDEN);
  let thread = folded(events.slice(5, 7));
  assert.equal(cutTurns(thread).length, 1);
  thread = prepend(thread, events.slice(0, 5));
  folded(events.slice(7), thread);
  assert.deepEqual(seen(thread), seen(folded(events)));
});

test("runs that waited in line keep their order over a cut", () => {
  const events = [...log(GOLDEN.slice(0, 3)),
    ...log([SECOND[0], ["run_queued", { message_id: "m2", position: 1 }]], { run: "r2", from: 4 }),
    ...log(GOLDEN.slice(3), { from: 6, time: 1050 }),
    ...log(SECOND.slice(1), { run: "r2", from: 12, time: 3000 })];
  const whole = seen(folded(events));
  for (let cut = 1; cut < events.length; cut += 1) {
    const thread = prepend(folded(events.slice(cut)), events.slice(0, cut));
    assert.deepEqual(seen(thread), whole, `cut at ${cut}`);
  }
});

test("what is still to be sent stays last when older events come", () => {
  const thread = folded(log(GOLDEN));
  addUnsent(thread, "m9", "mine");
  const longer = prepend(thread, log(SECOND, { run: "r0", from: 1 }));
  assert.deepEqual(longer.turns.map((t) => t.messageId), ["m2", "m1", "m9"]);
});

test("what was sent before a reload is no message to be sent, once its run comes with a page", () => {
  const events = log(GOLDEN);
  for (let cut = 1; cut <= events.length; cut += 1) {
    const thread = createThread();
    addUnsent(thread, "m1", "what is 2+3?");
    const longer = prepend(folded(events.slice(cut), thread), events.slice(0, cut));
    assert.deepEqual(seen(longer), seen(folded(events)), `cut at ${cut}`);
    assert.equal(longer.byMessage.get("m1").runId, "r1");
  }
});

test("progress that follows progress moves one bar", () => {
  const [turn] = folded(log([...START, ["progress_update", { message: "a", percent: 10 }],
    ["progress_update", { message: "b", percent: 90 }], GOLDEN[2],
    ["progress_update", { message: "c" }]])).turns;
  assert.deepEqual(turn.items.slice(1).map((i) => [i.kind, i.message, i.percent]),
    [["progress", "b", 90], ["thinking", undefined, undefined], ["progress", "c", undefined]]);
});
