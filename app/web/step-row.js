// Draws one step of a run as a row of its activity. Every event type has its words here; one that
// nobody knows yet is shown as it came.

import { make, valueNode } from "./dom.js";
import { decisionWords, duration, outcomeWords, plural } from "./words.js";

export function drawStep(node, item, turn) {
  node.dataset.stage = item.kind === "tool" ? "tool_executing" : item.type;
  node.classList.add(item.kind);
  node.classList.toggle("inner", item.inner);
  const parts = (STEPS[item.kind] ?? STEPS.unknown)(item, turn, node);
  const at = make("span.at", { title: `event ${item.seq}` },
    item.at === null ? "" : `+${duration(item.at)}`);
  node.replaceChildren(make("div.body", {}, ...parts), at);
}

// Names whoever acts, where it is not the run's own agent.
function by(item, turn) {
  return item.agent !== null && item.agent !== turn.agent
    ? make("span.who", {}, `${item.agent}:`) : null;
}

function outcomeLine(stage, verdict, ...more) {
  return make("div.done", { "data-stage": stage }, make("span.verdict", {}, verdict), ...more);
}

const STEPS = {
  queued: (item) => [make("span.faint", {}, `Waited in line, position ${item.position}`)],

  started(item) {
    const { tools = [], history_messages: history = 0, model } = item.context;
    const about = [model, tools.length > 0 ? plural(tools.length, "tool") : null,
      history > 0 ? plural(history, "earlier message") : null].filter(Boolean).join(", ");
    return [make("span.line", {}, make("strong", {}, item.agent ?? "The agent"), " started"),
      about ? make("span.faint", { title: tools.join(", ") }, ` with ${about}`) : null];
  },

  thinking(item, turn) {
    return [by(item, turn), item.reasoning === ""
      ? make("span.faint", {}, "Thinking")
      : make("span.reasoning", { dir: "auto" }, item.reasoning)];
  },

  tool(item, turn, node) {
    node.dataset.toolCallId = item.callId;
    node.dataset.outcome = item.outcome ?? "executing";
    const call = make("div.call", {}, by(item, turn),
      make("code.tool-name", { "data-testid": "tool-name" }, item.name), " ",
      make("span.args", { "data-testid": "tool-arguments" }, valueNode(item.arguments)));
    if (item.open) return [call, make("div.waiting", {}, "running…")];
    if (item.outcome === null) return [call];
    const said = item.error ?? item.result;
    return [call, outcomeLine("tool_completed", outcomeWords(item),
      make("span.took", { "data-testid": "duration" }, duration(item.durationMs)),
      said === undefined ? null
        : make("span.result", { "data-testid": "tool-result" }, valueNode(said)))];
  },

  progress(item) {
    const known = typeof item.percent === "number";
    const percent = known ? Math.max(0, Math.min(100, Math.round(item.percent))) : null;
    return [make("span.line", {}, item.message), known
      ? make("progress", { max: 100, value: percent, "aria-label": item.message }, `${percent} %`)
      : null,
    known ? make("span.faint", {}, ` ${percent}\u00a0%`) : null];
  },

  handoff: (item) => [make("strong", {}, item.from), " hands over to ",
    make("strong", {}, item.to), item.reason ? make("span.faint", {}, `: ${item.reason}`) : null],

  approval(item, turn, node) {
    node.dataset.decision = item.decision ?? "open";
    const call = make("div.call", {}, item.open ? "Waits for your approval: " : "Approval of ",
      make("code.tool-name", {}, item.name), " ",
      make("span.args", {}, valueNode(item.arguments)));
    if (item.decision === undefined) return [call];
    return [call, outcomeLine("approval_resolved", decisionWords(item),
      item.note ? make("span.result", {}, item.note) : null)];
  },

  custom: (item) => [make("code.tool-name", {}, item.name), " ", valueNode(item.data)],
  unknown: (item) => [make("span.faint", {}, "Something newer than this page: "),
    make("code.tool-name", {}, item.name), " ", valueNode(item.data)],
};
