// Prints what the server adds to each token of a model: from the byte that the model's server writes to the client's
// frame, with durability on, for a delta window of 0 and for the default one, in which a token waits for others. One run
// at 50 tokens a second, then several at once.
//
//   CLARION_BIN=build/release/bin/clarion node tests/bench/model_tokens.mjs [TOKENS] [RUNS]

import { startProvider } from "./model_provider.mjs";
import { lateness, run, serveModel } from "./model_serving.mjs";
import { at } from "./percentile.mjs";

const tokens = Number(process.argv[2] ?? 1000);
const runs = Number(process.argv[3] ?? 20);

const provider = await startProvider();
for (const [name, windowMs] of [["0 ms", 0], ["default", undefined]]) {
  const server = await serveModel(provider, windowMs);
  for (const count of [1, runs]) {
    const times = [];
    await Promise.all(Array.from({ length: count }, (_, n) =>
      run(server, `u${count}-${n}`, `tokens ${tokens}`, (frame) => lateness(frame, times))));
    const [half, most] = [0.5, 0.99].map((share) => at(times, share).toFixed(2));
    console.log(`delta window ${name}, ${count} run(s): p50 ${half} ms, p99 ${most} ms a token (${times.length} tokens)`);
  }
  await server.stop();
}
await provider.stop();
