"""What is banned wherever it stands."""
import re

# Also in comments and in other languages. The patterns are written so that they do not find themselves.
_ANYWHERE = (
    ("C1", r"asio::d[e]tached", "every spawn has an owner: a task group or main"),
    ("L3", r"\b(?:FIXM[E]|XX[X])\b", "what is left to do is an issue, not a comment"),
)

# rule, pattern over code without comments and literals, text, folders it holds in, folders excepted.
_IN_CODE = (
    ("E7", r"catch\s*\(\s*\.\.\.\s*\)\s*\{\s*\}", "a swallowed exception: record it in the failure ledger", (), ()),
    ("N2", r"\busing\s+namespace\s+(?:::)?std\s*;", "name what you use from std", (), ()),
    (
        "T2",
        r"\bthis_thread::sleep_|\busing\s+(?:namespace\s+)?std::this_thread\b|\b(?:usleep|nanosleep)\b|(?<![\w.:>])(?:::)?sleep\s*\(\s*\d",
        "no sleeping threads: core/async sleeps on its clock, a test on the virtual one or polls",
        ("core/", "net/", "app/", "tests/"),
        (),
    ),
    (
        "ARCH7",
        r"\b(?:steady|system|high_resolution)_clock::now\b|\bclock_gettime\b|\bgettimeofday\b",
        "time comes from the clock in core/async only; the tracer has its own",
        ("core/", "net/"),
        ("core/async/", "core/trace/clock.cpp"),
    ),
    (
        "ARCH7",
        r"\bstd::random_device\b|\bstd::mt19937|\bs?rand\s*\(\s*\)|\bRAND_bytes\b",
        "randomness comes from the seeded source in core/async only",
        ("core/", "net/"),
        ("core/async/",),
    ),
)


def _holds(path, folders, excepted):
    return (not folders or path.startswith(folders)) and not path.startswith(excepted or ("\0",))


def check(tree):
    for file in tree.files:
        if not file.is_source:
            continue
        for rule, pattern, text in _ANYWHERE:
            for number, line in enumerate(file.lines, 1):
                if re.search(pattern, line):
                    yield file.found(number, rule, text)
    for file in tree.cpp:
        for rule, pattern, text, folders, excepted in _IN_CODE:
            if _holds(file.path, folders, excepted):
                yield from file.matches(pattern, rule, text)
