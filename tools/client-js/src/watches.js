// The threads that a client follows: history, subscribe, resume, gaps (PROTOCOL §5).

import { Cursor } from "./cursor.js";
import { guarded } from "./emitter.js";
import { problem } from "./codes.js";

const GAPS_MAX = 3; // re-subscriptions without one new event before the connection is given up
const OLDER_EVENTS = 500; // a page of older events; the server may end it earlier

// phase: "idle" (nothing is on its way), "paging" (the newest page is), "asked" (`subscribed` is),
// "replaying", "live", "refused" (for good, on this connection).

// Does each event follow the one before it, and the last one stand before `end`?
function isGapless(events, end = (events.at(-1)?.seq ?? 0) + 1) {
  return events.every(({ seq }, i) => seq === end - events.length + i);
}

export class Watches {
  #connection;
  #watches = new Map();

  /** connection: {write(frame), nextId(prefix), request(frame), giveUp(reason), after(ms, act),
   *  connected(), settled(), seen(threadId, seq), forget(threadId), asked(id), answered(id),
   *  retryMs}. */
  constructor(connection) {
    this.#connection = connection;
  }

  get areSettled() {
    return [...this.#watches.values()].every(({ phase }) => phase === "live" || phase === "refused");
  }

  get(threadId) {
    return this.#watches.get(threadId);
  }

  add(threadId, listener, { from = "start", pageEvents = 0 } = {}) {
    if (this.#watches.has(threadId)) throw new Error(`thread ${threadId} is watched already`);
    const watch = {
      threadId, listener, pageEvents, cursor: new Cursor(from), phase: "idle", askedAs: null,
      gaps: 0,
      oldest: null, // seq of the oldest event handed out; null while there is none
    };
    this.#watches.set(threadId, watch);
    if (this.#connection.connected()) this.#begin(watch);
  }

  remove(threadId) {
    this.#connection.answered(this.#watches.get(threadId)?.askedAs);
    this.#connection.forget(threadId);
    return this.#watches.delete(threadId);
  }

  connectionLost() {
    for (const watch of this.#watches.values()) watch.phase = "idle";
  }

  connectionMade() {
    // Listeners may have called back in: begin only what has not begun.
    for (const watch of [...this.#watches.values()]) {
      if (watch.phase === "idle") this.#begin(watch);
    }
  }

  async older(threadId) {
    const watch = this.#watches.get(threadId);
    if (!watch?.oldest || watch.oldest === 1) return { events: [], more: false };
    const { epoch } = watch.cursor;
    const page = await this.#connection.request({ type: "history", thread_id: threadId,
      before_seq: watch.oldest, limit: OLDER_EVENTS });
    const same = this.#isCurrent(watch) && watch.cursor.epoch === epoch;
    if (!same || (page.epoch !== epoch && page.events.length > 0)) return null;
    const events = page.events.filter(({ seq }) => seq < watch.oldest);
    if (!isGapless(events, watch.oldest)) throw problem("gap", "a page of events has a gap");
    if (events.length > 0) watch.oldest = events[0].seq;
    return { events, more: page.more && events.length > 0 };
  }

  subscribed(frame) {
    const watch = this.#watches.get(frame.thread_id);
    if (!watch || (frame.id !== undefined && frame.id !== watch.askedAs)) return;
    watch.phase = "replaying";
    this.#connection.asked(watch.askedAs); // for caught_up
    if (!watch.cursor.subscribed(frame)) this.#reset(watch, frame.reason ?? "unknown");
  }

  event(event) {
    const watch = this.#watches.get(event.thread_id);
    // Between asking and `subscribed` there is only the tail of the old subscription.
    if (!watch || (watch.phase !== "replaying" && watch.phase !== "live")) return;
    const verdict = watch.cursor.take(event);
    if (verdict === "next") {
      watch.gaps = 0;
      watch.oldest ??= event.seq;
      if (watch.phase === "replaying") this.#connection.asked(watch.askedAs);
      guarded(() => watch.listener.onEvent?.(event));
      if (watch.phase === "live") this.#acknowledge(watch);
    } else if (verdict === "gap") {
      this.#gap(watch);
    }
  }

  caughtUp(frame) {
    const watch = this.#watches.get(frame.thread_id);
    if (watch?.phase !== "replaying") return;
    if (!watch.cursor.caughtUp(frame.seq)) {
      this.#gap(watch);
      return;
    }
    watch.phase = "live";
    this.#connection.answered(watch.askedAs);
    watch.gaps = 0;
    guarded(() => watch.listener.onCaughtUp?.());
    this.#acknowledge(watch);
    this.#connection.settled();
  }

  deleted(threadId) {
    const watch = this.#watches.get(threadId);
    if (!watch) return;
    watch.cursor.rewind();
    this.#reset(watch, "deleted");
    // Whoever writes to it next creates it again. The listener may have left.
    if (this.#isCurrent(watch) && this.#connection.connected()) this.#subscribe(watch);
  }

  /** An error frame; of interest when it answers a subscribe. */
  refused(frame) {
    const asked = (w) => w.phase === "asked" && w.askedAs === frame.id;
    const watch = [...this.#watches.values()].find(asked);
    if (!watch) return;
    if (frame.retryable) {
      this.#later(watch, frame.retry_after_ms);
      return;
    }
    watch.phase = "refused";
    guarded(() => watch.listener.onRefused?.(frame));
    this.#connection.settled();
  }

  #isCurrent(watch) {
    return this.#watches.get(watch.threadId) === watch;
  }

  #reset(watch, reason) {
    watch.oldest = null;
    this.#connection.forget(watch.threadId);
    guarded(() => watch.listener.onReset?.(reason));
  }

  #acknowledge(watch) {
    const { cursor, threadId } = watch;
    if (cursor.seq > 0 && this.#isCurrent(watch)) this.#connection.seen(threadId, cursor.seq);
  }

  #begin(watch) {
    const paged = watch.pageEvents > 0 && watch.cursor.isFresh && watch.oldest === null;
    if (paged) this.#newestPage(watch);
    else this.#subscribe(watch);
  }

  async #newestPage(watch) {
    watch.phase = "paging";
    const current = () => this.#isCurrent(watch) && watch.phase === "paging";
    let page;
    try {
      page = await this.#connection.request({
        type: "history", thread_id: watch.threadId, limit: watch.pageEvents });
    } catch (error) {
      if (!current() || error.code === "connection_lost") return;
      if (error.retryable) {
        this.#later(watch, error.retry_after_ms);
        return;
      }
      page = { events: [], more: false }; // nothing there, or no pages: the replay has it all
    }
    if (!current()) return;
    if (page.events.length > 0 && isGapless(page.events)) {
      watch.cursor.startAfter({ epoch: page.epoch, seq: page.events.at(-1).seq });
      watch.oldest = page.events[0].seq;
      guarded(() => watch.listener.onPage?.(page.events, page.more));
    }
    if (current()) this.#subscribe(watch);
  }

  #subscribe(watch) {
    watch.phase = "asked";
    this.#connection.answered(watch.askedAs); // or will not be
    watch.askedAs = this.#connection.nextId("s");
    this.#connection.write({
      type: "subscribe", id: watch.askedAs, thread_id: watch.threadId,
      since: watch.cursor.since,
    });
  }

  #later(watch, ms = this.#connection.retryMs) {
    watch.phase = "idle";
    this.#connection.after(ms, () => {
      const waits = this.#isCurrent(watch) && watch.phase === "idle";
      if (waits && this.#connection.connected()) this.#begin(watch);
    });
  }

  #gap(watch) {
    watch.gaps += 1;
    if (watch.gaps > GAPS_MAX) {
      watch.gaps = 0;
      this.#connection.giveUp("events are missing and do not come again");
    } else {
      this.#subscribe(watch);
    }
  }
}
