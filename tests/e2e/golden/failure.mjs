/** What the server did wrong, or why it cannot be asked: a sentence for the person at the terminal. */
export class Failure extends Error {}

export function demand(holds, sentence) {
  if (!holds) throw new Failure(typeof sentence === "function" ? sentence() : sentence);
}

/** A value as it would stand in a frame, cut where it gets long. */
export function shown(value) {
  const text = JSON.stringify(value) ?? "nothing";
  return text.length > 120 ? `${text.slice(0, 117)}…` : text;
}
