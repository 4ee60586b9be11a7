// The open thread: follows it, folds its events, keeps the conversation on the page in step with
// them, and loads older pages. Says nothing to the server but through the client.

import { Conversation } from "./conversation.js";
import {
  activeTurn, addUnsent, createThread, cutTurns, dropUnsent, fold, isActive, prepend, refuseUnsent,
  resetThread,
} from "./thread-view.js";

const PAGE_EVENTS = 300;

export class ThreadPane {
  #client;
  #told;
  #conversation;
  #loading = false;
  threadId = null;
  thread = createThread();
  caughtUp = false;
  more = false; // older events that are not loaded
  stopping = null; // run_id

  /** told: {event(event), changed(), caughtUp(), reset(reason), problem(error)}; the rest as in
   *  Conversation. */
  constructor(client, elements, actions, told) {
    this.#client = client;
    this.#told = told;
    this.#conversation = new Conversation({ ...elements, actions, nearStart: () => this.#older() });
  }

  get active() {
    return activeTurn(this.thread);
  }

  open(threadId, unsent) {
    this.leave();
    this.threadId = threadId;
    for (const entry of unsent) this.showUnsent(entry);
    this.#client.watch(threadId, {
      onPage: (events, more) => this.#page(events, more),
      onEvent: (event) => this.#event(event),
      onReset: (reason) => this.#reset(reason),
      onCaughtUp: () => this.#caughtUp(),
    }, { pageEvents: PAGE_EVENTS });
    this.#told.changed();
  }

  leave() {
    if (this.threadId !== null) this.#client.unwatch(this.threadId);
    Object.assign(this, { threadId: null, thread: createThread(), caughtUp: false, more: false,
      stopping: null });
    this.#conversation.clear();
  }

  toEnd() {
    this.#conversation.toEnd();
  }

  // --- messages of this tab -----------------------------------------------------------------

  showUnsent({ messageId, text, refusal }, { offline = false } = {}) {
    const turn = addUnsent(this.thread, messageId, text);
    turn.offline = offline;
    if (refusal) refuseUnsent(this.thread, messageId, refusal);
    this.#conversation.arrange(this.thread);
    this.#conversation.update(turn);
  }

  /** What is being sent says whether it waits for the connection. */
  setOffline(offline) {
    for (const turn of this.thread.turns.filter((t) => t.state === "sending")) {
      turn.offline = offline;
      this.#conversation.update(turn);
    }
  }

  drop(messageId) {
    dropUnsent(this.thread, messageId);
    this.#conversation.arrange(this.thread);
  }

  async cancel(turn) {
    if (!turn || turn.runId === null) return;
    this.stopping = turn.runId;
    this.#told.changed();
    try {
      const { verdict } = await this.#client.cancel(this.threadId, { run_id: turn.runId });
      if (verdict === "not_found") this.#told.problem({ code: "nothing_to_stop" });
    } catch (error) {
      this.#told.problem(error);
    }
    if (this.stopping === turn.runId && !isActive(turn)) this.stopping = null;
    this.#told.changed();
  }

  // --- what the client tells ----------------------------------------------------------------

  #page(events, more) {
    this.more = more;
    this.#prepend(events);
    this.#told.event(events.at(-1));
    this.#told.changed();
  }

  #event(event) {
    this.#conversation.apply(this.thread, fold(this.thread, event));
    if (this.stopping !== null && this.active?.runId !== this.stopping) this.stopping = null;
    this.#told.event(event);
    if (event.type !== "text_delta") this.#told.changed();
  }

  #reset(reason) {
    this.thread = resetThread(this.thread);
    this.#conversation.clear();
    this.#conversation.arrange(this.thread);
    this.caughtUp = false;
    this.more = false;
    this.#told.reset(reason);
    this.#told.changed();
  }

  #caughtUp() {
    this.caughtUp = true;
    this.#told.caughtUp();
    this.#told.changed();
    if (this.active && cutTurns(this.thread).includes(this.active)) this.#older();
    else this.#conversation.lookAtStart();
  }

  // A run at work is loaded from its beginning on, however many pages that takes.
  async #older() {
    if (this.#loading || !this.more || !this.caughtUp) return;
    this.#loading = true;
    const { threadId } = this;
    try {
      let gathered = [];
      for (let wanted = true; wanted;) {
        const page = await this.#client.older(threadId);
        if (page === null || this.threadId !== threadId) return;
        gathered = [...page.events, ...gathered];
        this.more = page.more;
        const { active } = this;
        wanted = page.more && active !== null && cutTurns(this.thread).includes(active)
          && !gathered.some((e) => e.type === "user_message" && e.run_id === active.runId);
      }
      this.#prepend(gathered);
    } catch (error) {
      if (error.code !== "connection_lost") this.#told.problem(error);
    } finally {
      this.#loading = false;
      this.#told.changed();
      this.#conversation.lookAtStart(); // of the thread that is open by now
    }
  }

  #prepend(events) {
    this.thread = prepend(this.thread, events);
    this.#conversation.keepPlace(() => this.#conversation.arrange(this.thread));
  }
}
