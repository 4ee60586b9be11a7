// A WebSocket client that is not ours, and what it has received.

import WebSocket from "ws";

const TIMEOUT_MS = 15000;

export class FrameClient {
  constructor(server, user) {
    this.frames = [];
    this.waiting = new Set();
    this.asked = 0;
    this.socket = new WebSocket(`${server.wsUrl}?user=${user}`, ["clarion.v1"]);
    this.opened = new Promise((resolve, reject) => {
      this.socket.on("open", resolve);
      this.socket.on("error", reject);
    });
    this.closed = new Promise((resolve) => this.socket.on("close", (code) => resolve(code)));
    this.closed.then(() => this.look());
    this.socket.on("message", (data) => {
      this.frames.push(JSON.parse(data.toString()));
      this.look();
    });
  }

  static async open(server, user) {
    const client = new FrameClient(server, user);
    await client.opened;
    await client.find((frame) => frame.type === "welcome", "welcome");
    return client;
  }

  look() {
    for (const waiter of [...this.waiting]) waiter();
  }

  /** The first frame that fits, past or future; fails when the connection closes before. */
  find(fits, what) {
    return new Promise((resolve, reject) => {
      const said = () => `${what} among ${this.frames.map((f) => f.code ?? f.type).join(" ").slice(-400)}`;
      const end = (settle, value) => {
        clearTimeout(timer);
        this.waiting.delete(waiter);
        settle(value);
      };
      const waiter = () => {
        const found = this.frames.find(fits);
        if (found) end(resolve, found);
        else if (this.socket.readyState > 1) end(reject, new Error(`closed: no ${said()}`));
      };
      const timer = setTimeout(() => end(reject, new Error(`no ${said()}`)), TIMEOUT_MS);
      this.waiting.add(waiter);
      waiter();
    });
  }

  type(type) {
    return this.find((frame) => frame.type === type, type);
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

  async close() {
    this.socket.close();
    return this.closed;
  }
}
