// Everything the page says in sentences: stages, outcomes, errors, closed connections.

export function duration(ms) {
  if (typeof ms !== "number" || !Number.isFinite(ms)) return "";
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60000) return `${(ms / 1000).toFixed(ms < 10000 ? 1 : 0)} s`;
  return `${Math.floor(ms / 60000)} min ${Math.round((ms % 60000) / 1000)} s`;
}

export function plural(n, noun) {
  return `${n} ${noun}${n === 1 ? "" : "s"}`;
}

const OUTCOMES = {
  ok: "finished", error: "failed", timeout: "timed out", cancelled: "was stopped",
};
const CANCELLED = {
  user: "Stopped",
  interrupted: "Stopped for a newer message",
  rolled_back: "Stopped and taken back",
  shutdown: "Stopped because the server was shutting down",
};
const RUN_ERRORS = {
  process_lost: "The server stopped during this run.",
  node_lost: "The server that worked on this run was lost.",
  tool_failed: "A tool failed.",
  internal: "Something went wrong inside the server.",
  deadline: "The run took longer than it may.",
  model_unavailable: "The model cannot be reached.",
  model_error: "The model answered with an error.",
  model_timeout: "The model did not answer in time.",
  context_truncated: "The conversation is too long for the model.",
  max_turns: "The agent needed more turns than it may take.",
  budget_exceeded: "The run used up its budget.",
  too_large: "A result was too large.",
  agent_unavailable: "The agent is not available.",
  storage_unavailable: "The server could not write its log.",
  invalid_event: "The agent produced an event that is not allowed.",
};
const ERRORS = {
  bad_request: "The server did not understand that",
  unknown_type: "The server does not know this kind of request",
  unauthorized: "You are not signed in",
  forbidden: "You may not do that",
  not_found: "That does not exist",
  conflict: "A different message was already sent under this id",
  busy: "The conversation has too much waiting already",
  rate_limited: "Too many messages in a short time",
  too_large: "That is too long to send",
  draining: "The server is shutting down",
  storage_unavailable: "The server cannot write its log at the moment",
  internal: "Something went wrong inside the server",
  connection_lost: "The connection was lost before the server answered",
  nothing_to_stop: "There was nothing left to stop",
  bad_frame: "The server sent something that cannot be read",
};
const CLOSED = {
  1000: "The connection was closed.",
  4500: "The server refused the sign-in.",
  4501: "The server waited for a sign-in and got none.",
  4502: "The server found this page's messages wrong and hung up.",
  4503: "There are too many connections open for this user.",
  4504: "The server stopped the connection for safety.",
  4505: "Access was withdrawn.",
  4010: "The sign-in expired.",
};
export const SIGNED_OUT = [4010, 4500, 4501, 4505];
const DISCONNECTED = {
  1001: "The server is going away for a moment",
  4008: "This page was too slow in reading",
  4009: "The connection had gone silent",
  4010: "The sign-in expired",
};

/** One sentence for the status line; "" when the event has nothing to announce. */
export function stageSentence({ type, payload: p = {} }) {
  switch (type) {
    case "user_message": return "Message received.";
    case "run_queued": return `Waiting in line, position ${p.position}.`;
    case "agent_started": return `${p.agent_name} has started.`;
    case "agent_thinking": return `${p.agent_name} is thinking…`;
    case "tool_executing": return `Running ${p.tool_name}…`;
    case "tool_completed":
      return `${p.tool_name} ${OUTCOMES[p.outcome] ?? "ended"} ${
        p.outcome === "ok" ? "in" : "after"} ${duration(p.duration_ms)}`;
    case "text_delta": return `${p.agent_name} is answering…`;
    case "progress_update":
      return p.message + (typeof p.percent === "number" ? ` (${Math.round(p.percent)} %)` : "");
    case "agent_handoff": return `${p.from} hands over to ${p.to}.`;
    case "approval_requested": return `${p.tool_name} waits for your approval.`;
    case "approval_resolved": return `Approval: ${decisionWords(p)}`;
    case "final_report": return "The report is ready.";
    case "agent_completed": return "Done";
    case "agent_error": return `${runErrorWords(p)} ${p.message ? sentence(p.message) : ""}`.trim();
    case "agent_cancelled": return cancelledWords(p);
    default: return "";
  }
}

export function outcomeWords({ outcome }) {
  return { ok: "ok", error: "failed", timeout: "timed out", cancelled: "stopped" }[outcome]
    ?? String(outcome);
}

export function decisionWords({ decision, by }) {
  const words = { allow: "allowed", deny: "denied", expired: "expired", cancelled: "withdrawn" };
  return (words[decision] ?? String(decision)) + (by ? ` by ${by}` : "");
}

export function cancelledWords({ reason }) {
  return CANCELLED[reason] ?? `Stopped (${reason})`;
}

export function runErrorWords({ code }) {
  return RUN_ERRORS[code] ?? `The run failed (${code}).`;
}

export function errorWords({ code, message, detail, retry_after_ms: retryMs }) {
  let said = ERRORS[code] ?? `The server reported ${code}`;
  const more = [message, detail].filter((x) => typeof x === "string" && x !== "").join(", ");
  if (more) said += `: ${more}`;
  said = sentence(said);
  return retryMs === undefined ? said : `${said} Sending again in ${duration(retryMs)}.`;
}

/** A stretch of activity in one line: what was done and how long it took. */
export function activityWords(items, turn) {
  const running = items.filter((item) => item.kind === "tool" && item.open);
  if (running.length > 0) {
    const [{ name }] = running;
    return running.length === 1 ? `Running ${name}…` : `Running ${running.length} tools…`;
  }
  if (turn.state === "running" && turn.items.at(-1) === items.at(-1)) {
    return `${turn.agent ?? "The agent"} is working…`;
  }
  const times = items.flatMap((item) => (item.at === null ? []
    : [item.at + (item.durationMs ?? 0)]));
  const began = items.find((item) => item.at !== null)?.at ?? 0;
  const failed = items.filter(({ outcome }) => outcome === "error" || outcome === "timeout").length;
  return [plural(items.length, "step"), toolsWords(items), failed > 0 ? `${failed} failed` : null,
    times.length > 0 ? duration(Math.max(...times) - began) : null].filter(Boolean).join(" · ");
}

// Each tool by its name, with how often; of many only the first few.
function toolsWords(items) {
  const times = new Map();
  for (const { name } of items.filter(({ kind }) => kind === "tool")) {
    times.set(name, (times.get(name) ?? 0) + 1);
  }
  const names = [...times].map(([name, n]) => (n > 1 ? `${name} ×${n}` : name));
  const more = names.length > 3 ? ` and ${names.length - 3} more` : "";
  return names.slice(0, 3).join(", ") + more || null;
}

/** What became of a decision. */
export function verdictWords({ verdict, by }) {
  switch (verdict) {
    case "resolved": return "Your decision was taken.";
    case "already_resolved": return by ? `${by} decided before you.` : "That was decided before.";
    case "expired": return "The time for this decision is over.";
    default: return "This question does not exist any more.";
  }
}

/** How long ago, as people say it. Both in Unix milliseconds. */
export function ago(then, now) {
  const minutes = Math.floor((now - then) / 60000);
  if (minutes < 1) return "just now";
  if (minutes < 60) return `${minutes} min ago`;
  if (minutes < 24 * 60) return `${Math.floor(minutes / 60)} h ago`;
  const days = Math.floor(minutes / (24 * 60));
  if (days === 1) return "yesterday";
  if (days < 7) return `${days} days ago`;
  const date = new Date(then);
  const year = date.getFullYear() === new Date(now).getFullYear() ? undefined : "numeric";
  return date.toLocaleDateString("en", { day: "numeric", month: "short", year });
}

/** Why the page asks for a token. */
export function tokenWords({ code, reason } = {}) {
  const said = reason ? ` ${sentence(reason)}` : "";
  switch (code) {
    case 4010: return "Your token has expired. Enter a new one to go on where you were.";
    case 4500: return `The server refused the token.${said}`;
    case 4505: return `Access was withdrawn.${said} Enter another token to sign in again.`;
    case "expiring": return "Your token expires soon. A new one keeps this page connected.";
    default: return "This server asks who you are.";
  }
}

/** The connection in words: {label (one or two words), sentence ("" when all is well)}. */
export function connectionWords(state, { onLine = true, inMs, goingAway = false } = {}) {
  switch (state.name) {
    case "connected":
      if (!goingAway) return { label: "online", sentence: "" };
      return { label: "server going away", sentence: "The server is about to restart. "
        + "This page will come back by itself; nothing is lost." };
    case "closed": {
      const said = CLOSED[state.code] ?? `The server closed the connection (${state.code}).`;
      const reason = state.reason ? ` ${sentence(state.reason)}` : "";
      const label = SIGNED_OUT.includes(state.code) ? "signed out" : "closed";
      return { label, sentence: said + reason };
    }
    case "reconnecting": {
      const why = DISCONNECTED[state.code] ?? "The connection was lost";
      const offline = "This device is offline. What you write is kept.";
      if (!onLine) return { label: "offline", sentence: offline };
      const seconds = Math.ceil((inMs ?? state.retryInMs ?? 0) / 1000);
      const label = seconds > 1 ? `reconnecting in ${seconds} s` : "reconnecting…";
      // One short break is not worth a sentence.
      return { label, sentence: state.attempt > 1 ? `${why}. Reconnecting; nothing is lost.` : "" };
    }
    default: return { label: "connecting…", sentence: "" };
  }
}

/** A server's own words as a sentence; a name at their beginning stays as it is. */
export function sentence(text) {
  const trimmed = text.trim().replace(/^[a-z]+(?=[ ,])/, (w) => w[0].toUpperCase() + w.slice(1));
  return /[.!?…]$/.test(trimmed) ? trimmed : `${trimmed}.`;
}
