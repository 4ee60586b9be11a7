// A WebSocket client that is not ours, and what it has received.
//
//   const ada = await Client.open(server, "ada");     // connected and welcomed
//   ada.send({ type: "ping", id: "p" });
//   await ada.frame("pong");

import WebSocket from "ws";

const FRAME_TIMEOUT_MS = 20000;

export class Client {
  /** options: `protocols`, by default clarion.v1 alone, and whatever `ws` takes. */
  constructor(url, { protocols = ["clarion.v1"], ...options } = {}) {
    this.frames = [];
    this.waiting = new Set();
    this.asked = 0;
    this.socket = new WebSocket(url, protocols, options);
    this.opened = new Promise((resolve, reject) => {
      this.socket.on("open", resolve);
      this.socket.on("error", reject);
    });
    this.opened.catch(() => {}); // whoever awaits it hears of it
    /** {code, reason, at}, also when the socket ends without a close frame. */
    this.closed = new Promise((resolve) => {
      this.socket.on("close", (code, reason) => {
        this.#look();
        resolve({ code, reason: reason.toString(), at: Date.now() });
      });
    });
    this.socket.on("message", (data) => {
      this.frames.push(JSON.parse(data.toString()));
      this.#look();
    });
  }

  /** A user of a server without authentication, behind the welcome. */
  static async open(server, user) {
    const client = new Client(`${server.wsUrl}?user=${user}`);
    await client.opened;
    await client.frame("welcome");
    return client;
  }

  types() {
    return this.frames.map((frame) => frame.type);
  }

  /** The first frame of a type, past or future. */
  frame(type) {
    return this.find((frame) => frame.type === type, type);
  }

  /** The first frame that fits, past or future; fails when the connection ends without it. */
  find(fits, what) {
    return new Promise((resolve, reject) => {
      const end = (settle, value) => {
        clearTimeout(timer);
        this.waiting.delete(look);
        settle(value);
      };
      const fail = (why) => {
        const seen = this.frames.map((frame) => frame.code ?? frame.type).join(" ").slice(-400);
        end(reject, new Error(`${why}: no ${what} among ${seen}`));
      };
      const look = () => {
        const found = this.frames.find(fits);
        if (found) end(resolve, found);
        else if (this.socket.readyState === WebSocket.CLOSED) fail("closed");
      };
      const timer = setTimeout(() => fail("time-out"), FRAME_TIMEOUT_MS);
      this.waiting.add(look);
      look();
    });
  }

  /** Text goes as it is, anything else as JSON. */
  send(frame) {
    this.socket.send(typeof frame === "string" ? frame : JSON.stringify(frame));
  }

  /** Sends `frame`, then a ping, and gives what came before the pong: the answers, as frames of one
   *  connection are answered in the order sent. */
  async ask(frame) {
    const before = this.frames.length;
    const id = `ping-${++this.asked}`;
    this.send(frame);
    this.send({ type: "ping", id });
    const pong = await this.find((one) => one.type === "pong" && one.id === id, "pong");
    return this.frames.slice(before, this.frames.indexOf(pong));
  }

  /** With a close frame; gives how it ended. */
  close() {
    this.socket.close();
    return this.closed;
  }

  /** Without one. */
  end() {
    this.socket.terminate();
  }

  #look() {
    for (const look of [...this.waiting]) look();
  }
}
