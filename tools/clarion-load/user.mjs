// One user: tabs, threads, what was said and what is known of it. All users use the same thread and
// message ids; only the canary tells them apart.

import { Message } from "./message.mjs";
import { makeSpeech } from "./speech.mjs";
import { ThreadLedger } from "./thread_ledger.mjs";

const CANARY = /canary-\d+-[0-9a-f]{8}/g;
const REPEAT_APPROVAL_MS = 2000;

export class User {
  messages = new Map(); // "thread/id" → Message
  approvals = new Map(); // approval_id → {thread, at, resolved}
  interrupts = new Set(); // threads in which something was sent with that on_busy
  rollbacks = new Set();
  tabs = [];
  #load;
  #ledgers = new Map();
  #count = 0;

  /** load: see load.mjs. */
  constructor(load, number) {
    this.#load = load;
    this.id = `${load.options.prefix}${number}`;
    this.canary = `canary-${number}-${load.random.below(0x100000000).toString(16).padStart(8, "0")}`;
    this.threads = Array.from({ length: load.options.threads }, (_, index) => `t${index}`);
    for (const thread of this.threads) this.#ledgers.set(thread, new ThreadLedger(this.#watcher(thread)));
  }

  ledger(threadId) { return this.#ledgers.get(threadId); }
  has(threadId) { return this.#ledgers.has(threadId); }

  wrong(name, where, sentence) {
    this.#load.violations.add(name, { user: this.id, ...where }, sentence);
  }

  /** Whether a frame holds another user's canary, or belongs to another user's run. A run that nobody
   *  knows is taken for this user's until another one proves that it is his. */
  isForeign(frame, raw) {
    const { owners } = this.#load;
    if (frame.run_id !== undefined) {
      if (!owners.has(frame.run_id)) owners.set(frame.run_id, this);
      else if (owners.get(frame.run_id) !== this) return true;
    }
    if (!raw.includes("canary-")) return false;
    for (const [canary] of raw.matchAll(CANARY)) if (canary !== this.canary) return true;
    return false;
  }

  openTab() {
    const open = this.tabs.filter((tab) => tab.isReady);
    return open.length ? this.#load.random.of(open) : null;
  }

  /** Says something new through that tab. */
  speak(tab) {
    const { random, options } = this.#load;
    const thread = random.of(this.threads);
    const onBusy = random.chance(options.busy) ? random.of(["reject", "interrupt", "rollback"]) : "enqueue";
    if (onBusy === "interrupt") this.interrupts.add(thread);
    if (onBusy === "rollback") this.rollbacks.add(thread);
    this.#count += 1;
    const speech = makeSpeech(random, options.mix, this.canary, options.size);
    const message = new Message({ user: this, id: `m${this.#count}`, thread, speech, onBusy });
    this.messages.set(`${thread}/${message.id}`, message);
    this.#load.unsent.add(message);
    tab.say(message);
    const other = random.chance(options.resends) ? this.openTab() : null;
    if (other) other.say(message);
    if (random.chance(options.cancels)) this.#cancelSome(message, tab);
    return message;
  }

  /** Decides what waits for a decision, from one tab or from two at once. */
  decide(now) {
    for (const [id, approval] of this.approvals) {
      if (now < approval.at) continue;
      approval.at = now + REPEAT_APPROVAL_MS;
      const decision = this.#load.random.of(["allow", "deny"]);
      for (let time = 0; time < 1 + this.#load.random.below(2); ++time) {
        this.openTab()?.ask("approve", { type: "approve", approval_id: id, decision }, approval);
      }
    }
  }

  #cancelSome(message, tab) {
    const { random } = this.#load;
    const cancel = (through) => {
      if (!through || message.ended) return;
      message.cancelSent = true;
      // On the connection that carried the message the cancel comes after it; on another one, who knows.
      const known = message.state === "accepted"
        || (through === tab && message.onBusy === "enqueue" && !this.#load.options.outages);
      const by = message.runId && random.chance(0.5) ? { run_id: message.runId } : { message_id: message.id };
      through.ask("cancel", { type: "cancel", thread_id: message.thread, ...by }, { message, known });
    };
    if (random.chance(0.2)) cancel(tab); // in the same breath
    else setTimeout(() => cancel(this.openTab()), random.between(0, 300));
  }

  #watcher(thread) {
    const load = this.#load;
    return {
      wrong: (name, event, sentence) => this.wrong(name, {
        thread, run: event.run_id, seq: event.seq,
      }, `${event.type} ${event.seq}: ${sentence}`),
      userMessage: (event) => {
        const owner = load.owners.get(event.run_id) ?? this;
        if (owner !== this || event.payload.metadata?.canary !== this.canary) {
          this.wrong("foreign_event", { thread, run: event.run_id, seq: event.seq }, "not this user's canary");
        }
        load.owners.set(event.run_id, this);
      },
      started: (event) => load.began(this.#messageOf(thread, event.payload.message_id)),
      asked: (event) => this.approvals.set(event.payload.approval_id, {
        thread, run: event.run_id, at: performance.now() + load.random.between(0, 200), resolved: 0,
      }),
      ended: (run, event) => {
        for (const [id, approval] of this.approvals) if (approval.run === event.run_id) this.approvals.delete(id);
        load.ended(this.#messageOf(thread, run.messageId), run, event);
      },
    };
  }

  #messageOf(thread, id) { return this.messages.get(`${thread}/${id}`) ?? null; }
}
