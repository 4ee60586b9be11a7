// The short form of what can happen to the server: killed, out of disk, its clock set.

import assert from "node:assert/strict";
import { test } from "node:test";

import { seedOf, tell } from "./seed.mjs";
import { clockJumps, fullDisk, kills } from "./server_faults.mjs";

test("kill -9 under load loses nothing that was seen", async (t) => {
  const tally = await kills({ seed: seedOf(t), cycles: 4, commitEvery: 2, inFlight: 40, users: 30, threads: 3 });
  tell(t, tally.text());
  t.diagnostic(`at least ${tally.least} runs were at work at each kill`);
  tally.demandClean("kill -9", "kill -9 inside a commit");
  assert.ok(tally.least > 0);
});

test("a full disk refuses loudly, and goes on when there is room again", async (t) => {
  const tally = await fullDisk({ seed: seedOf(t), cycles: 2 });
  tell(t, tally.text());
  t.diagnostic(`${tally.refusals} refusals, readyz was 503 in ${tally.notReady} of the cycles`);
  tally.demandClean("full disk");
  assert.ok(tally.refusals > 0);
  assert.ok(tally.notReady > 0, "readyz was never red"); // a smaller write may have fitted since the refusal
});

test("a clock that jumps by seconds or days confuses nobody", async (t) => {
  const tally = await clockJumps({ seed: seedOf(t), jumps: 20 });
  tell(t, tally.text());
  tally.demandClean("clock jump");
});
