import assert from "node:assert/strict";
import { test } from "node:test";

import { COMMANDS, matching } from "../../../app/web/commands.js";

test("hints fit what is being written, and end where the command does", () => {
  assert.equal(matching("/").length, COMMANDS.length);
  assert.deepEqual(matching("/st").map((c) => c.name), ["/story"]);
  assert.deepEqual(matching("/T").map((c) => c.name), ["/time", "/tools", "/throw", "/think"]);
  for (const none of ["", "st", "/story 5", "/nothing", "a /st", "/\n"]) {
    assert.deepEqual(matching(none), [], none);
  }
});
