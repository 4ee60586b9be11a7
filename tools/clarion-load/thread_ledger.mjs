// What is known of one thread from all tabs of its user: one epoch, one event for each seq, each with
// the same bytes whoever tells it, and runs that obey their grammar.

import { createHash } from "node:crypto";

import { RunFold, isTerminal } from "./run_rules.mjs";

const PRINT_BYTES = 6; // 48 bits of a digest stay exact in a number

/** A number for an event's bytes, the same whether it was replayed or not. */
export function printOf(frame, raw) {
  let text = raw;
  if (frame.replay !== undefined) {
    const mark = ',"replay":true}';
    if (raw.endsWith(mark)) text = `${raw.slice(0, -mark.length)}}`;
    else text = JSON.stringify({ ...frame, replay: undefined });
  }
  return createHash("sha256").update(text).digest().readUIntBE(0, PRINT_BYTES);
}

export class ThreadLedger {
  epoch = "";
  /** The highest seq that any tab has seen. */
  head = 0;
  messages = new Map(); // message_id → {runId, seq}
  open = new Map(); // run_id → RunFold
  active = null; // the run that has begun and not ended
  #ended = new Map(); // run_id → the terminal's type
  #prints = [0];
  #folded = 0;
  #held = new Map(); // seq → event that waits for those before it
  #watcher;

  /** watcher: wrong(name, event, sentence), userMessage(event), started(event), asked(event) for an
   *  approval, ended(run, event). */
  constructor(watcher) { this.#watcher = watcher; }

  /** How far the runs are folded: all before it has come. */
  get folded() { return this.#folded; }

  isEnded(runId) { return this.#ended.has(runId); }

  /** One event from one connection. Each is folded once, in the order of seq, whoever brings it. */
  take(event, raw) {
    const { seq, epoch } = event;
    if (this.epoch === "") this.epoch = epoch;
    if (epoch !== this.epoch) {
      this.#watcher.wrong("wrong_epoch", event, `${epoch} in a thread of ${this.epoch}`);
      return;
    }
    const print = printOf(event, raw);
    if (this.#prints[seq] !== undefined) {
      if (this.#prints[seq] !== print) this.#watcher.wrong("bytes_differ", event, raw.slice(0, 300));
      return;
    }
    this.#prints[seq] = print;
    if (seq > this.head) this.head = seq;
    this.#held.set(seq, event);
    for (let next; (next = this.#held.get(this.#folded + 1)); ) {
      this.#held.delete(next.seq);
      this.#folded = next.seq;
      this.#fold(next);
    }
  }

  #fold(event) {
    const { run_id: runId, type } = event;
    const before = this.#ended.get(runId);
    if (before !== undefined) {
      const name = isTerminal(type) ? "second_terminal" : "event_after_terminal";
      this.#watcher.wrong(name, event, `the run had ended with ${before}`);
      return;
    }
    let run = this.open.get(runId);
    if (!run) {
      run = new RunFold(this.#watcher.wrong);
      this.open.set(runId, run);
    }
    run.take(event);
    if (type === "user_message") this.#begin(event);
    else if (type === "agent_started") this.#start(event);
    else if (type === "approval_requested") this.#watcher.asked(event);
    else if (isTerminal(type)) this.#end(run, event);
  }

  #begin(event) {
    const { message_id: id } = event.payload;
    if (this.messages.has(id)) this.#watcher.wrong("message_twice", event, `${id} once more`);
    else this.messages.set(id, { runId: event.run_id, seq: event.seq });
    this.#watcher.userMessage(event);
  }

  #start(event) {
    if (this.active !== null && this.active !== event.run_id) {
      this.#watcher.wrong("runs_overlap", event, `${this.active} is at work`);
    }
    this.active = event.run_id;
    this.#watcher.started(event);
  }

  #end(run, event) {
    this.open.delete(event.run_id);
    this.#ended.set(event.run_id, event.type);
    if (this.active === event.run_id) this.active = null;
    this.#watcher.ended(run, event);
  }
}
