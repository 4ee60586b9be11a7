// Nothing but handshakes: upgrade, welcome, close. How many of them succeed, and how long they take.

import { Histogram } from "./histogram.mjs";
import { tokenMaker } from "./tokens.mjs";
import { dial } from "./websocket.mjs";

const TIMEOUT_MS = 15000;
const SOURCES = 250; // loopback addresses to call from: each has 28,000 ports of its own

/** One after the other, `atOnce` at a time. onEach is told of each that is over. */
export async function handshakes(options, count, { atOnce, onEach = () => {} }) {
  const tokens = options.tokenSecretFile ? tokenMaker(options.tokenSecretFile) : null;
  const isLoopback = ["127.0.0.1", "localhost"].includes(new URL(options.url).hostname);
  const result = { handshakes: count, succeeded: 0, failed: 0, latency: new Histogram(), failures: {} };
  let next = 0;
  const caller = async () => {
    while (next < count) {
      const number = next++;
      const began = performance.now();
      const localAddress = isLoopback ? `127.0.0.${1 + (number % SOURCES)}` : undefined;
      const how = await handshake(options.url, `${options.prefix}${number % options.users}`, tokens, localAddress);
      if (how === "welcome") {
        result.succeeded += 1;
        result.latency.add(performance.now() - began);
      } else {
        result.failed += 1;
        result.failures[how] = (result.failures[how] ?? 0) + 1;
      }
      onEach(how);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, caller));
  return result;
}

/** "welcome", or why not. */
function handshake(url, user, tokens, localAddress) {
  return new Promise((resolve) => {
    const headers = tokens ? { Authorization: `Bearer ${tokens(user)}` } : {};
    const wire = dial(tokens ? url : `${url}?user=${user}`, { protocols: ["clarion.v1"], headers, localAddress });
    let how = null;
    const timer = setTimeout(() => {
      how ??= "time-out";
      wire.reset();
    }, TIMEOUT_MS);
    wire.onText = (text) => {
      if (how !== null) return;
      const frame = JSON.parse(text);
      how = frame.type === "welcome" && frame.user_id === user ? "welcome" : `first frame ${text.slice(0, 80)}`;
      wire.close();
    };
    wire.onEnd = ({ code, status, error }) => {
      clearTimeout(timer);
      resolve(how ?? `${code ?? (status ? `status ${status}` : error)}`);
    };
  });
}
