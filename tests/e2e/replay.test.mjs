// `clarion replay` shows a stopped server's thread to clients that are not ours, to ours and to the
// page, in its own time, and leaves the data directory as it is.

import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { launch, openPage } from "./page/browser.mjs";
import { Client } from "./support/client.mjs";
import { startServer } from "./support/server.mjs";
import { makeToken, secretFile } from "./support/tokens.mjs";

const BIN = process.env.CLARION_BIN;
const CHAT = process.env.CLARION_CHAT_BIN;
const FROM_START = { epoch: "", seq: 0 };

const scratch = mkdtempSync(join(tmpdir(), "clarion-replay-"));
after(() => rmSync(scratch, { recursive: true, force: true }));
let dataDir; // of a server that has stopped
let crashed; // of one that was killed in the middle of a run
let live; // the events of ada's thread as they came

const isEvent = ({ payload }) => payload !== undefined;
const ended = (run) => ({ type, run_id: id }) => type === "agent_completed" && id === run;

async function ask(client, thread, id, text) {
  client.send({ type: "message", thread_id: thread, message_id: id, text });
  const { run_id: run } = await client.find((frame) => frame.type === "accepted" && frame.message_id === id, "accepted");
  return run;
}

before(async () => {
  const server = await startServer();
  dataDir = server.dataDir;
  const ada = await Client.open(server, "ada");
  for (const [id, text] of [["m1", "what is 6*7?"], ["m2", "/hang"], ["m3", "/story 20 0"]]) {
    const run = await ask(ada, "work", id, text);
    await ada.find(ended(run), "agent_completed");
  }
  live = ada.frames.filter(isEvent);
  const beside = replayEnds("--user", "ada", "--thread", "work");
  assert.equal(beside.status, 1);
  assert.match(beside.stderr, /^clarion: the data directory .* is in use by another process \(process \d+\)\n$/);

  await ask(ada, "cut", "m1", "/story 1000 20");
  await ada.find((frame) => frame.thread_id === "cut" && frame.type === "text_delta", "text_delta");
  await server.kill();
  crashed = join(scratch, "crashed");
  cpSync(dataDir, crashed, { recursive: true });
  await (await startServer({ dataDir })).stop();
});

/** What a replay says that does not come to play. */
function replayEnds(...args) {
  const { CLARION_DATA: _, ...env } = process.env;
  return spawnSync(BIN, ["replay", "--data", dataDir, ...args],
    { encoding: "utf8", timeout: 60000, env });
}

const replay = ({ args = [], thread = "work", ...options } = {}) =>
  startServer({ command: "replay", dataDir, args: ["--user", "ada", "--thread", thread, ...args], ...options });

const AT_ONCE = ["--speed", "1000000"];

/** Each file with what is in it and when it was written. */
function contents(directory) {
  return Object.fromEntries(readdirSync(directory).sort().map((name) => {
    const path = join(directory, name);
    return [name, [createHash("sha256").update(readFileSync(path)).digest("hex"), statSync(path).mtimeMs]];
  }));
}

const played = (client) => client.frames.filter(isEvent).map(({ replay: marked, ...event }) => {
  assert.equal(marked, true);
  return event;
});

test("every event as it was, then caught_up, and the directory stays as it is", async () => {
  for (const [directory, thread] of [[dataDir, "work"], [crashed, "cut"]]) {
    const as_it_was = contents(directory);
    const player = await replay({ args: AT_ONCE, dataDir: directory, thread });
    const viewer = await Client.open(player, "ada");
    const [{ agents, active_runs: runs, degraded }] = viewer.frames;
    assert.deepEqual([agents[0].available, runs, degraded], [false, [], undefined]);
    viewer.send({ type: "subscribe", id: "s", thread_id: thread, since: FROM_START });
    const { seq } = await viewer.frame("caught_up");
    const subscribed = viewer.frames.find(({ type }) => type === "subscribed");
    assert.deepEqual([subscribed.recovered, subscribed.seq, subscribed.id], [true, seq, "s"]);
    assert.deepEqual(played(viewer).map((event) => event.seq), Array.from({ length: seq }, (_, at) => at + 1));
    if (thread === "work") assert.deepEqual(played(viewer), live);
    else assert.equal(played(viewer).at(-1).type, "text_delta", "the run was cut off here");
    assert.equal(viewer.frames.at(-1).type, "caught_up");
    await viewer.close();
    const other = await replay({ args: AT_ONCE, dataDir: directory, thread }); // two at once
    await other.stop();
    await player.stop();
    assert.deepEqual(contents(directory), as_it_was);
  }
});

test("nothing can be said or changed, and others find nothing", async () => {
  const player = await replay({ args: AT_ONCE });
  const viewer = await Client.open(player, "ada");
  for (const frame of [
    { type: "message", thread_id: "work", message_id: "x", text: "hello" },
    { type: "cancel", thread_id: "work", run_id: live[0].run_id },
    { type: "approve", approval_id: "a", decision: "allow" },
    { type: "delete_thread", thread_id: "work" },
  ]) {
    const [error, ...more] = await viewer.ask({ ...frame, id: frame.type });
    assert.deepEqual([error.type, error.code, error.id, error.retryable], ["error", "forbidden", frame.type, false]);
    assert.match(error.message, /this is a recording/);
    assert.deepEqual(more, []);
  }
  const [list] = await viewer.ask({ type: "threads" });
  assert.deepEqual(list.threads.map(({ thread_id: id, title }) => [id, title]), [["work", "what is 6*7?"]]);
  await viewer.close();

  const bob = await Client.open(player, "bob");
  const [subscribed, caughtUp] = await bob.ask({ type: "subscribe", thread_id: "work", since: FROM_START });
  assert.deepEqual([subscribed.epoch, subscribed.seq, caughtUp.type], ["", 0, "caught_up"]);
  await bob.close();
  await player.stop();
});

test("in its own time, divided by the speed", async () => {
  const player = await replay({ args: ["--speed", "4"] });
  const viewer = await Client.open(player, "ada");
  const hang = live.find(({ type, payload }) => type === "tool_executing" && payload.tool_name === "sleeping_tool");
  const answer = live.find(({ type, payload }) => type === "tool_completed" && payload.tool_call_id === hang.payload.tool_call_id);
  const begun = Date.now();
  viewer.send({ type: "subscribe", thread_id: "work", since: FROM_START });
  await viewer.find(({ seq, payload }) => payload && seq === answer.seq, "tool_completed");
  // How much later it may come is the machine's; that it never comes earlier is ours.
  const took = Date.now() - begun;
  const wanted = (answer.timestamp - hang.timestamp) / 4;
  assert.ok(took >= wanted, `${wanted} ms took ${took} ms`);
  await viewer.frame("caught_up");
  await viewer.close();
  await player.stop();
});

test("one run, and from a cursor on", async () => {
  const [, second] = live.filter(({ type }) => type === "user_message");
  const expected = live.filter(({ run_id: run }) => run === second.run_id);
  const player = await replay({ args: [...AT_ONCE, "--run", second.run_id] });
  const viewer = await Client.open(player, "ada");
  viewer.send({ type: "subscribe", id: "s", thread_id: "work", since: FROM_START });
  await viewer.frame("caught_up");
  const { recovered, reason } = await viewer.frame("subscribed");
  assert.deepEqual([recovered, reason], [false, "trimmed"]);
  assert.deepEqual(played(viewer), expected);
  await viewer.close();

  const later = await Client.open(player, "ada");
  later.send({ type: "subscribe", thread_id: "work", since: { epoch: second.epoch, seq: second.seq + 2 } });
  await later.frame("caught_up");
  assert.deepEqual(played(later), expected.slice(3));
  await later.close();
  await player.stop();
});

test("with --auth jwt it asks for a token as a server does", async () => {
  const secret = secretFile("a secret of at least 32 bytes, for tests");
  const player = await replay({ args: [...AT_ONCE, "--auth", "jwt", "--jwt-secret-file", secret.path] });
  for (const [sub, events] of [["ada", live.length], ["bob", 0]]) {
    const viewer = new Client(player.wsUrl);
    await viewer.opened;
    viewer.send({ type: "hello", token: makeToken({ sub }, secret.text) });
    await viewer.frame("welcome");
    viewer.send({ type: "subscribe", thread_id: "work", since: FROM_START });
    await viewer.frame("caught_up");
    assert.equal(viewer.frames.filter(isEvent).length, events);
    await viewer.close();
  }
  await player.stop();
});

test("the terminal client watches it, and is told that it can do no more", async () => {
  const player = await replay({ args: AT_ONCE });
  const child = spawn(CHAT, ["--url", player.wsUrl, "--thread", "work"], { stdio: "pipe" });
  let out = "";
  await new Promise((resolve, reject) => {
    child.on("close", () => reject(new Error(`it ended: ${out}`)));
    child.stdout.setEncoding("utf8").on("data", (text) => {
      out += text;
      if (/word-20/.test(out) && /(done in[^]*){3}/.test(out)) resolve();
    });
  });
  assert.match(out, /message: what is 6\*7\?[^]*42[^]*message: \/hang[^]*message: \/story 20 0/);
  child.stdin.end(":quit\n");
  assert.equal((await once(child, "close"))[0], 0);

  const said = spawnSync(CHAT, ["--url", player.wsUrl, "--thread", "work", "hello"], { encoding: "utf8", timeout: 60000 });
  assert.equal(said.status, 1);
  assert.match(said.stderr, /this is a recording/);
  await player.stop();
});

test("the page shows it as it comes, and where it stands", { timeout: 180000 }, async (t) => {
  const player = await replay({ args: ["--speed", "0.25"] });
  const browser = await launch();
  t.after(() => browser.close());
  const page = await openPage(t, browser, player, { path: "/#thread=work", ready: false });
  await page.getByText("what is 6*7?").first().waitFor();
  // The tool that runs into its time-out takes eight seconds of this recording.
  await page.waitForFunction(() => /^Running sleeping_tool/.test(document.getElementById("status").textContent));
  assert.equal(await page.getByText("word-20").count(), 0);
  await page.getByText("word-20").waitFor();
  await page.waitForFunction(() => document.getElementById("scroller").dataset.caughtUp === "true");
  assert.equal(await page.getByTestId("status").textContent(), "Done");
  await player.stop();
});

test("what there is none of, or cannot be, is one line", async () => {
  const told = (status, line, ...args) => {
    const seen = replayEnds(...args);
    assert.deepEqual([seen.status, seen.stdout], [status, ""], args.join(" "));
    assert.match(seen.stderr, line);
    assert.equal(seen.stderr.trimEnd().split("\n").length, 1);
  };
  const as_it_was = contents(dataDir);
  const ada = ["--user", "ada", "--thread", "work"];
  told(1, /^clarion: user bob has no thread work$/m, "--user", "bob", "--thread", "work");
  told(1, /^clarion: user ada has no thread play$/m, "--user", "ada", "--thread", "play");
  told(1, /^clarion: thread work has no run r_x$/m, ...ada, "--run", "r_x");
  told(2, /^clarion: --data is given more than once$/m, ...ada, "--data", "/nowhere");
  told(2, /^clarion: clarion replay needs --thread$/m, "--user", "ada");
  told(2, /^clarion: --user: "a b" is not/m, "--user", "a b", "--thread", "work");
  for (const speed of ["0", "-1", "fast"]) told(2, /^clarion: --speed: ".*" is not a number/m, ...ada, "--speed", speed);
  told(2, /^clarion: --listen 0\.0\.0\.0:0 would let everybody in/m, ...ada, "--listen=0.0.0.0:0");
  assert.deepEqual(contents(dataDir), as_it_was);
  const nowhere = spawnSync(BIN, ["replay", "--data", join(scratch, "nowhere"), ...ada], { encoding: "utf8" });
  assert.deepEqual([nowhere.status, nowhere.stderr],
    [1, `clarion: there is no log in the directory ${join(scratch, "nowhere")}\n`]);

  const taken = createServer().listen(0, "127.0.0.1");
  await once(taken, "listening");
  const { port } = taken.address();
  const blocked = spawnSync(BIN, ["replay", "--listen", `127.0.0.1:${port}`, "--data", dataDir, ...ada],
    { encoding: "utf8", timeout: 60000 });
  assert.deepEqual([blocked.status, /cannot listen on/.test(blocked.stderr)], [1, true]);
  taken.close();
});
