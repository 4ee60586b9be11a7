// The threads that a client follows on its connection: history, subscribe, resume, gaps
// (PROTOCOL §5). Knows frames alone; the connection is passed in.

import { Cursor } from "./cursor.js";

const RETRY_MS = 1000; // a refused subscribe, unless the server names another time
const GAPS_MAX = 3; // re-subscriptions without one new event before the connection is given up
const OLDER_EVENTS = 500; // a page of older events; the server may end it earlier

export class Watches {
  #connection;
  #watches = new Map(); // thread_id → watch

  /** connection: {write(frame), nextId(prefix), request(frame), giveUp(reason), after(ms, fn),
   *  connected(), settled()}. */
  constructor(connection) {
    this.#connection = connection;
  }

  get live() {
    return [...this.#watches.values()].every((watch) => watch.phase === "live");
  }

  has(threadId) {
    return this.#watches.has(threadId);
  }

  /** listener: {onEvent(event), onReset(reason), onCaughtUp(), onPage?(events, more)}. With
   *  pageEvents the newest so many events come first as one page, and what is older on request;
   *  without, everything is replayed from the first event on. */
  add(threadId, listener, { pageEvents = 0 } = {}) {
    const watch = {
      threadId, listener, pageEvents, cursor: new Cursor(), phase: "idle", askedAs: null, gaps: 0,
      oldest: null, // seq of the oldest event handed out; null while there is none
    };
    this.#watches.set(threadId, watch);
    if (this.#connection.connected()) this.#begin(watch);
  }

  remove(threadId) {
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

  /** The events before the oldest one handed out: {events, more}, or null when the thread is not
   *  the same any more. Rejects with the error frame, or `connection_lost`. */
  async older(threadId) {
    const watch = this.#watches.get(threadId);
    if (!watch?.oldest || watch.oldest === 1) return { events: [], more: false };
    const { epoch } = watch.cursor;
    const page = await this.#connection.request({ type: "history", thread_id: threadId,
      before_seq: watch.oldest, limit: OLDER_EVENTS });
    const same = this.#watches.get(threadId) === watch && watch.cursor.epoch === epoch;
    if (!same || (page.epoch !== epoch && page.events.length > 0)) return null;
    const events = page.events.filter(({ seq }) => seq < watch.oldest);
    if (events.length > 0) watch.oldest = events[0].seq;
    return { events, more: page.more && events.length > 0 };
  }

  // --- frames -------------------------------------------------------------------------------

  subscribed(frame) {
    const watch = this.#watches.get(frame.thread_id);
    if (!watch || (frame.id !== undefined && frame.id !== watch.askedAs)) return;
    watch.phase = "replaying";
    if (watch.cursor.subscribed(frame)) return;
    watch.oldest = null;
    watch.listener.onReset(frame.reason ?? "unknown");
  }

  event(event) {
    const watch = this.#watches.get(event.thread_id);
    // Between asking and `subscribed` there is only the tail of the old subscription.
    if (!watch || (watch.phase !== "replaying" && watch.phase !== "live")) return;
    const verdict = watch.cursor.take(event);
    if (verdict === "next") {
      watch.gaps = 0;
      watch.oldest ??= event.seq;
      watch.listener.onEvent(event);
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
    watch.gaps = 0;
    watch.listener.onCaughtUp();
    this.#connection.settled();
  }

  deleted(threadId) {
    const watch = this.#watches.get(threadId);
    if (!watch) return;
    watch.cursor.rewind();
    watch.oldest = null;
    watch.listener.onReset("deleted");
    // Whoever writes to it next creates it again. The listener may have left.
    if (this.#watches.get(threadId) === watch) this.#subscribe(watch);
  }

  /** An error frame that answers a subscribe. */
  refused(frame) {
    const asked = (w) => w.phase === "asked" && w.askedAs === frame.id;
    const watch = [...this.#watches.values()].find(asked);
    if (!watch) return;
    watch.phase = "idle";
    if (frame.retryable) this.#later(watch, frame.retry_after_ms);
  }

  // ------------------------------------------------------------------------------------------

  #begin(watch) {
    const fresh = watch.cursor.seq === 0;
    if (watch.pageEvents > 0 && fresh && watch.oldest === null) this.#newestPage(watch);
    else this.#subscribe(watch);
  }

  async #newestPage(watch) {
    watch.phase = "paging";
    const current = () => this.#watches.get(watch.threadId) === watch && watch.phase === "paging";
    let page;
    try {
      page = await this.#connection.request({
        type: "history", thread_id: watch.threadId, limit: watch.pageEvents });
    } catch (error) {
      if (!current() || error.code === "connection_lost") return;
      if (error.retryable) {
        watch.phase = "idle";
        this.#later(watch, error.retry_after_ms);
        return;
      }
      page = { events: [], more: false }; // nothing there, or no pages: the replay has it all
    }
    if (!current()) return;
    if (page.events.length > 0) {
      watch.cursor.startAfter({ epoch: page.epoch, seq: page.events.at(-1).seq });
      watch.oldest = page.events[0].seq;
      watch.listener.onPage?.(page.events, page.more);
    }
    if (current()) this.#subscribe(watch);
  }

  #subscribe(watch) {
    watch.phase = "asked";
    watch.askedAs = this.#connection.nextId("s");
    this.#connection.write({
      type: "subscribe", id: watch.askedAs, thread_id: watch.threadId,
      since: watch.cursor.since,
    });
  }

  #later(watch, ms = RETRY_MS) {
    this.#connection.after(ms, () => {
      const current = this.#watches.get(watch.threadId) === watch && watch.phase === "idle";
      if (current && this.#connection.connected()) this.#begin(watch);
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
