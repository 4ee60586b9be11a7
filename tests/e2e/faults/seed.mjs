// The seed of a fault run: CLARION_SEED, or a fresh one; printed either way, so that it can be asked for
// again. It repeats what is done to the server, not the order in which the machine lets it happen.

import { randomInt } from "node:crypto";

export function freshSeed() { return Number(process.env.CLARION_SEED ?? randomInt(2 ** 31)); }

/** Line by line into a test's output. */
export function tell(t, text) {
  for (const line of text.split("\n")) t.diagnostic(line);
}

/** For one test. */
export function seedOf(t) {
  const seed = freshSeed();
  t.diagnostic(`seed ${seed}`);
  return seed;
}
