#!/usr/bin/env python3
"""Holds the sources to the house rules that a script can see; ctest runs it as `style`.

    tools/check_style.py [ROOT]

Prints one `file:line: RULE text` per finding and exits 1 when there is one. What a rule means is said beside it in
tools/style; tests/style/check_style_test.py has a bad sample for each.
"""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from style import coroutines, layering, layout, names, places, words  # noqa: E402
from style.tree import Tree  # noqa: E402

RULES = (layering, layout, names, words, coroutines, places)


def findings(root):
    """Yields (path, line, rule, text) for the whole tree, sorted by place."""
    tree = Tree(pathlib.Path(root).resolve())
    found = []
    for rules in RULES:
        found.extend(rules.check(tree))
    return sorted(set(found))


def main(arguments):
    root = arguments[1] if len(arguments) > 1 else pathlib.Path(__file__).resolve().parent.parent
    found = findings(root)
    for path, line, rule, text in found:
        print(f"{path}:{line}: {rule} {text}")
    if found:
        print(f"{len(found)} finding(s)", file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
