// A calendar clock that a test sets while the server runs (clock_offset.c, compiled here).

import { execFileSync } from "node:child_process";
import { closeSync, openSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { folder } from "../support/tokens.mjs";

const SOURCE = fileURLToPath(new URL("clock_offset.c", import.meta.url));

export class Clock {
  jumps = 0;
  #file;
  #offsetMs = 0;

  constructor() {
    const dir = folder();
    const library = join(dir, "clock_offset.so");
    execFileSync("cc", ["-O1", "-Wall", "-Werror", "-shared", "-fPIC", "-o", library, SOURCE, "-ldl"], { stdio: "inherit" });
    const path = join(dir, "offset");
    writeFileSync(path, Buffer.alloc(8));
    this.#file = openSync(path, "r+");
    /** For the server's process. */
    this.env = { LD_PRELOAD: library, CLARION_TEST_CLOCK: path };
  }

  get offsetMs() { return this.#offsetMs; }

  /** To that distance from the true time, at once. */
  set(offsetMs) {
    this.jumps += 1;
    this.#offsetMs = offsetMs;
    const bytes = Buffer.alloc(8);
    bytes.writeBigInt64LE(BigInt(Math.round(offsetMs)) * 1000000n);
    writeSync(this.#file, bytes, 0, 8, 0);
  }

  close() { closeSync(this.#file); }
}
