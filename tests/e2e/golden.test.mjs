// `tools/dev golden` passes on the real server, and fails on one that loses, repeats or changes an event.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { dirname, join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";

import WebSocket, { WebSocketServer } from "ws";

import { startServer } from "./support/server.mjs";

const DEV = join(dirname(fileURLToPath(import.meta.url)), "../../tools/dev");

async function golden(...args) {
  const env = { ...process.env, CLARION_SKIP_SETUP: "1", CLARION_TOKEN: "" };
  const child = spawn(DEV, ["golden", ...args], { env, stdio: ["ignore", "pipe", "pipe"] });
  let out = "";
  let err = "";
  child.stdout.setEncoding("utf8").on("data", (text) => { out += text; });
  child.stderr.setEncoding("utf8").on("data", (text) => { err += text; });
  const [code] = await once(child, "close");
  return { code, out, err };
}

let server;
before(async () => { server = await startServer(); });
after(async () => { await server.stop(); });

/** A server that is the real one but for what `tamper` makes of each event: the frames to send in its place. */
async function through(tamper, check) {
  const proxy = new WebSocketServer({ host: "127.0.0.1", port: 0, handleProtocols: () => "clarion.v1" });
  await once(proxy, "listening");
  proxy.on("connection", (near, request) => {
    const far = new WebSocket(`ws://${server.host}:${server.port}${request.url}`, ["clarion.v1"]);
    const opened = once(far, "open");
    near.on("message", async (data) => {
      await opened;
      far.send(data.toString());
    });
    far.on("message", (data) => {
      const frame = JSON.parse(data);
      for (const one of tamper(frame) ?? [frame]) near.send(JSON.stringify(one));
    });
    near.on("close", () => far.terminate());
    far.on("close", () => near.terminate());
  });
  try {
    await check(`http://127.0.0.1:${proxy.address().port}`);
  } finally {
    proxy.close();
    for (const client of proxy.clients) client.terminate();
  }
}

/** Tampers with the first frame that fits, and no other. */
function firstThat(fits, change) {
  let done = false;
  return (frame) => {
    if (done || !fits(frame)) return null;
    done = true;
    return change(frame);
  };
}
const first = (type, change) => firstThat((frame) => frame.type === type, change);
const lost = () => [];

test("the real server passes, and the counts of each event type are printed", async () => {
  const { code, out, err } = await golden("--url", server.url, "--slow");
  assert.equal(code, 0, out + err);
  assert.equal(err, "");
  assert.match(out, /^ok {4}arithmetic: /m);
  assert.match(out, /^ok {4}a lost connection: resumed without gap or duplicate/m);
  assert.match(out, /^ +\d+ {2}tool_executing$/m);
  const counted = [...out.matchAll(/^ +(\d+) {2}[a-z_]+$/gm)].reduce((sum, [, n]) => sum + Number(n), 0);
  const [, total] = /^golden: passed, (\d+) events and none missing, in [\d.]+ s; thread golden-\S+\n$/m.exec(out);
  assert.equal(counted, Number(total));
});

test("an untampered way through the proxy passes as well", async () => {
  await through(() => null, async (url) => assert.equal((await golden("--url", url)).code, 0));
});

const DAMAGES = [
  ["a lost tool_completed", first("tool_completed", lost),
    /^FAIL {2}arithmetic: .*event 5 is missing: after tool_executing came text_delta 6/m],
  ["a lost terminal", first("agent_completed", lost), /^FAIL {2}arithmetic: .*no terminal event came: within 10 s/m],
  ["a lost delta", first("text_delta", lost), /event 6 is missing/],
  ["an event twice", first("agent_thinking", (frame) => [frame, frame]), /event 3 \(agent_thinking\) came twice/],
  ["a changed delta", first("text_delta", (frame) => [
    { ...frame, payload: { ...frame.payload, delta: `${frame.payload.delta}!` } },
  ]), /assistant_message \d+ is not the sum of its deltas/],
  ["a census that counts more", first("agent_completed", (frame) => [
    { ...frame, payload: { ...frame.payload, census: { ...frame.payload.census, text_bytes: 9999 } } },
  ]), /the census says text_bytes 9999/],
  ["an event before its accepted", (() => {
    let held = null;
    return (frame) => {
      if (frame.type === "accepted" && held === null) {
        held = frame;
        return [];
      }
      if (frame.type !== "user_message" || !held?.type) return null;
      const late = held;
      held = {};
      return [frame, late];
    };
  })(), /user_message 1 came before its accepted/],
  ["a frame before the welcome", first("welcome", (frame) => [{ type: "pong", ts: 1 }, frame]),
    /the first frame is .*"pong".* and not a welcome/],
  ["an error frame", first("agent_started", (frame) => [
    { type: "error", code: "internal", message: "boom", retryable: false }, frame,
  ]), /the server answered error internal: boom/],
  ["a replay that lacks an event", firstThat((frame) => frame.replay && frame.type === "tool_executing", lost),
    /^FAIL {2}the thread from its start: .*event 4 is missing/m],
  ["a replay that is not marked", firstThat((frame) => frame.replay, ({ replay: _, ...frame }) => [frame]),
    /event \d+ lacks replay:true before caught_up/],
];

for (const [title, tamper, says] of DAMAGES) {
  test(`${title} is found`, async () => {
    await through(tamper, async (url) => {
      const { code, out } = await golden("--url", url, "--timeout", "10");
      assert.equal(code, 1, out);
      assert.match(out, says);
      assert.match(out, /^golden: FAILED after \d+ events; 127\.0\.0\.1:\d+, thread golden-\S+\n$/m);
    });
  });
}

test("a resent message that runs again is found", async () => {
  let wanted = null;
  await through((frame) => {
    if (frame.type !== "accepted" || !frame.duplicate) return null;
    wanted = frame;
    return [{ ...frame, run_id: "r_another" }];
  }, async (url) => {
    const { code, out } = await golden("--url", url, "--timeout", "10");
    assert.equal(code, 1);
    assert.match(out, /^FAIL {2}the same message again: .*got another run: r_another/m);
    assert.notEqual(wanted, null);
  });
});

test("nobody there, and a refused token, are told in a sentence", async () => {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const { port } = probe.address();
  probe.close();
  await once(probe, "close");
  const away = await golden("--url", `ws://127.0.0.1:${port}/ws`);
  assert.equal(away.code, 1);
  assert.match(away.out, new RegExp(`^FAIL  welcome: .*cannot connect to 127\\.0\\.0\\.1:${port}: `));

  const strict = new WebSocketServer({ host: "127.0.0.1", port: 0, handleProtocols: () => "clarion.v1" });
  await once(strict, "listening");
  let bearer = null;
  strict.on("connection", (socket, request) => {
    bearer = request.headers.authorization;
    socket.close(4500, "the token has expired");
  });
  const refused = await golden("--url", `http://127.0.0.1:${strict.address().port}`, "--token", "abc.def");
  strict.close();
  assert.equal(refused.code, 1);
  assert.equal(bearer, "Bearer abc.def");
  assert.match(refused.out, /closed the connection with 4500 \(the token was refused\): the token has expired/);
});

test("wrong usage exits 2 and says what is wrong", async () => {
  for (const [args, says] of [
    [["--nonsense"], /'--nonsense' is not an option/], [["--url"], /--url needs a value/],
    [["--url", "ftp://x"], /'ftp:\/\/x' is not a URL/], [["--token", "a", "--user", "b"], /--user or --token/],
    [["--timeout", "soon"], /--timeout takes seconds/],
  ]) {
    const { code, out, err } = await golden(...args);
    assert.equal(code, 2);
    assert.equal(out, "");
    assert.match(err, says);
  }
  assert.match((await golden("--help")).out, /^tools\/dev golden /);
});
