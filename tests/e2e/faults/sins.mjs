// Each way in which a server can be wrong, and the name under which the checker must convict it.

/** Something that happens once, after it could have happened `after` times. */
function once(does, after = 2) {
  let left = after;
  return (...given) => (left-- === 0 ? does(...given) : undefined);
}

const isType = (type, does) => (event, ...rest) => (event.type === type ? does(event, ...rest) : undefined);

const without = (type) => (steps) => steps.filter(([one]) => one !== type);
const before = (type, ...more) => (steps) => steps.flatMap((step) => (step[0] === type ? [...more, step] : [step]));
const after = (type, ...more) => (steps) => steps.flatMap((step) => (step[0] === type ? [step, ...more] : [step]));
const changed = (type, change) => (steps) => steps.map(([one, payload]) => (one === type ? [one, { ...payload, ...change }] : [one, payload]));

const call = (id) => ({ agent_name: "demo", tool_call_id: id, tool_name: "text_stats" });
const executing = (id) => ["tool_executing", { ...call(id), arguments: {} }];
const completed = (id) => ["tool_completed", { ...call(id), outcome: "ok", result: 1, duration_ms: 0 }];
const delta = (id) => ["text_delta", { agent_name: "demo", message_id: id, delta: "?" }];

const dropped = () => [];

/** What a log that contradicts itself looks like, besides. */
const AFTERMATH = [
  "accepted_late", "accepted_not_in_log", "accepted_twice", "bytes_differ", "caught_up_wrong", "census", "duplicate",
  "event_after_terminal", "gap", "message_twice", "no_terminal", "not_delivered", "not_started", "out_of_order", "runs_overlap",
  "second_terminal", "silent_completion", "text_differs", "text_overlap", "tool_unanswered", "tool_unasked", "two_runs", "unanswered", "wrong_answer", "wrong_epoch",
];

const terminal = ["agent_completed", { agent_name: "demo", result: {} }];

/** An answer to the upgrade that is none to this client's key. */
function otherKey(socket) {
  socket.end("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: wrong\r\n\r\n");
  return true;
}

/** {name: {sin, expect, load?}}. expect: the violations that are found, and no others. load: options of the
 *  load beyond those of checker.test.mjs. make() gives a fresh sin, as some happen once. */
export const SINS = {
  drops_an_event: { make: () => ({ deliver: once(dropped, 5) }), expect: ["gap"] },
  drops_the_last_event: {
    make: () => ({ deliver: (event, { number }) => (event.type === "agent_completed" && number % 2 ? [] : undefined) }),
    load: { runs: 1, patience: 3 }, expect: ["not_delivered"],
  },
  sends_an_event_twice: { make: () => ({ deliver: once((event) => [event, event], 5) }), expect: ["duplicate"] },
  swaps_two_events: {
    make() {
      let held = null;
      const hold = once((event, { number }) => { held = { event, number }; return []; }, 5);
      return {
        deliver(event, connection) {
          if (held?.number !== connection.number) return hold(event, connection);
          const swapped = [event, held.event];
          held = { number: null };
          return swapped;
        },
      };
    },
    expect: ["out_of_order"],
  },
  tells_another_users_message: {
    make: () => ({ deliver: isType("user_message", foreign) }), load: { runs: 4, users: 2, patience: 3 }, expect: ["foreign_event"],
    also: AFTERMATH,
  },
  tells_another_users_words: {
    make: () => ({ deliver: isType("text_delta", foreign) }), load: { runs: 4, users: 2, patience: 3 }, expect: ["foreign_event"],
    also: AFTERMATH, // when the wrong user hears it before the right one hears of the run
  },
  welcomes_another_user: { make: () => ({ greet: (frame) => [{ ...frame, user_id: "eve" }] }), expect: ["foreign_session"] },
  speaks_before_welcome: { make: () => ({ greet: (frame) => [{ type: "agents", agents: [] }, frame] }), expect: ["early_frame"] },
  tells_of_a_thread_not_asked_for: {
    make: () => ({ deliver: once((event) => [event, { ...event, thread_id: "other" }]) }), expect: ["unasked_event"],
  },
  names_another_epoch: {
    make: () => ({ deliver: once((event) => [{ ...event, epoch: "e_other" }], 4) }), expect: ["wrong_epoch"],
  },
  answers_with_another_epoch: {
    make: () => ({ subscribed: (frame, log, since) => (since.seq ? { ...frame, epoch: "e_other" } : undefined) }),
    load: { disconnects: 40, runs: 200 }, expect: ["wrong_epoch"],
  },
  forgets_the_epoch: {
    make: () => ({ subscribed: (frame, log, since) => (since.seq ? { ...frame, recovered: false, reason: "epoch_changed" } : undefined) }),
    load: { disconnects: 40, runs: 200 }, expect: ["not_recovered"],
  },
  loses_the_tail: {
    make: () => ({ said: once((frame, connection, server) => {
      const log = server.logOf(connection.user, "t0");
      log.events.splice(2);  // nearly all of it: by now each tab has seen more, however busy the machine is
      for (const { socket } of server.connections) socket.terminate();
      return true;
    }, 40) }),
    load: { runs: 60, patience: 3, outages: true }, expect: ["lost"], also: AFTERMATH,
  },
  replays_other_bytes: {
    make: () => ({ replayed: (event) => ({ ...event, timestamp: event.timestamp + 1 }) }), expect: ["bytes_differ"],
  },
  tells_each_tab_something_else: {
    make: () => ({ deliver: (event, { number }) => (number % 2 ? [{ ...event, timestamp: event.timestamp + 1 }] : undefined) }),
    expect: ["bytes_differ"],
  },
  marks_no_replay: { make: () => ({ replayed: ({ replay, ...event }) => event }), expect: ["replay_mark"] },
  catches_up_below_the_head: {
    make: () => ({ caughtUp: (frame) => (frame.seq ? { ...frame, seq: frame.seq - 1 } : undefined) }), expect: ["caught_up_wrong"],
  },
  catches_up_with_what_never_came: {
    make: () => ({ caughtUp: (frame) => (frame.seq ? { ...frame, seq: frame.seq + 1 } : undefined) }), expect: ["gap"],
  },
  shows_the_message_before_accepting_it: {
    make: () => ({ said(frame, connection, server) {
      if (frame.type !== "message" || frame.late) return false;
      const { send } = server;
      const held = [];
      server.send = (to, one) => (one.type === "accepted" ? held.push([to, one]) : send.call(server, to, one));
      server.on_message(frame, connection);
      server.send = send;
      for (const [to, one] of held) server.send(to, one);
      return true;
    } }),
    expect: ["accepted_late"],
  },
  accepts_twice_as_new: {
    make: () => ({ accepted: (frame) => ({ ...frame, duplicate: false }) }), load: { resends: 1 },
    expect: ["accepted_twice"], also: ["accepted_late"],
  },
  accepts_with_another_seq: {
    make: () => ({ accepted: (frame) => ({ ...frame, seq: frame.seq + 1 }) }), expect: ["accepted_not_in_log"],
  },
  runs_a_message_twice: {
    make: () => ({ accepted: (frame) => (frame.duplicate ? { ...frame, run_id: `${frame.run_id}x` } : undefined) }),
    load: { resends: 1 }, expect: ["two_runs"],
  },
  logs_a_message_twice: {
    make: () => ({ steps: (steps, run) => before("agent_started", ["user_message", {
      message_id: run.messageId, text: run.text, metadata: run.metadata,
    }])(steps) }),
    expect: ["message_twice"],
  },
  runs_what_it_refused: {
    make: () => ({ accepted: ({ id }) => ({ type: "error", id, code: "busy", message: "busy", retryable: true }) }),
    expect: ["refused_but_ran"],
  },
  answers_no_message: {
    make: () => ({ said: (frame) => frame.type === "message" }), load: { patience: 3 }, expect: ["unanswered"],
  },
  answers_with_an_error: {
    make: () => ({ accepted: ({ id }) => ({ type: "error", id, code: "internal", message: "oh", retryable: false }), steps: () => [] }),
    expect: ["wrong_answer"], also: ["no_terminal", "refused_but_ran"],
  },
  never_ends_a_run: { make: () => ({ steps: without("agent_completed") }), load: { patience: 3 }, expect: ["no_terminal"], also: ["runs_overlap"] },
  ends_a_run_twice: { make: () => ({ steps: after("agent_completed", terminal) }), expect: ["second_terminal"] },
  goes_on_after_the_end: {
    make: () => ({ steps: after("agent_completed", ["progress_update", { message: "still here" }]) }), expect: ["event_after_terminal"],
  },
  never_starts: { make: () => ({ steps: without("agent_started") }), expect: ["not_started"] },
  starts_twice: { make: () => ({ steps: (steps) => [steps[0], ...steps] }), expect: ["started_twice"] },
  runs_two_at_once: {
    make: () => ({ steps: (steps, run) => (run.messageId === "m1" ? without("agent_completed")(steps) : undefined) }),
    load: { threads: 1, users: 1, patience: 3 }, expect: ["runs_overlap"], also: ["no_terminal"],
  },
  leaves_a_tool_open: { make: () => ({ steps: without("tool_completed") }), expect: ["tool_unanswered"] },
  completes_a_tool_that_never_ran: { make: () => ({ steps: without("tool_executing") }), expect: ["tool_unasked"] },
  uses_a_call_twice: {
    make: () => ({ steps: after("tool_completed", executing("t_x"), completed("t_x"), executing("t_x"), completed("t_x")) }),
    expect: ["tool_twice"],
  },
  gives_result_and_error: { make: () => ({ steps: changed("tool_completed", { error: "oh" }) }), expect: ["tool_outcome"] },
  leaves_an_approval_open: {
    make: () => ({ impatient: true }), load: { mix: [["approve", 1]] }, expect: ["approval_open", "approval_unasked"],
  },
  decides_twice: {
    make: () => ({ verdict: (kind, verdict) => (kind === "approve" ? "resolved" : verdict) }),
    load: { mix: [["approve", 1]], runs: 20 }, expect: ["resolved_twice"],
  },
  leaves_a_text_open: { make: () => ({ steps: before("agent_completed", delta("m_x")) }), expect: ["text_open"] },
  opens_two_texts: { make: () => ({ steps: before("assistant_message", delta("m_x")) }), expect: ["text_overlap"], also: ["text_differs"] },
  tells_another_text: { make: () => ({ steps: changed("assistant_message", { text: "Else." }) }), expect: ["text_differs"] },
  completes_in_silence: { make: () => ({ steps: without("agent_thinking") }), expect: ["silent_completion"] },
  completes_without_a_text: {
    make: () => ({ steps: (steps) => without("assistant_message")(without("text_delta")(steps)) }), expect: ["silent_completion"],
  },
  counts_wrong: { make: () => ({ census: (census) => ({ ...census, text_bytes: census.text_bytes + 1 }) }), expect: ["census"] },
  calls_a_delta_critical: { make: () => ({ event: isType("text_delta", (event) => ({ ...event, critical: true })) }), expect: ["level"] },
  makes_an_event_up: {
    make: () => ({ steps: before("agent_completed", ["agent_dreaming", {}]) }), expect: ["unknown_type"],
  },
  sends_no_json: { make: () => ({ deliver: once((event) => [event, "{oops"]) }), expect: ["malformed"] },
  ends_otherwise: {
    make: () => ({ steps: (steps) => steps.map(([type, payload]) => (
      type === "agent_completed" ? ["agent_error", { ...payload, code: "internal", message: "oh" }] : [type, payload])) }),
    expect: ["wrong_ending"],
  },
  loses_a_word: {
    make: () => ({ steps: (steps) => {
      const words = steps.filter(([type]) => type === "text_delta").slice(0, -1);
      const text = words.map(([, { delta: word }]) => word).join("");
      const rest = steps.filter(([type]) => type !== "text_delta");
      return before("assistant_message", ...words)(changed("assistant_message", { text })(rest));
    } }),
    load: { mix: [["story", 1]] }, expect: ["wrong_text"],
  },
  ignores_a_cancel: {
    make: () => ({ verdict: (kind) => (kind === "cancel" ? "accepted" : "resolved") }), load: { cancels: 1, runs: 30 }, expect: ["cancel_ignored"],
  },
  cancels_by_itself: {
    make: () => ({ steps: (steps) => steps.map(([type, payload]) => (
      type === "agent_completed" ? ["agent_cancelled", { ...payload, reason: "user" }] : [type, payload])) }),
    expect: ["unasked_cancel"],
  },
  closes_1011: {
    make: () => ({ said: once((frame, { socket }) => { socket.close(1011, "oh"); return true; }, 5) }), expect: ["connection_lost"],
  },
  hurries_a_replay: {
    make: () => ({ subscribed: once((frame, log, since, { socket }) => { socket.close(4008, "slow"); return frame; }) }), expect: ["connection_lost"],
  },
  refuses_upgrades: {
    make: () => ({ upgrade: once((socket) => { socket.end("HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n"); return true; }) }),
    expect: ["upgrade_refused"],
  },
  shakes_hands_wrongly: { make: () => ({ upgrade: once(otherKey) }), expect: ["rfc6455"] },
};

/** That event, to a connection of another user as well. */
function foreign(event, connection, server) {
  for (const other of server.connections) if (other.user !== connection.user) server.send(other, event);
  return undefined;
}
