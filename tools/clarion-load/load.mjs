// A load with its verification: users with tabs that talk, are cut off, read slowly and come back, and a
// checker that knows what each of them must have seen.
//
//   const load = new Load({ ...DEFAULTS, url: "ws://127.0.0.1:8080/ws", users: 100, runs: 5000 });
//   const report = await load.run();          // report.violations.total must be 0
//
// Whoever breaks the server meanwhile tells it: pathDown() when nobody can reach it, pathBack() when
// everybody can again; and hears of it: onSend() when a message has just been written.

import { Histogram } from "./histogram.mjs";
import { Random } from "./random.mjs";
import { reread } from "./reread.mjs";
import { Tab } from "./tab.mjs";
import { tokenMaker } from "./tokens.mjs";
import { User } from "./user.mjs";
import { Violations } from "./violations.mjs";

const TICK_MS = 10;
const CATCH_UP_MS = 1000; // what a busy machine has kept from us longer than that is not caught up with
const WATCH_EVERY_MS = 500;
const DIALS_PER_TICK = 20; // connections opened at the start, so that a backlog is not the first fault
const RETRY_MS = 200; // for a refusal that says "later" without saying when

export class Load {
  violations = new Violations();
  owners = new Map(); // run_id → User
  unsent = new Set(); // messages without an answer
  working = new Set(); // messages accepted, their run not ended
  atWork = new Set(); // those of them whose run has begun
  counts = {
    messages: 0, runs: 0, frames: 0, events: 0, replayed: 0, connections: 0, resends: 0, refused: 0, resubscribes: 0,
  };
  latencies = {
    "message → accepted": new Histogram(),
    "message → first event": new Histogram(),
    "message → terminal": new Histogram(),
    "reconnect → caught_up": new Histogram(),
    "path back → caught_up": new Histogram(),
  };
  tallies = {}; // kind → {what: n}
  pathIsUp = true;
  onSend = () => {};
  /** What it waits for before it settles: somebody's mischief. */
  strikes = Promise.resolve();
  #budgets = { rate: 0, disconnects: 0, slow: 0, resubscribes: 0 };
  #issuing = true;
  #abandoned = false;
  #progressAt = 0;
  #tickedAt = 0;
  #elapsedMs = 0;
  #timers = [];
  #tabs;

  /** options: see options.mjs. */
  constructor(options) {
    this.options = options;
    this.random = new Random(options.seed);
    this.tokens = options.tokenSecretFile ? tokenMaker(options.tokenSecretFile) : null;
    this.users = Array.from({ length: options.users }, (_, number) => new User(this, number));
    for (const user of this.users) {
      for (let count = 0; count < options.tabs; ++count) user.tabs.push(new Tab(this, user, options.urlOf?.(count)));
    }
    this.#tabs = this.users.flatMap((user) => user.tabs);
  }

  get tabs() { return this.#tabs; }

  /** Runs that the server is at work on, or has been asked for. */
  get inFlight() { return this.working.size + this.unsent.size; }

  /** Every tab is connected and up to date. */
  get isCaughtUp() { return this.tabs.every((tab) => tab.isCaughtUp); }

  get isIssuing() { return this.#issuing; }

  /** No more messages and no more mischief of its own: the load settles. */
  finish() { this.#issuing = false; }

  /** Ends at once, whatever is missing: the report says no more than that. */
  abandon() {
    this.#issuing = false;
    this.#abandoned = true;
  }

  /** Everything, to the report. */
  async run() {
    const began = performance.now();
    await this.#openAll();
    this.#tickedAt = performance.now();
    this.#timers.push(setInterval(() => this.#tick(), TICK_MS));
    this.#timers.push(setInterval(() => this.tabs.forEach((tab) => tab.watch(performance.now())), WATCH_EVERY_MS));
    const until = this.options.seconds ? began + this.options.seconds * 1000 : Infinity;
    await this.#wait(() => !this.#issuing || performance.now() > until);
    this.#issuing = false;
    await this.strikes;
    await this.#settle();
    const seconds = (performance.now() - began) / 1000;
    for (const tab of this.tabs) tab.stop();
    await reread(this);
    this.#timers.forEach(clearInterval);
    this.#judgeMessages();
    return this.#report(seconds);
  }

  pathDown() { this.pathIsUp = false; }

  pathBack() {
    this.pathIsUp = true;
    for (const tab of this.tabs) tab.pathBack();
  }

  count(kind, what) {
    const tally = (this.tallies[kind] ??= {});
    tally[what] = (tally[what] ?? 0) + 1;
  }

  accepted(message, frame) {
    this.#progress();
    this.unsent.delete(message);
    if (!message.ended) this.working.add(message);
    message.direct = frame.state === "running" && message.sends === 1;
    if (message.sends === 1) this.latencies["message → accepted"].add(performance.now() - message.sentAt);
  }

  refused(message, frame, isForNow) {
    message.waiting -= 1;
    if (message.state !== "open") return; // another send of it was accepted
    const busy = frame.code === "busy";
    if (!busy && !isForNow) this.violations.add("wrong_answer", { user: message.user.id }, JSON.stringify(frame));
    if (isForNow) {
      message.retryAt = performance.now() + (frame.retry_after_ms ?? RETRY_MS);
    } else if (message.waiting === 0) {
      message.state = "refused";
      this.counts.refused += 1;
      this.unsent.delete(message);
    }
  }

  /** The connection that carried it is gone, and its answer with it. */
  lost(message) {
    message.waiting -= 1;
    message.lost += 1;
  }

  began(message) {
    this.#progress();
    if (message) this.atWork.add(message);
    if (message?.direct) this.latencies["message → first event"].add(performance.now() - message.sentAt);
  }

  ended(message, run, event) {
    this.#progress();
    this.counts.runs += 1;
    this.count("endings", event.type === "agent_error" ? event.payload.code : event.type);
    if (!message) return;
    message.end(run, event, this.options);
    this.working.delete(message);
    this.atWork.delete(message);
    if (message.direct) this.latencies["message → terminal"].add(performance.now() - message.sentAt);
  }

  caughtUp(dialledAt, backAt) {
    this.#progress();
    const now = performance.now();
    this.latencies["reconnect → caught_up"].add(now - dialledAt);
    if (backAt !== null) this.latencies["path back → caught_up"].add(now - backAt);
  }

  /** Waits while something goes on happening. False when nothing has for `patience` seconds. */
  async wait(holds) {
    this.#progress();
    while (!holds()) {
      if (this.#abandoned || performance.now() - this.#progressAt > this.options.patience * 1000) return false;
      await new Promise((resolve) => setTimeout(resolve, TICK_MS));
    }
    return true;
  }

  #progress() { this.#progressAt = performance.now(); }

  async #wait(holds) {
    while (!holds()) await new Promise((resolve) => setTimeout(resolve, TICK_MS));
  }

  async #openAll() {
    let opened = 0;
    for (const tab of this.tabs) {
      tab.open();
      if (++opened % DIALS_PER_TICK === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    }
    await this.wait(() => this.tabs.every((tab) => tab.isCaughtUp));
  }

  #tick() {
    const now = performance.now();
    this.#elapsedMs = Math.min(now - this.#tickedAt, CATCH_UP_MS);
    this.#tickedAt = now;
    if (this.#issuing) {
      this.#speak();
      this.#misbehave();
    }
    this.#sendAgain(now);
    for (const user of this.users) if (user.approvals.size) user.decide(now);
  }

  /** How many times something that happens `rate` times a second is due since the last tick. */
  #due(name, rate) {
    this.#budgets[name] += (rate * this.#elapsedMs) / 1000;
    const whole = Math.floor(this.#budgets[name]);
    this.#budgets[name] -= whole;
    return whole;
  }

  #speak() {
    const { rate, runs, inFlightMax } = this.options;
    for (let due = this.#due("rate", rate); due > 0; --due) {
      if (runs && this.counts.messages >= runs) {
        this.finish();
        return;
      }
      if (this.inFlight >= inFlightMax) return;
      const user = this.random.of(this.users);
      const tab = user.openTab();
      if (!tab) continue;
      this.counts.messages += 1;
      user.speak(tab);
    }
  }

  #misbehave() {
    const { disconnects, slow, resubscribes } = this.options;
    // On a machine that cannot keep up nothing would ever be whole again.
    if (disconnects + slow > 0 && this.tabs.filter((tab) => !tab.isCaughtUp).length > this.tabs.length / 2) return;
    const some = () => this.random.of(this.random.of(this.users).tabs);
    for (let due = this.#due("disconnects", disconnects); due > 0; --due) {
      const kind = this.random.of(["close", "hang_up", "reset", "vanish"]);
      if (some().misbehave(kind)) this.count("mischief", kind);
    }
    for (let due = this.#due("slow", slow); due > 0; --due) {
      if (some().misbehave("slow")) this.count("mischief", "slow");
    }
    for (let due = this.#due("resubscribes", resubscribes); due > 0; --due) {
      some().resubscribe();
      this.counts.resubscribes += 1;
    }
  }

  /** Messages whose every connection is gone, or that were told to come later. */
  #sendAgain(now) {
    for (const message of this.unsent) {
      if (message.waiting > 0 || now < message.retryAt) continue;
      const tab = message.user.openTab();
      if (!tab) continue;
      this.counts.resends += 1;
      tab.say(message);
    }
  }

  async #settle() {
    const isQuiet = () => this.unsent.size === 0 && this.working.size === 0;
    await this.wait(isQuiet);
    const isThere = (user, tab) => tab.isCaughtUp
      && user.threads.every((thread) => tab.seen(thread) === user.ledger(thread).head);
    const missing = () => this.users.flatMap((user) => user.tabs.filter((tab) => !isThere(user, tab)).map((tab) => ({ user, tab })));
    let left = missing();
    await this.wait(() => (left = left.filter(({ user, tab }) => !isThere(user, tab))).length === 0);
    for (const { user, tab } of missing()) {
      const seen = user.threads.map((thread) => `${thread} ${tab.seen(thread)} of ${user.ledger(thread).head}`);
      user.wrong("not_delivered", {}, `${tab.isCaughtUp ? "" : "not caught up; "}${seen.join(", ")}`);
    }
  }

  #judgeMessages() {
    for (const user of this.users) for (const message of user.messages.values()) {
      const where = { thread: message.thread, run: message.runId, seq: message.seq };
      const logged = user.ledger(message.thread).messages.get(message.id);
      const wrong = (name, text) => user.wrong(name, where, `${message.id}: ${text}`);
      if (message.state === "open") wrong("unanswered", `sent ${message.sends} times`);
      if (message.state === "refused" && logged && message.lost === 0) wrong("refused_but_ran", `in the log at ${logged.seq}`);
      if (message.state !== "accepted") continue;
      if (!logged) wrong("accepted_not_in_log", "no such user_message");
      else if (logged.runId !== message.runId) wrong("two_runs", `the log says ${logged.runId}`);
      else if (logged.seq !== message.seq) wrong("accepted_not_in_log", `it is at ${logged.seq}`);
      if (!message.ended) wrong("no_terminal", `${message.speech.text.slice(0, 60)}`);
    }
    for (const user of this.users) for (const thread of user.threads) {
      for (const [run, fold] of user.ledger(thread).open) {
        const known = user.messages.get(`${thread}/${fold.messageId}`);
        if (known?.state !== "accepted") user.wrong("no_terminal", { thread, run }, `of ${fold.messageId}`);
      }
    }
  }

  #report(seconds) {
    const { options } = this;
    return {
      url: options.url, seed: options.seed, users: options.users, tabs: options.tabs, seconds,
      ...this.counts, tallies: this.tallies, latencies: this.latencies,
      violations: { total: this.violations.total, byName: this.violations.byName(), first: this.violations.first },
    };
  }
}
