// After a load: every thread once more from its start, on a connection that knows nothing, and its newest
// page of history. What was seen before, whatever crashed since, has to be there and to be the same.

import { Tab } from "./tab.mjs";

const AT_ONCE = 50; // users
const PAGE = 20; // events of history

class Page {
  isThere = false;
  #user; #thread;

  constructor(user, thread) {
    this.#user = user;
    this.#thread = thread;
  }

  get frame() { return { type: "history", thread_id: this.#thread, limit: PAGE }; }

  take(frame) {
    this.isThere = true;
    const ledger = this.#user.ledger(this.#thread);
    const events = frame.events ?? [];
    const wrong = (text) => this.#user.wrong("wrong_answer", { thread: this.#thread }, `history: ${text}`);
    const dense = events.every((event, index) => event.seq === events[0].seq + index);
    if (!dense) wrong(`seq ${events.map(({ seq }) => seq).join(" ")}`);
    if ((events.at(-1)?.seq ?? 0) !== ledger.head) wrong(`ends at ${events.at(-1)?.seq}, the head is ${ledger.head}`);
    for (const event of events) ledger.take(event, JSON.stringify(event));
  }
}

export async function reread(load) {
  for (let from = 0; from < load.users.length; from += AT_ONCE) {
    const readers = load.users.slice(from, from + AT_ONCE).map((user) => ({ user, tab: new Tab(load, user) }));
    for (const { tab } of readers) tab.open();
    await load.wait(() => readers.every(({ tab }) => tab.isCaughtUp));
    for (const reader of readers) {
      const { user } = reader;
      reader.pages = user.threads.filter((thread) => user.ledger(thread).head > 0).map((thread) => new Page(user, thread));
    }
    await load.wait(() => readers.filter((reader) => !hasPages(reader)).length === 0);
    for (const { user, tab } of readers) {
      for (const thread of user.threads) judge(user, tab, thread);
      tab.stop();
    }
  }
}

/** Asks for the pages, on each new connection once. True when they and the whole threads are there. */
function hasPages(reader) {
  const { tab, pages } = reader;
  if (tab.isCaughtUp && reader.askedOn !== tab.calls) {
    reader.askedOn = tab.calls;
    for (const page of pages) if (!page.isThere) tab.ask("history", page.frame, page);
  }
  return tab.isCaughtUp && pages.every((page) => page.isThere);
}

function judge(user, tab, thread) {
  const ledger = user.ledger(thread);
  if (!tab.isCaughtUp) user.wrong("not_delivered", { thread }, "the whole thread could not be read again");
  else if (tab.seen(thread) < ledger.head) {
    user.wrong("lost", { thread }, `ends at ${tab.seen(thread)}, ${ledger.head} was seen`);
  } else if (ledger.folded < ledger.head) {
    user.wrong("gap", { thread, seq: ledger.folded + 1 }, "no connection ever brought it");
  }
}
