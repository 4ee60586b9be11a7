// Prints how long a user waits: from `message` to `agent_started` and to `agent_completed`, with durability on.
//
//   CLARION_BIN=build/release/bin/clarion node tests/bench/first_event.mjs [MESSAGES]

import WebSocket from "../e2e/node_modules/ws/wrapper.mjs";
import { startServer } from "../e2e/support/server.mjs";
import { at } from "./percentile.mjs";

const messages = Number(process.argv[2] ?? 300);

function run(wsUrl, number) {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(`${wsUrl}?user=bench${number}`);
    const times = {};
    let began;
    socket.on("message", (data) => {
      const { type } = JSON.parse(data.toString());
      if (type === "welcome") {
        began = performance.now();
        socket.send(JSON.stringify({ type: "message", thread_id: "t", message_id: "m", text: "/tools 1" }));
      }
      times[type] ??= performance.now() - began;
      if (type === "agent_completed") {
        socket.terminate();
        resolve(times);
      }
    });
    socket.on("error", reject);
  });
}

const server = await startServer();
const all = [];
for (let number = 0; number < messages; ++number) all.push(await run(server.wsUrl, number));
await server.stop();
for (const type of ["accepted", "agent_started", "agent_completed"]) {
  const values = all.map((times) => times[type]);
  console.log(
    `message → ${type}: p50 ${at(values, 0.5).toFixed(2)} ms, p99 ${at(values, 0.99).toFixed(2)} ms (${messages} runs)`,
  );
}
