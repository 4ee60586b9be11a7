"""N1: no manager, helper, util or handler; find the noun."""
import posixpath
import re

_WORDS = r"(?:managers?|helpers?|utils?|utilit(?:y|ies)|handlers?)"
_TYPE = re.compile(
    r"\b(?:class|struct|union|enum(?:\s+class|\s+struct)?)\s+(\w*?" + _WORDS + r")\s*(?:final\s*)?[{:;]|"
    # An alias may be called `handler`: that is Asio's own word for what it completes.
    r"\b(?:using|concept)\s+(?!handler\b)(\w*?" + _WORDS + r")\s*="
)


def check(tree):
    for file in tree.files:
        stem = posixpath.basename(file.path).split(".")[0]
        if file.is_source and re.search(r"(?:^|[_-])" + _WORDS + r"(?:_test)?$", stem):
            yield file.found(1, "N1", f"'{stem}' says nothing: name the file after its noun")
    for file in tree.cpp:
        for match in _TYPE.finditer(file.code):
            name = match.group(1) or match.group(2)
            yield file.found(file.line_at(match.start()), "N1", f"'{name}' says nothing: find the noun")
