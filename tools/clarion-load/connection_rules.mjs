// What one connection may show: for each thread it subscribes to, every event from its cursor on, once,
// in order, replayed ones marked, and nothing of anybody else's.

import { isEventType } from "./run_rules.mjs";

const RANGE_MAX = 100000; // seqs remembered as missing on one subscription

export class ConnectionRules {
  #user;
  #threads = new Map(); // thread_id → subscription
  #welcomed = false;

  /** user: {id, ledger(threadId), isForeign(frame, raw), wrong(name, {thread, run, seq}, sentence),
   *  cursorOf(threadId)}: see user.mjs. */
  constructor(user) { this.#user = user; }

  /** A subscribe with that cursor has been sent. `cursor` is kept up to date: {epoch, seq}. */
  asked(threadId, cursor) {
    const before = this.#threads.get(threadId);
    this.#threads.set(threadId, { phase: "asked", before, cursor, since: { ...cursor }, missing: new Set(), head: 0 });
  }

  /** True when caught up with everything that was asked for. */
  get caughtUp() {
    for (const { phase } of this.#threads.values()) if (phase !== "live") return false;
    return true;
  }

  /** Something has come on this connection that was not there before, or nothing was to come. */
  get cameFurther() {
    return [...this.#threads.values()].some(({ phase, cursor, since }) => phase === "live" || cursor.seq > since.seq);
  }

  isCaughtUp(threadId) { return this.#threads.get(threadId)?.phase === "live"; }

  /** Any frame, first of all. False when it must not be looked at any further. */
  admit(frame, raw) {
    if (typeof frame !== "object" || frame === null || typeof frame.type !== "string") {
      this.#user.wrong("malformed", {}, raw.slice(0, 200));
      return false;
    }
    if (frame.type === "welcome") {
      if (frame.user_id !== this.#user.id) this.#user.wrong("foreign_session", {}, `${frame.user_id} is welcomed`);
      this.#welcomed = true;
    } else if (!this.#welcomed) {
      this.#user.wrong("early_frame", {}, frame.type);
    }
    if (this.#user.isForeign(frame, raw)) {
      this.#user.wrong("foreign_event", placeOf(frame), raw.slice(0, 300));
      return false;
    }
    return true;
  }

  subscribed(frame) {
    const one = this.#threads.get(frame.thread_id);
    if (!one || one.phase !== "asked") return this.#user.wrong("malformed", placeOf(frame), "subscribed unasked");
    if (one.before) this.#giveUp(frame.thread_id, one.before);
    one.before = null;
    one.phase = "replaying";
    one.head = frame.seq;
    Object.assign(one.cursor, one.since);
    if (frame.recovered !== true) {
      const name = frame.reason === "too_far_ahead" ? "lost" : "not_recovered";
      const text = `${frame.reason}: asked for ${shown(one.since)}, the head is ${frame.epoch} ${frame.seq}`;
      this.#user.wrong(name, placeOf(frame), text);
      one.restart = true; // what follows begins wherever the log does
      one.cursor.epoch = frame.epoch;
      return undefined;
    }
    if (frame.seq < one.cursor.seq) {
      this.#user.wrong("lost", placeOf(frame), `the head is ${frame.seq}, ${one.cursor.seq} was seen`);
    }
    if (one.cursor.epoch !== "" && frame.epoch !== one.cursor.epoch) {
      this.#user.wrong("wrong_epoch", placeOf(frame), `${frame.epoch}, asked for ${one.cursor.epoch}`);
    }
    return undefined;
  }

  caughtUpWith(frame) {
    const one = this.#threads.get(frame.thread_id);
    if (!one || one.phase !== "replaying") {
      return this.#user.wrong("malformed", placeOf(frame), "caught_up out of turn");
    }
    one.phase = "live";
    if (frame.seq < one.head) {
      this.#user.wrong("caught_up_wrong", placeOf(frame), `below subscribed.seq, which was ${one.head}`);
    }
    if (frame.seq > one.cursor.seq) {
      const name = one.missing.size ? "caught_up_wrong" : "gap";
      this.#user.wrong(name, placeOf(frame), `the last event to come was ${one.cursor.seq}`);
    } else if (frame.seq < one.cursor.seq) {
      this.#user.wrong("caught_up_wrong", placeOf(frame), `${one.cursor.seq} had come already`);
    }
    return undefined;
  }

  event(frame, raw) {
    const { thread_id: threadId, seq, epoch, run_id: runId, payload } = frame;
    const whole = Number.isInteger(seq) && seq > 0 && typeof epoch === "string" && epoch !== ""
      && typeof runId === "string" && typeof payload === "object" && payload !== null
      && Number.isInteger(frame.timestamp);
    if (!whole) return this.#user.wrong("malformed", placeOf(frame), raw.slice(0, 200));
    if (!isEventType(frame.type)) this.#user.wrong("unknown_type", placeOf(frame), frame.type);
    const one = this.#subscription(threadId);
    if (!one) return this.#user.wrong("unasked_event", placeOf(frame), frame.type);
    this.#place(one, frame);
    return this.#user.ledger(threadId).take(frame, raw);
  }

  /** The connection is over, or its time to bring what is missing. The cursor goes back to before the
   *  first hole, as a client's would that subscribes again on a gap. */
  finish() {
    for (const [thread, one] of this.#threads) {
      if (one.before) this.#giveUp(thread, one.before);
      this.#giveUp(thread, one);
    }
  }

  /** What is missing on that subscription will not come any more. */
  #giveUp(thread, one) {
    if (one.missing.size === 0) return;
    for (const seq of one.missing) this.#user.wrong("gap", { thread, seq }, "never came, later ones did");
    one.cursor.seq = Math.min(one.cursor.seq, ...[...one.missing].slice(0, 1000).map((seq) => seq - 1));
    one.missing.clear();
  }

  /** While a second subscribe is under way, events still belong to the first. */
  #subscription(threadId) {
    const one = this.#threads.get(threadId);
    return one?.phase === "asked" ? one.before : one;
  }

  #place(one, frame) {
    const { cursor } = one;
    const { seq } = frame;
    if ((frame.replay === true) !== (one.phase === "replaying") || (frame.replay ?? true) !== true) {
      this.#user.wrong("replay_mark", placeOf(frame), `replay is ${frame.replay} while ${one.phase}`);
    }
    if (one.restart) {
      one.restart = false;
      cursor.seq = seq - 1;
    }
    if (seq > cursor.seq) {
      for (let hole = cursor.seq + 1; hole < seq && one.missing.size < RANGE_MAX; ++hole) one.missing.add(hole);
      cursor.seq = seq;
      cursor.epoch ||= frame.epoch;
    } else if (one.missing.delete(seq)) {
      this.#user.wrong("out_of_order", placeOf(frame), `came after ${cursor.seq}`);
    } else {
      this.#user.wrong("duplicate", placeOf(frame), `came again, the last was ${cursor.seq}`);
    }
  }
}

const shown = ({ epoch, seq }) => `${epoch || "the start"} ${seq}`;

export const placeOf = ({ thread_id: thread, run_id: run, seq }) => ({ thread, run, seq });
