// Folds the events of one thread into what is to be seen. Pure: no DOM, no clock, no network; the
// same events give the same view in every tab, live or replayed.
//
// thread: {turns}, in the order of their user messages; what is not yet sent stands last.
// turn:   one user message and its run: {messageId, runId, text, state, items, agent, …}.
//         state: sending | unsent | accepted | queued | running | suspended
//                | completed | failed | cancelled
// item:   one thing to show within a run: {kind, key, seq, at (ms since agent_started), …}.

const utf8 = new TextEncoder();
const ACTIVE = ["accepted", "queued", "running", "suspended"];
const NOT_IN_CENSUS = ["user_message", "run_queued"];

export function createThread() {
  return { turns: [], byRun: new Map(), byMessage: new Map() };
}

export function isActive(turn) {
  return ACTIVE.includes(turn.state);
}

/** The run that "stop" means: the one at work, else the first one waiting. */
export function activeTurn(thread) {
  const active = thread.turns.filter(isActive);
  return active.find((t) => t.state === "running" || t.state === "suspended") ?? active[0] ?? null;
}

/** A message of this tab that the server has not answered yet. */
export function addUnsent(thread, messageId, text) {
  const turn = thread.byMessage.get(messageId) ?? newTurn(thread, { messageId, text });
  if (turn.runId === null) Object.assign(turn, { state: "sending", refusal: null });
  return turn;
}

export function refuseUnsent(thread, messageId, error) {
  const turn = thread.byMessage.get(messageId);
  if (turn?.runId === null) Object.assign(turn, { state: "unsent", refusal: error });
  return turn;
}

export function dropUnsent(thread, messageId) {
  thread.turns = thread.turns.filter((t) => t.messageId !== messageId || t.runId !== null);
  thread.byMessage.delete(messageId);
}

/** The copy of the thread was not valid: only what this tab still has to send remains. */
export function resetThread(thread) {
  const fresh = createThread();
  for (const turn of thread.turns.filter((t) => t.runId === null)) {
    fresh.turns.push(turn);
    fresh.byMessage.set(turn.messageId, turn);
  }
  return fresh;
}

/** A page of the events just before all that was folded so far. The thread then is as if everything
 *  had come in order; a turn whose beginning the page holds is replaced by a new, longer one. */
export function prepend(thread, events) {
  const whole = createThread();
  for (const event of events) fold(whole, event);
  const cut = thread.turns.filter((t) => t.events !== null);
  for (const event of cut.flatMap((t) => t.events)) fold(whole, event);
  for (const turn of thread.turns) {
    // Sent before a reload, and its run is in the page.
    const arrived = turn.runId === null && whole.byMessage.has(turn.messageId);
    if (cut.includes(turn) || arrived) continue;
    whole.turns.push(turn);
    if (turn.runId !== null) whole.byRun.set(turn.runId, turn);
    if (turn.messageId !== null) whole.byMessage.set(turn.messageId, turn);
  }
  return whole;
}

/** Turns whose beginning this copy does not have. */
export function cutTurns(thread) {
  return thread.turns.filter((t) => t.events !== null);
}

/** Takes the next event. Returns {turn, item?, delta?}: what changed, `delta` being text to append
 *  to item; an item without delta is to be drawn anew. */
export function fold(thread, event) {
  const turn = turnOf(thread, event);
  const payload = event.payload;
  turn.events?.push(event);
  if (event.type === "agent_started" && turn.startedAt === null) turn.startedAt = event.timestamp;
  const rule = RULES[event.type] ?? unknownEvent;
  const change = rule(turn, payload, event) ?? {};
  if (turn.counts && !NOT_IN_CENSUS.includes(event.type)) {
    turn.counts[event.type] = (turn.counts[event.type] ?? 0) + 1;
  }
  return { turn, ...change };
}

function newTurn(thread, { messageId = null, runId = null, text = null }) {
  const turn = {
    messageId, runId, text,
    state: "accepted",
    agent: null,
    startedAt: null,
    items: [],
    byKey: new Map(),
    counts: null, // events since agent_started, for the comparison with the census
    textBytes: 0,
    refusal: null,
    events: null, // kept while the beginning is missing: see prepend()
  };
  thread.turns.push(turn);
  if (runId !== null) thread.byRun.set(runId, turn);
  if (messageId !== null) thread.byMessage.set(messageId, turn);
  return turn;
}

function turnOf(thread, event) {
  const known = thread.byRun.get(event.run_id);
  if (known) return known;
  const messageId = event.type === "user_message" ? event.payload.message_id : null;
  const turn = thread.byMessage.get(messageId) ?? newTurn(thread, { messageId });
  if (event.type !== "user_message") turn.events = [];
  turn.runId = event.run_id;
  turn.state = "accepted";
  thread.byRun.set(event.run_id, turn);
  if (thread.turns.at(-1) !== turn || thread.turns.at(-2)?.runId === null) {
    // The log decides the order: before everything that is still to be sent.
    const others = thread.turns.filter((t) => t !== turn);
    const sent = others.filter((t) => t.runId !== null);
    thread.turns = [...sent, turn, ...others.filter((t) => t.runId === null)];
  }
  return turn;
}

function addItem(turn, event, key, fields) {
  const at = turn.startedAt === null ? null : Math.max(0, event.timestamp - turn.startedAt);
  const item = { key, type: event.type, seq: event.seq, at, agent: event.payload.agent_name ?? null,
    inner: event.payload.parent_tool_call_id !== undefined, ...fields };
  turn.items.push(item);
  turn.byKey.set(key, item);
  return item;
}

// Runs whose only open work is approvals are suspended.
function workState(turn) {
  const open = (kind) => turn.items.some((item) => item.kind === kind && item.open);
  return open("approval") && !open("tool") && !open("text") ? "suspended" : "running";
}

function tool(turn, p, event) {
  const key = `tool:${p.tool_call_id}`;
  return turn.byKey.get(key) ?? addItem(turn, event, key, {
    kind: "tool", callId: p.tool_call_id, name: p.tool_name, arguments: p.arguments,
    open: true, outcome: null, result: undefined, error: null, durationMs: null,
  });
}

function text(turn, p, event) {
  const key = `text:${p.message_id}`;
  return turn.byKey.get(key) ?? addItem(turn, event, key, {
    kind: "text", messageId: p.message_id, text: "", open: true,
  });
}

function terminal(state) {
  return (turn, p, event) => {
    for (const item of turn.items) item.open = false;
    turn.state = state;
    const item = addItem(turn, event, "terminal", {
      kind: "terminal", payload: p, census: compareCensus(turn, p.census),
    });
    return { item };
  };
}

/** "whole" when every event that the census counts was seen here, "differs" when not, "unknown"
 *  when this copy does not begin with the run. */
function compareCensus(turn, census) {
  if (!turn.counts || typeof census?.counts !== "object" || !census.counts) return "unknown";
  const types = new Set([...Object.keys(turn.counts), ...Object.keys(census.counts)]);
  const same = [...types].every((t) => (turn.counts[t] ?? 0) === (census.counts[t] ?? 0));
  return same && turn.textBytes === census.text_bytes ? "whole" : "differs";
}

function note(kind, fields) {
  return (turn, p, event) => ({
    item: addItem(turn, event, `${event.type}:${event.seq}`, { kind, ...fields(p, event) }),
  });
}

const unknownEvent = note("unknown", (p, event) => ({ name: event.type, data: p }));

const RULES = {
  user_message(turn, p) {
    turn.text = p.text;
    turn.refusal = null;
  },
  run_queued(turn, p, event) {
    turn.state = "queued";
    const item = turn.byKey.get("queued") ?? addItem(turn, event, "queued", { kind: "queued" });
    item.position = p.position;
    return { item };
  },
  agent_started(turn, p, event) {
    turn.state = "running";
    turn.agent = p.agent_name;
    turn.counts ??= {};
    return { item: addItem(turn, event, `started:${event.seq}`, {
      kind: "started", context: p.context ?? {} }) };
  },
  agent_thinking: note("thinking", (p) => ({ step: p.step_number, reasoning: p.reasoning ?? "" })),
  tool_executing(turn, p, event) {
    const item = tool(turn, p, event);
    turn.state = workState(turn);
    return { item };
  },
  tool_completed(turn, p, event) {
    const item = tool(turn, p, event);
    Object.assign(item, { open: false, outcome: p.outcome, result: p.result,
      error: p.error ?? null, durationMs: p.duration_ms });
    turn.state = workState(turn);
    return { item };
  },
  text_delta(turn, p, event) {
    const delta = String(p.delta);
    const item = text(turn, p, event);
    item.text += delta;
    turn.textBytes += utf8.encode(delta).length;
    turn.state = "running";
    return { item, delta };
  },
  assistant_message(turn, p, event) {
    const item = text(turn, p, event);
    item.open = false;
    item.text = String(p.text); // the whole text heals whatever the deltas left wrong
    turn.state = workState(turn);
    return { item };
  },
  progress_update(turn, p, event) {
    const last = turn.items.at(-1);
    const item = last?.kind === "progress" ? last
      : addItem(turn, event, `progress:${event.seq}`, { kind: "progress" });
    Object.assign(item, { message: p.message, percent: p.percent });
    return { item };
  },
  agent_handoff: note("handoff", (p) => ({ from: p.from, to: p.to, reason: p.reason })),
  approval_requested(turn, p, event) {
    const item = addItem(turn, event, `approval:${p.approval_id}`, {
      kind: "approval", approvalId: p.approval_id, name: p.tool_name, arguments: p.arguments,
      open: true, expiresMs: p.expires_ms,
    });
    turn.state = workState(turn);
    return { item };
  },
  approval_resolved(turn, p, event) {
    const key = `approval:${p.approval_id}`;
    const item = turn.byKey.get(key) ?? addItem(turn, event, key, {
      kind: "approval", approvalId: p.approval_id, name: "" });
    Object.assign(item, { open: false, decision: p.decision, by: p.by, note: p.note });
    if (p.arguments) item.arguments = p.arguments;
    turn.state = workState(turn);
    return { item };
  },
  final_report: note("report", (p) => ({ text: p.text, data: p.data })),
  custom: note("custom", (p) => ({ name: p.name, data: p.data })),
  agent_completed: terminal("completed"),
  agent_error: terminal("failed"),
  agent_cancelled: terminal("cancelled"),
};
