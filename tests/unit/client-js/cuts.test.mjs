// One story, cut at every frame of either side, in every way: what the program has seen in the end is
// the same.

import assert from "node:assert/strict";
import { test } from "node:test";

import { FakeServer, UNHARMED } from "./fake_server.mjs";
import { Program } from "./followed.mjs";
import { VirtualClock, seeded } from "./virtual_clock.mjs";

const MINUTE = 60000;
const HALF_OPEN = -1;
const ENDS = [0, HALF_OPEN, 1001, 1011, 4008];

/** Two threads, three messages, one of them while a run is at work; in the end one more for each thread,
 *  as nothing tells of a last event that was lost. */
async function story(fate = () => UNHARMED, watched = () => {}) {
  const clock = new VirtualClock();
  const server = new FakeServer(clock, seeded(1), { fate });
  watched(server);
  const program = new Program(server, clock, seeded(2));
  program.follow("a");
  program.follow("b", { pageEvents: 3 });
  program.client.open();
  program.send("a", "first");
  await clock.run(300);
  program.send("b", "second");
  program.send("a", "third");
  const ended = (runs) => server.ended === runs && program.isDone;
  await clock.run(MINUTE, () => ended(3));
  program.send("a", "the last of a");
  program.send("b", "the last of b");
  await clock.run(2 * MINUTE, () => ended(5));
  program.check();
  return server;
}

/** Frames of either side that the uncut story takes on its only connection; before: frames of the
 *  server that come before the last messages. */
async function lengths() {
  const frames = { up: 0, down: 0, before: 0 };
  const lost = () => {
    frames.down += 1;
    return false;
  };
  const server = await story(() => ({ lost }), (made) => {
    const { hear } = made;
    made.hear = function counted(link, frame) {
      frames.up += 1;
      if (frame.text === "the last of a") frames.before = frames.down;
      return hear.call(this, link, frame);
    };
  });
  return { ...frames, connections: server.opened };
}

test("the story itself needs one connection", async () => {
  const { up, down, connections } = await lengths();
  assert.equal(connections, 1);
  assert.ok(up >= 12 && down >= 60, `${up} frames up, ${down} down`);
});

test("cut after every frame of the server, in every way", async () => {
  const { down } = await lengths();
  for (const end of ENDS) {
    for (let frames = 0; frames <= down; frames += 1) {
      try {
        await story((number) => (number === 1 ? { down: frames, end } : {}));
      } catch (error) {
        error.message = `end ${end} after ${frames} frames: ${error.message}`;
        throw error;
      }
    }
  }
});

test("cut after every frame of the client, in every way", async () => {
  const { up } = await lengths();
  for (const end of ENDS) {
    for (let frames = 1; frames <= up; frames += 1) {
      try {
        await story((number) => (number === 1 ? { up: frames, end } : {}));
      } catch (error) {
        error.message = `end ${end} after ${frames} frames: ${error.message}`;
        throw error;
      }
    }
  }
});

test("cut at two places in a row", async () => {
  const { down } = await lengths();
  for (let first = 0; first <= down; first += 7) {
    for (let second = 0; second <= down; second += 5) {
      const cuts = [first, second];
      try {
        await story((number) => ({ down: cuts[number - 1] ?? Infinity }));
      } catch (error) {
        error.message = `cut after ${first} and ${second} frames: ${error.message}`;
        throw error;
      }
    }
  }
});

test("each frame of the server lost, doubled, or overtaken by the next one", async () => {
  const { before } = await lengths();
  for (const fault of ["lost", "twice", "swapped"]) {
    for (let frame = 1; frame <= before; frame += 1) {
      try {
        await story((number) => (number === 1 ? { [fault]: (_, n) => n === frame } : {}));
      } catch (error) {
        error.message = `frame ${frame} ${fault}: ${error.message}`;
        throw error;
      }
    }
  }
});
