// Loads whose server is killed, runs out of disk, has its clock set, or stands behind a front and is
// restarted there. Each scenario gives a Tally.

import { handshakes } from "../../../tools/clarion-load/handshakes.mjs";
import { Load } from "../../../tools/clarion-load/load.mjs";
import { Random } from "../../../tools/clarion-load/random.mjs";
import { certificateFiles, secretFile } from "../support/tokens.mjs";
import { Clock } from "./clock.mjs";
import { startFront } from "./fronts.mjs";
import { LOAD, mixOf, underLoad, whileIssuing } from "./rough_loads.mjs";
import { startRoughProxy } from "./rough_proxy.mjs";
import { SmallDisk } from "./small_disk.mjs";
import { startSupervised } from "./supervisor.mjs";
import { Tally } from "./tally.mjs";

const EVERY_KIND = "tools:30,story:40,plain:12,calc:5,think:3,search:3,report:4,handoff:3,approve:3,fail:3,throw:1";
const SLICED = 900; // bytes of each direction that go one by one: a TLS handshake and the upgrade behind it
const COMMIT_US = 3000; // within that time after a message was written its commit is under way

const BOUND_MS = 180000; // for anything that has to happen at all

/** Waits until `holds`, and looks often. */
async function until(what, holds) {
  const deadline = performance.now() + BOUND_MS;
  while (!holds()) {
    if (performance.now() > deadline) throw new Error(`never: ${what()}`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

/** kill -9 at random instants with at least `inFlight` runs at work, every tenth inside a commit, and the
 *  next start on the same data. */
export async function kills({ seed, cycles, inFlight, users, threads = 4, commitEvery = 10, words = 20, pause = 400 }) {
  const tally = new Tally();
  const random = new Random(seed);
  const server = await startSupervised();
  const load = new Load({
    ...LOAD, url: server.wsUrl, seed, users, threads, rate: 1000, runs: 0, seconds: 24 * 3600, inFlightMax: inFlight * 3, outages: true,
    cancels: 0.05, busy: 0.1, resends: 0.1, mix: mixOf(`story:200,${EVERY_KIND}`), size: { ...LOAD.size, words, pause },
  });
  let least = Infinity;
  const oneCycle = async (cycle) => {
    await until(() => "every tab back", () => load.isCaughtUp);
    if (cycle % 2) await new Promise((resolve) => setTimeout(resolve, random.between(0, 500)));
    await until(() => `${inFlight} runs at work, ${load.atWork.size} are`, () => load.atWork.size >= inFlight);
    const inCommit = cycle % commitEvery === commitEvery - 1;
    if (inCommit) await commitUnderWay(load, random);
    least = Math.min(least, load.atWork.size);
    load.pathDown();
    await server.kill();
    await server.start();
    load.pathBack();
    tally.fault(inCommit ? "kill -9 inside a commit" : "kill -9");
  };
  const report = await underLoad(load, async () => {
    for (let cycle = 0; cycle < cycles; ++cycle) await oneCycle(cycle);
    load.finish();
  });
  await server.stopAndAudit();
  tally.add("kills", report);
  tally.least = least;
  return tally;
}

/** Right behind a message: a few microseconds to milliseconds after it was written to its socket. */
function commitUnderWay(load, random) {
  return new Promise((resolve) => {
    load.onSend = () => {
      load.onSend = () => {};
      // The write leaves this process at the end of the turn.
      setImmediate(() => {
        const until = process.hrtime.bigint() + BigInt(Math.floor(random.between(0, COMMIT_US * 1000)));
        while (process.hrtime.bigint() < until);
        resolve();
      });
    };
  });
}

/** The disk fills up under load, is full for a while, and has room again. */
export async function fullDisk({ seed, cycles, rate = 40, users = 8, megabytes = 24, kind = "full disk" }) {
  const tally = new Tally();
  const random = new Random(seed);
  const disk = new SmallDisk(megabytes);
  const server = await startSupervised({ dataDir: `${disk.dir}/data` });
  const load = new Load({
    ...LOAD, url: server.wsUrl, seed, users, rate, runs: 0, seconds: 24 * 3600, outages: true, disconnects: 3, inFlightMax: 1000,
    mix: mixOf("tools:3,story:2,plain:3,report:1"), size: { ...LOAD.size, words: 10, pause: 5 },
  });
  const refusals = () => load.tallies.errors?.storage_unavailable ?? 0;
  const ready = async () => (await fetch(`${server.url}/readyz`)).status;
  let notReady = 0;
  const oneCycle = async () => {
    const [before, done] = [refusals(), load.counts.runs];
    // The server may give room back until then: a checkpoint, a smaller write that fits.
    await until(() => "a refusal for want of room", () => {
      disk.fill();
      return refusals() > before;
    });
    if ((await ready()) === 503) notReady += 1;
    await new Promise((resolve) => setTimeout(resolve, random.between(0, 100)));
    disk.free();
    await until(() => `runs after a full disk\n${server.stderr().slice(-3000)}`, () => load.counts.runs > done + 5);
    tally.fault(kind);
  };
  const report = await underLoad(load, async () => {
    for (let cycle = 0; cycle < cycles; ++cycle) await oneCycle();
    load.finish();
  });
  await server.stopAndAudit();
  disk.unmount();
  tally.add(kind, report);
  tally.refusals = refusals();
  tally.notReady = notReady;
  return tally;
}

/** The machine's calendar is set forward and back, by a second or by days. */
export async function clockJumps({ seed, jumps, rate = 60, users = 8, framesPerJump = 80 }) {
  const tally = new Tally();
  const random = new Random(seed);
  const clock = new Clock();
  const server = await startSupervised({ env: clock.env });
  const load = new Load({
    ...LOAD, url: server.wsUrl, seed, users, rate, runs: 0, seconds: 24 * 3600, disconnects: 3, slow: 1, cancels: 0.1,
    mix: mixOf(EVERY_KIND), size: { ...LOAD.size, words: 20, pause: 10 },
  });
  const spans = [1000, 60000, 3600000, 86400000, 30 * 86400000];
  const striking = whileIssuing(load, random, framesPerJump, () => {
    if (clock.jumps >= jumps) return load.finish();
    return clock.set(random.of([-1, 1]) * random.of(spans) * random.next());
  });
  const report = await load.run();
  await striking();
  clock.set(0);
  await server.stopAndAudit();
  clock.close();
  tally.add("clock jumps", report);
  tally.fault("clock jump", clock.jumps);
  return tally;
}

/** The same short suite through a front, or with the server's own TLS and tokens: handshakes cut into single bytes,
 *  connections reset and stalled outside the front, the server restarted and killed behind it. */
export async function behindFront({ seed, front: name, runs, rate = 40, users = 6, restarts, shakes }) {
  const tally = new Tally();
  const random = new Random(seed);
  const own = name === "own TLS" ? certificateFiles() : null;
  const tokenSecretFile = own ? secretFile("a secret of at least 32 bytes, for tests").path : null;
  const server = await startSupervised({
    server: own ? [] : ['trusted_proxies = ["127.0.0.0/8"]'],
    args: own ? ["--tls-cert", own.cert, "--tls-key", own.key, "--auth", "jwt", "--jwt-secret-file", tokenSecretFile] : [],
  });
  const front = own ? server : await startFront(name, server);
  const proxy = await startRoughProxy(front, () => ({ sliceBytes: random.chance(0.5) ? SLICED : 0, delayMs: random.below(10) }));
  const url = `wss://127.0.0.1:${proxy.port}/ws`;
  const load = new Load({
    ...LOAD, url, tokenSecretFile, seed, users, runs, rate, outages: true, disconnects: rate / 8, slow: rate / 20, cancels: 0.1, busy: 0.1, resends: 0.1,
    mix: mixOf(EVERY_KIND), size: { ...LOAD.size, words: 20, pause: 20 },
  });
  const resets = whileIssuing(load, random, 200, () => proxy.resetSome(random));
  const stalls = whileIssuing(load, random, 400, () => proxy.stallSome(random, random.between(100, 800), random.of(["reset", "go"])));
  const oneRestart = async (time) => {
    const share = ((time + 1) * runs) / (restarts + 1);
    await until(() => `${share} messages`, () => load.counts.messages >= share || !load.isIssuing);
    load.pathDown();
    if (time % 2) {
      await server.kill();
      await server.start();
      tally.fault(`${name}: server killed`);
    } else {
      await server.restart();
      tally.fault(`${name}: server restarted`);
    }
    if (!own) front.reload();
    load.pathBack();
  };
  const report = await underLoad(load, async () => {
    for (let time = 0; time < restarts; ++time) await oneRestart(time);
  });
  await Promise.all([resets(), stalls()]);
  // Handshakes alone, all of them cut into bytes: each has to succeed.
  proxy.plan = () => ({ sliceBytes: SLICED });
  const shaken = await handshakes({ ...LOAD, url, tokenSecretFile, users: 50 }, shakes, { atOnce: 5 });
  await proxy.close();
  if (!own) await front.stop();
  await server.stopAndAudit();
  tally.add(name, report);
  tally.shaken = shaken;
  tally.fault(`${name}: handshake in single bytes`, proxy.counts.sliced);
  tally.fault(`${name}: reset`, proxy.counts.reset);
  tally.fault(`${name}: stalled`, proxy.counts.stalled);
  return tally;
}

