"""C5 and what g++ 12 miscompiles: co_await inside ?:, lambdas that are temporaries of a spawn or of a co_await."""
import re

_LAMBDA = r"\[[^\[\]]*\]\s*(?:\([^()]*(?:\([^()]*\)[^()]*)*\)\s*)?(?:mutable\b\s*|noexcept\b\s*)*(?:->[^{;]*)?\{"


def _enclosing(code, offset, closing):
    """Where the parenthesised operand, argument or statement around `offset` ends, looking one way."""
    step = 1 if closing else -1
    opens, closes = ("([{", ")]}") if closing else (")]}", "([{")
    depth = 0
    while 0 <= offset + step < len(code):
        offset += step
        char = code[offset]
        if char in opens:
            # A brace at this level is a block or the end of the statement before, not a part of it.
            if char == "}" and depth == 0 and not closing:
                return offset
            depth += 1
        elif char in closes:
            if depth == 0:
                return offset
            depth -= 1
        elif depth == 0 and char in ",;":
            return offset
    return offset


def _conditionals(file):
    for match in re.finditer(r"\?", file.code):
        begin = _enclosing(file.code, match.start(), closing=False)
        end = _enclosing(file.code, match.start(), closing=True)
        place = re.search(r"\bco_await\b", file.code[begin:end])
        if place:
            line = file.line_at(begin + place.start())
            yield file.found(line, "C5", "g++ 12 miscompiles co_await inside ?: (write an if)")


def _arguments(code, begin):
    """The offsets (begin, end) of each argument of the call whose parenthesis was opened just before `begin`."""
    while begin < len(code):
        end = _enclosing(code, begin - 1, closing=True)
        yield begin, end
        if code[end] != ",":
            return
        begin = end + 1


def _spawned_lambdas(file):
    for call in re.finditer(r"\b(co_)?spawn\s*\(", file.code):
        for index, (begin, end) in enumerate(_arguments(file.code, call.end())):
            # The third argument of asio::co_spawn is told the outcome; it is no coroutine.
            runs = re.match(r"\s*" + _LAMBDA, file.code[begin:end]) and not (call.group(1) and index == 2)
            inner = re.search(_LAMBDA + r"[^{}]*\bco_(?:await|return|yield)\b", file.code[begin:end])
            if runs or inner:
                text = "a spawned lambda is a named variable without co_ (GCC 107288)"
                yield file.found(file.line_at(call.start()), "C5", text)


def check(tree):
    for file in tree.cpp:
        yield from _conditionals(file)
        yield from _spawned_lambdas(file)
        yield from file.matches(
            r"\bwhile\s*\(\s*co_await\b[^;{}]*\)\s*(?:\{\s*\}|;)",
            "C5",
            "g++ 12 makes a trap of an empty loop over co_await: name what is awaited",
        )
        yield from file.matches(r"\bco_await\s*\[", "C5", "a lambda that is a coroutine is no temporary: name the coroutine")
