// Messages on their way out: kept until the server has answered them, over a lost connection and a
// reload of this tab, and always sent with the same message_id, so that none comes twice.

import { randomId } from "./address.js";
import { readJson, writeJson } from "./storage.js";

const KEY = "clarion.unsent";

export class Outgoing {
  #client;
  #told;
  #entries = readJson("sessionStorage", KEY, []);
  #user = null;

  /** told: {sending(entry), accepted(entry), refused(entry)}. entry: {threadId, messageId, text,
   *  agent?, onBusy?, user, refusal?}. */
  constructor(client, told) {
    this.#client = client;
    this.#told = told;
  }

  /** Whose session this is: what a reload interrupted is sent again, but never for another user. */
  begin(user) {
    if (this.#user !== null) return;
    this.#user = user;
    for (const entry of this.#entries) {
      if (entry.user !== null && entry.user !== user) continue;
      entry.user = user;
      if (entry.transmitted) continue;
      if (entry.refusal) this.#told.refused(entry);
      else this.#transmit(entry);
    }
    this.#keep();
  }

  of(threadId) {
    return this.#entries.filter((e) => e.threadId === threadId && e.user === this.#user);
  }

  send({ threadId, text, agent, onBusy }) {
    const entry = { threadId, messageId: randomId("w_"), text, agent, onBusy, user: this.#user };
    this.#entries.push(entry);
    this.#transmit(entry);
    this.#keep();
    return entry;
  }

  retry(messageId) {
    const entry = this.#entries.find((e) => e.messageId === messageId);
    if (!entry) return;
    delete entry.refusal;
    this.#transmit(entry);
    this.#keep();
  }

  discard(messageId) {
    this.#entries = this.#entries.filter((e) => e.messageId !== messageId);
    this.#keep();
  }

  async #transmit(entry) {
    entry.transmitted = true;
    this.#told.sending(entry);
    const { threadId, messageId, text, agent, onBusy } = entry;
    try {
      await this.#client.send({ thread_id: threadId, message_id: messageId, text,
        ...(agent ? { agent } : {}), ...(onBusy ? { on_busy: onBusy } : {}) });
      this.discard(messageId);
      this.#told.accepted(entry);
    } catch ({ code, message, detail }) {
      entry.refusal = { code, message, detail };
      this.#keep();
      this.#told.refused(entry);
    }
  }

  #keep() {
    writeJson("sessionStorage", KEY, this.#entries.map(({ transmitted, ...entry }) => entry));
  }
}
