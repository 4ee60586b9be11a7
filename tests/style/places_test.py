"""Every place that docs/golden-path.md names exists: the file, and each function named behind it in that file."""
import pathlib
import re
import sys

DOCUMENT = pathlib.Path("docs/golden-path.md")
PLACE = re.compile(r"`([^`\s]+)`")


def is_file_name(name):
    return "/" in name and re.search(r"\.(cpp|hpp|js|py|md)$", name) is not None


def findings(text):
    file, source = None, ""
    for name in PLACE.findall(text):
        if is_file_name(name):
            file = pathlib.Path(name)
            source = file.read_text() if file.is_file() else ""
            if not file.is_file():
                yield f"{name} does not exist"
    # Functions are those behind a dot: `file` · `function`, `function`.
    for match in re.finditer(r"`([^`\s]+)`\s·((?:\s+`[^`\s]+`,?)+)", text):
        source = pathlib.Path(match.group(1)).read_text() if pathlib.Path(match.group(1)).is_file() else ""
        for function in PLACE.findall(match.group(2)):
            if not is_file_name(function) and function not in source and function.split("::")[-1] + "(" not in source:
                yield f"{match.group(1)} has no {function}"


def selftest():
    assert list(findings("`core/nowhere.cpp`")), "a missing file is not noticed"
    assert list(findings("`core/session/line.cpp` · `line::nowhere`")), "a missing function is not noticed"
    assert not list(findings("`core/session/line.cpp` · `line::read`, `line::write`"))


selftest()
found = list(findings(DOCUMENT.read_text()))
for finding in found:
    print(f"{DOCUMENT}: {finding}")
sys.exit(1 if found else 0)
