// The page: wires the protocol client, the fold and the view to the elements of index.html.

import { ClarionClient } from "./clarion-client.js";
import { Conversation } from "./conversation.js";
import { make } from "./dom.js";
import {
  activeTurn, addUnsent, createThread, dropUnsent, fold, isActive, refuseUnsent, resetThread,
} from "./thread-view.js";
import { currentThread, freshAddress, randomId, unsentMessages } from "./tab.js";
import { connectionWords, errorWords, stageSentence } from "./words.js";

const NOTICES_MAX = 3;
const ui = Object.fromEntries(
  ["connection", "new-conversation", "scroller", "welcome", "turns", "jump", "notices", "banner",
    "banner-text", "reconnect", "message", "stop", "send", "status"]
    .map((id) => [id, document.getElementById(id)]));

let threadId = null;
let thread = createThread();
let unsent = null; // of this thread, kept over a reload
let caughtUp = false;
let stopping = null; // run_id

const conversation = new Conversation({
  list: ui.turns,
  scroller: ui.scroller,
  jump: ui.jump,
  actions: {
    retry: (turn) => send(turn.text, turn.messageId),
    discard(turn) {
      unsent.remove(turn.messageId);
      dropUnsent(thread, turn.messageId);
      conversation.arrange(thread);
      refresh();
    },
    cancel: (turn) => cancel(turn),
  },
});

const client = new ClarionClient({
  url: socketUrl(),
  onState: showConnection,
  onProblem: (frame) => notice(errorWords(frame), frame.code),
  onFrame(frame) {
    if (frame.type === "welcome" && frame.degraded?.includes("storage")) {
      notice("The server cannot write its log at the moment; new messages will not be taken.");
    }
    if (frame.type === "going_away") notice("The server is restarting; this page will reconnect.");
  },
});

function socketUrl() {
  const url = new URL("/ws", location.href);
  url.protocol = location.protocol === "https:" ? "wss:" : "ws:";
  const user = new URLSearchParams(location.search).get("user");
  if (user) url.searchParams.set("user", user);
  return url.href;
}

// --- the thread -----------------------------------------------------------------------------

function openThread(id) {
  if (threadId !== null) client.unwatch(threadId);
  threadId = id;
  thread = createThread();
  unsent = unsentMessages(id);
  conversation.clear();
  caughtUp = false;
  stopping = null;
  say("");
  client.watch(id, {
    onEvent(event) {
      const change = fold(thread, event);
      conversation.apply(thread, change);
      if (caughtUp) announce(event);
      if (event.type !== "text_delta") refresh();
    },
    onReset(reason) {
      thread = resetThread(thread);
      conversation.clear();
      conversation.arrange(thread);
      caughtUp = false;
      if (reason === "deleted") notice("This conversation was deleted.");
      refresh();
    },
    onCaughtUp() {
      caughtUp = true;
      if (activeTurn(thread)?.state === "running") say("The agent is at work…");
      refresh();
    },
  });
  // What a reload interrupted is sent again; its message_id makes that harmless.
  for (const { messageId, text } of unsent.all()) send(text, messageId);
  refresh();
}

async function send(text, messageId) {
  const inThread = threadId;
  const kept = unsent;
  const id = messageId ?? randomId("w_");
  kept.add(id, text);
  addUnsent(thread, id, text);
  conversation.arrange(thread);
  conversation.update(thread.byMessage.get(id));
  conversation.toEnd();
  refresh();
  try {
    await client.send({ thread_id: inThread, message_id: id, text });
    kept.remove(id);
    ui.notices.replaceChildren();
  } catch (error) {
    kept.remove(id);
    if (inThread !== threadId) {
      notice(`A message in another conversation was not sent. ${errorWords(error)}`, error.code);
      return;
    }
    const turn = refuseUnsent(thread, id, error);
    if (turn) conversation.update(turn);
    refresh();
  }
}

async function cancel(turn) {
  if (!turn || turn.runId === null) return;
  stopping = turn.runId;
  refresh();
  try {
    const { verdict } = await client.cancel(threadId, { run_id: turn.runId });
    if (verdict === "not_found") notice("There was nothing left to stop.");
  } catch (error) {
    notice(errorWords(error), error.code);
  }
  if (stopping === turn.runId && !isActive(turn)) stopping = null;
  refresh();
}

// --- what is shown --------------------------------------------------------------------------

function refresh() {
  const active = activeTurn(thread);
  if (active?.runId !== stopping) stopping = null;
  const hadFocus = document.activeElement === ui.stop;
  ui.stop.hidden = active === null || client.state.name !== "connected";
  ui.stop.disabled = stopping !== null;
  ui.stop.lastElementChild.textContent = stopping === null ? "Stop" : "Stopping…";
  if (hadFocus && (ui.stop.hidden || ui.stop.disabled)) ui.message.focus();
  ui.welcome.hidden = !caughtUp || thread.turns.length > 0;
  ui.scroller.setAttribute("aria-busy", String(!caughtUp));
  ui.scroller.dataset.caughtUp = String(caughtUp);
  ui.scroller.dataset.active = String(active !== null);
  const first = thread.turns[0]?.text?.split("\n")[0].slice(0, 60);
  document.title = first ? `${first} · Clarion` : "Clarion";
}

function showConnection(state) {
  const { label, sentence } = connectionWords(state);
  ui.connection.dataset.state = state.name;
  ui.connection.textContent = label;
  ui.connection.title = state.welcome?.server ?? "";
  ui["banner-text"].textContent = sentence;
  ui.banner.hidden = sentence === "";
  ui.banner.dataset.state = state.name;
  ui.reconnect.hidden = state.name !== "closed";
  if (state.name !== "connected") stopping = null;
  if (state.name === "closed") say(""); // what the agent does now is not known any more
  refresh();
}

function announce(event) {
  const sentence = stageSentence(event);
  // The words of an answer are not announced one by one.
  if (sentence !== "" && ui.status.textContent !== sentence) say(sentence);
}

function say(sentence) {
  ui.status.textContent = sentence;
}

function notice(text, code = null) {
  const dismiss = make("button.quiet", { type: "button", "aria-label": "Dismiss" }, "×");
  const node = make("div.notice", { "data-code": code }, make("span", {}, text), dismiss);
  dismiss.addEventListener("click", () => {
    node.remove();
    ui.message.focus();
  });
  ui.notices.append(node);
  while (ui.notices.childElementCount > NOTICES_MAX) ui.notices.firstElementChild.remove();
}

// --- the composer ---------------------------------------------------------------------------

function submit() {
  const text = ui.message.value;
  if (text.trim() === "") return;
  ui.message.value = "";
  composed();
  send(text);
  ui.message.focus();
}

function composed() {
  ui.send.disabled = ui.message.value.trim() === "";
  if (CSS.supports("field-sizing", "content")) return;
  ui.message.style.height = "auto";
  ui.message.style.height = `${ui.message.scrollHeight}px`;
}

ui.message.addEventListener("input", composed);
ui.message.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  submit();
});
ui.send.addEventListener("click", submit);
ui.stop.addEventListener("click", () => cancel(activeTurn(thread)));
ui.reconnect.addEventListener("click", () => client.open());
ui.welcome.addEventListener("click", (event) => {
  const text = event.target.closest("[data-example]")?.dataset.example;
  if (text === undefined) return;
  send(text);
  if (matchMedia("(pointer: fine)").matches) ui.message.focus();
});
ui["new-conversation"].addEventListener("click", () => {
  location.hash = freshAddress();
  ui.message.focus();
});
addEventListener("hashchange", () => {
  const id = currentThread();
  if (id !== threadId) openThread(id);
});
addEventListener("online", () => client.probe());
document.addEventListener("visibilitychange", () => {
  if (!document.hidden) client.probe();
});

openThread(currentThread());
client.open();
composed();
if (matchMedia("(pointer: fine)").matches) ui.message.focus();
