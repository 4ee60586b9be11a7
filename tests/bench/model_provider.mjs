// A model server in a process of its own, so that neither its work nor the client's stands in the other's way:
// OpenAI's chat completions as a stream, one token each interval. A token is the time of its writing: microseconds of
// the machine's monotonic clock, which all processes share.
//
//   const provider = await startProvider({ tokenMs: 20 });
//   … provider.url, provider.on("gone", ({ label, at }) => …) …
//   await provider.stop();
//
// The last message says what is wanted: `tokens N`, `endless`, or `silent` (the head of an answer and nothing behind it),
// each with a label of the caller's behind it. What the process tells: `asked {label, at}` when a request is whole,
// `gone {label, at}` when its connection has ended before the answer has.

import { fork } from "node:child_process";
import { EventEmitter } from "node:events";
import { createServer } from "node:http";
import { fileURLToPath } from "node:url";

const self = fileURLToPath(import.meta.url);
const US_PER_MS = 1000;
const WITHOUT_END = new Set(["endless", "silent"]);

/** Microseconds on the clock that the processes share. */
export const now = () => Number(process.hrtime.bigint() / 1000n);

const chunk = (delta, finish_reason = null) =>
  `data: ${JSON.stringify({ id: "c", object: "chat.completion.chunk", model: "m", choices: [{ index: 0, delta, finish_reason }] })}\n\n`;

/** Writes by the schedule: what a slow machine was late with comes at once, as from a model that goes on. */
function stream(response, tokens, tokenMs) {
  const began = now();
  let written = 0;
  const timer = setInterval(() => {
    const due = Math.min(tokens, Math.floor((now() - began) / (tokenMs * US_PER_MS)));
    for (; written < due; ++written) response.write(chunk({ content: `${now()} ` }));
    if (written < tokens) return;
    clearInterval(timer);
    response.end(`${chunk({}, "stop")}data: [DONE]\n\n`);
  }, tokenMs);
  response.on("close", () => clearInterval(timer));
}

function answer(request, response, tokenMs) {
  if (request.method !== "POST") return response.end("{}");
  let body = "";
  return request.setEncoding("utf8").on("data", (text) => (body += text)).on("end", () => {
    const [wanted, ...rest] = JSON.parse(body).messages.at(-1).content.split(" ");
    const tokens = wanted === "tokens" ? Number(rest.shift()) : WITHOUT_END.has(wanted) ? Infinity : 1;
    const label = rest.join(" ");
    process.send({ what: "asked", label, at: now() });
    response.on("close", () => {
      if (!response.writableFinished) process.send({ what: "gone", label, at: now() });
    });
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.flushHeaders();
    response.socket.setNoDelay(true);
    if (wanted !== "silent") stream(response, tokens, tokenMs);
  });
}

if (process.argv[1] === self && process.send) {
  const tokenMs = Number(process.argv[2]);
  const server = createServer((request, response) => answer(request, response, tokenMs));
  server.listen({ port: 0, host: "127.0.0.1", backlog: 4096 }, () => process.send({ what: "ready", port: server.address().port }));
  process.on("disconnect", () => process.exit());
}

export async function startProvider({ tokenMs = 20 } = {}) {
  const child = fork(self, [String(tokenMs)]);
  const told = new EventEmitter();
  const ended = new Promise((resolve) => child.on("exit", resolve));
  child.on("message", ({ what, ...facts }) => told.emit(what, facts));
  const { port } = await new Promise((resolve, reject) => {
    told.once("ready", resolve);
    child.once("error", reject);
    child.once("exit", () => reject(new Error("the model server did not start")));
  });
  return Object.assign(told, {
    url: `http://127.0.0.1:${port}/v1`,
    pid: child.pid,
    async stop() {
      child.disconnect();
      await ended;
    },
  });
}
