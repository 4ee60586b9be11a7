// A WebSocket client that is not ours, and the frames it has received.

import WebSocket from "ws";

const FRAME_TIMEOUT_MS = 20000;

/** options: `protocols`, by default clarion.v1 alone, and whatever `ws` takes. */
export class Client {
  constructor(url, { protocols = ["clarion.v1"], ...options } = {}) {
    this.frames = [];
    this.waiting = [];
    this.socket = new WebSocket(url, protocols, options);
    this.opened = new Promise((resolve, reject) => {
      this.socket.on("open", resolve);
      this.socket.on("error", reject);
    });
    this.opened.catch(() => {}); // whoever awaits it hears of it
    /** {code, reason, at}, also when the socket ends without a close frame. */
    this.closed = new Promise((resolve) => {
      this.socket.on("close", (code, reason) => {
        this.waiting.forEach((look) => look());
        resolve({ code, reason: reason.toString(), at: Date.now() });
      });
    });
    this.socket.on("message", (data) => {
      this.frames.push(JSON.parse(data.toString()));
      this.waiting = this.waiting.filter((look) => !look());
    });
  }

  types() {
    return this.frames.map((frame) => frame.type);
  }

  /** The first frame of a type, past or future; fails when the connection ends without it. */
  frame(type) {
    return new Promise((resolve, reject) => {
      const fail = (why) => reject(new Error(`${why}: no ${type} among ${this.types().join(" ")}`));
      const timer = setTimeout(() => fail("time-out"), FRAME_TIMEOUT_MS);
      const look = () => {
        const found = this.frames.find((frame) => frame.type === type);
        if (found) resolve(found);
        else if (this.socket.readyState === WebSocket.CLOSED) fail("closed");
        else return false;
        clearTimeout(timer);
        return true;
      };
      if (!look()) this.waiting.push(look);
    });
  }

  send(frame) {
    this.socket.send(JSON.stringify(frame));
  }

  end() {
    this.socket.terminate();
  }
}
