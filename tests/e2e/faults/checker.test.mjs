// The checker of clarion-load convicts servers that are wrong on purpose, each by the right name, and
// acquits one that is right.

import assert from "node:assert/strict";
import { test } from "node:test";

import { Histogram } from "../../../tools/clarion-load/histogram.mjs";
import { Load } from "../../../tools/clarion-load/load.mjs";
import { DEFAULTS, parseOptions } from "../../../tools/clarion-load/options.mjs";
import { MEANINGS } from "../../../tools/clarion-load/violations.mjs";
import { SINS } from "./sins.mjs";
import { startWrongServer } from "./wrong_server.mjs";

const LOAD = {
  ...DEFAULTS, users: 1, tabs: 2, threads: 1, rate: 100, runs: 8, mix: [["plain", 1]], patience: 20, pauseMs: 300,
  backoff: { first: 20, cap: 100 }, seed: 7,
};

async function judge(sin, options = {}) {
  const server = await startWrongServer(sin);
  const report = await new Load({ ...LOAD, url: server.url, ...options }).run();
  await server.close();
  return report;
}

const told = ({ violations }) => violations.first.slice(0, 10).map((one) => JSON.stringify(one)).join("\n");

test("a server that is right is acquitted, whatever is done to its connections", async () => {
  const mix = [["plain", 2], ["story", 2], ["approve", 1]];
  const report = await judge({}, { mix, users: 3, runs: 60, threads: 2, disconnects: 40, slow: 10, resubscribes: 20, cancels: 0.2, resends: 0.3 });
  assert.equal(report.violations.total, 0, told(report));
  assert.equal(report.runs, 60);
  assert.ok(report.replayed > 0);
  assert.equal(report.latencies["message → terminal"].count > 0, true);
});

test("a server that is wrong is convicted by name", { concurrency: 8 }, async (t) => {
  await Promise.all(Object.entries(SINS).map(([name, { make, load, expect, also = [] }]) => t.test(name, async () => {
    const report = await judge(make(), load);
    const found = Object.keys(report.violations.byName);
    for (const one of expect) assert.ok(found.includes(one), `${one} is not among ${found.join(" ")}\n${told(report)}`);
    const others = found.filter((one) => !expect.includes(one) && !also.includes(one));
    assert.deepEqual(others, [], told(report));
  })));
});

test("every violation that has a name has a server that is convicted of it", () => {
  const convicted = new Set(Object.values(SINS).flatMap(({ expect }) => expect));
  assert.deepEqual(Object.keys(MEANINGS).filter((name) => !convicted.has(name)), []);
});

test("a histogram is right to two per cent", () => {
  const histogram = new Histogram();
  for (let ms = 1; ms <= 1000; ++ms) histogram.add(ms);
  for (const [share, ms] of [[0.5, 500], [0.99, 990], [1, 1000]]) {
    assert.ok(Math.abs(histogram.at(share) - ms) <= 0.02 * ms + 0.01, `${share}: ${histogram.at(share)}`);
  }
  assert.equal(histogram.max, 1000);
  assert.equal(new Histogram().at(0.5), null);
});

test("the command line says what is wrong with it", () => {
  const wrong = (args, pattern) => assert.throws(() => parseOptions(args), pattern);
  wrong(["--users", "0"], /--users takes a number from 1 up/);
  wrong(["--rate", "fast"], /--rate/);
  wrong(["--mix", "tools:1,nonsense"], /no kind "nonsense"/);
  wrong(["--url", "http://x"], /ws:/);
  wrong(["--runs", "0"], /--seconds/);
  wrong(["--nonsense"], /nonsense/);
  const { options, json } = parseOptions(["--users", "3", "--in-flight", "5", "--words", "9", "--json"]);
  assert.deepEqual([options.users, options.inFlightMax, options.size.words, json], [3, 5, 9, true]);
});
