// What a killed server owes its users after the next start, and what a shutdown looks like.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, chownSync, copyFileSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";

import WebSocket from "ws";

import { startServer } from "./support/server.mjs";

/** Collects frames until `last` fits one of them, or the connection ends. */
function collect(url, first, last) {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url);
    const frames = [];
    socket.on("open", () => first.forEach((frame) => socket.send(JSON.stringify(frame))));
    socket.on("message", (data) => {
      frames.push(JSON.parse(data.toString()));
      if (last(frames.at(-1))) {
        socket.terminate();
        resolve(frames);
      }
    });
    socket.on("close", (code) => resolve(Object.assign(frames, { code })));
    socket.on("error", (error) => (frames.length ? resolve(frames) : reject(error)));
  });
}

const events = (frames) => frames.filter((frame) => frame.payload);
const fromStart = { type: "subscribe", thread_id: "t1", since: { epoch: "", seq: 0 } };

test("kill -9 in the middle of a run loses nothing that was seen, and the next start closes the run", async () => {
  const dataDir = mkdtempSync(join(tmpdir(), "clarion-crash-"));
  try {
    for (let round = 0; round < 5; ++round) {
      const user = `u${round}`;
      const server = await startServer({ dataDir });
      const seen = collect(
        `${server.wsUrl}?user=${user}`,
        [
          { type: "message", thread_id: "t1", message_id: "m1", text: "/story 500 50" },
          { type: "message", thread_id: "t1", message_id: "m2", text: "hello" },
        ],
        (frame) => {
          if (frame.type === "text_delta" && frame.seq >= 6 + 3 * round) server.kill();
          return false;
        },
      );
      const before = events(await seen);
      assert.ok(before.length >= 6 + 3 * round);

      const again = await startServer({ dataDir });
      let ends = 0;
      const after = events(
        await collect(`${again.wsUrl}?user=${user}`, [fromStart], (frame) => {
          if (/^agent_(completed|error|cancelled)$/.test(frame.type)) ++ends;
          return ends === 2;
        }),
      );
      const plain = ({ replay, ...event }) => event;
      assert.deepEqual(after.slice(0, before.length).map(plain), before.map(plain));
      assert.deepEqual(after.map((event) => event.seq), after.map((_, index) => index + 1));
      const error = after.find((event) => event.type === "agent_error");
      assert.equal(error.payload.code, "process_lost");
      const text = after
        .filter((event) => event.type === "text_delta" && event.run_id === error.run_id)
        .map((event) => event.payload.delta)
        .join("");
      const whole = after.find((event) => event.type === "assistant_message");
      assert.equal(whole.payload.text, text);
      assert.equal(error.payload.census.text_bytes, text.length);
      // The queued message got its turn.
      assert.equal(after.at(-1).type, "agent_completed");
      await again.stop();
    }
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
});

test("SIGTERM says going_away, lets a short run finish, closes 1001 and exits 0", async () => {
  const server = await startServer();
  const frames = await new Promise((resolve) => {
    const all = [];
    const socket = new WebSocket(`${server.wsUrl}?user=ada`);
    socket.on("open", () =>
      socket.send(JSON.stringify({ type: "message", thread_id: "t1", message_id: "m1", text: "/story 40 100" })),
    );
    let stopping;
    socket.on("message", (data) => {
      all.push(JSON.parse(data.toString()));
      if (all.at(-1).type === "text_delta" && !stopping) stopping = server.stop();
    });
    socket.on("close", async (code) => {
      await stopping;
      resolve(Object.assign(all, { code }));
    });
  });
  const types = frames.map((frame) => frame.type);
  assert.ok(types.indexOf("going_away") > 0);
  assert.ok(types.indexOf("agent_completed") > types.indexOf("going_away"));
  assert.equal(frames.code, 1001);
});

test("SIGHUP during a drain asks for nothing more", async () => {
  const server = await startServer();
  const types = [];
  let stopping;
  await new Promise((resolve) => {
    const socket = new WebSocket(`${server.wsUrl}?user=ada`);
    socket.on("open", () =>
      socket.send(JSON.stringify({ type: "message", thread_id: "t1", message_id: "m1", text: "/story 40 100" })));
    socket.on("message", (data) => {
      types.push(JSON.parse(data.toString()).type);
      if (types.at(-1) === "text_delta" && !stopping) stopping = server.stop();
      if (types.at(-1) === "going_away") process.kill(server.pid, "SIGHUP");
    });
    socket.on("close", resolve);
  });
  await stopping;
  assert.ok(types.includes("going_away"));
  assert.ok(types.includes("agent_completed"), types.join(" "));
});

test("a log that its user may not write stops the start with one line", async () => {
  // Permissions mean nothing to root: there the server is another user, with a binary that this one may reach.
  const dataDir = mkdtempSync(join(tmpdir(), "clarion-readonly-"));
  try {
    chmodSync(dataDir, 0o755);
    const isRoot = process.getuid() === 0;
    const bin = join(dataDir, "clarion");
    copyFileSync(process.env.CLARION_BIN, bin);
    const data = join(dataDir, "data");
    const serve = (options) => spawnSync(bin, ["serve", "--listen", "127.0.0.1:0", "--admin", "off", "--data", data],
      { encoding: "utf8", ...options });
    await (await startServer({ bin, dataDir: data })).stop(); // it has made the files
    chmodSync(join(data, "clarion.db"), 0o444);
    if (isRoot) for (const path of [data, ...readdirSync(data).map((name) => join(data, name))]) chownSync(path, 65534, 65534);
    const { status, stderr } = serve({ timeout: 20000, ...(isRoot ? { uid: 65534, gid: 65534 } : {}) });
    assert.equal(status, 1, stderr);
    assert.match(stderr, /^clarion: [^\n]*clarion\.db cannot be written[^\n]*\n$/);
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
});

test("a taken port, a locked directory, bad flags: one line and the right status", async () => {
  const server = await startServer();
  const attempt = (...args) => {
    const { status, stderr } = spawnSync(process.env.CLARION_BIN, args, { encoding: "utf8", timeout: 20000 });
    return { status, lines: stderr.trim().split("\n") };
  };
  const free = mkdtempSync(join(tmpdir(), "clarion-free-"));
  const taken = attempt("serve", "--listen", `127.0.0.1:${server.port}`, "--admin", "off", "--data", free);
  assert.equal(taken.status, 1);
  assert.equal(taken.lines.length, 1, taken.lines.join("\n"));
  assert.match(taken.lines[0], new RegExp(`${server.port}.*in use`, "i"));
  const locked = attempt("serve", "--listen", "127.0.0.1:0", "--admin", "off", "--data", server.dataDir);
  assert.equal(locked.status, 1);
  assert.equal(locked.lines.length, 1, locked.lines.join("\n"));
  assert.ok(locked.lines[0].includes(server.dataDir));
  const unsafe = attempt("serve", "--listen", "0.0.0.0:0", "--data", free);
  assert.equal(unsafe.status, 2);
  assert.match(unsafe.lines[0], /insecure/);
  assert.equal(attempt("serve", "--nonsense").status, 2);
  assert.equal(attempt("serve", "--shards", "many").status, 2);
  rmSync(free, { recursive: true, force: true });
  await server.stop();
});
