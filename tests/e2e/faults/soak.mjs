// The long form of the fault suite: every kind until it has struck as often as it should, then again
// while there is time. Prints how often each struck, the latencies and the violations.
//
//   CLARION_BIN=build/release/bin/clarion node tests/e2e/faults/soak.mjs [MINUTES]
//
// Without MINUTES it ends when every goal is reached. With MINUTES it ends after about that time, and marks
// what is below its goal. Exit status 1 for any violation, failed handshakes or, without MINUTES, a goal missed.

import { handshakes } from "../../../tools/clarion-load/handshakes.mjs";
import { Load } from "../../../tools/clarion-load/load.mjs";
import { handshakeText } from "../../../tools/clarion-load/report.mjs";
import { FRONT_NAMES } from "./fronts.mjs";
import { canaries, cutPoints, failingWrites, LOAD, mixOf, roughPath, slowReaders } from "./rough_loads.mjs";
import { freshSeed } from "./seed.mjs";
import { behindFront, clockJumps, fullDisk, kills } from "./server_faults.mjs";
import { startSupervised } from "./supervisor.mjs";
import { Tally } from "./tally.mjs";

const RUNS = 100000;
const EACH = 1000;
const IN_FLIGHT = 520; // a few may end between the count and the kill
const HANDSHAKES = 100000;
const BROKEN_MAX = 10; // scenarios that failed as a whole before nothing more is tried

const GOALS = {
  "cut after a frame": EACH, "write failed at a byte": EACH, "path: delayed": EACH, "path: sliced": EACH, "path: reset": EACH,
  "path: stalled": EACH, "connection: close": EACH, "connection: hang_up": EACH, "connection: reset": EACH,
  "connection: vanish": EACH, "connection: slow": EACH, "closed 4008": EACH, "kill -9": 180, "kill -9 inside a commit": 20,
  "full disk": EACH, "clock jump": EACH, "users with a canary": EACH,
};
for (const front of ["own TLS", ...FRONT_NAMES]) GOALS[`${front}: handshake in single bytes`] = EACH;

/** A bite of each scenario: minutes at most, and less where the whole is to take less than an hour, so that
 *  every kind has its turn. some(n): n, or its share. */
const bites = (some) => [
  { goals: ["kill -9", "kill -9 inside a commit"], run: (seed) => kills({ seed, cycles: some(20), inFlight: IN_FLIGHT, users: 250 }) },
  { goals: ["cut after a frame"], run: (seed) => cutPoints({ seed, cuts: some(250) }) },
  { goals: ["write failed at a byte"], run: (seed) => failingWrites({ seed, cuts: some(500), users: 20, step: 7 }) },
  {
    goals: Object.keys(GOALS).filter((kind) => /^(path|connection):/.test(kind)),
    run: (seed) => roughPath({ seed, runs: some(6000), rate: 100, users: 60, every: { reset: 120, stall: 120 } }),
  },
  { goals: ["users with a canary"], run: (seed) => canaries({ seed, users: 1000, tabs: 2, runs: some(10000), rate: 200 }) },
  { goals: ["closed 4008"], run: (seed) => slowReaders({ seed, users: 20, runs: some(400), rate: 10, slow: 15 }) },
  { goals: ["full disk"], run: (seed) => fullDisk({ seed, cycles: some(100) }) },
  { goals: ["clock jump"], run: (seed) => clockJumps({ seed, jumps: some(500) }) },
  ...["own TLS", ...FRONT_NAMES].map((front) => ({
    goals: [`${front}: handshake in single bytes`],
    run: (seed) => behindFront({ seed, front, runs: some(1500), rate: 60, restarts: some(10), shakes: some(500) }),
  })),
  { goals: ["runs"], run: (seed) => manyRuns(seed, some(20000)) },
];

/** What is missing to the number of runs, with tabs that come and go. */
async function manyRuns(seed, runs) {
  const tally = new Tally();
  const server = await startSupervised();
  const load = new Load({
    ...LOAD, url: server.wsUrl, seed, users: 200, runs, rate: 300, inFlightMax: 1000, disconnects: 20, slow: 5, resubscribes: 5, cancels: 0.1,
    busy: 0.1, resends: 0.1, mix: mixOf("tools:40,story:20,plain:20,calc:5,search:3,report:4,handoff:3,approve:3,fail:2"),
    size: { ...LOAD.size, words: 15, pause: 5 },
  });
  tally.add("many runs", await load.run());
  await server.stopAndAudit();
  return tally;
}

/** Handshakes while runs go on: how many succeed. */
async function shakeHands(seed, count) {
  const server = await startSupervised();
  const load = new Load({
    ...LOAD, url: server.wsUrl, seed, users: 20, runs: 0, seconds: 24 * 3600, rate: 30, inFlightMax: 100, mix: mixOf("tools:1"),
  });
  const running = load.run();
  const result = await handshakes({ ...LOAD, url: server.wsUrl, users: 1000, prefix: "h" }, count, { atOnce: 50 });
  load.finish();
  const tally = new Tally();
  tally.add("handshakes", await running);
  await server.stopAndAudit();
  return { result, tally };
}

const reached = (tally, kind) => (kind === "runs" ? tally.totals.runs >= RUNS : (tally.faults[kind] ?? 0) >= GOALS[kind]);

async function main(minutes) {
  const seed = freshSeed();
  const until = performance.now() + (minutes || Infinity) * 60000;
  const all = new Tally();
  const say = (text) => process.stdout.write(`${text}\n`);
  say(`soak: seed ${seed}${minutes ? `, ${minutes} minutes` : ", until every goal is reached"}`);
  const share = minutes ? Math.min(1, minutes / 60) : 1;
  const scenarios = bites((count) => Math.ceil(count * share));
  let least = Infinity;
  let broken = 0;
  /** Any scenario may fail as a whole, say when the server does not come up again: counted, and the others go on. */
  const bite = async ({ goals, run }, round) => {
    const began = performance.now();
    const seconds = () => ((performance.now() - began) / 1000).toFixed(0);
    try {
      const tally = await run(seed + round);
      if (tally.least !== undefined) least = Math.min(least, tally.least);
      all.merge(tally);
      if (tally.shaken?.failed) throw new Error(`handshakes failed: ${JSON.stringify(tally.shaken.failures)}`);
      say(`${goals[0]}: ${tally.totals.runs} runs, ${tally.violationCount} violations, ${seconds()} s`);
    } catch (error) {
      broken += 1;
      say(`${goals[0]}: failed after ${seconds()} s: ${error.stack}`);
    }
  };
  for (let round = 0; performance.now() < until && broken < BROKEN_MAX; ++round) {
    const due = scenarios.filter(({ goals }) => minutes || !goals.every((kind) => reached(all, kind)));
    if (due.length === 0) break;
    for (const scenario of due) if (performance.now() < until) await bite(scenario, round);
  }
  const shaken = await shakeHands(seed, minutes ? Math.min(HANDSHAKES, minutes * 2000) : HANDSHAKES);
  all.merge(shaken.tally);
  say(handshakeText(shaken.result));
  say(`kill -9 with at least ${least} runs at work each time`);
  say(all.text(GOALS));
  const missed = Object.keys(GOALS).filter((kind) => !reached(all, kind));
  if (!reached(all, "runs")) say(`${all.totals.runs} runs are below ${RUNS}`);
  const failed = all.violationCount || broken || shaken.result.failed || (!minutes && missed.length);
  return failed ? 1 : 0;
}

process.exit(await main(Number(process.argv[2] ?? 0)));
