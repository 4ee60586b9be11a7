// A program on a terminal of its own: what a person would see and type.
//
//   const screen = onTerminal([BIN, "--thread", "t"], { TERM: "xterm" });
//   await screen.seen(/> $/); screen.type("hello\n"); const { code } = await screen.ended;

import { spawn } from "node:child_process";

const END_TIMEOUT_MS = 30000;

const quoted = (word) => `'${word.replaceAll("'", "'\\''")}'`;

/** util-linux's script makes the terminal. `env` comes on top of what names no locale and no terminal. */
export function onTerminal(words, env = {}) {
  const plain = { ...process.env, LC_ALL: "C.UTF-8", NO_COLOR: "" };
  delete plain.CLARION_TOKEN;
  const child = spawn("script", ["-qefc", words.map(quoted).join(" "), "/dev/null"],
    { env: { ...plain, ...env }, stdio: ["pipe", "pipe", "inherit"] });
  let out = "";
  const waiting = new Set();
  child.stdout.setEncoding("utf8").on("data", (text) => {
    out += text;
    for (const check of [...waiting]) check();
  });
  const ended = new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      child.kill("SIGKILL");
      reject(new Error(`the program did not end\n${JSON.stringify(out)}`));
    }, END_TIMEOUT_MS);
    child.on("close", (code) => {
      clearTimeout(timer);
      resolve({ code, out });
    });
  });
  return {
    ended,
    type: (text) => child.stdin.write(text),
    /** Resolves once the pattern stands in what has been shown. */
    seen: (pattern) => new Promise((resolve, reject) => {
      const check = () => {
        if (!pattern.test(out)) return;
        waiting.delete(check);
        resolve();
      };
      waiting.add(check);
      ended.then(() => reject(new Error(`never seen: ${pattern}\n${JSON.stringify(out)}`)), reject);
      check();
    }),
  };
}
