// A thousand lives of a program, each made of faults that its seed chooses. CLARION_SEEDS sets how
// many (FROM-TO runs those alone); a failure names its seed.

import assert from "node:assert/strict";
import { test } from "node:test";

import { FakeServer, UNHARMED } from "./fake_server.mjs";
import { Program } from "./followed.mjs";
import { VirtualClock, seeded } from "./virtual_clock.mjs";

const SECOND = 1000;
const THREADS = ["a", "b", "c"];
const [from, to] = (process.env.CLARION_SEEDS ?? "1-1000").split("-").map(Number);
const seeds = to === undefined ? { from: 1, to: from } : { from, to };

class Life {
  clock = new VirtualClock();
  isQuiet = false; // no more faults
  counts = {};
  #random;

  constructor(seed) {
    this.#random = seeded(seed);
    this.server = new FakeServer(this.clock, seeded(seed + 1), {
      fate: () => (this.isQuiet ? UNHARMED : this.#fate()),
      refuse: (frame) => (this.isQuiet ? null : this.#refusal(frame)),
    });
    this.program = new Program(this.server, this.clock, seeded(seed + 2));
  }

  async live() {
    const { program, clock } = this;
    for (const threadId of THREADS) program.follow(threadId, this.#watchOptions());
    program.client.open();
    const steps = 10 + this.#below(30);
    for (let step = 0; step < steps; step += 1) {
      this.#act(step);
      await clock.run(this.#below(3 * SECOND));
    }
    this.isQuiet = true;
    this.server.start();
    program.surroundings.away = false;
    program.client.open();
    // The last fault may be a half-open connection, an answer that never comes, or the loss of a last
    // event, of which nothing tells but the next one.
    await clock.run(60 * SECOND);
    for (const threadId of THREADS) program.send(threadId, "the last");
    await clock.run(60 * SECOND);
    program.check();
  }

  #below(n) {
    return Math.floor(this.#random() * n);
  }

  #one(of) {
    return of[this.#below(of.length)];
  }

  #count(what) {
    this.counts[what] = (this.counts[what] ?? 0) + 1;
  }

  #watchOptions() {
    return this.#one([undefined, { pageEvents: 1 + this.#below(20) }]);
  }

  #fate() {
    const kind = this.#one(["whole", "refused", "silent", "down", "down", "down", "up", "frames"]);
    this.#count(`connection ${kind}`);
    const end = this.#one([0, 0, -1, 1000, 1002, 1011, 4008, 4009]);
    const chance = (p) => () => !this.isQuiet && this.#random() < p;
    return {
      delayMs: 1 + this.#below(300),
      refused: kind === "refused",
      silent: kind === "silent",
      ...(kind === "down" ? { down: this.#below(60), end } : {}),
      ...(kind === "up" ? { up: 1 + this.#below(12), end } : {}),
      ...(kind === "frames"
        ? { lost: chance(0.03), twice: chance(0.05), swapped: chance(0.05) } : {}),
    };
  }

  #refusal({ type }) {
    if (this.#random() > 0.04) return null;
    const after = this.#one([undefined, this.#below(2000)]);
    const again = { retryable: true, ...(after === undefined ? {} : { retry_after_ms: after }) };
    if (type === "message") {
      return { code: "rate_limited", retryable: true, retry_after_ms: this.#below(3000) };
    }
    if (type === "subscribe" || type === "history") return { code: "storage_unavailable", ...again };
    return null;
  }

  #act(step) {
    const threadId = this.#one(THREADS);
    const { program, server } = this;
    const acts = {
      send: () => program.send(threadId, `text ${step}`),
      burst: () => {
        for (let i = 0; i < 5; i += 1) program.send(threadId, `text ${step}.${i}`);
      },
      trim: () => server.trim(threadId, this.#below(server.head(threadId) + 1)),
      remove: () => server.remove(threadId),
      crash: () => server.stop(),
      drain: () => server.stop(1001),
      start: () => server.start(),
      wake: () => program.surroundings.wake(),
      sleep: () => this.clock.sleep(this.#below(100 * SECOND)),
      away: () => {
        program.surroundings.away = !program.surroundings.away;
        if (!program.surroundings.away) program.surroundings.wake();
      },
      close: () => program.client.close(),
      open: () => program.client.open(),
      rewatch: () => {
        program.leave(threadId);
        program.follow(threadId, this.#watchOptions());
      },
    };
    const often = ["send", "send", "send", "burst", "start", "start", "open", "open", "wake"];
    const what = this.#one([...often, ...Object.keys(acts)]);
    this.#count(what);
    acts[what]();
  }
}

test(`lives of seeds ${seeds.from} to ${seeds.to}`, async (t) => {
  const counts = {};
  for (let seed = seeds.from; seed <= seeds.to; seed += 1) {
    const life = new Life(seed);
    try {
      await life.live();
    } catch (error) {
      error.message = `CLARION_SEEDS=${seed}-${seed}: ${error.message}`;
      throw error;
    }
    for (const [what, n] of Object.entries(life.counts)) counts[what] = (counts[what] ?? 0) + n;
  }
  const missing = Object.keys(counts).filter((what) => counts[what] < (seeds.to - seeds.from) / 20);
  assert.deepEqual(missing, [], "hardly ever happened");
  t.diagnostic(JSON.stringify(counts));
});

test("once a server is back everything missed has come within five seconds", async () => {
  const waits = [];
  for (let seed = 1; seed <= 200; seed += 1) {
    const clock = new VirtualClock();
    const server = new FakeServer(clock, seeded(seed));
    const program = new Program(server, clock, seeded(seed + 1));
    program.follow("a");
    program.client.open();
    program.send("a", "hello");
    await clock.run(50);
    server.stop(seed % 2 === 0 ? 0 : 1001);
    await clock.run(seed * 300);
    server.start();
    const back = clock.now();
    await clock.run(60 * SECOND, () => program.isDone);
    waits.push(clock.now() - back);
    program.check();
  }
  assert.ok(Math.max(...waits) <= 4000 + 50, `${Math.max(...waits)} ms`);
});

test("once somebody looks, or the network is back, it takes no wait at all", async () => {
  for (let seed = 1; seed <= 50; seed += 1) {
    const clock = new VirtualClock();
    const server = new FakeServer(clock, seeded(seed));
    const program = new Program(server, clock, seeded(seed + 1));
    program.follow("a");
    program.client.open();
    await clock.run(50);
    program.surroundings.away = true;
    server.stop();
    await clock.run(seed * 10 * SECOND);
    server.start();
    program.surroundings.away = false;
    program.surroundings.wake();
    const back = clock.now();
    await clock.run(60 * SECOND, () => program.isDone);
    assert.ok(clock.now() - back <= 1000, `${clock.now() - back} ms`);
  }
});
