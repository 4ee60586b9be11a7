// The types of tools/client-js, by the compiler that its users have.

import assert from "node:assert/strict";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

import ts from "typescript";

const PROGRAM = fileURLToPath(new URL("client_types/use.mts", import.meta.url));

test("a strict program is accepted, and each of its mistakes is found", { timeout: 60000 }, () => {
  const program = ts.createProgram([PROGRAM], {
    strict: true, exactOptionalPropertyTypes: true, noEmit: true, types: [],
    target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.NodeNext,
    lib: ["lib.es2022.d.ts", "lib.dom.d.ts"] });
  const said = ts.getPreEmitDiagnostics(program).map(({ file, start, messageText }) => {
    const line = file ? file.getLineAndCharacterOfPosition(start).line + 1 : 0;
    return `${file?.fileName}:${line}: ${ts.flattenDiagnosticMessageText(messageText, "\n")}`;
  });
  assert.deepEqual(said, []);
  const types = program.getSourceFiles().map(({ fileName }) => fileName);
  assert.ok(types.some((name) => name.endsWith("tools/client-js/src/index.d.ts")), "which types?");
});
