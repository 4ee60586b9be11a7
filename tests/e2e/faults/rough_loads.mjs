// Loads whose way to the server is cut, delayed, sliced and stalled. Each scenario gives a Tally.

import { Load } from "../../../tools/clarion-load/load.mjs";
import { DEFAULTS, parseOptions } from "../../../tools/clarion-load/options.mjs";
import { Random } from "../../../tools/clarion-load/random.mjs";
import { startRoughProxy } from "./rough_proxy.mjs";
import { startSupervised } from "./supervisor.mjs";
import { Tally } from "./tally.mjs";

/** What every load here starts from: quick to come back, patient enough for a busy machine, and never far ahead of it. */
export const LOAD = { ...DEFAULTS, inFlightMax: 40, patience: 120, silence: 30, backoff: { first: 100, cap: 1000 }, pauseMs: 1000 };

export const mixOf = (text) => parseOptions(["--mix", text]).options.mix;

/** Calls `strike` once in about that many frames that the load has got, at random, for as long as it issues: by what
 *  happens and not by the clock, so that a busy machine is not struck before it has done anything. Gives a
 *  function that waits for its end. */
export function whileIssuing(load, random, frames, strike) {
  const done = (async () => {
    while (load.isIssuing) {
      const next = load.counts.frames + random.between(0, 2 * frames);
      while (load.isIssuing && load.counts.frames < next) await new Promise((resolve) => setTimeout(resolve, 3));
      if (load.isIssuing) await strike();
    }
  })();
  return () => done;
}

/** Runs a load with `strike` beside it, and lets it settle when that has ended; when it fails, both end. Gives
 *  the load's report. */
export async function underLoad(load, strike) {
  load.strikes = strike().catch((error) => {
    load.abandon();
    return error;
  });
  const report = await load.run();
  const error = await load.strikes;
  if (error) throw error;
  return report;
}

/** Every cut point of a story: for k = 0, 1, 2, … the connection ends after the k-th frame, the next one
 *  resumes, until a story needs fewer frames than k. cuts: stop earlier, after so many. */
export async function cutPoints({ seed, cuts = Infinity, atOnce = 6 }) {
  const tally = new Tally();
  const server = await startSupervised();
  const stories = [
    { mix: "story:1", how: "reset", size: { ...LOAD.size, words: 12, pause: 4 } },
    { mix: "report:1", how: "hang_up", size: LOAD.size },
    { mix: "tools:1", how: "reset", size: LOAD.size },
  ];
  for (let round = 0, struck = 0; struck < cuts; ++round) {
    const { mix, how, size } = stories[round % stories.length];
    if (cuts === Infinity && round === stories.length) break;
    let next = 0;
    let isOver = false;
    const cutter = async () => {
      while (!isOver && struck < cuts) {
        const frames = next++;
        const report = await oneCut(server, { frames, how }, {
          mix: mixOf(mix), size, seed: seed + round, prefix: `cut-${round}-${frames}-`,
        });
        tally.add(`${mix} cut after frame ${frames}`, report);
        if (report.cut === 0) isOver = true;
        struck += report.cut;
        tally.fault("cut after a frame", report.cut);
      }
    };
    await Promise.all(Array.from({ length: atOnce }, cutter));
  }
  await server.stopAndAudit();
  return tally;
}

async function oneCut(server, cut, options) {
  let calls = 0;
  const proxy = await startRoughProxy(server, () => (calls++ === 0 ? { cut } : {}));
  const load = new Load({
    ...LOAD, url: `ws://127.0.0.1:${proxy.port}/ws`, users: 1, tabs: 1, threads: 1, runs: 1, rate: 1000, outages: true, ...options,
  });
  const report = await load.run();
  await proxy.close();
  return { ...report, cut: proxy.counts.cut };
}

/** The first tab of each user fails at one point of what the server writes to it after the other, byte by
 *  byte; the streams of the others must not show it. */
export async function failingWrites({ seed, cuts, users = 8, tabs = 3, step = 1 }) {
  const tally = new Tally();
  const server = await startSupervised();
  let point = seed % step;
  const proxy = await startRoughProxy(server);
  const load = new Load({
    ...LOAD, url: server.wsUrl, seed, users, tabs, threads: 1, rate: 60, runs: 0, seconds: 3600, outages: true,
    mix: mixOf("tools:4,story:3,report:2,plain:2"), size: { ...LOAD.size, words: 20, pause: 5 },
    urlOf: (tab) => (tab === 0 ? `ws://127.0.0.1:${proxy.port}/ws` : server.wsUrl),
  });
  proxy.plan = () => {
    if (proxy.counts.cut >= cuts && load.isIssuing) {
      load.finish();
      load.pathBack();
    }
    return load.isIssuing ? { cut: { bytes: 1 + (point += step) % 16384, how: point % 2 ? "reset" : "hang_up" } } : {};
  };
  load.pathDown(); // for as long as every connection there is cut
  const report = await load.run();
  await proxy.close();
  await server.stopAndAudit();
  tally.add("failing writes", report);
  tally.fault("write failed at a byte", proxy.counts.cut);
  return tally;
}

/** Delays, single bytes, resets and silence on the way, tabs that leave and tabs that do not read. */
export async function roughPath({ seed, runs, rate, users = 10, every = { reset: 120, stall: 240 } }) {
  const tally = new Tally();
  const random = new Random(seed);
  const server = await startSupervised({ limits: { outbox_bytes_max: 65536 } });
  const proxy = await startRoughProxy(server, () => ({
    delayMs: random.chance(0.5) ? random.between(0, 40) : 0,
    sliceBytes: random.chance(0.3) ? random.below(2000) : 0,
  }));
  const load = new Load({
    ...LOAD, url: `ws://127.0.0.1:${proxy.port}/ws`, seed, users, runs, rate, inFlightMax: users * 4, outages: true, disconnects: rate / 6, slow: rate / 12,
    resubscribes: rate / 10, cancels: 0.15, busy: 0.2, resends: 0.2,
    mix: mixOf("tools:30,story:30,plain:12,think:3,search:3,report:4,handoff:3,approve:3,fail:3,flood:2"),
    size: { ...LOAD.size, flood: 4000 },
  });
  const resets = whileIssuing(load, random, every.reset, () => proxy.resetSome(random));
  const stalls = whileIssuing(load, random, every.stall, () => (
    proxy.stallSome(random, random.between(100, 1500), random.of(["reset", "go"]))));
  const report = await load.run();
  await Promise.all([resets(), stalls()]);
  await proxy.close();
  await server.stopAndAudit();
  tally.add("rough path", report);
  for (const kind of ["delayed", "sliced", "reset", "stalled"]) tally.fault(`path: ${kind}`, proxy.counts[kind]);
  return tally;
}

/** Many users who use the same thread and message ids, each with a canary of its own. */
export async function canaries({ seed, users, tabs = 1, runs, rate }) {
  const tally = new Tally();
  const server = await startSupervised();
  const load = new Load({
    ...LOAD, url: server.wsUrl, seed, users, tabs, threads: 1, runs, rate, inFlightMax: 400,
    mix: mixOf("plain:4,search:3,report:2,approve:2,tools:2"),
  });
  const report = await load.run();
  await server.stopAndAudit();
  tally.add("canaries", report);
  tally.fault("users with a canary", users);
  return tally;
}

/** A reader that is too slow is closed 4008 and comes back for the rest. */
export async function slowReaders({ seed, users, runs, rate, slow }) {
  const tally = new Tally();
  const server = await startSupervised({ limits: { outbox_bytes_max: 32768 } });
  const load = new Load({
    ...LOAD, url: server.wsUrl, seed, users, runs, rate, slow, threads: 1, pauseMs: 2500, mix: mixOf("flood:6,tools:1"),
    size: { ...LOAD.size, flood: 40000 },
  });
  const report = await load.run();
  await server.stopAndAudit();
  tally.add("slow readers", report);
  return tally;
}
