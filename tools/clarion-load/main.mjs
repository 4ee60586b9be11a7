#!/usr/bin/env node
// The command line: asks, prints the report, and tells by its exit status.

import { handshakes } from "./handshakes.mjs";
import { Load } from "./load.mjs";
import { USAGE, parseOptions } from "./options.mjs";
import { handshakeText, reportText } from "./report.mjs";

const PROGRESS_MS = 10000;

async function main(args) {
  let asked;
  try {
    asked = parseOptions(args);
  } catch (error) {
    process.stderr.write(`clarion-load: ${error.message}\n`);
    return 2;
  }
  if (asked.help) {
    process.stdout.write(USAGE);
    return 0;
  }
  const show = (result, text) => process.stdout.write(`${asked.json ? JSON.stringify(result, null, 2) : text(result)}\n`);
  if (asked.handshakes) {
    const result = await handshakes(asked.options, asked.handshakes, { atOnce: asked.options.tabs });
    show(result, handshakeText);
    return result.failed ? 1 : 0;
  }
  const load = new Load(asked.options);
  process.once("SIGINT", () => load.finish()); // once: a second one ends it
  let told = 0;
  const progress = setInterval(() => {
    const { messages, runs } = load.counts;
    const { first } = load.violations;
    for (; told < first.length; ++told) process.stderr.write(`${JSON.stringify(first[told])}\n`);
    process.stderr.write(`${messages} messages, ${runs} runs ended, ${load.inFlight} in flight, ${load.violations.total} violations\n`);
  }, PROGRESS_MS);
  const report = await load.run();
  clearInterval(progress);
  show(report, reportText);
  return report.violations.total ? 1 : 0;
}

process.exitCode = await main(process.argv.slice(2));
