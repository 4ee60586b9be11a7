// The side list of threads: draws what ThreadList says, asks the server for pages, deletes.

import { addressOf } from "./address.js";
import { make } from "./dom.js";
import { readJson, writeJson } from "./storage.js";
import { ThreadList, titleOf } from "./thread-list.js";
import { ago } from "./words.js";

const PAGE = 30;
const MINUTE_MS = 60000;
const RUN_WORDS = { running: "working", suspended: "waits for you", queued: "in line" };

export class Sidebar {
  #client;
  #ui;
  #told;
  #list = new ThreadList();
  #key = null; // of what was seen, per user
  #current = null;
  #rows = new Map(); // thread_id → <li>
  unread = 0; // how many threads have something unread
  #drawing = false;
  #loading = false;

  /** ui: {list, more, empty, dialog, dialogText, dialogDelete, dialogCancel, fallback}: elements;
   *  told: {changed(), deleted(threadId, nextId), problem(error)}. */
  constructor(client, ui, told) {
    this.#client = client;
    this.#ui = ui;
    this.#told = told;
    ui.more.addEventListener("click", () => this.#page());
    ui.list.addEventListener("click", ({ target }) => {
      const id = target.closest("[data-delete]")?.dataset.delete;
      if (id !== undefined) this.#confirm(id);
    });
    ui.list.addEventListener("keydown", (event) => this.#pressed(event));
    ui.dialogCancel.addEventListener("click", () => ui.dialog.close());
    setInterval(() => this.#draw(), MINUTE_MS);
  }

  titleOf(threadId) {
    return this.#list.get(threadId)?.title ?? "";
  }

  /** Whose threads these are; reads them anew. */
  begin(userId) {
    const key = `clarion.seen.${userId}`;
    if (key !== this.#key) {
      this.#key = key;
      this.#list = new ThreadList(readJson("localStorage", key, {}));
    }
    return this.reload();
  }

  async reload() {
    const limit = Math.min(200, Math.max(PAGE, this.#list.rows.length));
    await this.#ask({ limit }, (page) => this.#list.replace(page));
  }

  open(threadId) {
    this.#current = threadId;
    this.#seen();
    this.#draw();
  }

  changed(frame) {
    this.#list.change(frame);
    this.#draw();
  }

  /** An event of the open thread, and the state of the run that works on it, if any. */
  event(event, run) {
    this.#list.event(event);
    this.#list.setRun(event.thread_id, run);
    if (event.type === "text_delta") return;
    this.#seen();
    this.#draw();
  }

  remove(threadId) {
    this.#list.remove(threadId);
    this.#draw();
  }

  /** Puts the focus on the open thread, else on the first one. */
  focus() {
    const links = [...this.#ui.list.querySelectorAll("a")];
    (links.find((a) => a.getAttribute("aria-current")) ?? links[0] ?? this.#ui.fallback).focus();
  }

  // ------------------------------------------------------------------------------------------

  async #page() {
    const first = this.#list.rows.length;
    await this.#ask({ limit: PAGE, before: this.#list.next }, (page) => this.#list.extend(page));
    this.#ui.list.children[first]?.querySelector("a").focus();
  }

  async #ask(fields, take) {
    if (this.#loading) return;
    this.#loading = true;
    try {
      take(await this.#client.request({ type: "threads", ...fields }));
    } catch (error) {
      if (error.code !== "connection_lost") this.#told.problem(error);
    } finally {
      this.#loading = false;
    }
    this.#seen();
    this.#drawNow();
  }

  #seen() {
    if (this.#current === null || this.#key === null || document.hidden) return;
    this.#list.markSeen(this.#current);
  }

  #isUnread(row) {
    return row.threadId !== this.#current && this.#list.isUnread(row);
  }

  #draw() {
    if (this.#drawing) return;
    this.#drawing = true;
    setTimeout(() => this.#drawNow(), 50); // events come in bursts
  }

  #drawNow() {
    this.#drawing = false;
    const rows = this.#list.rows;
    if (this.#key !== null) writeJson("localStorage", this.#key, this.#list.seen());
    this.unread = rows.filter((row) => this.#isUnread(row)).length;
    const now = Date.now();
    const focused = document.activeElement;
    let place = this.#ui.list.firstElementChild;
    for (const row of rows) {
      const node = this.#rows.get(row.threadId) ?? this.#make(row.threadId);
      this.#fill(node, row, now);
      if (node === place) place = place.nextElementSibling;
      else this.#ui.list.insertBefore(node, place);
    }
    for (const [id, node] of this.#rows) {
      if (this.#list.get(id)) continue;
      node.remove();
      this.#rows.delete(id);
    }
    // A row that moved has lost the focus to the page.
    if (focused !== document.activeElement && focused?.isConnected) focused.focus();
    this.#ui.more.hidden = this.#list.next === null;
    this.#ui.empty.hidden = rows.length > 0;
    this.#told.changed();
  }

  #make(threadId) {
    const node = make("li.thread", { "data-testid": "thread", "data-thread-id": threadId },
      make("a", { href: addressOf(threadId) },
        make("span.thread-title", { dir: "auto" }),
        make("span.thread-meta", {}, make("span.thread-run"), make("time"))),
      make("button.delete", { type: "button", "data-delete": threadId,
        "data-testid": "delete-thread" }, make("span", { "aria-hidden": "true" }, "×")));
    this.#rows.set(threadId, node);
    return node;
  }

  #fill(node, row, now) {
    const title = row.title === "" ? "Untitled conversation" : titleOf(row.title);
    const unread = this.#isUnread(row);
    const run = RUN_WORDS[row.run] ?? "";
    const current = row.threadId === this.#current;
    const state = JSON.stringify([title, unread, run, current, ago(row.updatedMs, now)]);
    if (node.dataset.state === state) return;
    Object.assign(node.dataset, { state, unread: String(unread), run: row.run ?? "" });
    const [link, button] = node.children;
    if (current) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
    const [titleNode, meta] = link.children;
    titleNode.textContent = title;
    meta.firstElementChild.textContent = [run, unread ? "unread" : ""].filter(Boolean).join(", ");
    meta.lastElementChild.textContent = ago(row.updatedMs, now);
    meta.lastElementChild.dateTime = new Date(row.updatedMs).toISOString();
    button.setAttribute("aria-label", `Delete “${title}”`);
  }

  #pressed(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const row = event.target.closest("li");
    if (event.key === "Delete" && row) {
      event.preventDefault();
      this.#confirm(row.dataset.threadId);
    }
    if (step === undefined || !row) return;
    event.preventDefault();
    (step > 0 ? row.nextElementSibling : row.previousElementSibling)?.querySelector("a").focus();
  }

  #confirm(threadId) {
    const { dialog, dialogText, dialogDelete } = this.#ui;
    const row = this.#list.get(threadId);
    if (!row) return;
    const title = row.title === "" ? "Untitled conversation" : titleOf(row.title);
    dialogText.textContent = `“${title}” and all in it will be gone, everywhere and for good.`
      + (row.run ? " Its run will be stopped." : "");
    dialogDelete.onclick = () => {
      dialog.close();
      this.#delete(threadId);
    };
    dialog.showModal();
  }

  async #delete(threadId) {
    const ids = this.#list.rows.map((row) => row.threadId);
    const at = ids.indexOf(threadId);
    const next = ids[at + 1] ?? ids[at - 1] ?? null;
    try {
      await this.#client.request({ type: "delete_thread", thread_id: threadId });
    } catch (error) {
      if (error.code !== "not_found") {
        this.#told.problem(error);
        return;
      }
    }
    this.#list.remove(threadId);
    this.#drawNow();
    const link = next === null ? null : this.#rows.get(next)?.querySelector("a");
    (link ?? this.#ui.fallback).focus();
    this.#told.deleted(threadId, next);
  }
}
