"""The faults of tests/sim/planted still apply to the sources, and name scenarios that there are."""
import pathlib
import re
import subprocess
import tempfile
import unittest

_ROOT = pathlib.Path(__file__).resolve().parents[2]
_PATCHES = sorted((_ROOT / "tests/sim/planted").glob("*.patch"))
_SCENARIOS = _ROOT / "tools/clarion-trace/scenarios"


def _known_scenarios():
    chapters = "".join(path.read_text() for path in _SCENARIOS.glob("*_scenarios.cpp"))
    return set(re.findall(r'\{"([a-z-]+)", "', chapters))


def _words_after(word, patch):
    found = re.search(rf"^{word}: (.+)$", patch.read_text(), re.MULTILINE)
    return found.group(1).split() if found else []


class Planted(unittest.TestCase):
    def test_each_applies(self):
        self.assertGreaterEqual(len(_PATCHES), 7)
        for patch in _PATCHES:
            with self.subTest(patch.name), tempfile.TemporaryDirectory() as copy:
                for name in re.findall(r"^--- a/(.+)$", patch.read_text(), re.MULTILINE):
                    target = pathlib.Path(copy) / name
                    target.parent.mkdir(parents=True, exist_ok=True)
                    target.write_bytes((_ROOT / name).read_bytes())
                # Not within a repository: git would look for its files there.
                done = subprocess.run(
                    ["git", "apply", "--check", str(patch)],
                    cwd=copy,
                    env={"PATH": "/usr/bin:/bin", "GIT_CEILING_DIRECTORIES": str(pathlib.Path(copy).parent)},
                    capture_output=True,
                    text=True,
                    check=False,
                )
                self.assertEqual(done.returncode, 0, done.stderr)

    def test_each_names_scenarios_that_there_are(self):
        known = _known_scenarios()
        for patch in _PATCHES:
            with self.subTest(patch.name):
                wanted = _words_after("Scenario", patch)
                self.assertTrue(wanted)
                self.assertLessEqual(set(wanted), known)
                self.assertLessEqual(set(_words_after("Lint", patch)[:1]), known)


if __name__ == "__main__":
    unittest.main()
