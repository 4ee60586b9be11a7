// Every way in which a server can break its promise, by name, and those that were seen.

/** name → what it means. Whoever reports a violation uses one of these names. */
export const MEANINGS = {
  foreign_event: "something of another user came",
  foreign_session: "welcome names another user than the one who called",
  early_frame: "something came before welcome",
  unasked_event: "an event came for a thread to which the connection is not subscribed",
  gap: "an event never came on a subscription that got later ones",
  duplicate: "an event came twice on one subscription",
  out_of_order: "an event came after one with a higher seq",
  wrong_epoch: "an event or an answer has another epoch than the thread",
  bytes_differ: "the same event came with other bytes, to another tab or another time",
  replay_mark: "an event before caught_up without replay:true, or one after it with it",
  caught_up_wrong: "caught_up names another seq than the last event, or one below subscribed.seq",
  not_recovered: "a resume was answered with recovered:false although nothing was deleted",
  lost: "what was seen is not in the log any more",
  not_delivered: "a connected tab never got the thread's last events",
  accepted_late: "a user_message came before its accepted",
  accepted_twice: "one message_id was accepted as new twice",
  accepted_not_in_log: "accepted names a seq where that user_message is not",
  two_runs: "one message_id was given two runs",
  message_twice: "one message_id is in the log twice",
  refused_but_ran: "a message whose every send was refused is in the log",
  unanswered: "a message, a cancel or a subscribe was never answered",
  wrong_answer: "a frame that is right was answered with an error",
  no_terminal: "a run never ended",
  second_terminal: "a run ended twice",
  event_after_terminal: "an event came after the end of its run",
  not_started: "a run's event came before its user_message or its agent_started",
  started_twice: "a run has two agent_started",
  runs_overlap: "a run began while another of its thread was at work",
  tool_unanswered: "a run ended with a tool call open",
  tool_unasked: "tool_completed without its tool_executing, or with another tool's name",
  tool_twice: "a tool_call_id was used twice",
  tool_outcome: "tool_completed has not exactly one of result and error",
  approval_open: "a run ended with an approval open",
  approval_unasked: "approval_resolved without its approval_requested, or a tool that needs one without",
  resolved_twice: "two answers to one approval were told that they had decided it",
  text_open: "a run ended with a text that no assistant_message closed",
  text_overlap: "a text began, or another was closed, while one was open",
  text_differs: "assistant_message is not the sum of its deltas",
  silent_completion: "agent_completed without a thought or without an assistant_message",
  census: "a terminal's census is not what came",
  level: "an event's critical is not its type's",
  unknown_type: "an event type that the protocol does not have",
  malformed: "a frame that is no JSON object with a type, or an event without its fields",
  wrong_ending: "a run did not end as its message makes it end",
  wrong_text: "a run's text is not what its message asks for",
  cancel_ignored: "a cancel was accepted and the run went on to another end",
  unasked_cancel: "a run was cancelled and nobody had asked for it",
  connection_lost: "the server ended a connection that had done nothing wrong",
  upgrade_refused: "the server refused an upgrade",
  rfc6455: "the server broke RFC 6455",
};

const KEPT = 100; // sentences; all are counted

export class Violations {
  #counts = new Map();
  first = [];

  /** where: {user, thread?, run?, seq?}. */
  add(name, where, sentence) {
    if (!(name in MEANINGS)) throw new Error(`no violation is called ${name}`);
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + 1);
    if (this.first.length < KEPT) this.first.push({ name, ...where, sentence });
  }

  get total() { return [...this.#counts.values()].reduce((sum, count) => sum + count, 0); }

  count(name) { return this.#counts.get(name) ?? 0; }

  /** {name: count} of those that were seen. */
  byName() { return Object.fromEntries([...this.#counts].sort()); }
}
