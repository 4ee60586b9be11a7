// The schemas that a running server publishes, in a validator that is not ours.

import Ajv from "ajv";

export async function fetchSchemas(server) {
  const index = await (await fetch(`${server.url}/schemas/`)).json();
  const rows = await Promise.all(index.schemas.map(async (row) => {
    const response = await fetch(new URL(row.url, server.url));
    if (response.status !== 200) throw new Error(`${row.url}: ${response.status}`);
    return { ...row, schema: await response.json() };
  }));
  return { index, rows };
}

/** A function that gives what is wrong with a frame of that kind, or null. */
export function makeChecker(rows) {
  const ajv = new Ajv({ strict: false, allErrors: true });
  const validators = new Map(rows.map((row) => [`${row.kind}:${row.name}`, ajv.compile(row.schema)]));
  return (kind, frame) => {
    const validate = validators.get(`${kind}:${frame.type}`);
    if (!validate) return `no ${kind} schema for ${frame.type}`;
    return validate(frame) ? null : `${ajv.errorsText(validate.errors)} in ${JSON.stringify(frame)}`;
  };
}
