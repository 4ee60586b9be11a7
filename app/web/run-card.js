// Draws one turn: the user's message, the live activity of its run, the answer, the outcome.
// Draws what thread-view.js says and keeps no state of its own but the nodes.

import { make, valueNode } from "./dom.js";
import {
  cancelledWords, decisionWords, duration, errorWords, outcomeWords, plural, runErrorWords,
  sentence,
} from "./words.js";

const CHUNK = 4096; // characters per text node: appending stays cheap in a long answer

export class RunCard {
  #turn;
  #actions;
  #nodes = new Map(); // item key → element
  #flow = make("div.flow", { "data-testid": "flow" });
  #ask = make("div.ask", {
    "data-testid": "user-message", role: "group", "aria-label": "Your message" });
  #note = make("div.ask-note");

  /** actions: {retry(turn), discard(turn), cancel(turn)} */
  constructor(turn, actions) {
    this.#turn = turn;
    this.#actions = actions;
    this.element = make("article.turn", { "data-testid": "run" },
      this.#ask, this.#note, this.#flow);
    this.update();
    for (const item of turn.items) this.show(item);
  }

  /** The turn's own fields changed. */
  update() {
    const turn = this.#turn;
    const { dataset } = this.element;
    dataset.state = turn.state;
    if (turn.messageId !== null) dataset.messageId = turn.messageId;
    if (turn.runId !== null) dataset.runId = turn.runId;
    const asked = turn.text ?? "The message before this is no longer kept.";
    if (this.#ask.textContent !== asked) this.#ask.textContent = asked;
    this.#ask.classList.toggle("lost", turn.text === null);
    this.#note.replaceChildren(...this.#noteParts());
  }

  /** An item was added or changed; with `delta` only that much text was added to it. */
  show(item, delta) {
    let node = this.#nodes.get(item.key);
    if (!node) {
      node = item.kind === "text" ? make("div.answer") : make("li.row");
      if (item.kind === "terminal") node = make("p.outcome");
      this.#nodes.set(item.key, node);
      this.#place(node);
    }
    if (item.kind === "text") showText(node, item, delta);
    else drawRow(node, item, this.#turn);
  }

  // Rows stand in a list; a text ends the list, and what comes after it begins another.
  #place(node) {
    if (node.tagName !== "LI") {
      this.#flow.append(node);
      return;
    }
    if (this.#flow.lastElementChild?.tagName !== "OL") {
      this.#flow.append(make("ol.activity", { "aria-label": "What the agent does" }));
    }
    this.#flow.lastElementChild.append(node);
  }

  #noteParts() {
    const turn = this.#turn;
    const button = (label, testid, act) => make("button.quiet", {
      type: "button", "data-testid": testid, onclick: () => act(turn) }, label);
    if (turn.state === "sending") return ["Sending…"];
    if (turn.state === "queued") {
      return [button("Take it back", "cancel-queued", this.#actions.cancel)];
    }
    if (turn.state !== "unsent") return [];
    return [
      make("span.bad", { role: "alert" }, `Not sent. ${errorWords(turn.refusal)}`), " ",
      button("Send again", "retry", this.#actions.retry), " ",
      button("Discard", "discard", this.#actions.discard),
    ];
  }
}

function showText(node, item, delta) {
  const last = node.lastChild;
  if (delta !== undefined && last) {
    if (last.data.length < CHUNK) last.appendData(delta);
    else node.append(delta);
    return;
  }
  Object.assign(node.dataset, {
    testid: "answer", messageId: item.messageId, open: String(item.open) });
  if (node.textContent !== item.text) node.textContent = item.text;
  node.hidden = item.text === "";
}

function drawRow(node, item, turn) {
  node.dataset.stage = item.kind === "tool" ? "tool_executing" : item.type;
  node.classList.add(item.kind);
  node.classList.toggle("inner", item.inner);
  const parts = (ROWS[item.kind] ?? ROWS.unknown)(item, turn, node);
  const at = make("span.at", { title: `event ${item.seq}` },
    item.at === null ? "" : `+${duration(item.at)}`);
  node.replaceChildren(make("div.body", {}, ...parts), at);
}

// Names whoever acts, where it is not the run's own agent.
function by(item, turn) {
  return item.agent && item.agent !== turn.agent ? make("span.who", {}, item.agent) : null;
}

const ROWS = {
  queued: (item) => [make("span.line", {}, `Waiting in line, position ${item.position}`)],

  started(item) {
    const { model, tools = [], history_messages: history } = item.context;
    const about = [model, tools.length > 0 ? plural(tools.length, "tool") : null,
      history > 0 ? plural(history, "earlier message") : null].filter(Boolean).join(", ");
    return [make("span.line", {}, make("strong", {}, item.agent ?? "The agent"), " started"),
      about ? make("span.faint", { title: tools.join(", ") }, ` with ${about}`) : null];
  },

  thinking(item, turn) {
    return [by(item, turn), item.reasoning === ""
      ? make("span.faint", {}, "Thinking")
      : make("span.reasoning", {}, item.reasoning)];
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
    return [call, make("div.done", { "data-stage": "tool_completed" },
      make("span.verdict", {}, outcomeWords(item)),
      make("span.took", { "data-testid": "duration" }, duration(item.durationMs)),
      said === undefined ? null
        : make("span.result", { "data-testid": "tool-result" }, valueNode(said)))];
  },

  progress(item) {
    const percent = typeof item.percent === "number" ? Math.round(item.percent) : null;
    return [make("span.line", {}, item.message), percent === null ? null
      : make("progress", { max: 100, value: percent, "aria-label": item.message }, `${percent} %`),
    percent === null ? null : make("span.faint", {}, ` ${percent}\u00a0%`)];
  },

  handoff: (item) => [make("strong", {}, item.from), " hands over to ",
    make("strong", {}, item.to), item.reason ? make("span.faint", {}, `: ${item.reason}`) : null],

  approval(item, turn, node) {
    node.dataset.decision = item.decision ?? "open";
    const waits = item.decision === undefined;
    return [make("div.call", {}, waits ? "Waits for approval: " : "Approval: ",
      make("code.tool-name", {}, item.name), " ",
      make("span.args", {}, valueNode(item.arguments))),
    waits ? null : make("div.done", { "data-stage": "approval_resolved" },
      make("span.verdict", {}, decisionWords(item)),
      item.note ? make("span.result", {}, item.note) : null)];
  },

  report: (item) => [make("strong", {}, "Report"), make("p.report-text", {}, item.text),
    item.data === undefined ? null : make("div.faint", {}, valueNode(item.data))],

  custom: (item) => [make("code.tool-name", {}, item.name), " ", valueNode(item.data)],
  unknown: (item) => [make("code.tool-name", {}, item.name), " ", valueNode(item.data)],

  terminal(item, turn, node) {
    const { payload: p, census, type } = item;
    node.dataset.census = census;
    node.title = timingWords(p);
    const [headline, told] = {
      agent_completed: () => ["Done"],
      agent_cancelled: () => [cancelledWords(p)],
      agent_error: () => [runErrorWords(p), p.message ? ` ${sentence(p.message)}` : ""],
    }[type]();
    const facts = [type === "agent_completed" ? "in" : "after"];
    facts[0] += ` ${duration(p.execution_time_ms)}`;
    if (type === "agent_error") facts.unshift(p.code);
    if (p.usage?.total_tokens) facts.push(plural(p.usage.total_tokens, "token"));
    if (census === "whole") {
      const events = Object.values(p.census.counts).reduce((a, b) => a + b, 1);
      facts.push(`${plural(events, "event")}, none missing`);
    }
    return [make("strong", {}, headline), told ?? null, " ",
      make("span.facts", { "data-testid": "facts" }, facts.join(", ")),
      census === "differs"
        ? make("span.bad", {}, " Some events of this run did not arrive.") : null];
  },
};

function timingWords({ timing, execution_time_ms: total }) {
  const named = { queued_ms: "in line", first_event_ms: "to the first event",
    first_text_ms: "to the first word", model_ms: "in the model", tools_ms: "in tools" };
  const parts = Object.entries(named)
    .filter(([name]) => typeof timing?.[name] === "number")
    .map(([name, words]) => `${duration(timing[name])} ${words}`);
  return [`${duration(total)} in all`, ...parts].join(", ");
}
