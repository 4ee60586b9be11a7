// A tool that needs a person's word, over a real socket and a real log.

import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";

import WebSocket from "ws";

import { startServer } from "./support/server.mjs";

const FRAME_TIMEOUT_MS = 10000;

let server;

before(async () => {
  server = await startServer();
});
after(() => server.stop());

/** One tab of a user, the frames it has received, and a way to wait for one of a type. */
class Tab {
  constructor(user, of = server) {
    this.frames = [];
    this.looks = new Set();
    this.socket = new WebSocket(`${of.wsUrl}?user=${user}`, ["clarion.v1"]);
    this.socket.on("error", () => {}); // its frames are missed by whoever waits for them
    this.socket.on("message", (data) => {
      this.frames.push(JSON.parse(data.toString()));
      this.looks.forEach((look) => look());
    });
  }

  /** The nth frame of a type, past or future. */
  frame(type, nth = 1) {
    return new Promise((resolve, reject) => {
      const late = () => reject(new Error(`no ${type} among ${this.types().join(" ")}`));
      const timer = setTimeout(late, FRAME_TIMEOUT_MS);
      const look = () => {
        const found = this.frames.filter((frame) => frame.type === type);
        if (found.length < nth) return;
        clearTimeout(timer);
        this.looks.delete(look);
        resolve(found[nth - 1]);
      };
      this.looks.add(look);
      look();
    });
  }

  types() {
    return this.frames.map((frame) => frame.type);
  }

  /** Events by type, deltas aside. */
  events() {
    return this.frames
      .filter((frame) => frame.payload && frame.type !== "text_delta")
      .map((frame) => frame.type);
  }

  send(frame) {
    this.socket.send(JSON.stringify(frame));
  }

  /** Asks the demo for something that needs approval; the approval's payload. */
  async ask(text = "/approve say hello") {
    await this.frame("welcome");
    this.send({ type: "message", thread_id: "t1", message_id: "m1", text });
    return (await this.frame("approval_requested")).payload;
  }

  approve(approval_id, decision, fields = {}) {
    this.send({ type: "approve", approval_id, decision, ...fields });
  }

  end() {
    this.socket.terminate();
  }
}

let users = 0;
const nextUser = () => `u${++users}`;

const BEFORE = ["user_message", "agent_started", "agent_thinking", "approval_requested"];

test("an allowed call is executed, with the answer before the event that says so", async () => {
  const tab = new Tab(nextUser());
  const asked = await tab.ask();
  assert.match(asked.approval_id, /^ap_/);
  assert.equal(asked.tool_name, "guarded_tool");
  assert.deepEqual(asked.arguments, { text: "say hello" });
  assert.ok(Math.abs(asked.expires_ms - Date.now() - 86400000) < 60000);
  tab.approve(asked.approval_id, "allow", { id: "a1", note: "fine" });
  await tab.frame("agent_completed");
  assert.deepEqual(tab.events(), [
    ...BEFORE, "approval_resolved", "tool_executing", "tool_completed", "assistant_message",
    "agent_completed",
  ]);
  const answer = await tab.frame("approve_result");
  assert.deepEqual(answer, {
    type: "approve_result", id: "a1", verdict: "resolved", by: `u${users}`,
  });
  assert.ok(tab.types().indexOf("approve_result") < tab.types().indexOf("approval_resolved"));
  const resolved = (await tab.frame("approval_resolved")).payload;
  assert.deepEqual(resolved, {
    approval_id: asked.approval_id, decision: "allow", by: `u${users}`, note: "fine",
  });
  assert.equal((await tab.frame("tool_executing")).payload.tool_call_id, asked.tool_call_id);
  tab.end();
});

test("a denied call has no tool events", async () => {
  const tab = new Tab(nextUser());
  const asked = await tab.ask();
  tab.approve(asked.approval_id, "deny", { note: "too loud" });
  await tab.frame("agent_completed");
  assert.deepEqual(tab.events(), [
    ...BEFORE, "approval_resolved", "assistant_message", "agent_completed",
  ]);
  assert.match((await tab.frame("assistant_message")).payload.text, /denied the call: too loud/);
  tab.end();
});

test("edited arguments are executed, and bad ones leave the approval open", async () => {
  const tab = new Tab(nextUser());
  const asked = await tab.ask();
  tab.approve(asked.approval_id, "allow", { arguments: { text: 5 }, id: "bad" });
  const error = await tab.frame("error");
  assert.equal(error.code, "bad_request");
  assert.equal(error.detail, "/arguments/text");
  assert.equal(error.id, "bad");
  tab.approve(asked.approval_id, "allow", { arguments: { text: "whisper" } });
  await tab.frame("agent_completed");
  assert.deepEqual((await tab.frame("approval_resolved")).payload.arguments, { text: "whisper" });
  assert.deepEqual((await tab.frame("tool_executing")).payload.arguments, { text: "whisper" });
  assert.deepEqual((await tab.frame("tool_completed")).payload.result, { said: "whisper" });
  tab.end();
});

test("of two tabs one resolves, and the other hears by whom it was done", async () => {
  const user = nextUser();
  const one = new Tab(user);
  const asked = await one.ask();
  const two = new Tab(user);
  const { active_runs: runs } = await two.frame("welcome");
  assert.deepEqual(runs.map((run) => run.state), ["suspended"]);
  one.approve(asked.approval_id, "allow");
  two.approve(asked.approval_id, "deny");
  const answers = [await one.frame("approve_result"), await two.frame("approve_result")];
  assert.deepEqual(answers.map((answer) => answer.verdict).sort(), ["already_resolved", "resolved"]);
  assert.deepEqual(answers.map((answer) => answer.by), [user, user]);
  await one.frame("agent_completed");
  assert.equal(one.events().filter((type) => type === "approval_resolved").length, 1);
  one.end();
  two.end();
});

test("another user's approval does not exist", async () => {
  const ada = new Tab(nextUser());
  const eve = new Tab(nextUser());
  const asked = await ada.ask();
  await eve.frame("welcome");
  eve.approve(asked.approval_id, "allow");
  assert.deepEqual(await eve.frame("approve_result"), {
    type: "approve_result", verdict: "not_found",
  });
  ada.approve(asked.approval_id, "deny");
  assert.equal((await ada.frame("approve_result")).verdict, "resolved");
  await ada.frame("agent_completed");
  ada.end();
  eve.end();
});

test("cancelling a suspended run resolves its approval first", async () => {
  const tab = new Tab(nextUser());
  const asked = await tab.ask();
  tab.send({ type: "cancel", thread_id: "t1", message_id: "m1" });
  await tab.frame("agent_cancelled");
  assert.deepEqual(tab.events(), [...BEFORE, "approval_resolved", "agent_cancelled"]);
  assert.deepEqual((await tab.frame("approval_resolved")).payload, {
    approval_id: asked.approval_id, decision: "cancelled", by: "server",
  });
  tab.approve(asked.approval_id, "allow");
  assert.deepEqual(await tab.frame("approve_result"), {
    type: "approve_result", verdict: "already_resolved", by: "server",
  });
  tab.end();
});

test("an approval that nobody decides expires, and the run goes on", async () => {
  const dir = mkdtempSync(join(tmpdir(), "clarion-approvals-"));
  const config = join(dir, "clarion.toml");
  writeFileSync(config, "[limits]\napproval_timeout_ms = 2500\nrun_deadline_ms = 2000\n");
  const hasty = await startServer({ args: ["--config", config] });
  try {
    const tab = new Tab("ada", hasty);
    const asked = await tab.ask();
    // The deadline is shorter and stands still.
    await tab.frame("agent_completed");
    const resolved = await tab.frame("approval_resolved");
    assert.equal(resolved.payload.decision, "expired");
    assert.equal(resolved.payload.by, "server");
    assert.ok(resolved.timestamp >= asked.expires_ms);
    assert.deepEqual(tab.events(), [
      ...BEFORE, "approval_resolved", "assistant_message", "agent_completed",
    ]);
    tab.approve(asked.approval_id, "allow");
    assert.deepEqual(await tab.frame("approve_result"), {
      type: "approve_result", verdict: "expired", by: "server",
    });
    tab.end();
  } finally {
    await hasty.stop();
    rmSync(dir, { recursive: true, force: true });
  }
});

for (const [how, stop] of [
  ["a crash", (of) => of.kill()],
  ["a shutdown", (of) => of.stop()],
])
  test(`a suspended run survives ${how} and goes on when it is allowed, once`, async () => {
    const dataDir = mkdtempSync(join(tmpdir(), "clarion-approvals-"));
    try {
      const first = await startServer({ dataDir });
      const tab = new Tab("ada", first);
      const asked = await tab.ask();
      const begin = Date.now();
      await stop(first);
      assert.ok(Date.now() - begin < 10000, "nobody waits for a person");
      const second = await startServer({ dataDir });
      const [one, two] = [new Tab("ada", second), new Tab("ada", second)];
      const { active_runs: runs } = await one.frame("welcome");
      assert.deepEqual(runs.map((run) => run.state), ["suspended"]);
      await two.frame("welcome");
      for (const each of [one, two]) each.send({ type: "subscribe", thread_id: "t1", since: { epoch: "", seq: 0 } });
      await one.frame("caught_up");
      await two.frame("caught_up");
      one.approve(asked.approval_id, "allow");
      two.approve(asked.approval_id, "deny");
      const answers = [await one.frame("approve_result"), await two.frame("approve_result")];
      assert.deepEqual(answers.map((answer) => answer.verdict).sort(), ["already_resolved", "resolved"]);
      await one.frame("agent_completed");
      const allowed = (await one.frame("approval_resolved")).payload.decision === "allow";
      assert.deepEqual(one.events(), [
        ...BEFORE, "approval_resolved", ...(allowed ? ["tool_executing", "tool_completed"] : []),
        "assistant_message", "agent_completed",
      ]);
      const { census } = (await one.frame("agent_completed")).payload;
      assert.equal(census.first_seq, (await one.frame("agent_started")).seq);
      assert.equal(census.last_seq, (await one.frame("agent_completed")).seq - 1);
      for (const each of [tab, one, two]) each.end();
      await second.stop();
    } finally {
      rmSync(dataDir, { recursive: true, force: true });
    }
  });
