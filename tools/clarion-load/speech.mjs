// What the users say, and how the demo agent (PROTOCOL section 9) has to answer it.

const words = (count) => Array.from({ length: count }, (_, index) => `word-${index + 1}`).join(" ");

/** kind → (random, canary, size) → {text, ending, answer?}. ending: agent_completed, or the code of the
 *  agent_error. answer: the whole text, where the protocol fixes it. */
const SPEECHES = {
  tools: (random, canary, { tools }) => completes(`/tools ${1 + random.below(tools)}`),
  story(random, canary, { words: most, pause }) {
    const count = 1 + random.below(most);
    return { ...completes(`/story ${count} ${random.below(pause + 1)}`), answer: words(count) };
  },
  // The longest there is without a pause: it fills the outbox of whoever does not read.
  flood: (random, canary, { flood }) => ({ ...completes(`/story ${flood} 0`), answer: words(flood) }),
  plain: (random, canary) => completes(`How many words are in ${canary}, I wonder?`),
  calc: (random) => completes(`/calc ${random.below(1000)} * ${random.below(1000)}`),
  time: () => completes("/time"),
  think: (random) => completes(`/think ${1 + random.below(8)}`),
  search: (random, canary) => completes(`/search ${canary}`),
  report: (random, canary) => completes(`/report ${canary}`),
  handoff: () => completes("/handoff"),
  help: () => completes("/help"),
  approve: (random, canary) => completes(`/approve ${canary}`),
  hang: () => completes("/hang"),
  fail: () => ({ text: "/fail", ending: "tool_failed" }),
  throw: () => ({ text: "/throw", ending: "internal" }),
};

const completes = (text) => ({ text, ending: "agent_completed" });

export const KINDS = Object.keys(SPEECHES);

export const MIX = "tools:30,story:30,plain:12,calc:5,time:3,think:3,search:3,report:4,handoff:3,approve:3,"
  + "fail:3,throw:1";

/** "tools:30,story:5" as [[kind, weight]]. Throws an Error that names what is wrong. */
export function parseMix(text) {
  return text.split(",").map((one) => {
    const [kind, weight = "1"] = one.split(":");
    if (!(kind in SPEECHES)) throw new Error(`no kind "${kind}"; there are: ${KINDS.join(" ")}`);
    if (!(Number(weight) > 0)) throw new Error(`the weight of ${kind} is no number above 0`);
    return [kind, Number(weight)];
  });
}

export function makeSpeech(random, mix, canary, size) {
  return SPEECHES[random.weighted(mix)](random, canary, size);
}
