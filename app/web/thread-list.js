// What the side list shows: the user's threads, newest first, with what is running and what is
// unread. Pure: pages of `threads`, `thread_changed` frames and events in, rows out.
//
// row: {threadId, title, seq, updatedMs, run: null | state of the active run}

const SEEN_MAX = 500; // threads whose last seen seq is kept

export class ThreadList {
  #rows = new Map(); // thread_id → row
  #seen; // thread_id → seq, oldest first
  next = null; // opaque; null when everything is here

  /** seen: {thread_id: seq}, as seen() gave it. */
  constructor(seen = {}) {
    this.#seen = new Map(Object.entries(seen).filter(([, seq]) => Number.isInteger(seq)));
  }

  get rows() {
    return [...this.#rows.values()].sort((a, b) => b.updatedMs - a.updatedMs
      || (a.threadId < b.threadId ? -1 : 1));
  }

  get(threadId) {
    return this.#rows.get(threadId) ?? null;
  }

  /** The newest pages, read anew: whatever is not in them is gone, unless it is older than they. */
  replace({ threads, next }) {
    const oldest = Math.min(...threads.map((t) => t.updated_ms));
    const whole = next === undefined || next === null;
    for (const [id, row] of this.#rows) {
      const listed = threads.some((t) => t.thread_id === id);
      if (!listed && (whole || row.updatedMs > oldest)) this.#rows.delete(id);
    }
    const more = [...this.#rows.values()].some((row) => row.updatedMs < oldest);
    this.#take(threads);
    if (!more || whole) this.next = next ?? null;
  }

  /** The page after the ones before. */
  extend({ threads, next }) {
    this.#take(threads);
    this.next = next ?? null;
  }

  /** A `thread_changed` frame. What is new here has not been seen; of the open thread it is the title alone. */
  change(frame) {
    if (!this.#seen.has(frame.thread_id)) this.#see(frame.thread_id, 0);
    this.#put(frame);
  }

  /** An event of the thread that is open: no `thread_changed` comes for it, but for one with a better title. */
  event({ thread_id: threadId, type, seq, timestamp, payload }) {
    const row = this.#rows.get(threadId)
      ?? { threadId, title: "", seq: 0, updatedMs: 0, run: null };
    if (type === "user_message" && row.title === "") row.title = titleOf(payload.text);
    row.seq = Math.max(row.seq, seq);
    row.updatedMs = Math.max(row.updatedMs, timestamp);
    this.#rows.set(threadId, row);
  }

  /** What works on the open thread now, as its events say: a run state, or null. */
  setRun(threadId, run) {
    const row = this.#rows.get(threadId);
    if (row) row.run = run;
  }

  markSeen(threadId) {
    const row = this.#rows.get(threadId);
    if (row) this.#see(threadId, row.seq);
  }

  isUnread(row) {
    return row.seq > (this.#seen.get(row.threadId) ?? row.seq);
  }

  remove(threadId) {
    this.#rows.delete(threadId);
    this.#seen.delete(threadId);
  }

  /** To be kept for the next visit. */
  seen() {
    return Object.fromEntries(this.#seen);
  }

  #take(threads) {
    for (const thread of threads) {
      // What this browser has never heard of was read elsewhere.
      if (!this.#seen.has(thread.thread_id)) this.#see(thread.thread_id, thread.seq);
      this.#put(thread);
    }
  }

  #put({ thread_id: threadId, title, seq, updated_ms: updatedMs, active_run: run }) {
    const row = { threadId, title: title ?? "", seq, updatedMs, run: run?.state ?? null };
    this.#rows.set(threadId, row);
    // A thread that was deleted and created again begins at 1.
    if (seq < (this.#seen.get(threadId) ?? 0)) this.#see(threadId, 0);
  }

  #see(threadId, seq) {
    this.#seen.delete(threadId);
    this.#seen.set(threadId, seq);
    for (const id of this.#seen.keys()) {
      if (this.#seen.size <= SEEN_MAX) break;
      this.#seen.delete(id);
    }
  }
}

/** The first line of a message, to name its thread by. */
export function titleOf(text) {
  const line = text.trim().split("\n")[0].trim();
  const letters = Array.from(line);
  return letters.length > 60 ? `${letters.slice(0, 59).join("")}…` : line;
}
