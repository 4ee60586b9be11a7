// Prints how many runs of a model at 50 tokens a second each one core sustains, and what a token costs it in CPU, from
// /proc/PID/stat. The number of runs doubles until they are no longer sustained: a token in a hundred comes later than
// 100 ms, or a run takes a tenth longer than its model. The model server and the clients have processes of their own; on
// few cores it may be they that are at their end first, which is why their share is printed, too, and how many runs the
// server's CPU alone would allow.
//
//   CLARION_BIN=build/release/bin/clarion node tests/bench/model_runs.mjs [SECONDS] [RUNS-FIRST] [RUNS-LAST]

import { setTimeout as sleep } from "node:timers/promises";

import { now, startProvider } from "./model_provider.mjs";
import { cpuMs, lateness, run, serveModel } from "./model_serving.mjs";
import { at } from "./percentile.mjs";

const seconds = Number(process.argv[2] ?? 10);
const first = Number(process.argv[3] ?? 25);
const last = Number(process.argv[4] ?? 3200);
const TOKENS_PER_SECOND = 50;
const LATE_MS = 100;
const SLOW = 1.1;
const HEARD = 25; // runs whose tokens are timed

/** All of them at once, begun within half a second. What they came to. */
async function measure(server, provider, count) {
  const tokens = seconds * TOKENS_PER_SECOND;
  const times = [];
  const every = Math.max(1, Math.floor(count / HEARD));
  const pids = { server: server.pid, provider: provider.pid, client: process.pid };
  const used = () => Object.fromEntries(Object.entries(pids).map(([who, pid]) => [who, cpuMs(pid)]));
  const before = used();
  const began = now();
  const took = await Promise.all(Array.from({ length: count }, async (_, n) => {
    await sleep((n * 500) / count);
    const start = now();
    await run(server, `u${count}-${n}`, `tokens ${tokens}`, n % every === 0 ? (frame) => lateness(frame, times) : undefined);
    return (now() - start) / 1e6;
  }));
  const wallMs = (now() - began) / 1000;
  const after = used();
  const share = (who) => ((after[who] - before[who]) / wallMs) * 100;
  return {
    late: [at(times, 0.5), at(times, 0.99)],
    slowest: Math.max(...took),
    tokenUs: ((after.server - before.server) * 1000) / (count * tokens),
    shares: Object.keys(pids).map((who) => `${who} ${share(who).toFixed(0)} %`).join(", "),
  };
}

for (const [name, windowMs] of [["default", undefined], ["0 ms", 0]]) {
  const provider = await startProvider({ tokenMs: 1000 / TOKENS_PER_SECOND });
  const server = await serveModel(provider, windowMs);
  await measure(server, provider, 1);
  let sustained = 0;
  let cost = 0;
  for (let count = first; count <= last; count *= 2) {
    const { late, slowest, tokenUs, shares } = await measure(server, provider, count);
    console.log(`delta window ${name}, ${count} runs: p50 ${late[0].toFixed(1)} ms, p99 ${late[1].toFixed(1)} ms, ` +
      `${tokenUs.toFixed(1)} µs CPU a token, slowest ${slowest.toFixed(1)} of ${seconds} s; of a core: ${shares}`);
    if (late[1] > LATE_MS || slowest > seconds * SLOW) break;
    sustained = count;
    cost = tokenUs;
  }
  console.log(`delta window ${name}: ${sustained} runs sustained at ${TOKENS_PER_SECOND} tokens/s each; ` +
    `one core of CPU alone: ${cost ? Math.floor(1e6 / (cost * TOKENS_PER_SECOND)) : 0} runs`);
  await server.stop();
  await provider.stop();
}
