// One connection to the server under check: every frame it has sent, and waiting for the next.

import WebSocket from "ws";

import { demand, Failure, shown } from "./failure.mjs";

const CLOSES = {
  4008: "the client was called slow", 4009: "the client was called silent", 4010: "the token has expired",
  4500: "the token was refused", 4501: "the server waited for a token in vain; give --token",
  4502: "the server saw a breach of protocol", 4503: "too many connections", 4504: "the leak guard struck",
  4505: "the user was revoked",
};

export class Caller {
  #socket;
  #waiting = new Set();
  #end = null; // {sentence}
  #options;

  frames = [];

  /** options: {url, token?, timeoutMs}. onFrame sees each frame as it comes, in order. */
  constructor(options, onFrame = () => {}) {
    this.#options = options;
    const headers = options.token ? { Authorization: `Bearer ${options.token}` } : {};
    this.#socket = new WebSocket(options.url, ["clarion.v1"], { headers, handshakeTimeout: options.timeoutMs });
    this.#socket.on("message", (data, isBinary) => this.#take(data, isBinary, onFrame));
    this.#socket.on("error", (error) => this.#ends(this.#reachable(error)));
    this.#socket.on("close", (code, reason) => this.#ends(closing(code, reason.toString())));
  }

  send(frame) { this.#socket.send(JSON.stringify(frame)); }

  /** The first frame, past or future, for which fits(frame) holds; `what` names it in the failure. */
  find(fits, what) {
    return new Promise((resolve, reject) => {
      let timer = null;
      const check = () => {
        const found = this.frames.find(fits);
        if (!found && this.#end === null) return;
        settle(() => (found ? resolve(found) : reject(this.#missing(what, this.#end))));
      };
      const settle = (how) => {
        clearTimeout(timer);
        this.#waiting.delete(check);
        how();
      };
      timer = setTimeout(() => settle(() => reject(this.#missing(what, this.#late()))), this.#options.timeoutMs);
      this.#waiting.add(check);
      check();
    });
  }

  type(type) { return this.find((frame) => frame.type === type, `no ${type} came`); }

  /** Goes without a word, as a lost network does. */
  drop() {
    this.#socket.removeAllListeners("message");
    this.#socket.terminate();
  }

  /** Has the server greet: nothing may come before its welcome. Gives the welcome. */
  async greeting() {
    const welcome = await this.find(() => true, "no welcome came");
    demand(welcome.type === "welcome", () => `the first frame is ${shown(welcome)} and not a welcome`);
    demand(this.#socket.protocol === "clarion.v1",
      () => `the subprotocol is '${this.#socket.protocol}' and not clarion.v1`);
    demand(welcome.protocol === "clarion.v1", () => `welcome.protocol is ${shown(welcome.protocol)}`);
    return welcome;
  }

  #take(data, isBinary, onFrame) {
    let frame = null;
    try {
      frame = isBinary ? null : JSON.parse(data.toString());
    } catch {
      // told below
    }
    if (typeof frame?.type !== "string") {
      this.#ends(`the server sent a frame that is no JSON object with a type: ${shown(data.toString())}`);
      this.#socket.terminate();
      return;
    }
    this.frames.push(frame);
    try {
      onFrame(frame);
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      this.#ends(error.message);
    }
    for (const check of [...this.#waiting]) check();
  }

  #ends(sentence) {
    this.#end ??= sentence;
    for (const check of [...this.#waiting]) check();
  }

  #late() { return `within ${this.#options.timeoutMs / 1000} s`; }

  #missing(what, why) {
    const last = this.frames.at(-1);
    const after = last ? ` (the last frame was ${last.type}${last.seq ? ` ${last.seq}` : ""})` : "";
    return new Failure(this.frames.length === 0 && this.#end ? this.#end : `${what}: ${why}${after}`);
  }

  #reachable(error) {
    const { host } = new URL(this.#options.url);
    const refused = /Unexpected server response: (\d+)/.exec(error.message);
    if (refused) return `the server at ${host} refused the WebSocket upgrade with HTTP ${refused[1]}`;
    return `cannot connect to ${host}: ${error.message || error.code}`;
  }
}

function closing(code, reason) {
  const meaning = CLOSES[code] ? ` (${CLOSES[code]})` : "";
  return `the server closed the connection with ${code}${meaning}${reason ? `: ${reason}` : ""}`;
}
