"""The files of the project, and their text as the rules want to see it."""
import functools
import os
import re
import subprocess

CPP = (".cpp", ".hpp")
SOURCE = CPP + (".py", ".sh", ".js", ".mjs", ".css", ".html", ".cmake")
TOP = ("core", "net", "app", "tools", "tests")
LITERAL = "\0"  # stands for each character inside a literal
NOT_OURS = {".git", "build", "node_modules", "__pycache__", ".cache"}

# One comment or literal of C++: raw strings first, so that their quotes do not end them early.
_BLANKED = re.compile(
    r"//[^\n]*|/\*.*?\*/"
    r'|\bR"(?P<mark>[^()\\\s]{0,16})\(.*?\)(?P=mark)"'
    r'|"(?:\\.|[^"\\\n])*"'
    r"|(?<![0-9a-fA-F])'(?:\\.|[^'\\\n])+'",
    re.DOTALL,
)


def _blank(match):
    text = match.group(0)
    if text.startswith("/"):
        return re.sub(r"[^\n]", " ", text)
    return text[0] + re.sub(r"[^\n]", LITERAL, text[1:-1]) + text[-1]


class File:
    def __init__(self, root, path):
        self.path = path
        self.top = path.split("/", 1)[0]
        self.is_cpp = path.endswith(CPP)
        self.is_source = path.endswith(SOURCE) or path.endswith("CMakeLists.txt")
        self._bytes = (root / path).read_bytes()

    @functools.cached_property
    def text(self):
        """None for a binary file."""
        try:
            return None if b"\0" in self._bytes else self._bytes.decode("utf-8")
        except UnicodeDecodeError:
            return None

    @functools.cached_property
    def lines(self):
        return (self.text or "").split("\n")

    @functools.cached_property
    def line_count(self):
        return (self.text or "").count("\n")

    @functools.cached_property
    def code(self):
        """C++ with comments replaced by spaces and literals by LITERAL; places stay the same."""
        return _BLANKED.sub(_blank, self.text or "")

    def line_at(self, offset):
        return self.code.count("\n", 0, offset) + 1

    def found(self, line, rule, text):
        return (self.path, line, rule, text)

    def matches(self, pattern, rule, text):
        """A finding for each place in the code where the pattern stands."""
        for match in re.finditer(pattern, self.code):
            yield self.found(self.line_at(match.start()), rule, text)


class Tree:
    def __init__(self, root):
        self.root = root
        self.files = [File(root, path) for path in sorted(_paths(root))]

    @property
    def cpp(self):
        return [file for file in self.files if file.is_cpp and file.top in TOP]


def _paths(root):
    """What git tracks or would track; every file but build output where there is no git checkout."""
    listed = None
    if (root / ".git").exists():
        listed = subprocess.run(
            ["git", "-C", str(root), "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            stdout=subprocess.PIPE,
            check=True,
        ).stdout.decode()
    if listed is not None:
        return [path for path in set(listed.split("\0")) if path and (root / path).is_file()]
    paths = []
    for folder, folders, names in os.walk(root):
        folders[:] = [name for name in folders if name not in NOT_OURS]
        paths += [os.path.relpath(os.path.join(folder, name), root) for name in names]
    return paths
