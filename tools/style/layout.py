"""L2 and L3: lengths of files and lines, a README in every folder, every source listed in CMake."""
import posixpath
import re

from style.tree import LITERAL

_LINES_MAX = {"tests": 500}
_LINES_MAX_DEFAULT = 400
_COLUMNS_MAX = 100
_README_LINES_MAX = 25
_LAYERS = ("core", "net", "app")


def _lengths(file):
    limit = _LINES_MAX.get(file.top, _LINES_MAX_DEFAULT)
    if file.is_source and file.line_count > limit:
        yield file.found(limit + 1, "L3", f"{file.line_count} lines, split it at {limit}")
    if not file.is_cpp:
        return
    for number, (line, code) in enumerate(zip(file.lines, file.code.split("\n")), 1):
        # A long literal or address may stay whole: only what stands around it counts.
        if "://" not in line and len(code.replace(LITERAL, "")) > _COLUMNS_MAX:
            yield file.found(number, "L3", f"{len(line)} columns, {_COLUMNS_MAX} are allowed")
    if file.path.endswith(".hpp") and "#pragma once" not in file.lines:
        yield file.found(1, "L3", "a header begins with #pragma once")


def _readmes(tree):
    folders = {}
    for file in tree.files:
        folder, name = posixpath.split(file.path)
        if file.top in _LAYERS and name not in ("CMakeLists.txt", "README.md"):
            folders.setdefault(folder, file)
    present = {file.path for file in tree.files}
    for folder in sorted(folders):
        if f"{folder}/README.md" not in present:
            yield (folder, 1, "L2", "the folder has no README.md")
    for file in tree.files:
        in_source = file.top in _LAYERS + ("tools", "tests")
        if in_source and file.path.endswith("/README.md") and file.line_count > _README_LINES_MAX:
            yield file.found(_README_LINES_MAX + 1, "L2", f"a README has at most {_README_LINES_MAX} lines")


def _cmake(tree):
    """A source is listed by hand in the CMakeLists.txt of its folder or of one above."""
    listed = set()
    for file in tree.files:
        folder, name = posixpath.split(file.path)
        if name != "CMakeLists.txt":
            continue
        for word in re.findall(r"[^\s()\"]+\.cpp", re.sub(r"#.*", "", file.text)):
            word = re.sub(r"^\$\{(PROJECT|CMAKE)_SOURCE_DIR\}/", "/", word)
            word = re.sub(r"^\$\{CMAKE_CURRENT_(SOURCE|LIST)_DIR\}/", "", word)
            listed.add(posixpath.normpath(word[1:] if word.startswith("/") else posixpath.join(folder, word)))
    for file in tree.cpp:
        if file.path.endswith(".cpp") and file.path not in listed:
            yield file.found(1, "L3", "no CMakeLists.txt lists this source")


def check(tree):
    for file in tree.files:
        yield from _lengths(file)
    yield from _readmes(tree)
    yield from _cmake(tree)
