// The short form of what can happen on the way: nothing is lost, nothing comes twice, nothing goes to
// the wrong user. Each test prints how often each fault struck.

import { test } from "node:test";

import { canaries, cutPoints, failingWrites, roughPath, slowReaders } from "./rough_loads.mjs";
import { seedOf, tell } from "./seed.mjs";

test("a story survives a cut after every one of its frames", async (t) => {
  const tally = await cutPoints({ seed: seedOf(t) });
  tell(t, tally.text());
  tally.demandClean("cut after a frame");
});

test("one of several sessions fails at each point of a write, and the others do not notice", async (t) => {
  const tally = await failingWrites({ seed: seedOf(t), cuts: 60, step: 97 });
  tell(t, tally.text());
  tally.demandClean("write failed at a byte");
});

test("delays, single bytes, resets and silence on the way cost nothing", async (t) => {
  const tally = await roughPath({ seed: seedOf(t), runs: 100, rate: 40 });
  tell(t, tally.text());
  tally.demandClean("path: delayed", "path: sliced", "path: reset", "path: stalled");
});

test("a thousand users with the same thread and message ids never meet", async (t) => {
  const tally = await canaries({ seed: seedOf(t), users: 1000, runs: 1000, rate: 400 });
  tell(t, tally.text());
  tally.demandClean("users with a canary");
});

test("a slow reader is closed 4008 and misses nothing", async (t) => {
  const tally = await slowReaders({ seed: seedOf(t), users: 3, runs: 40, rate: 8, slow: 5 });
  tell(t, tally.text());
  tally.demandClean("connection: slow", "closed 4008");
});
