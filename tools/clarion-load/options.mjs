// What may be asked for on the command line.

import { parseArgs } from "node:util";

import { MIX, KINDS, parseMix } from "./speech.mjs";

export const DEFAULTS = {
  url: "ws://127.0.0.1:8080/ws",
  users: 20,
  tabs: 2,
  threads: 2, // of each user
  rate: 50, // messages a second, of all users
  runs: 1000,
  seconds: 0,
  inFlightMax: 100000,
  disconnects: 0, // a second
  slow: 0,
  resubscribes: 0,
  cancels: 0, // share of messages
  busy: 0,
  resends: 0,
  outages: false,
  mix: parseMix(MIX),
  size: { tools: 4, words: 40, pause: 20, flood: 20000 },
  pauseMs: 2000,
  patience: 60,
  silence: 5, // seconds; then a ping asks whether a connection is alive, and as much later it is given up
  backoff: { first: 250, cap: 4000 },
  seed: 1,
  prefix: "u",
  tokenSecretFile: null,
};

export const USAGE = `clarion-load [OPTIONS]: load for a running Clarion server, verified from outside
  --url URL                where to, ws:// or wss:// (${DEFAULTS.url}); certificates are not checked
  --users N                users, who all use the same thread and message ids (${DEFAULTS.users})
  --tabs M                 connections of each user (${DEFAULTS.tabs})
  --threads T              threads of each user (${DEFAULTS.threads})
  --rate R                 messages a second, of all users together (${DEFAULTS.rate})
  --runs N                 messages in all (${DEFAULTS.runs}; 0: no end but --seconds)
  --seconds S              ends after that time, if not before
  --in-flight N            no more runs at once than that
  --disconnects R          connections a second that are closed, hung up, reset or fall silent (0)
  --slow R                 connections a second that stop reading for a while (0)
  --resubscribes R         subscriptions a second that are asked for again on a live connection (0)
  --cancels SHARE          of the messages that are cancelled, at any moment (0)
  --busy SHARE             of the messages sent with on_busy reject, interrupt or rollback (0)
  --resends SHARE          of the messages sent twice at the same time (0)
  --outages                the server may be killed, restarted or out of disk meanwhile: lost connections,
                           refused upgrades and process_lost are no violations then
  --mix KIND:WEIGHT,…      what is said (${KINDS.join(" ")})
  --words N --pause MS     the longest story and its longest pause between words (40, 20)
  --patience S             how long nothing may happen at all before what is missing is given up (60)
  --silence S              after that a ping asks whether a connection is alive, as much later it is given up (5)
  --seed N                 of everything random (1)
  --prefix TEXT            of the users' names (u), to run again on the same data
  --token-secret-file FILE HS256 secret of a server with --auth jwt
  --handshakes N           no load: N handshakes to welcome, --tabs of them at a time; prints the success rate
  --json                   the report as JSON
Exit status: 0 no violation, 1 violations or failed handshakes, 2 usage.
`;

const NUMBERS = {
  users: 1, tabs: 1, threads: 1, rate: 0, runs: 0, seconds: 0, "in-flight": 1, disconnects: 0, slow: 0, resubscribes: 0,
  cancels: 0, busy: 0, resends: 0, words: 1, pause: 0, patience: 1, silence: 1, seed: 0, handshakes: 0,
};
const TEXTS = ["url", "mix", "prefix", "token-secret-file"];
const FLAGS = ["outages", "json", "help"];

/** {options, help, json, handshakes}. Throws an Error that names what is wrong. */
export function parseOptions(args) {
  const known = {};
  for (const name of [...Object.keys(NUMBERS), ...TEXTS]) known[name] = { type: "string" };
  for (const name of FLAGS) known[name] = { type: "boolean" };
  const { values } = parseArgs({ args, options: known });
  for (const [name, least] of Object.entries(NUMBERS)) {
    if (values[name] === undefined) continue;
    const number = Number(values[name]);
    if (values[name] === "" || !(number >= least)) throw new Error(`--${name} takes a number from ${least} up, not "${values[name]}"`);
    values[name] = number;
  }
  const { "in-flight": inFlightMax, "token-secret-file": tokenSecretFile, mix, words, pause, json, help, handshakes, ...plain } = values;
  const options = { ...DEFAULTS, ...plain, size: { ...DEFAULTS.size } };
  if (!/^wss?:\/\//.test(options.url)) throw new Error(`--url takes ws:// or wss://, not "${options.url}"`);
  if (mix !== undefined) options.mix = parseMix(mix);
  if (words !== undefined) options.size.words = words;
  if (pause !== undefined) options.size.pause = pause;
  if (inFlightMax !== undefined) options.inFlightMax = inFlightMax;
  if (tokenSecretFile !== undefined) options.tokenSecretFile = tokenSecretFile;
  if (!options.runs && !options.seconds) throw new Error("--runs 0 needs --seconds");
  return { options, help: help ?? false, json: json ?? false, handshakes: handshakes ?? 0 };
}
