// tools/client-js against the real server: cut, killed, stopped, with tokens that expire. What it has
// shown in the end is the log, event for event.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import WebSocket from "ws";

import { ClarionClient } from "../../tools/client-js/src/index.js";
import { startServer } from "./support/server.mjs";
import { makeToken, secondsFromNow, secretFile } from "./support/tokens.mjs";

const limit = { timeout: 120000 };
const TERMINALS = ["agent_completed", "agent_error", "agent_cancelled"];

let server;
before(async () => { server = await startServer(); });
after(() => server?.stop());

/** A WebSocket whose first connections end before so many frames of the server have been shown. */
function cutAfter(...counts) {
  let opened = 0;
  return class extends WebSocket {
    #left = counts[opened++] ?? Infinity;
    set onmessage(act) {
      super.onmessage = (event) => {
        this.#left -= 1;
        if (this.#left >= 0) act(event);
        else this.terminate();
      };
    }
  };
}

/** A program that follows one thread and folds its events. */
class Program {
  events = [];
  resets = [];
  wrong = [];
  states = [];
  connections = 0;
  #waiting = new Set();

  constructor(t, url, threadId, options = {}) {
    this.threadId = threadId;
    this.client = new ClarionClient({ url, WebSocket, ...options });
    this.client.on("state", (state) => {
      this.states.push(state.name);
      if (state.name === "connected") this.connections += 1;
      this.#look();
    });
    this.client.watch(threadId, {
      onEvent: (event) => this.#take(event),
      onReset: (reason) => this.resets.push(reason),
      onCaughtUp: () => this.#look(),
    }, options.watch);
    this.client.open();
    t.after(() => this.client.close());
  }

  send(text, more = {}) {
    return this.client.send({ thread_id: this.threadId, text, ...more });
  }

  get ended() {
    return this.events.filter(({ type }) => TERMINALS.includes(type)).length;
  }

  /** Ends when it is true; looked at whenever something happens. */
  until(fits, what) {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(look);
        reject(new Error(`no ${what} among ${this.events.length} events, ${this.states.slice(-6)}`));
      }, 60000);
      const look = () => {
        if (!fits(this)) return;
        clearTimeout(timer);
        this.#waiting.delete(look);
        resolve();
      };
      this.#waiting.add(look);
      look();
    });
  }

  /** What it has shown is the log, and the log is whole. */
  async check() {
    assert.deepEqual(this.wrong, []);
    assert.deepEqual(this.resets, []);
    const { events } = await this.#ask({
      type: "history", thread_id: this.threadId, after_seq: 0, limit: 1000 });
    assert.deepEqual(this.events, events);
    assert.equal(events[0].seq, 1);
  }

  // Requests are not repeated by the client: this program wants to know.
  async #ask(frame) {
    for (;;) {
      await this.until(({ client }) => client.state.name === "connected", "connection");
      try {
        return await this.client.request(frame);
      } catch (error) {
        if (error.code !== "connection_lost") throw error;
      }
    }
  }

  #take({ replay, ...event }) {
    const expected = (this.events.at(-1)?.seq ?? 0) + 1;
    if (event.seq !== expected) this.wrong.push(`${event.seq} where ${expected} was due`);
    this.events.push(event);
    this.#look();
  }

  #look() {
    for (const look of [...this.#waiting]) look();
  }
}

async function polled(fits, what) {
  for (let i = 0; i < 500 && !fits(); i += 1) await new Promise((go) => { setTimeout(go, 10); });
  assert.ok(fits(), what);
}

const url = (user) => `${server.wsUrl}?user=${user}`;

test("a connection cut after each count of frames, four times in a row", limit, async (t) => {
  const cut = async (frames) => {
    const program = new Program(t, url(`cut-${frames}`), "t", {
      WebSocket: cutAfter(frames, frames, frames, frames), firstRetryMs: 20 });
    const [first, second] = await Promise.all([program.send("/story 12 10"), program.send("what is 6*7?")]);
    await program.until(({ ended }) => ended === 2, "two ends of runs");
    assert.notEqual(first.run_id, second.run_id);
    await program.check();
    const messages = program.events.filter(({ type }) => type === "user_message");
    assert.equal(messages.length, 2, "a message stands in the log twice");
    program.client.close();
    return program.connections;
  };
  let connections = 0;
  for (let frames = 0; frames < 40; frames += 8) {
    const counts = Array.from({ length: 8 }, (_, i) => frames + i);
    for (const n of await Promise.all(counts.map(cut))) connections += n;
  }
  assert.ok(connections > 60, `${connections} connections for 40 programs`);
});

test("kill -9 and a restart, again and again: gapless, and the same on every device", limit, async (t) => {
  let running = await startServer();
  t.after(() => running.stop());
  const { dataDir, host, port, wsUrl } = running;
  const devices = [1, 2, 3].map(() => new Program(t, `${wsUrl}?user=ada`, "t"));
  const [first] = devices;
  const sent = [];
  for (let cycle = 0; cycle < 6; cycle += 1) {
    const story = first.send("/story 80 50");  // so long that it is told when the server is killed
    sent.push(story, devices[1].send(`what is ${cycle}*7?`));
    const { run_id: told } = await story;
    const goal = 1 + 3 * cycle;
    const isOfStory = ({ run_id: id, type }) => id === told && type !== "user_message" && type !== "run_queued";
    await first.until(({ events }) => events.filter(isOfStory).length >= goal, `${goal} events of the story`);
    await running.kill();
    sent.push(devices[2].send(`said while it was down, ${cycle}`));
    running = await startServer({ dataDir, listen: `${host}:${port}` });
  }
  const accepted = await Promise.all(sent);
  assert.equal(new Set(accepted.map(({ run_id: id }) => id)).size, sent.length);
  for (const device of devices) {
    await device.until(({ ended }) => ended === sent.length, "ends of all runs");
    await device.check();
    assert.deepEqual(device.events, first.events);
  }
  const lost = first.events.filter(({ payload }) => payload.code === "process_lost");
  assert.ok(lost.length >= 6, `only ${lost.length} runs were hit`);
});

test("a place that was kept is gone on from by another process", limit, async (t) => {
  const one = new Program(t, url("kept"), "t");
  await one.send("what is 6*7?");
  await one.until(({ ended }) => ended === 1, "the end");
  const from = one.client.cursor("t");
  assert.deepEqual(from, { epoch: one.events[0].epoch, seq: one.events.length });
  one.client.close();
  const other = new ClarionClient({ url: url("kept"), WebSocket });
  t.after(() => other.close());
  const told = [];
  other.open();
  const { run_id: runId } = await other.send({ thread_id: "t", text: "what is 6*8?" });
  await new Promise((resolve) => {
    other.watch("t", {
      onReset: (reason) => told.push(reason),
      onEvent: (event) => {
        told.push(event.seq);
        if (event.type === "agent_completed" && event.run_id === runId) resolve();
      },
    }, { from });
  });
  assert.deepEqual(told, told.map((_, i) => from.seq + 1 + i));
});

test("a deleted thread and one of another incarnation are told, then followed as they are", limit, async (t) => {
  const one = new Program(t, url("gone"), "t");
  await one.send("what is 6*7?");
  await one.until(({ ended }) => ended === 1, "the end");
  const from = one.client.cursor("t");
  const other = new Program(t, url("gone"), "t");
  await other.until(({ ended }) => ended === 1, "the end");
  await one.client.request({ type: "delete_thread", thread_id: "t" });
  await other.until(({ client }) => client.cursor("t").seq === 0, "a new beginning");
  assert.deepEqual(other.resets, ["deleted"]);
  const late = new Program(t, url("gone"), "t", { watch: { from } });
  await late.until(({ client }) => client.cursor("t").epoch === "", "a new beginning");
  assert.deepEqual(late.resets, ["epoch_changed"]);
});

test("a server that has stopped without a word is noticed, and what waited is said once", limit, async (t) => {
  const stopped = await startServer();
  t.after(() => stopped.stop());
  const program = new Program(t, `${stopped.wsUrl}?user=ada`, "t", {
    awaitedQuietMs: 200, probeTimeoutMs: 300, openTimeoutMs: 500, firstRetryMs: 50 });
  await program.send("what is 6*7?");
  await program.until(({ ended }) => ended === 1, "the end");
  process.kill(stopped.pid, "SIGSTOP");
  const answered = program.send("what is 6*8?");
  try {
    await program.until(({ states }) => states.at(-1) === "reconnecting", "notice");
  } finally {
    process.kill(stopped.pid, "SIGCONT");
  }
  await answered;
  await program.until(({ ended }) => ended === 2, "the end of the second run");
  await program.check();
});

test("a fetched token is renewed before it expires, on the same connection", limit, async (t) => {
  const secret = secretFile("a secret of at least 32 bytes, for tests");
  const locked = await startServer({ args: ["--auth", "jwt", "--jwt-secret-file", secret.path] });
  t.after(() => locked.stop());
  let fetched = 0;
  const token = async () => {
    fetched += 1;
    return makeToken({ sub: "ada", exp: secondsFromNow(fetched === 1 ? 10000 : 3600000) }, secret.text);
  };
  const program = new Program(t, locked.wsUrl, "t", { token });
  const { run_id: runId } = await program.send("/story 120 100");
  await program.until(({ events }) => events.at(-1)?.type === "agent_completed", "the end");
  assert.equal(program.events.at(-1).run_id, runId);
  assert.equal(fetched, 2);
  assert.equal(program.connections, 1);
  await program.check();
});

test("acknowledgements say what has been shown, and nobody hears of them", limit, async (t) => {
  const written = [];
  const problems = [];
  class Listening extends WebSocket {
    send(data) {
      written.push(JSON.parse(data));
      super.send(data);
    }
  }
  const program = new Program(t, url("acks"), "t", { WebSocket: Listening });
  program.client.on("problem", (error) => problems.push(error));
  await program.send("what is 6*7?");
  await program.until(({ ended }) => ended === 1, "the end");
  const last = program.events.at(-1).seq;
  const said = () => written.filter(({ type }) => type === "ack").map(({ seq }) => seq);
  await polled(() => said().at(-1) === last, `an acknowledgement of ${last}`);
  // Answered in order: what the server thinks of them has come before this.
  await program.client.request({ type: "ping" });
  assert.deepEqual(said(), [...said()].sort((a, b) => a - b));
  assert.deepEqual(problems, []);
});
