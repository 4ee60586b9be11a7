// One run's events, from its user_message to its terminal, against PROTOCOL §4.

import { createHash } from "node:crypto";

import { demand, shown } from "./failure.mjs";

const CRITICAL = new Map([
  ["user_message", true], ["run_queued", false], ["agent_started", true], ["agent_thinking", true],
  ["tool_executing", true], ["tool_completed", true], ["text_delta", false], ["assistant_message", true],
  ["progress_update", false], ["agent_handoff", true], ["approval_requested", true], ["approval_resolved", true],
  ["final_report", true], ["custom", false], ["agent_completed", true], ["agent_error", true],
  ["agent_cancelled", true],
]);
const TERMINALS = ["agent_completed", "agent_error", "agent_cancelled"];
const OUTSIDE_CENSUS = ["user_message", "run_queued"];

export const isTerminal = (type) => TERMINALS.includes(type);

/** Each event type named comes, the first of each in the order named. */
export function checkOrder(events, types) {
  let last = -1;
  for (const type of types) {
    const at = events.findIndex((event) => event.type === type);
    demand(at >= 0, () => `no ${type} came`);
    demand(at > last, () => `${type} came before ${events[last].type}`);
    last = at;
  }
}

/** The whole run: begun once, ended once, what was opened closed, texts the sum of their deltas. */
export function checkGrammar(events) {
  const state = { started: false, ended: null, tools: new Map(), used: new Set(), approvals: new Set(), text: null };
  for (const event of events) {
    const name = `${event.type} ${event.seq}`;
    demand(CRITICAL.has(event.type), () => `${name} is no event type of the protocol`);
    demand(event.critical === CRITICAL.get(event.type), () => `${name} says critical:${event.critical}`);
    demand(state.ended === null, () => `${name} came after the run's ${state.ended}`);
    if (event.type === "agent_started") {
      demand(!state.started, () => `${name} is the second of its run`);
      state.started = true;
    }
    demand(state.started || OUTSIDE_CENSUS.includes(event.type) || isTerminal(event.type),
      () => `${name} came before agent_started`);
    RULES[event.type]?.(state, event.payload, name);
    if (isTerminal(event.type)) {
      demand(state.tools.size === 0, () => `${name} came while tool call ${[...state.tools.keys()][0]} was open`);
      demand(state.text === null, () => `${name} came while message ${state.text.id} was open`);
      demand(state.approvals.size === 0, () => `${name} came while approval ${[...state.approvals][0]} was open`);
      state.ended = event.type;
    }
  }
  demand(state.ended !== null, "the run has no terminal event");
}

const RULES = {
  tool_executing(state, { tool_call_id: id, tool_name: tool }, name) {
    demand(!state.used.has(id), () => `${name} uses tool_call_id ${id} a second time`);
    state.used.add(id);
    state.tools.set(id, tool);
  },
  tool_completed(state, payload, name) {
    const { tool_call_id: id, tool_name: tool } = payload;
    demand(state.tools.get(id) === tool, () => `${name} answers no tool_executing (${tool}, ${id})`);
    demand(("result" in payload) !== ("error" in payload), () => `${name} has not exactly one of result and error`);
    state.tools.delete(id);
  },
  text_delta(state, { message_id: id, delta }, name) {
    demand(state.text === null || state.text.id === id, () => `${name} begins a text while another is open`);
    state.text = { id, all: (state.text?.all ?? "") + delta };
  },
  assistant_message(state, { message_id: id, text }, name) {
    demand((state.text?.id ?? id) === id, () => `${name} closes another message than the open one`);
    demand((state.text?.all ?? "") === text,
      () => `${name} is not the sum of its deltas: ${shown(text)} against ${shown(state.text?.all ?? "")}`);
    state.text = null;
  },
  approval_requested(state, { approval_id: id }) { state.approvals.add(id); },
  approval_resolved(state, { approval_id: id }, name) {
    demand(state.approvals.delete(id), () => `${name} resolves no open approval`);
  },
};

/** The terminal's census against what really came. */
export function checkCensus(events) {
  const terminal = events.at(-1);
  const { census } = terminal.payload;
  demand(census !== undefined, () => `${terminal.type} ${terminal.seq} has no census`);
  const covered = events.filter(({ type }) => !OUTSIDE_CENSUS.includes(type) && !isTerminal(type));
  const counts = {};
  for (const { type } of covered) counts[type] = (counts[type] ?? 0) + 1;
  for (const type of new Set([...Object.keys(counts), ...Object.keys(census.counts)])) {
    const [says, came] = [census.counts[type] ?? 0, counts[type] ?? 0];
    demand(says === came, () => `the census counts ${says} ${type}, and ${came} came`);
  }
  const text = covered.filter(({ type }) => type === "text_delta").map(({ payload }) => payload.delta).join("");
  same(census, "first_seq", covered[0]?.seq ?? 0);
  same(census, "last_seq", covered.at(-1)?.seq ?? 0);
  same(census, "text_bytes", Buffer.byteLength(text));
  same(census, "text_sha256", covered.length ? createHash("sha256").update(text).digest("hex") : "");
}

function same(census, field, came) {
  demand(census[field] === came, () => `the census says ${field} ${shown(census[field])}, and what came gives ${shown(came)}`);
}
