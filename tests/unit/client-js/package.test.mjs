// What would be published, and what the page is served.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

import * as published from "../../../tools/client-js/src/index.js";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
const PACKAGE = join(ROOT, "tools/client-js");
const MODULES = readdirSync(join(PACKAGE, "src")).filter((name) => name.endsWith(".js")).sort();
const KIB = 1024;

const read = (path) => readFileSync(join(ROOT, path), "utf8");
const moduleText = (name) => read(`tools/client-js/src/${name}`);
const TYPES = moduleText("index.d.ts");

let room; // a directory of this test's own, npm's cache too
let packed; // what npm says of the archive
before(() => {
  room = mkdtempSync(join(tmpdir(), "clarion-client-"));
  const out = execFileSync("npm", ["pack", "--json", "--pack-destination", room], {
    cwd: PACKAGE, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"],
    env: { ...process.env, npm_config_cache: join(room, "cache"), npm_config_offline: "true" } });
  [packed] = JSON.parse(out);
});
after(() => rmSync(room, { recursive: true, force: true }));

test("npm pack holds the modules, their types, the README and nothing else", () => {
  assert.deepEqual(packed.files.map(({ path }) => path).sort(),
    ["README.md", "package.json", "src/index.d.ts", ...MODULES.map((name) => `src/${name}`)].sort());
});

test("the packed archive can be installed and imported by its name", () => {
  const home = join(room, "node_modules", packed.name);
  mkdirSync(home, { recursive: true });
  execFileSync("tar", ["-xzf", join(room, packed.filename), "-C", home, "--strip-components=1"]);
  writeFileSync(join(room, "use.mjs"), `import { ClarionClient } from "${packed.name}";
    const client = new ClarionClient({ url: "ws://h/ws", WebSocket: class {} });
    console.log(client.state.name);`);
  assert.equal(execFileSync("node", ["use.mjs"], { cwd: room, encoding: "utf8" }).trim(), "idle");
});

test("it takes at most 10 KiB, compressed and with its comments", () => {
  const bytes = gzipSync(MODULES.map(moduleText).join(""), { level: 9 }).length;
  assert.ok(bytes <= 10 * KIB, `${bytes} bytes`);
});

test("it depends on nothing, and imports its own modules alone", () => {
  const { dependencies, peerDependencies, license, engines, type } = JSON.parse(read("tools/client-js/package.json"));
  assert.deepEqual([dependencies, peerDependencies, type], [undefined, undefined, "module"]);
  assert.ok(license && engines.node);
  for (const name of MODULES) {
    for (const [, from] of moduleText(name).matchAll(/(?:\bfrom|\bimport)\s*\(?"([^"]+)"/g)) {
      assert.ok(MODULES.includes(from.replace("./", "")), `${name} imports ${from}`);
    }
  }
});

test("the page is served each module under its own name, and has no copy of any", () => {
  const listed = [...read("app/CMakeLists.txt").matchAll(/^\s*client-js\/(\S+?)=(\S+)$/gm)];
  assert.deepEqual(listed.map(([, name]) => name), MODULES);
  for (const [, name, path] of listed) assert.equal(path, `../tools/client-js/src/${name}`);
  assert.match(read("app/web/app.js"), /from "\.\/client-js\/index\.js"/);
  const own = readdirSync(join(ROOT, "app/web"));
  assert.deepEqual(MODULES.filter((name) => own.includes(name)), []);
});

test("the types name every export, every member, every duration and no others", () => {
  const exported = [...TYPES.matchAll(/^export (?:class|function|const) (\w+)/gm)].map(([, n]) => n);
  assert.deepEqual(exported.sort(), Object.keys(published).sort());
  const body = TYPES.slice(TYPES.indexOf("export class ClarionClient {")).split("\n}")[0];
  const members = [...body.matchAll(/^ {2}(?:readonly )?(\w+)[(:<]/gm)].map(([, n]) => n);
  assert.deepEqual(members.sort(),
    Object.getOwnPropertyNames(published.ClarionClient.prototype).sort());
  const times = TYPES.slice(TYPES.indexOf("export interface Times {")).split("\n}")[0];
  assert.deepEqual([...times.matchAll(/^ {2}(\w+): number/gm)].map(([, n]) => n),
    Object.keys(published.TIMES));
});
