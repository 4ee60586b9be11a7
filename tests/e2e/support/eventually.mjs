import assert from "node:assert/strict";
import { setTimeout as wait } from "node:timers/promises";

/** Looks again and again until `look` gives what is expected; fails after `boundMs`, which a machine
 *  under load keeps too. */
export async function eventually(look, expected, boundMs) {
  const end = Date.now() + boundMs;
  for (;;) {
    const seen = await look();
    if (seen === expected) return;
    assert.ok(Date.now() < end, `${JSON.stringify(seen)} after ${boundMs} ms`);
    await wait(50);
  }
}

/** Looks again and again until `look` gives something, and gives that; what it throws meanwhile does not count. `why`
 *  says what is missing when it never does. */
export async function found(look, why, boundMs = 60000) {
  const end = Date.now() + boundMs;
  for (;;) {
    const seen = await Promise.resolve().then(look).catch(() => null);
    if (seen) return seen;
    assert.ok(Date.now() < end, why());
    await wait(100);
  }
}
