// What the demo agent understands, for hints while one types. A test compares it with the agent's
// own /help.

export const COMMANDS_OF = "demo";

export const COMMANDS = [
  ["/calc EXPR", "computes an arithmetic expression"],
  ["/time", "tells the date and the time"],
  ["/search TEXT", "searches this conversation"],
  ["/story N [MS]", "streams N words, one each MS milliseconds"],
  ["/tools N", "calls a tool N times in parallel"],
  ["/fail", "calls a tool that fails"],
  ["/throw", "makes the agent throw an exception"],
  ["/hang", "calls a tool that runs into its time-out"],
  ["/approve TEXT", "calls a tool that you have to allow"],
  ["/report TEXT", "examines a text step by step and sums up"],
  ["/handoff", "lets another agent answer"],
  ["/think N", "thinks in N steps"],
  ["/help", "says all that it can do"],
].map(([usage, effect]) => ({ name: usage.split(" ")[0], usage, effect }));

/** The commands that a text may become: only while its first word is being written. */
export function matching(text) {
  if (!/^\/\S*$/.test(text)) return [];
  return COMMANDS.filter(({ name }) => name.startsWith(text.toLowerCase()));
}
