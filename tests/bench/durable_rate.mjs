// Prints how many durable events a second the server delivers, and how many fsyncs each costs, by the number of runs
// that are under way at once. The system calls are strace's count; the rate is taken without strace.
//
//   CLARION_BIN=build/release/bin/clarion node tests/bench/durable_rate.mjs [SECONDS] [RUNS-AT-ONCE…]

import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { startSupervised } from "../e2e/faults/supervisor.mjs";
import { found } from "../e2e/support/eventually.mjs";
import { Load } from "../../tools/clarion-load/load.mjs";
import { DEFAULTS, parseOptions } from "../../tools/clarion-load/options.mjs";

const seconds = Number(process.argv[2] ?? 15);
const counts = process.argv.length > 3 ? process.argv.slice(3).map(Number) : [1, 100, 1000];
const scratch = mkdtempSync(join(tmpdir(), "clarion-bench-"));
process.on("exit", () => rmSync(scratch, { recursive: true, force: true }));

// strace -D: the server stays our child, so that our SIGTERM reaches it and not strace, which ignores it.
const calls = join(scratch, "calls");
const traced = join(scratch, "traced");
writeFileSync(traced, `#!/bin/sh\nexec strace -D -f -c -q -e trace=fsync,fdatasync -o ${calls} "${process.env.CLARION_BIN}" "$@"\n`);
chmodSync(traced, 0o755);

/** Runs of `/tools 4`, always so many at once, each in a thread of its own. Gives the report. */
async function loaded(atOnce, bin) {
  const server = await startSupervised({ bin }); // without limits for each user
  const load = new Load({
    ...DEFAULTS, url: server.wsUrl, users: Math.ceil(atOnce / 4), threads: Math.min(atOnce, 4), tabs: 1, rate: 1e6,
    runs: 0, seconds, inFlightMax: atOnce, mix: parseOptions(["--mix", "tools:1"]).options.mix,
  });
  const report = await load.run();
  await server.stop();
  if (report.violations.total > 0) throw new Error(JSON.stringify(report.violations.first));
  return report;
}

const fsyncs = () => [...readFileSync(calls, "utf8").matchAll(/^ *\S+ +\S+ +\S+ +(\d+) .*sync$/gm)]
  .reduce((sum, [, count]) => sum + Number(count), 0);

for (const atOnce of counts) {
  const free = await loaded(atOnce);
  const counted = await loaded(atOnce, traced);
  const synced = await found(fsyncs, () => "strace has not counted");
  rmSync(calls);
  const rate = (free.events / free.seconds).toFixed(0);
  console.log(`${atOnce} runs at once: ${rate} events/s delivered, ${(synced / counted.events).toFixed(3)} fsyncs per event`);
}
