// The check as a command: `tools/dev golden`. Everything goes to stdout but usage errors.

import process from "node:process";

import { Failure } from "./failure.mjs";
import { Journey, travel } from "./journey.mjs";
import { readOptions, USAGE } from "./options.mjs";

const options = readOptions(process.argv.slice(2));
if (options.help) {
  process.stdout.write(USAGE);
} else if (options.wrong) {
  process.stderr.write(`golden: ${options.wrong} (--help tells more)\n`);
  process.exitCode = 2;
} else {
  process.exitCode = await check();
}

async function check() {
  const journey = new Journey(options);
  const say = (line) => process.stdout.write(`${line}\n`);
  const begun = Date.now();
  try {
    await travel(journey, say);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    say(`FAIL  ${error.message}`);
    say(`golden: FAILED after ${journey.events.length} events; ${new URL(options.url).host}, thread ${journey.threadId}`);
    return 1;
  } finally {
    journey.leave();
  }
  const counts = new Map();
  for (const { type } of journey.events) counts.set(type, (counts.get(type) ?? 0) + 1);
  for (const [type, count] of counts) say(`${String(count).padStart(6)}  ${type}`);
  const seconds = ((Date.now() - begun) / 1000).toFixed(1);
  say(`golden: passed, ${journey.events.length} events and none missing, in ${seconds} s; thread ${journey.threadId}`);
  return 0;
}
