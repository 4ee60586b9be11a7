// A file system of a few megabytes that can be filled to the last byte and emptied again. Mounting one
// needs root: without it this fails, for a test that skips itself proves nothing.

import { execFileSync } from "node:child_process";
import { closeSync, fsyncSync, mkdtempSync, openSync, rmdirSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const mounted = new Set();
process.on("exit", () => {
  for (const disk of mounted) disk.unmount();
});
// A test that takes too long is ended by this; without it the mount would stay.
process.once("SIGTERM", () => process.exit(143));

export class SmallDisk {
  fills = 0; // calls of fill()
  #ballast;

  constructor(megabytes) {
    if (process.getuid() !== 0) throw new Error("a small disk is a mounted tmpfs, and mounting needs root");
    this.dir = mkdtempSync(join(tmpdir(), "clarion-disk-"));
    execFileSync("mount", ["-t", "tmpfs", "-o", `size=${megabytes}m,mode=0700`, "clarion-test", this.dir]);
    mounted.add(this);
    this.#ballast = join(this.dir, "ballast");
  }

  /** Takes all the room there is, and what the server gives back meanwhile when called again. */
  fill() {
    this.fills += 1;
    const file = openSync(this.#ballast, "a");
    try {
      for (const size of [1 << 20, 4096]) {
        const block = Buffer.alloc(size);
        while (takes(file, block));
      }
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
  }

  free() { rmSync(this.#ballast, { force: true }); }

  unmount() {
    if (!mounted.delete(this)) return;
    execFileSync("umount", ["--lazy", this.dir]);
    rmdirSync(this.dir);
  }
}

function takes(file, block) {
  try {
    return writeSync(file, block) === block.length;
  } catch (error) {
    if (error.code === "ENOSPC") return false;
    throw error;
  }
}
