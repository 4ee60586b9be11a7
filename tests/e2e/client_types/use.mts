// A program in TypeScript on tools/client-js. It is checked and never run; each @ts-expect-error is a
// mistake that the types must find.

import {
  ClarionClient, TIMES, isFinalClose, retryDelay,
  type Accepted, type ClarionEvent, type ConnectionState, type Place, type Problem,
} from "../../../tools/client-js/src/index.js";

const client = new ClarionClient({
  url: "wss://example.org/ws",
  token: async () => "token",
  client: { name: "a program", version: "1" },
  WebSocket: globalThis.WebSocket,
  retryCapMs: 2000,
  clock: { now: () => Date.now(), after: (ms, act) => setTimeout(act, ms), cancel: clearTimeout },
});
new ClarionClient({ url: "ws://localhost/ws", token: () => null, acks: "none" });

const leave: () => void = client.on("state", (state: ConnectionState) => {
  if (state.name === "connected") console.log(state.welcome.user_id);
  if (state.name === "reconnecting") console.log(state.retryInMs?.toFixed());
  if (state.name === "closed" && isFinalClose(state.code)) console.log(state.reason);
});
client.on("problem", ({ code, message }: Problem) => console.log(code, message));
client.on("frame", ({ type }) => console.log(type.length));
client.on("token_wanted", () => void client.signIn());

const events: ClarionEvent[] = [];
client.watch("t", {
  onEvent: (event) => events.push(event),
  onReset: (reason) => console.log(reason === "trimmed"),
  onPage: (page, more) => console.log(page.length, more),
}, { pageEvents: 100 });
const place: Place | null = client.cursor("t");
client.watch("u", {}, { from: place ?? "now" });

const accepted: Accepted = await client.send({ thread_id: "t", text: "hi", on_busy: "enqueue" });
const { verdict } = await client.cancel("t", { run_id: accepted.run_id });
const page = await client.older("t");
const reply = await client.request<{ threads: unknown[] }>({ type: "threads", limit: 10 });
const waitMs: number = retryDelay(3, Math.random, TIMES.retryCapMs);
console.log(verdict, page?.events.length, reply.threads, waitMs, client.unanswered, leave);

// @ts-expect-error: no url
new ClarionClient({});
// @ts-expect-error: no such event
client.on("states", () => {});
// @ts-expect-error: no text
await client.send({ thread_id: "t" });
// @ts-expect-error: no such way to be busy
await client.send({ thread_id: "t", text: "hi", on_busy: "later" });
// @ts-expect-error: neither run nor message
await client.cancel("t", {});
// @ts-expect-error: the state is the client's own
client.state = { name: "idle" };
// @ts-expect-error: no place
client.watch("v", {}, { from: { seq: 3 } });
// @ts-expect-error: the defaults are fixed
TIMES.retryCapMs = 1;
