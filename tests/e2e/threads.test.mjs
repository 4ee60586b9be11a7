// The verbs of threads as a whole, over a real socket and a real log.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import WebSocket from "ws";

import { startServer } from "./support/server.mjs";

let server;

before(async () => {
  server = await startServer();
});
after(() => server.stop());

/** A connection, what it has received, and a way to ask and to wait. */
class Client {
  constructor(user, at = server) {
    this.frames = [];
    this.waiting = [];
    this.socket = new WebSocket(`${at.wsUrl}?user=${user}`, ["clarion.v1"]);
    this.socket.on("message", (data) => {
      this.frames.push(JSON.parse(data.toString()));
      this.waiting = this.waiting.filter((look) => !look());
    });
  }

  static async connect(user, at) {
    const client = new Client(user, at);
    await client.frame("welcome");
    return client;
  }

  find(fits, what) {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => reject(new Error(`no ${what} among ${this.frames.map((f) => f.type).join(" ")}`)),
        10000,
      );
      const look = () => {
        const found = this.frames.find(fits);
        if (found) {
          clearTimeout(timer);
          resolve(found);
        }
        return found !== undefined;
      };
      if (!look()) this.waiting.push(look);
    });
  }

  frame(type) {
    return this.find((frame) => frame.type === type, type);
  }

  send(frame) {
    this.socket.send(JSON.stringify(frame));
  }

  /** The reply to a frame. */
  ask(frame) {
    const id = `q${++asked}`;
    this.send({ ...frame, id });
    return this.find((reply) => reply.id === id, `reply to ${frame.type}`);
  }

  /** Sends a message and waits for its run's end. */
  async talk(thread_id, text) {
    const message_id = `m${++asked}`;
    const { run_id } = await this.ask({ type: "message", thread_id, message_id, text });
    return this.find((f) => f.run_id === run_id && f.payload?.census, `end of ${run_id}`);
  }
}

let asked = 0;
let users = 0;
const nextUser = () => `u${++users}`;

test("threads come newest first, page by page, with titles", async () => {
  const ada = await Client.connect(nextUser());
  for (const id of ["t1", "t2", "t3"]) await ada.talk(id, `  about\n ${id}`);
  await ada.talk("t1", "again");
  const first = await ada.ask({ type: "threads", limit: 2 });
  assert.deepEqual(first.threads.map((t) => [t.thread_id, t.title]), [["t1", "about t1"], ["t3", "about t3"]]);
  for (const one of first.threads) assert.equal(one.active_run, undefined);
  const second = await ada.ask({ type: "threads", limit: 2, before: first.next });
  assert.deepEqual(second.threads.map((t) => t.thread_id), ["t2"]);
  assert.equal(second.next, undefined);
  const bad = await ada.ask({ type: "threads", before: "nonsense" });
  assert.deepEqual([bad.code, bad.detail], ["bad_request", "/before"]);
  ada.socket.terminate();
});

test("every field of these frames that is missing or wrong is named", async () => {
  const ada = await Client.connect(nextUser());
  const wrong = [
    [{ type: "threads", limit: 0 }, "/limit"], [{ type: "threads", limit: 1001 }, "/limit"],
    [{ type: "threads", limit: "1" }, "/limit"], [{ type: "threads", before: "" }, "/before"],
    [{ type: "history" }, "/thread_id"], [{ type: "history", thread_id: "a b" }, "/thread_id"],
    [{ type: "history", thread_id: "t", limit: 0 }, "/limit"],
    [{ type: "history", thread_id: "t", before_seq: 0 }, "/before_seq"],
    [{ type: "history", thread_id: "t", after_seq: -1 }, "/after_seq"],
    [{ type: "delete_thread" }, "/thread_id"], [{ type: "ack", thread_id: "t" }, "/seq"],
    [{ type: "ack", thread_id: "t", seq: -1 }, "/seq"], [{ type: "ack", seq: 1 }, "/thread_id"],
    [{ type: "ack", thread_id: "t", seq: 1 }, "/seq"],
  ];
  await ada.ask({ type: "subscribe", thread_id: "t" });
  for (const [frame, pointer] of wrong) {
    const error = await ada.ask(frame);
    assert.deepEqual([error.code, error.detail], ["bad_request", pointer], JSON.stringify(frame));
  }
  ada.socket.terminate();
});

test("history is the thread's events, backwards from the newest and forwards from any", async () => {
  const ada = await Client.connect(nextUser());
  await ada.talk("t1", "/story 30 0");
  const events = ada.frames.filter((frame) => frame.payload);
  const newest = await ada.ask({ type: "history", thread_id: "t1", limit: 3 });
  assert.deepEqual(newest.events, events.slice(-3));
  assert.equal(newest.more, true);
  const whole = await ada.ask({ type: "history", thread_id: "t1", after_seq: 0, limit: 1000 });
  assert.deepEqual(whole.events, events);
  assert.equal(whole.more, false);
  assert.equal(whole.epoch, events[0].epoch);
  const bob = await Client.connect(nextUser());
  const none = await bob.ask({ type: "history", thread_id: "t1" });
  assert.deepEqual([none.epoch, none.events, none.more], ["", [], false]);
  for (const client of [ada, bob]) client.socket.terminate();
});

test("a deleted thread ends its runs, is gone after a restart, and begins anew", async () => {
  const own = await startServer();
  const user = nextUser();
  const ada = await Client.connect(user, own);
  const second = await Client.connect(user, own);
  await second.ask({ type: "subscribe", thread_id: "t1" });
  ada.send({ type: "message", thread_id: "t1", message_id: "m1", text: "/story 500 20" });
  ada.send({ type: "message", thread_id: "t1", message_id: "m2", text: "waits" });
  const before = await ada.frame("text_delta");
  assert.equal((await ada.ask({ type: "delete_thread", thread_id: "t1" })).type, "deleted");
  await second.frame("deleted");
  for (const client of [ada, second]) {
    assert.equal(client.frames.filter((frame) => frame.type === "agent_cancelled").length, 2);
    assert.equal(client.frames.findLast((frame) => frame.payload || frame.type === "deleted").type, "deleted");
  }
  const missing = await ada.ask({ type: "delete_thread", thread_id: "t1" });
  assert.equal(missing.code, "not_found");
  await own.stop();

  const again = await startServer({ dataDir: own.dataDir });
  const late = await Client.connect(user, again);
  assert.deepEqual((await late.frame("welcome")).active_runs, []);
  assert.deepEqual((await late.ask({ type: "threads" })).threads, []);
  const end = await late.talk("t1", "hello");
  assert.notEqual(end.epoch, before.epoch);
  assert.equal((await late.frame("user_message")).seq, 1);
  late.socket.terminate();
  await again.stop();
});

test("another session hears of a change, and of its last state", async () => {
  const user = nextUser();
  const [ada, second] = await Promise.all([Client.connect(user), Client.connect(user)]);
  const end = await ada.talk("t1", "/story 60 10");
  const last = await second.find(
    (frame) => frame.type === "thread_changed" && frame.seq === end.seq && !frame.active_run,
    "last change",
  );
  assert.equal(last.title, "/story 60 10");
  const changes = second.frames.filter((frame) => frame.type === "thread_changed");
  assert.ok(changes.length >= 2 && changes.length <= 8, `${changes.length} changes`);
  assert.ok(changes[0].active_run);
  assert.equal(second.frames.some((frame) => frame.payload), false);
  assert.equal(ada.frames.some((frame) => frame.type === "thread_changed"), false);
  for (const client of [ada, second]) client.socket.terminate();
});

test("a welcome names runs at work", async () => {
  const user = nextUser();
  const ada = await Client.connect(user);
  const { run_id } = await ada.ask({ type: "message", thread_id: "t1", message_id: "m1", text: "/story 500 20" });
  const second = await Client.connect(user);
  const { active_runs } = await second.frame("welcome");
  assert.deepEqual(active_runs, [{ thread_id: "t1", run_id, state: "running" }]);
  await ada.ask({ type: "delete_thread", thread_id: "t1" });
  for (const client of [ada, second]) client.socket.terminate();
});
