// The page: wires the protocol client, the open thread, the side list and the composer to the
// elements of index.html. Every other module does one of these things.

import { addressOf, currentThread, freshAddress, socketAddress } from "./address.js";
import { ClarionClient } from "./client-js/index.js"; // tools/client-js/src, served beside the page
import { Composer } from "./composer.js";
import { ConnectionLine } from "./connection-line.js";
import { Drawer } from "./drawer.js";
import { copyOnClick } from "./markdown-view.js";
import { Notices } from "./notices.js";
import { Outgoing } from "./outgoing.js";
import { describe, listen } from "./shortcuts.js";
import { Sidebar } from "./sidebar.js";
import { SignIn } from "./sign-in.js";
import { themeButton } from "./theme.js";
import { StageVoice } from "./stage-voice.js";
import { ThreadPane } from "./thread-pane.js";
import { titleOf } from "./thread-list.js";
import { errorWords, SIGNED_OUT } from "./words.js";

const $ = (id) => document.getElementById(id);
const finePointer = matchMedia("(pointer: fine)");
let userId = null;

const notices = new Notices($("notices"), () => $("message").focus());
const connection = new ConnectionLine({ label: $("connection"), banner: $("banner"),
  text: $("banner-text"), again: $("reconnect"), signIn: $("sign-in") });
const signIn = new SignIn({ dialog: $("token-dialog"), form: $("token-form"), field: $("token"),
  why: $("token-why"), later: $("token-later"),
}, { entered: signedIn, left: () => $("message").focus() });

const client = new ClarionClient({ url: socketAddress(), token: () => signIn.token });
client.on("state", connectionChanged);
client.on("problem", problem);
client.on("frame", hear);
client.on("token_wanted", () => signIn.ask());

const pane = new ThreadPane(client, {
  list: $("turns"), scroller: $("scroller"), jump: $("jump"),
}, {
  retry(turn) {
    if (turn.refusal?.code !== "conflict") {
      outgoing.retry(turn.messageId);
      return;
    }
    const { text } = turn; // this message_id belongs to another message for good
    outgoing.discard(turn.messageId);
    pane.drop(turn.messageId);
    composer.submit(text);
  },
  discard(turn) {
    outgoing.discard(turn.messageId);
    pane.drop(turn.messageId);
    composer.focus();
    refresh();
  },
  cancel: (turn) => pane.cancel(turn),
  focus: () => composer.focus(),
  decide({ approvalId, ...answer }) {
    const told = (error) => {
      throw Object.assign(new Error(error.code), { words: errorWords(error) });
    };
    return client.request({ type: "approve", approval_id: approvalId, ...answer }).catch(told);
  },
}, {
  event(event) {
    sidebar.event(event, pane.active?.state ?? null);
    if (pane.caughtUp) voice.live(event);
    else voice.replayed(event);
  },
  changed: refresh,
  caughtUp() {
    // Deleted elsewhere, unless it was never there.
    if (pane.thread.turns.length === 0) sidebar.remove(pane.threadId);
    voice.caughtUp();
    if (pane.active?.state === "running") say("The agent is at work…");
  },
  reset(reason) {
    if (reason !== "deleted") return;
    notices.show("This conversation was deleted.");
    sidebar.remove(pane.threadId);
  },
  problem,
});

const voice = new StageVoice({ say, said: () => $("status").textContent });

const outgoing = new Outgoing(client, {
  sending: (entry) => ofThisThread(entry) && pane.showUnsent(entry, { offline: !connected() }),
  accepted: () => notices.clear(),
  refused(entry) {
    if (ofThisThread(entry)) pane.showUnsent(entry);
    else notices.show(`Not sent in another conversation. ${errorWords(entry.refusal)}`);
    refresh();
  },
});

const sidebar = new Sidebar(client, {
  list: $("threads"), more: $("threads-more"), empty: $("threads-empty"),
  fallback: $("new-conversation"), dialog: $("delete-dialog"), dialogText: $("delete-text"),
  dialogDelete: $("delete-confirm"),
  dialogCancel: $("delete-cancel"),
}, {
  changed: refresh,
  deleted(threadId, nextId) {
    say("Conversation deleted.");
    if (threadId !== pane.threadId) return;
    history.replaceState(null, "", nextId === null ? freshAddress() : addressOf(nextId));
    openThread();
  },
  problem,
});

const composer = new Composer({
  message: $("message"), send: $("send"), stop: $("stop"), onBusy: $("on-busy"),
  onBusyField: $("on-busy-field"), agent: $("agent"), agentField: $("agent-field"),
  hints: $("hints"),
}, {
  send(message) {
    outgoing.send({ threadId: pane.threadId, ...message });
    pane.toEnd();
    refresh();
  },
  stop: () => pane.cancel(pane.active),
});

const drawer = new Drawer({ side: $("side"), shade: $("shade"), button: $("side-open"),
  close: $("side-close"), rest: [$("room"), $("skip")] });
themeButton($("theme"));

// --- what the client tells ------------------------------------------------------------------

function connected() {
  return client.state.name === "connected";
}

function ofThisThread({ threadId }) {
  return threadId === pane.threadId;
}

function connectionChanged(state) {
  const troubled = connection.hasSentence;
  connection.show(state);
  if (state.name === "connected" && troubled) say("Online again.");
  if (state.name === "connected") welcomed(state.welcome);
  pane.setOffline(state.name !== "connected");
  if (state.name !== "connected") pane.stopping = null;
  if (state.name === "closed") {
    voice.hush();
    say(""); // what the agent does now is not known any more
    if (SIGNED_OUT.includes(state.code)) signIn.ask(state);
  }
  refresh();
}

function welcomed(welcome) {
  signIn.done();
  if (userId !== null && userId !== welcome.user_id) {
    location.reload(); // nothing of one user may stay in sight of another
    return;
  }
  userId = welcome.user_id;
  $("user").textContent = `Signed in as ${userId}`;
  composer.setAgents(welcome.agents);
  outgoing.begin(userId);
  sidebar.begin(userId);
  if (welcome.degraded?.includes("storage")) {
    notices.show("The server cannot write its log at the moment; new messages will not be taken.",
      { code: "degraded" });
  }
}

function hear(frame) {
  if (frame.type === "agents") composer.setAgents(frame.agents);
  else if (frame.type === "thread_changed") sidebar.changed(frame);
  else if (frame.type === "deleted") sidebar.remove(frame.thread_id);
  else if (frame.type === "going_away") connection.goingAway();
  else if (frame.type === "token_expiring") {
    notices.show("Your sign-in expires within a minute.", { code: "token_expiring",
      action: { label: "Enter a new token", act: () => signIn.ask({ code: "expiring" }) } });
  }
}

async function signedIn() {
  try {
    if (await client.signIn() === null) return;
    notices.clear();
    say("Signed in for longer.");
  } catch ({ message }) {
    signIn.ask({ code: 4500, reason: message });
  }
}

function problem(error) {
  notices.show(errorWords(error), { code: error.code });
}

// --- what is shown --------------------------------------------------------------------------

function openThread() {
  const id = currentThread();
  if (id === pane.threadId) return;
  voice.hush();
  say("");
  notices.clear();
  pane.open(id, outgoing.of(id));
  composer.open(id);
  sidebar.open(id);
}

function refresh() {
  const { active, thread, caughtUp } = pane;
  composer.setRun({
    busy: active !== null, connected: connected(), stopping: pane.stopping !== null });
  $("welcome").hidden = !caughtUp || thread.turns.length > 0;
  $("loading").hidden = caughtUp || !connected() || thread.turns.length > 0;
  $("scroller").setAttribute("aria-busy", String(!caughtUp));
  $("scroller").dataset.caughtUp = String(caughtUp);
  $("scroller").dataset.active = String(active !== null);
  const first = thread.turns.find((turn) => turn.text !== null)?.text ?? "";
  const title = titleOf(sidebar.titleOf(pane.threadId) || first);
  const shown = title || "New conversation";
  if ($("title").textContent !== shown) $("title").textContent = shown;
  const doing = {
    suspended: "Waits for you", running: "Working…", queued: "In line" }[active?.state];
  const unread = sidebar.unread;
  document.title = [unread > 0 ? `(${unread})` : null, doing ? `${doing} ·` : null,
    title ? `${title} ·` : null, "Clarion"].filter(Boolean).join(" ");
}

function say(sentence) {
  $("status").textContent = sentence;
}

function newConversation() {
  drawer.close({ focus: false });
  location.hash = freshAddress();
  composer.focus();
}

// --- what a person does ---------------------------------------------------------------------

copyOnClick($("turns"), say);
describe($("keys"));
$("help").addEventListener("click", () => $("help-dialog").showModal());
$("help-close").addEventListener("click", () => $("help-dialog").close());
$("reconnect").addEventListener("click", () => client.open());
$("sign-in").addEventListener("click", () => signIn.ask(client.state));
$("new-conversation").addEventListener("click", newConversation);
$("threads").addEventListener("click", ({ target }) => {
  if (target.closest("a")) drawer.close();
});
$("skip").addEventListener("click", (event) => {
  event.preventDefault(); // the address is the thread's
  composer.focus();
});
$("welcome").addEventListener("click", (event) => {
  const text = event.target.closest("[data-example]")?.dataset.example;
  if (text === undefined) return;
  composer.submit(text);
  if (finePointer.matches) composer.focus();
});
listen({
  fresh: newConversation,
  list() {
    drawer.open();
    sidebar.focus();
  },
  message() {
    drawer.close({ focus: false });
    composer.focus();
  },
  approval: () => document.querySelector('[data-testid="approval-allow"]')?.focus(),
  stop: () => pane.cancel(pane.active),
  theme: () => $("theme").click(),
  help: () => $("help-dialog").showModal(),
});
addEventListener("hashchange", () => {
  if (!signIn.takeFromAddress()) openThread();
});
document.addEventListener("visibilitychange", () => {
  if (!document.hidden && connected()) sidebar.reload();
});

openThread();
client.open();
if (finePointer.matches) composer.focus();
