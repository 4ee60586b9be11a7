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
