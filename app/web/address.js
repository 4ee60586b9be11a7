// The page's address: which thread is shown (so that a reload and a copied link lead back to it),
// which user asks for it, and a token on its way into the session.

import { readText, writeText } from "./storage.js";

const THREAD_ID = /^[A-Za-z0-9_.:-]{1,128}$/;
const LAST_THREAD = "clarion.thread";

/** The thread of the address; without one the last thread of this browser, else a new one. */
export function currentThread() {
  const named = parts().get("thread");
  const last = readText("localStorage", LAST_THREAD);
  const id = [named, last].find((x) => x !== null && THREAD_ID.test(x)) ?? randomId("t_");
  writeText("localStorage", LAST_THREAD, id);
  if (id !== named) history.replaceState(null, "", addressOf(id));
  return id;
}

/** The address of a thread that does not exist yet. */
export function freshAddress() {
  return addressOf(randomId("t_"));
}

export function addressOf(threadId) {
  return `#${new URLSearchParams({ thread: threadId })}`;
}

/** `#token=…` is taken out of the address before anything else can see or keep it. */
export function takeToken() {
  const all = parts();
  const token = all.get("token");
  if (token === null) return null;
  all.delete("token");
  const rest = all.toString();
  history.replaceState(null, "", rest === "" ? location.pathname + location.search : `#${rest}`);
  return token.trim() || null;
}

/** Where the socket is, for the user that the page's own address names. */
export function socketAddress() {
  const url = new URL("/ws", location.href);
  url.protocol = location.protocol === "https:" ? "wss:" : "ws:";
  url.hash = "";
  const user = new URLSearchParams(location.search).get("user");
  if (user) url.searchParams.set("user", user);
  return url.href;
}

export function randomId(prefix) {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return prefix + Array.from(bytes, (b) => b.toString(16).padStart(2, "0")).join("");
}

function parts() {
  return new URLSearchParams(location.hash.slice(1));
}
