// The command line of the check.

export const USAGE = `tools/dev golden [--url U] [--token T] [--user U] [--slow] [--timeout SECONDS]
Checks a running server from outside: every event in its place, none missing, none twice.
  --url U            http(s):// or ws(s)://, with or without /ws (default http://127.0.0.1:8080)
  --token T          a JWT, for a server with --auth jwt; also from CLARION_TOKEN
  --user U           who to be on a server without authentication (default golden)
  --slow             also a tool that runs into its time-out (about 2 s more)
  --timeout SECONDS  how long to wait for any one frame (default 10)
Exit status: 0 all is as it must be, 1 something is not, 2 usage.
A certificate of your own: NODE_EXTRA_CA_CERTS=FILE in the environment.
`;

const VALUED = new Set(["--url", "--token", "--user", "--timeout"]);

/** {help} | {wrong: sentence} | {url, token?, slow, timeoutMs}. */
export function readOptions(args, env = process.env) {
  const given = new Map();
  let slow = false;
  for (let at = 0; at < args.length; ++at) {
    const [, name, inline] = /^(--[a-z]+)(?:=(.*))?$/s.exec(args[at]) ?? [null, args[at]];
    if (name === "--help" || name === "-h") return { help: true };
    if (name === "--slow" && inline === undefined) {
      slow = true;
      continue;
    }
    if (!VALUED.has(name)) return { wrong: `'${args[at]}' is not an option` };
    const value = inline ?? args[++at];
    if (!value) return { wrong: `${name} needs a value` };
    given.set(name, value);
  }
  const token = given.get("--token") ?? (env.CLARION_TOKEN || undefined);
  if (given.has("--token") && given.has("--user")) return { wrong: "the user is in the token: --user or --token" };
  const seconds = Number(given.get("--timeout") ?? 10);
  if (!(seconds > 0 && seconds <= 600)) return { wrong: "--timeout takes seconds, up to 600" };
  const url = webSocketUrl(given.get("--url") ?? "http://127.0.0.1:8080", token ? null : given.get("--user") ?? "golden");
  if (!url) return { wrong: `'${given.get("--url")}' is not a URL of http(s):// or ws(s)://` };
  return { url, token, slow, timeoutMs: seconds * 1000 };
}

/** Where the WebSocket is opened: /ws unless a path is named, and as that user unless one is. */
function webSocketUrl(text, user) {
  let url;
  try {
    url = new URL(text);
  } catch {
    return null;
  }
  const scheme = { "http:": "ws:", "https:": "wss:", "ws:": "ws:", "wss:": "wss:" }[url.protocol];
  if (!scheme) return null;
  const made = new URL(text.replace(/^[a-z]+:/i, scheme));
  made.hash = "";
  if (made.pathname === "/") made.pathname = "/ws";
  if (user !== null && !made.searchParams.has("user")) made.searchParams.set("user", user);
  return made.href;
}
