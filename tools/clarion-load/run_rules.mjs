// One run as its events tell it, held against PROTOCOL section 4: a fold that says at each event what
// is wrong with it.

import { createHash } from "node:crypto";

const CRITICAL = new Map(Object.entries({
  user_message: true, run_queued: false, agent_started: true, agent_thinking: true, tool_executing: true,
  tool_completed: true, text_delta: false, assistant_message: true, progress_update: false, agent_handoff: true,
  approval_requested: true, approval_resolved: true, final_report: true, custom: false, agent_completed: true,
  agent_error: true, agent_cancelled: true,
}));
const TERMINALS = new Set(["agent_completed", "agent_error", "agent_cancelled"]);
const OUTSIDE_CENSUS = new Set(["user_message", "run_queued"]);
const EMPTY_SHA256 = createHash("sha256").digest("hex");

export const isTerminal = (type) => TERMINALS.has(type);
export const isEventType = (type) => CRITICAL.has(type);

export class RunFold {
  started = false;
  ended = null; // the terminal event
  messageId = null;
  text = ""; // of all texts, in seq order
  #tools = new Map(); // open ones: tool_call_id → tool_name
  #toolsSeen = new Set();
  #approvals = new Map(); // open ones: approval_id → tool_call_id
  #denied = new Set(); // tool calls that must not begin
  #asked = new Set(); // tool calls whose approval is open
  #series = null; // the open text: {id, text}
  #thoughts = 0;
  #texts = 0;
  #counts = {};
  #first = 0;
  #last = 0;
  #wrong;

  /** wrong(name, event, sentence) is told of each violation. */
  constructor(wrong) { this.#wrong = wrong; }

  take(event) {
    const { type, payload } = event;
    if (CRITICAL.has(type) && event.critical !== CRITICAL.get(type)) this.#wrong("level", event, `critical is ${event.critical}`);
    if (type === "user_message") this.messageId ??= payload.message_id;
    else if (this.messageId === null) this.#wrong("not_started", event, "came before its user_message");
    const counted = !OUTSIDE_CENSUS.has(type) && !isTerminal(type);
    if (counted && type !== "agent_started" && !this.started) {
      this.#wrong("not_started", event, "came before agent_started");
    }
    this.#rules[type]?.(payload, event);
    if (isTerminal(type)) this.#end(event);
    else if (counted) this.#count(event);
  }

  #count({ type, seq }) {
    this.#counts[type] = (this.#counts[type] ?? 0) + 1;
    if (this.#first === 0) this.#first = seq;
    this.#last = seq;
  }

  #rules = {
    agent_started: (_, event) => {
      if (this.started) this.#wrong("started_twice", event, "is the second");
      this.started = true;
    },
    agent_thinking: () => { this.#thoughts += 1; },
    tool_executing: ({ tool_call_id: id, tool_name: name }, event) => {
      if (this.#toolsSeen.has(id)) this.#wrong("tool_twice", event, `uses ${id} again`);
      if (this.#denied.has(id)) this.#wrong("approval_unasked", event, `runs ${id}, which was not allowed`);
      if (this.#asked.has(id)) this.#wrong("approval_unasked", event, `runs ${id}, which nobody has allowed yet`);
      this.#toolsSeen.add(id);
      this.#tools.set(id, name);
    },
    tool_completed: (payload, event) => {
      const { tool_call_id: id, tool_name: name } = payload;
      if (this.#tools.get(id) !== name) this.#wrong("tool_unasked", event, `answers no open ${name} ${id}`);
      if (("result" in payload) === ("error" in payload)) this.#wrong("tool_outcome", event, "has both or neither");
      this.#tools.delete(id);
    },
    text_delta: ({ message_id: id, delta }, event) => {
      if (this.#series !== null && this.#series.id !== id) this.#wrong("text_overlap", event, `begins ${id}`);
      if (this.#series?.id !== id) this.#series = { id, text: "" };
      this.#series.text += delta;
      this.text += delta;
    },
    assistant_message: ({ message_id: id, text }, event) => {
      this.#texts += 1;
      if (this.#series !== null && this.#series.id !== id) this.#wrong("text_overlap", event, `closes ${id}`);
      const sum = this.#series?.text ?? "";
      if (sum !== text) this.#wrong("text_differs", event, `has ${text.length} characters, its deltas ${sum.length}`);
      this.#series = null;
    },
    approval_requested: ({ approval_id: id, tool_call_id: call }) => {
      this.#approvals.set(id, call);
      this.#asked.add(call);
    },
    approval_resolved: ({ approval_id: id, decision }, event) => {
      const call = this.#approvals.get(id);
      if (call === undefined) this.#wrong("approval_unasked", event, `resolves ${id}, which is not open`);
      this.#approvals.delete(id);
      this.#asked.delete(call);
      if (decision !== "allow") this.#denied.add(call);
    },
    agent_completed: (_, event) => {
      if (!this.started) this.#wrong("not_started", event, "ends what never began");
      if (this.#thoughts === 0) this.#wrong("silent_completion", event, "no agent_thinking before it");
      if (this.#texts === 0) this.#wrong("silent_completion", event, "no assistant_message before it");
    },
  };

  #end(event) {
    if (this.#tools.size) this.#wrong("tool_unanswered", event, `${[...this.#tools.keys()].join(", ")} open`);
    if (this.#approvals.size) this.#wrong("approval_open", event, `${[...this.#approvals.keys()].join(", ")} open`);
    if (this.#series !== null) this.#wrong("text_open", event, `${this.#series.id} open`);
    this.ended = event;
    this.#checkCensus(event);
  }

  #checkCensus(event) {
    const says = event.payload.census;
    const covers = Object.keys(this.#counts).length > 0;
    const came = {
      first_seq: this.#first, last_seq: this.#last, text_bytes: Buffer.byteLength(this.text),
      text_sha256: !covers ? "" : this.text === "" ? EMPTY_SHA256
        : createHash("sha256").update(this.text).digest("hex"),
    };
    for (const [field, value] of Object.entries(came)) {
      if (says?.[field] !== value) {
        this.#wrong("census", event, `${field} is ${says?.[field]}, what came makes it ${value}`);
      }
    }
    for (const type of new Set([...Object.keys(says?.counts ?? {}), ...Object.keys(this.#counts)])) {
      const [count, counted] = [says?.counts?.[type] ?? 0, this.#counts[type] ?? 0];
      if (count !== counted) this.#wrong("census", event, `counts ${count} ${type}, and ${counted} came`);
    }
  }
}
