// Prints how long a client that comes back waits from its dial to `caught_up`, by the number of events that it has
// missed, with durability on.
//
//   CLARION_BIN=build/release/bin/clarion node tests/bench/resume_time.mjs [RETURNS] [MISSED…]

import WebSocket from "../e2e/node_modules/ws/wrapper.mjs";
import { startServer } from "../e2e/support/server.mjs";
import { at } from "./percentile.mjs";

const returns = Number(process.argv[2] ?? 200);
const lengths = process.argv.length > 3 ? process.argv.slice(3).map(Number) : [100, 10000];

/** Dials, says `next(frame)` behind each frame for which it gives one, and resolves once it gives null. */
function talk(wsUrl, next) {
  return new Promise((resolve, reject) => {
    const began = performance.now();
    const socket = new WebSocket(`${wsUrl}?user=ada`);
    socket.on("message", (data) => {
      const frame = JSON.parse(data);
      if (frame.type === "error" || frame.type === "agent_error") reject(new Error(data));
      const said = next(frame);
      if (said) socket.send(JSON.stringify(said));
      if (said !== null) return;
      resolve(performance.now() - began);
      socket.terminate();
    });
    socket.on("error", reject);
  });
}

/** Runs until the thread has that many events. Gives where it ends. */
async function filled(wsUrl, thread_id, least) {
  let end = { seq: 0 };
  await talk(wsUrl, (frame) => {
    if (frame.type === "agent_completed") end = frame;
    if (frame.type !== "agent_completed" && frame.type !== "welcome") return undefined;
    return end.seq < least ? { type: "message", thread_id, message_id: `m${end.seq}`, text: "/tools 64" } : null;
  });
  return end;
}

async function comeBack(wsUrl, thread_id, since, missed) {
  let events = 0;
  const ms = await talk(wsUrl, (frame) => {
    if (frame.payload) ++events;
    if (frame.type === "caught_up") return null;
    return frame.type === "welcome" ? { type: "subscribe", thread_id, since } : undefined;
  });
  if (events !== missed) throw new Error(`${events} events came, not ${missed}`);
  return ms;
}

const server = await startServer();
for (const missed of lengths) {
  const thread_id = `t${missed}`;
  const end = await filled(server.wsUrl, thread_id, missed);
  const since = { epoch: end.epoch, seq: end.seq - missed };
  const times = [];
  for (let time = 0; time < returns; ++time) times.push(await comeBack(server.wsUrl, thread_id, since, missed));
  const [half, most] = [at(times, 0.5), at(times, 0.99)].map((ms) => ms.toFixed(2));
  console.log(`dial → caught_up, ${missed} events missed: p50 ${half} ms, p99 ${most} ms (${returns} returns)`);
}
await server.stop();
