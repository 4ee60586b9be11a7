// Prints how soon a cancel closes the connection to the model: from the client's frame to the model server's notice of
// the end, in the middle of an answer and before its first token. The aim is 100 ms.
//
//   CLARION_BIN=build/release/bin/clarion node tests/bench/model_cancel.mjs [CANCELS]

import { setTimeout as sleep } from "node:timers/promises";

import { now, startProvider } from "./model_provider.mjs";
import { connect, serveModel } from "./model_serving.mjs";
import { at } from "./percentile.mjs";

const cancels = Number(process.argv[2] ?? 200);
const DELTAS_BEFORE = 3;
const PATIENCE_MS = 20000;

/** Resolves when `told` says the label; fails when it does not within the patience. */
function heard(told, what, label) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`nothing ${what} of ${label}`)), PATIENCE_MS);
    const look = (facts) => {
      if (facts.label !== label) return;
      clearTimeout(timer);
      told.off(what, look);
      resolve(facts.at);
    };
    told.on(what, look);
  });
}

const provider = await startProvider();
const server = await serveModel(provider);

for (const [when, wanted] of [["in the middle of an answer", "endless"], ["before the first token", "silent"]]) {
  let hear = () => {};
  const socket = await connect(server, wanted, (frame) => hear(frame));
  const times = [];
  for (let time = 0; time < cancels; ++time) {
    const label = `${wanted}-${time}`;
    const gone = heard(provider, "gone", label);
    const asked = heard(provider, "asked", label);
    const thread = { thread_id: label, message_id: "m" };
    let deltas = 0;
    const ended = new Promise((resolve) => {
      hear = (frame) => {
        if (frame.startsWith('{"type":"text_delta"')) ++deltas;
        else if (frame.startsWith('{"type":"agent_cancelled"')) resolve();
      };
    });
    socket.send(JSON.stringify({ type: "message", ...thread, text: `${wanted} ${label}` }));
    await asked;
    while (wanted === "endless" && deltas < DELTAS_BEFORE) await sleep(1);
    const sent = now();
    socket.send(JSON.stringify({ type: "cancel", ...thread }));
    times.push(((await gone) - sent) / 1000);
    await ended;
  }
  socket.terminate();
  const [half, most] = [0.5, 0.99].map((share) => at(times, share).toFixed(2));
  console.log(`cancel → model connection closed, ${when}: p50 ${half} ms, p99 ${most} ms, ` +
    `most ${Math.max(...times).toFixed(2)} ms (${times.length} cancels)`);
}
await server.stop();
await provider.stop();
