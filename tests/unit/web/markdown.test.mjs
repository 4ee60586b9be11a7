import assert from "node:assert/strict";
import { test } from "node:test";

import { safeAddress } from "../../../app/web/markdown-inline.js";
import { MarkdownStream, markdown } from "../../../app/web/markdown-stream.js";

/** The tree as something to read: (tag child child). */
function told(nodes) {
  return nodes.map((n) => {
    if (typeof n === "string") return n;
    if (n.tag === "codeblock") return `(code:${n.lang} ${n.code})`;
    const name = n.tag === "heading" ? `h${n.shown}` : n.tag;
    const href = n.attrs?.href ? `:${n.attrs.href}` : "";
    return `(${name}${href} ${told(n.children)})`;
  }).join("");
}

const is = (text, expected) => assert.equal(told(markdown(text)), expected, JSON.stringify(text));

function each(nodes, visit) {
  for (const node of nodes) {
    if (typeof node === "string") continue;
    visit(node);
    each(node.children, visit);
  }
}

test("emphasis, strong, code, strike-through, escapes", () => {
  is("a *b* **c** ***d*** _e_ __f__ ~~g~~", "(p a (em b) (strong c) (em (strong d)) (em e) (strong f) (del g))");
  is("**a *b* c**", "(p (strong a (em b) c))");
  is("`a*b*` ``x`y``", "(p (code a*b*) (code x`y))");
  is("\\*a\\* \\`b\\` \\x", "(p *a* `b` \\x)");
  is("*open **and `never closed", "(p *open **and `never closed)");
});

test("arithmetic and names are not emphasis", () => {
  for (const text of ["2*3*4 = 24", "(17+3)*2.5*(3) = 150", "a_b_c", "2**3**2", "* ", "5 * 3 * 2"]) {
    const kept = text.trim();
    if (kept !== "*") is(text, `(p ${kept})`);
  }
});

test("line breaks stay line breaks", () => {
  is("one\ntwo\r\nthree\n\nfour", "(p one\ntwo\nthree)(p four)");
});

test("headings never skip a level and stand below the page's own", () => {
  is("# a\n#### b\n# c #", "(h3 a)(h4 b)(h3 c)");
  is("###### deep", "(h3 deep)");
  is("#no heading", "(p #no heading)");
});

test("lists: nested, numbered, with tasks, tight and loose", () => {
  is("- a\n  - b\n- c", "(ul (li a(ul (li b)))(li c))");
  is("1. a\n2. b", "(ol (li a)(li b))");
  is("- [ ] a\n- [x] b", "(ul (li ☐ a)(li ☑ b))");
  is("- a\n\n- b", "(ul (li (p a))(li (p b)))");
  is("1. a\n   - b\n2. c", "(ol (li a(ul (li b)))(li c))");
  is("text\n- a\nmore", "(p text)(ul (li a\nmore))");
  assert.equal(markdown("3. a")[0].attrs.start, "3");
});

test("code blocks: language, no inline marks, unclosed up to the end", () => {
  is("```js\nlet *a* = `1`;\n```\nafter", "(code:js let *a* = `1`;)(p after)");
  is("~~~\n```\n~~~", "(code: ```)");
  is("```\nnever\n\nclosed", "(code: never\n\nclosed)");
  is("````\n```\n````", "(code: ```)");
});

test("quotes, rules, tables", () => {
  is("> a\n> > b", "(blockquote (p a)(blockquote (p b)))");
  is("a\n\n---\n\nb", "(p a)(hr )(p b)");
  is("| a | b |\n|---|--:|\n| 1 | *2* |\n| x\\|y |",
    "(table (thead (tr (th a)(th b)))(tbody (tr (td 1)(td (em 2)))(tr (td x|y)(td ))))");
  is("a | b\nno table", "(p a | b\nno table)");
});

test("links go to http, https and mailto alone; everything else stays text", () => {
  is("[a](https://b.c/d \"t\")", "(p (a:https://b.c/d a))");
  is("[*a*](mailto:x@y.z)", "(p (a:mailto:x@y.z (em a)))");
  is("see https://b.c/d_e_(f)). <https://g.h>", "(p see (a:https://b.c/d_e_(f) https://b.c/d_e_(f))). (a:https://g.h/ https://g.h))");
  is("![cat](https://b.c/cat.png)", "(p (a:https://b.c/cat.png cat))");
  is("[a [b](https://x.y) c](https://z.w)", "(p [a (a:https://x.y/ b) c]((a:https://z.w/ https://z.w)))");
  is("[see https://a.b](https://c.d)", "(p (a:https://c.d/ see https://a.b))");
  for (const bad of ["javascript:alert(1)", "JaVaScRiPt:alert(1)", " javascript:alert(1)",
    "java\nscript:alert(1)", "data:text/html,<script>", "vbscript:x", "file:///etc/passwd", "//b.c",
    "/relative", "https://", "\u0001javascript:alert(1)", "https://b.c/\u0000"]) {
    assert.equal(safeAddress(bad), null, bad);
    each(markdown(`[x](${bad}) <${bad}> ![x](${bad}) [x](<${bad}>)`), (n) => {
      assert.notEqual(n.tag, "a", bad);
    });
  }
  assert.equal(safeAddress("blob:https://b.c/x"), null);
  const [{ children: [link] }] = markdown("[a](https://b.c)");
  assert.deepEqual([link.attrs.rel, link.attrs.target], ["noopener noreferrer", "_blank"]);
});

test("markup is text, whatever it looks like", () => {
  for (const bad of ["<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "&lt;b&gt; &amp;",
    "<a href='javascript:alert(1)'>x</a>", "<!-- x -->", "<style>*{}</style>"]) {
    is(bad, `(p ${bad})`);
  }
});

const SAMPLE = `# Title\n\nA **bold *nested* text** with \`code\`, [link](https://a.b/c) and https://d.e/f.
second line | with pipe\n\n- one\n  - two **three**\n\n- four\n\n1. x\n2. y\n\n| a | b |\n|---|:-:|\n| 1 | 2 |
| 3 | 4 |\n\n\`\`\`js\nconst a = "*";\n\n\`\`\`\n> quote\n> - in it\n\n### end\n---\n${"word ".repeat(2000)}
a|b\n-|-\nc|d\n\n1. p\n\n2. q\n\n10. r\n\n- [ ] task\n\ttabbed\n\n~~~\nunclosed`;

function pieces(text, random) {
  const all = [];
  for (let at = 0; at < text.length;) {
    const n = 1 + Math.floor(random() ** 3 * 400);
    all.push(text.slice(at, at + n));
    at += n;
  }
  return all;
}

test("however the text is cut, the result is that of the whole", () => {
  const whole = told(markdown(SAMPLE));
  for (let seed = 1; seed <= 40; seed += 1) {
    let state = seed;
    const random = () => {
      state = (state * 48271) % 2147483647;
      return state / 2147483647;
    };
    const stream = new MarkdownStream();
    const done = [];
    let open = [];
    for (const piece of pieces(SAMPLE, random)) {
      stream.append(piece);
      const taken = stream.take();
      done.push(...taken.done);
      open = taken.open;
    }
    assert.equal(told([...done, ...open]), whole, `seed ${seed}`);
  }
});

test("letter by letter as well", () => {
  const stream = new MarkdownStream();
  const done = [];
  let open = [];
  for (const letter of SAMPLE.replace(/(?:word ){1900}/, "")) {
    stream.append(letter);
    const taken = stream.take();
    done.push(...taken.done);
    open = taken.open;
  }
  assert.equal(told([...done, ...open]), told(markdown(SAMPLE.replace(/(?:word ){1900}/, ""))));
});

test("a long word is not cut within a letter", () => {
  const [{ children }] = markdown(`${"a".repeat(8191)}${"😀".repeat(5000)}`);
  assert.ok(children.length > 1);
  for (const part of children) assert.ok(part.isWellFormed());
});

test("blocks that are done are told once, and only the last one is worked on again", () => {
  const stream = new MarkdownStream();
  const told = [];
  for (let i = 0; i < 50; i += 1) {
    stream.append(`paragraph ${i}\n\n`);
    const { done, open } = stream.take();
    told.push(...done);
    assert.ok(open.length <= 1);
  }
  assert.equal(told.length, 49);
});

test("a long paragraph that grows keeps what it has parsed", () => {
  const stream = new MarkdownStream();
  stream.append(`**a** ${"word ".repeat(4000)}`);
  const [before] = stream.take().open;
  stream.append("and *more*");
  const [after] = stream.take().open;
  assert.equal(after.children[0], before.children[0], "the first nodes are the same objects");
});

test("hostile input takes linear time and stays shallow", () => {
  const n = 300_000;
  const rows = ["a".repeat(1_000_000), "**a ".repeat(250_000),
    `${"*a ".repeat(600)}${"b* ".repeat(600)}`, "*a ".repeat(n / 3), "*a* **".repeat(n / 6), "[".repeat(n), "[](".repeat(n / 3),
    "`".repeat(n), "` `` ``` ".repeat(n / 9), ">".repeat(n), `${"> ".repeat(500)}\n`.repeat(1000),
    Array.from({ length: 1400 }, (_, i) => `${" ".repeat(i)}- x`).join("\n"),
    `${"|".repeat(n / 2)}\n${"|-".repeat(n / 4)}`, "#".repeat(n), `# ${" #".repeat(n / 2)}`,
    "- ".repeat(n / 2), `#${" ".repeat(n)}x`, `https://${"a)".repeat(n / 2)}`, "a\n".repeat(n / 2),
    "- a\n\n".repeat(n / 5), "![".repeat(n / 2), "_a_".repeat(n / 3), "\\*".repeat(n / 2),
    `a|b\n-|-\n${"a|b\n".repeat(n / 8)}`, "[a](https://x.y \"".repeat(n / 17), "<https://".repeat(n / 9),
    "~~a ".repeat(n / 4), `${"\t".repeat(500)}- x\n`.repeat(1000), "```\n".repeat(n / 4)];
  for (const text of rows) {
    const began = performance.now();
    const blocks = markdown(text);
    const took = performance.now() - began;
    assert.ok(took < 10000, `${JSON.stringify(text.slice(0, 30))}: ${took} ms`);
    let deepest = 0;
    const depth = (nodes, d) => {
      deepest = Math.max(deepest, d);
      for (const node of nodes) if (typeof node !== "string") depth(node.children, d + 1);
    };
    depth(blocks, 0);
    assert.ok(deepest < 64, `${JSON.stringify(text.slice(0, 30))}: ${deepest} deep`);
  }
});
