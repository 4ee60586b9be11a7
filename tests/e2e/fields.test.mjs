// PROTOCOL §1 from outside: each field of each client frame missing, wrong and too long, made from
// the schemas that the server itself publishes, and whatever else a socket can bring.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { Client } from "./support/client.mjs";
import { fetchSchemas } from "./support/schemas.mjs";
import { startServer } from "./support/server.mjs";

const OFFENCES_MAX = 20;
const FRAME_BYTES_MAX = 262144;

let server;
let users = 0;
const open = () => Client.open(server, `u${++users}`);

before(async () => {
  server = await startServer({ dataDir: ":memory:" });
});
after(() => server.stop());

const typeOf = (schema) => [schema.type].flat()[0];

/** The plainest legal value. */
function sample(schema) {
  if (schema.const !== undefined) return schema.const;
  if (schema.enum) return schema.enum[0];
  switch (typeOf(schema)) {
    case "integer": return Math.max(1, schema.minimum);
    case "boolean": return true;
    case "string": return "x".repeat(Math.max(1, schema.minLength ?? 0));
    case "array": return [];
    case "object": return Object.fromEntries(
      Object.entries(schema.properties ?? {}).map(([name, field]) => [name, sample(field)]));
    default: return {};
  }
}

/** Every field: its path, its schema, whether it is required. */
function* fields(schema, path = []) {
  for (const [name, field] of Object.entries(schema.properties ?? {})) {
    const required = (schema.required ?? []).includes(name);
    yield { path: [...path, name], schema: field, required };
    yield* fields(field, [...path, name]);
  }
}

/** A copy in which the field has another value; undefined removes it. */
function changed(frame, path, value) {
  const copy = structuredClone(frame);
  const parent = path.slice(0, -1).reduce((object, name) => object[name], copy);
  parent[path.at(-1)] = value;
  return JSON.parse(JSON.stringify(copy));
}

const WRONG = {
  string: [1, true, {}, []],
  integer: ["1", true, 1.5, {}, [], 1e19, -1e19],
  boolean: ["true", 1, {}, []],
  object: ["x", 1, true, []],
  array: ["x", 1, true, {}],
};

/** Values that must be refused in this field. */
function* illegal({ schema, required }) {
  const type = typeOf(schema);
  if (required) yield ["missing", undefined];
  if (required && schema.const === undefined && type) yield ["null", null];
  for (const value of WRONG[type] ?? []) yield [JSON.stringify(value), value];
  if (schema.enum) yield ["not a name", "nonsense"];
  if (schema.minLength > 0) yield ["empty", ""];
  if (schema.maxLength) yield ["too long", "x".repeat(schema.maxLength + 1)];
  if (schema.pattern) for (const text of ["a b", "a/b", "é", "a\n", "a\u0000"]) yield ["charset", text];
  if (type === "integer" && schema.minimum > -1e18) yield ["too small", schema.minimum - 1];
  if (type === "integer" && schema.maximum < 1e18) yield ["too large", schema.maximum + 1];
  const bytes = schema["x-clarion-bytes-max"];
  if (bytes && type === "string") yield ["too many bytes", "é".repeat(Math.floor(bytes / 2) + 1)];
  if (bytes && type === "object") yield ["too many bytes", { a: "x".repeat(bytes) }];
  if (schema.const !== undefined) for (const value of [null, 1, [], {}]) yield ["type", value];
}

/** Fields that hold what the server has said before: no thread here goes beyond 0, no page ended. */
const KNOWN_TO_THE_SERVER = { ack: ["seq", 0], threads: ["before", null] };

/** Values that must be taken. */
function* legal({ schema, required }) {
  if (!required) yield null;
  if (schema.enum) yield* schema.enum.filter((name) => name !== null);
  if (schema.maxLength) yield "x".repeat(schema.maxLength);
  if (schema["x-clarion-bytes-max"] && typeOf(schema) === "string") yield "é";
}

const pointer = (path) => `/${path.join("/")}`;

async function expectRefusals(cases) {
  let client = await open();
  let offences = 0;
  for (const { frame, detail, what } of cases) {
    if (++offences === OFFENCES_MAX) {
      await client.close();
      client = await open();
      offences = 1;
    }
    const errors = (await client.ask(frame)).filter((one) => one.type === "error");
    const said = `${what}: ${JSON.stringify(frame).slice(0, 200)} got ${JSON.stringify(errors)}`;
    assert.equal(errors.length, 1, said);
    assert.equal(errors[0].code, "bad_request", said);
    assert.equal(errors[0].detail, detail, said);
    assert.equal(errors[0].retryable, false, said);
    assert.ok(errors[0].message.length > 0, said);
    assert.equal(errors[0].id, detail === "/id" ? undefined : frame.id, said);
  }
  await client.close();
}

test("each field of each client frame, missing, wrong, too long, is refused by its pointer", async () => {
  const { rows } = await fetchSchemas(server);
  const cases = [];
  for (const { name, schema } of rows.filter((row) => row.kind === "client")) {
    const whole = { ...sample(schema), id: `${name}-1` };
    for (const field of fields(schema))
      for (const [how, value] of illegal(field))
        cases.push({
          frame: changed(whole, field.path, value),
          detail: pointer(field.path),
          what: `${name} ${pointer(field.path)} ${how}`,
        });
  }
  assert.ok(cases.length > 150, `${cases.length} cases`);
  // What is larger than a frame may be never gets as far as its fields.
  await expectRefusals(cases.filter(({ frame }) => JSON.stringify(frame).length < FRAME_BYTES_MAX));
});

test("a frame that needs one of two fields names the first when neither stands", async () => {
  const { rows } = await fetchSchemas(server);
  const choosing = rows.filter((row) => row.kind === "client" && row.schema.anyOf);
  assert.ok(choosing.length > 0);
  await expectRefusals(choosing.flatMap(({ name, schema }) => {
    const names = schema.anyOf.map((one) => one.required[0]);
    return [undefined, null].map((value) => ({
      frame: names.reduce((frame, one) => changed(frame, [one], value), { ...sample(schema), id: "c" }),
      detail: `/${names[0]}`,
      what: `${name} without ${names.join(" and ")}`,
    }));
  }));
});

test("null in an optional field is absent, unknown fields are ignored, limits are inclusive", async () => {
  const { rows } = await fetchSchemas(server);
  for (const { name, schema } of rows.filter((row) => row.kind === "client")) {
    const client = await open();
    const whole = { ...sample(schema), id: `${name}-1`, later: { deep: [1, null] } };
    const [known, value] = KNOWN_TO_THE_SERVER[name] ?? [];
    if (known) whole[known] = value;
    const frames = [whole];
    for (const field of fields(schema)) {
      if (field.path[0] === known) continue;
      for (const value of legal(field)) frames.push(changed(whole, field.path, value));
    }
    for (const frame of frames) {
      const refused = (await client.ask(frame)).filter((one) => one.code === "bad_request");
      // Of a choice the other field stands still.
      assert.deepEqual(refused, [], JSON.stringify(frame).slice(0, 300));
    }
    await client.close();
  }
});

test("what is no JSON object is a bad_request without a pointer", async () => {
  const deep = (open, levels) => `{"type":"ping","id":"d","x":${open.repeat(levels)}`;
  const texts = [
    "", " ", "{", "[]", "[1]", "1", '"x"', "null", "true", '{"type":"ping"} x', '{"type":"ping",}',
    "{'type':'ping'}", '{"type":"ping","x":"\\ud800"}', '{"type":"ping","x":01}', '{"type":"ping","x":NaN}',
    deep("[", 10000), `${deep("[", 10000)}${"]".repeat(10000)}}`, deep('{"a":', 10000), "[".repeat(10000),
  ];
  let client = await open();
  for (const [index, text] of texts.entries()) {
    if (index % 15 === 14) client = await open();
    const [error, ...more] = await client.ask(text === "" ? " " : text);
    assert.equal(error?.code, "bad_request", text.slice(0, 60));
    assert.equal(error.detail, "", text.slice(0, 60));
    assert.equal(error.id, undefined);
    assert.deepEqual(more, []);
  }
  await client.close();
});

test("an unknown type is named, cut in whole characters, and its id is repeated", async () => {
  const client = await open();
  const [plain] = await client.ask({ type: "nonsense", id: "n" });
  assert.deepEqual([plain.code, plain.detail, plain.id, plain.retryable], ["unknown_type", "nonsense", "n", false]);
  const [long] = await client.ask({ type: `${"x".repeat(127)}é`, id: "l" });
  assert.deepEqual([long.code, long.detail, long.id], ["unknown_type", "x".repeat(127), "l"]);
  await client.close();
});

test("duplicate keys: the last one counts; numbers beyond every range are refused or ignored", async () => {
  const client = await open();
  const pongs = (frames) => frames.filter((frame) => frame.type === "pong").map((frame) => frame.id);
  assert.deepEqual(pongs(await client.ask('{"type":"nonsense","type":"ping","id":"a","id":"b"}')), ["b"]);
  assert.deepEqual(pongs(await client.ask(`{"type":"ping","id":"n","x":${"9".repeat(5000)}}`)), ["n"]);
  for (const seq of ["1e400", "-1e400", "9".repeat(400), "18446744073709551616", "9223372036854775808", "1e-400"]) {
    const frame = `{"type":"subscribe","id":"s","thread_id":"t","since":{"epoch":"","seq":${seq}}}`;
    const [error] = await client.ask(frame);
    if (seq === "1e-400") assert.equal(error?.type, "subscribed", "a number too small to tell from 0 is 0");
    else assert.deepEqual([error?.code, error?.detail], ["bad_request", "/since/seq"], seq);
  }
  await client.close();
});

test("a text may hold any character, and comes back as it was", async () => {
  const client = await open();
  const text = '\u0000\u0001"\\/\b\f\n\r\t\u007f\u2028\u2029é😀\ufffe';
  client.send({ type: "message", thread_id: "t", message_id: "m", text });
  assert.equal((await client.frame("user_message")).payload.text, text);
  await client.frame("agent_completed");
  await client.close();
});

test("the twentieth bad frame within a minute closes 4502, other errors never do", async () => {
  const client = await open();
  const bad = [{ type: "nonsense" }, { type: "message" }, "{",
    { type: "message", thread_id: "t", message_id: "m", text: "x".repeat(32769) }];
  const codes = new Set();
  for (let count = 1; count < OFFENCES_MAX; ++count)
    codes.add((await client.ask(bad[count % bad.length]))[0].code);
  assert.deepEqual([...codes].sort(), ["bad_request", "too_large", "unknown_type"]);
  client.send({ type: "nonsense", id: "last" });
  assert.equal((await client.closed).code, 4502);
  assert.equal(client.frames.at(-1).id, "last", "the last one is answered too");

  const patient = await open();
  for (let count = 0; count < 3 * OFFENCES_MAX; ++count)
    assert.equal((await patient.ask(
      { type: "message", thread_id: "t", message_id: "m", text: "x", agent: "nobody" }))[0].code, "not_found");
  await patient.close();
});

test("a binary frame closes 1003, one over the limit 1009, invalid UTF-8 1007", async () => {
  const closes = async (data, options) => {
    const client = await open();
    client.socket.send(data, options);
    return (await client.closed).code;
  };
  assert.equal(await closes(Buffer.from('{"type":"ping"}'), { binary: true }), 1003);
  assert.equal(await closes(`{"type":"ping","x":"${"x".repeat(FRAME_BYTES_MAX)}"}`), 1009);
  assert.equal(await closes(Buffer.from('{"type":"ping","x":"\xff"}', "latin1"), { binary: false }), 1007);

  const client = await open();
  const room = FRAME_BYTES_MAX - '{"type":"ping","id":"full","x":""}'.length;
  const [pong] = await client.ask(`{"type":"ping","id":"full","x":"${"x".repeat(room)}"}`);
  assert.equal(pong.id, "full", "a frame of exactly the limit is read");
  await client.close();
});

test("none of it was worth more than a warning to the server", () => {
  assert.doesNotMatch(server.stderr(), /CRITICAL|"severity":"critical"/i);
});
