// What docs/models.md, docs/tools.md and docs/agents.md tell to write is sound, and what they say of the settings is so.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "../..");
const page = (name) => readFileSync(join(root, "docs", name), "utf8");
const PAGES = ["models.md", "tools.md", "agents.md"];

const dir = mkdtempSync(join(tmpdir(), "clarion-recipes-"));
after(() => rmSync(dir, { recursive: true, force: true }));

function clarion(command, text) {
  const config = join(dir, "clarion.toml");
  writeFileSync(config, text);
  const env = { ...process.env, OPENAI_API_KEY: "sk-of-a-test" };
  return spawnSync(process.env.CLARION_BIN, [command, "--config", config, "--data", ":memory:"], { encoding: "utf8", env });
}

/** The TOML of a page, as it is written after its first indentation. */
function recipes(text) {
  return [...text.matchAll(/^( *)```toml\n(.*?)^\1```$/gms)]
    .map(([, indent, body]) => body.replaceAll(new RegExp(`^${indent}`, "gm"), ""));
}

/** {key: default} of the tables below a heading; the default as it is written. */
function defaults(text, heading) {
  const section = text.slice(text.indexOf(heading) + heading.length).split(/^## /m)[0];
  const found = {};
  for (const [, keys, value] of section.matchAll(/^\| (`[^|]+) \| ([^|]*) \|/gm))
    for (const [, key] of keys.matchAll(/`([^`]+)`/g)) found[key] = value.replaceAll("`", "").trim();
  return found;
}

/** {key: value} of one section of `print-config`, as it is printed. */
function printed(name) {
  const { stdout, stderr } = clarion("print-config", MINIMAL);
  const section = stdout.split(`\n[[${name}]]\n`)[1]?.split(/^\[/m)[0];
  assert.ok(section, `${stdout}${stderr}`);
  return Object.fromEntries(section.trim().split("\n").map((line) => line.split(/ = (.*)/s).slice(0, 2)));
}

const MINIMAL = `
[[models]]
name = "m"
base_url = "http://127.0.0.1:1/v1"
model = "m"
[[mcp]]
name = "s"
command = ["true"]
[[agents]]
name = "a"
model = "m"
`;

for (const name of PAGES)
  test(`each configuration in docs/${name} is sound`, () => {
    const all = recipes(page(name));
    assert.ok(all.length > 0);
    for (const text of all) {
      const { status, stderr } = clarion("check-config", text);
      assert.equal(status, 0, `${stderr}\n${text}`);
    }
  });

test("the recipes that a newcomer looks for are there", () => {
  const headings = PAGES.map(page).join("\n").match(/^## .* in three steps$/gm);
  for (const what of ["Ollama", "vLLM", "OpenAI", "An MCP server", "An agent behind AG-UI"])
    assert.ok(headings.includes(`## ${what} in three steps`), `${what} among ${headings}`);
  const readme = readFileSync(join(root, "README.md"), "utf8");
  for (const name of PAGES) assert.ok(readme.includes(`(docs/${name})`), name);
});

for (const [section, file] of [["models", "models.md"], ["agents", "models.md"], ["mcp", "tools.md"]])
  test(`each setting of [[${section}]] is in docs/${file} with its default`, () => {
    const told = defaults(page(file), `## Settings of \`[[${section}]]\``);
    for (const [key, value] of Object.entries(printed(section))) {
      assert.ok(key in told, `${key} among ${Object.keys(told)}`);
      if (told[key] === "required" || key === "command") continue;
      assert.equal(told[key] === "none" ? "[]" : told[key], value, key);
    }
    // What is not set is not printed, or empty.
    const set = printed(section);
    for (const [key, value] of Object.entries(told))
      if (value !== "none" && value !== "required") assert.equal(set[key], value, key);
  });
