// The short suite through what stands in front of a server in the field, with TLS, handshakes in single
// bytes, and restarts behind it.

import assert from "node:assert/strict";
import { test } from "node:test";

import { FRONT_NAMES } from "./fronts.mjs";
import { seedOf, tell } from "./seed.mjs";
import { behindFront } from "./server_faults.mjs";

for (const front of ["own TLS", ...FRONT_NAMES]) {
  test(`${front}: nothing is lost behind it`, async (t) => {
    const tally = await behindFront({ seed: seedOf(t), front, runs: 80, restarts: 2, shakes: 20 });
    tell(t, tally.text());
    t.diagnostic(`${tally.shaken.succeeded} of ${tally.shaken.handshakes} handshakes ${JSON.stringify(tally.shaken.failures)}`);
    tally.demandClean(`${front}: server restarted`, `${front}: server killed`, `${front}: handshake in single bytes`);
    assert.equal(tally.shaken.failed, 0);
  });
}
