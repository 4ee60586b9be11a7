// What this tab remembers: which thread it shows (in the address, so that a reload and a copied
// link lead back to it) and which messages the server has not answered yet.

const THREAD_ID = /^[A-Za-z0-9_.:-]{1,128}$/;
const LAST_THREAD = "clarion.thread";

/** The thread of the address; without one the last thread of this browser, else a new one. */
export function currentThread() {
  const named = new URLSearchParams(location.hash.slice(1)).get("thread");
  const last = read(storageOf("localStorage"), LAST_THREAD);
  const id = [named, last].find((x) => x !== null && THREAD_ID.test(x)) ?? randomId("t_");
  write(storageOf("localStorage"), LAST_THREAD, id);
  if (id !== named) history.replaceState(null, "", addressOf(id));
  return id;
}

/** The address of a thread that does not exist yet. */
export function freshAddress() {
  return addressOf(randomId("t_"));
}

export function randomId(prefix) {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return prefix + Array.from(bytes, (b) => b.toString(16).padStart(2, "0")).join("");
}

/** Messages of one thread without an answer; they outlive a reload of this tab, nothing more. */
export function unsentMessages(threadId) {
  const key = `clarion.unsent.${threadId}`;
  const all = () => {
    try {
      const stored = JSON.parse(read(storageOf("sessionStorage"), key) ?? "[]");
      return Array.isArray(stored) ? stored : [];
    } catch {
      return [];
    }
  };
  const others = (messageId) => all().filter((m) => m.messageId !== messageId);
  const store = (messages) => write(storageOf("sessionStorage"), key,
    messages.length > 0 ? JSON.stringify(messages) : null);
  return {
    all,
    add: (messageId, text) => store([...others(messageId), { messageId, text }]),
    remove: (messageId) => store(others(messageId)),
  };
}

function addressOf(threadId) {
  return `#${new URLSearchParams({ thread: threadId })}`;
}

// Storage can be switched off in a browser; the page works without.
function read(storage, key) {
  return storage?.getItem(key) ?? null;
}

function write(storage, key, value) {
  try {
    if (value === null) storage?.removeItem(key);
    else storage?.setItem(key, value);
  } catch {
    // Full or forbidden: only the convenience is lost.
  }
}

function storageOf(name) {
  try {
    return globalThis[name];
  } catch {
    return null;
  }
}
