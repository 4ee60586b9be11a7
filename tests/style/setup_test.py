#!/usr/bin/env python3
"""tools/dev setup: the backports entry on fixtures of several machines, and installing with stand-ins for apt and npm."""
import os
import pathlib
import shutil
import subprocess
import tempfile
import textwrap
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
BOOKWORM = 'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nVERSION_CODENAME=bookworm\nID=debian\n'
TRIXIE = "ID=debian\nVERSION_CODENAME=trixie\n"
NOBLE = "VERSION_CODENAME=noble\nID=ubuntu\nID_LIKE=debian\nUBUNTU_CODENAME=noble\n"
DEB822 = """\
    Types: deb deb-src
    # the release
    URIs: http://mirror.example/debian
    Suites: bookworm bookworm-updates
    Components: main contrib
    Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg

    Types: deb
    URIs: http://mirror.example/debian-security
    Suites: bookworm-security
    Components: main
    """
ONE_LINE = """\
    # deb http://old.example/debian bookworm main
    deb-src http://src.example/debian bookworm main
    deb [ arch=amd64 signed-by=/k.gpg ]  http://mirror.example/debian/  bookworm  main non-free # the release
    deb http://mirror.example/debian-security bookworm-security main
    """
WRITTEN = "etc/apt/sources.list.d/clarion-backports."


class a_machine(unittest.TestCase):
    """A folder that looks like the root of a machine."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name)
        self.write("etc/os-release", BOOKWORM)
        (self.root / "etc/apt/sources.list.d").mkdir(parents=True)

    def write(self, path, text):
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(textwrap.dedent(text))
        return file

    def ensure(self):
        script = '. tools/dev.d/backports.sh; ensure_backports "$1" env'
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", script, "-", str(self.root)], cwd=ROOT, stdout=subprocess.PIPE, text=True
        )
        return done.returncode, [line.replace(f"{self.root}/", "") for line in done.stdout.splitlines()]

    def entry(self, kind):
        """What was written, without its comment."""
        return (self.root / f"{WRITTEN}{kind}").read_text().split("\n", 1)[1]


class backports(a_machine):
    def assert_nothing_is_added(self):
        self.assertEqual(self.ensure(), (0, []))
        self.assertEqual(list(self.root.glob(f"{WRITTEN}*")), [])

    def test_an_entry_is_derived_from_deb822(self):
        self.write("etc/apt/sources.list.d/debian.sources", DEB822)
        self.assertEqual(self.ensure(), (0, [f"{WRITTEN}sources"]))
        self.assertEqual(
            self.entry("sources"),
            "Types: deb\nURIs: http://mirror.example/debian\nSuites: bookworm-backports\nComponents: main\n"
            "Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg\n",
        )

    def test_an_entry_is_derived_from_one_line_style(self):
        self.write("etc/apt/sources.list", ONE_LINE)
        self.assertEqual(self.ensure(), (0, [f"{WRITTEN}list"]))
        self.assertEqual(
            self.entry("list"),
            "deb [ arch=amd64 signed-by=/k.gpg ] http://mirror.example/debian/ bookworm-backports main\n",
        )

    def test_a_line_without_options_is_enough(self):
        self.write("etc/apt/sources.list.d/a.list", "deb http://mirror.example/debian bookworm main\n")
        self.ensure()
        self.assertEqual(self.entry("list"), "deb http://mirror.example/debian bookworm-backports main\n")

    def test_a_second_call_adds_nothing(self):
        for source in (("debian.sources", DEB822), ("debian.list", ONE_LINE)):
            with self.subTest(source[0]):
                file = self.write(f"etc/apt/sources.list.d/{source[0]}", source[1])
                self.assertNotEqual(self.ensure(), (0, []))
                self.assertEqual(self.ensure(), (0, []))
                file.unlink()
                for written in self.root.glob(f"{WRITTEN}*"):
                    written.unlink()

    def test_an_embedded_key_and_options_come_along(self):
        key = "Signed-By:\n -----BEGIN PGP PUBLIC KEY BLOCK-----\n .\n mQINBGPL0BUBEADmW5NdOOHwPIJlgPu6JDcKw\n"
        text = f"uris: http://mirror.example/debian\nSuites:\n bookworm\n bookworm-updates\nTypes: deb\n{key}"
        self.write("etc/apt/sources.list.d/d.sources", f"{text}components: contrib main\nEnabled: yes\nTrusted: no\n")
        self.ensure()
        expected = f"uris: http://mirror.example/debian\nSuites: bookworm-backports\nTypes: deb\n{key}"
        self.assertEqual(self.entry("sources"), f"{expected}Components: main\nTrusted: no\n")

    def test_what_is_disabled_does_not_count(self):
        self.write("etc/apt/sources.list.d/a.sources", "Enabled: no\n" + textwrap.dedent(DEB822))
        self.write("etc/apt/sources.list.d/b.list.disabled", ONE_LINE)
        self.write("etc/apt/sources.list.d/c.sources.save", DEB822)
        self.write("etc/apt/sources.list", "deb cdrom:[Debian]/ bookworm main\ndeb http://m.example/d bookworm contrib\n")
        self.write("etc/apt/sources.list.d/d.list", "deb http://m.example/d bookworm contrib # main\n")
        stanza = "Types: {}\nURIs: http://m.example/debian\nSuites: bookworm\nComponents: {}\n"
        self.write("etc/apt/sources.list.d/e.sources", stanza.format("deb-src", "main"))
        self.write("etc/apt/sources.list.d/f.sources", stanza.format("deb", "contrib"))
        self.assertEqual(self.ensure(), (1, []))

    def test_an_active_backports_suite_is_enough(self):
        self.write("etc/apt/sources.list.d/debian.sources", DEB822)
        for name, text in (
            ("own.list", "deb http://other.example/debian bookworm-backports main contrib\n"),
            ("own.sources", "Types: deb\nURIs: http://o.example/d\nSuites: x bookworm-backports\nComponents: main\n"),
        ):
            with self.subTest(name):
                file = self.write(f"etc/apt/sources.list.d/{name}", text)
                self.assert_nothing_is_added()
                file.unlink()

    def test_a_disabled_backports_suite_is_not(self):
        self.write("etc/apt/sources.list", ONE_LINE + "# deb http://mirror.example/debian bookworm-backports main\n")
        text = "Types: deb\nURIs: http://o.example/d\nSuites: bookworm-backports\nComponents: main\nEnabled: no\n"
        self.write("etc/apt/sources.list.d/own.sources", text)
        self.assertEqual(self.ensure(), (0, [f"{WRITTEN}list"]))

    def test_the_distribution_comes_before_others_that_use_its_suite_names(self):
        self.write("etc/apt/sources.list.d/a.list", "deb [signed-by=/v.gpg] https://vendor.example bookworm main\n")
        self.write("etc/apt/sources.list.d/debian.sources", DEB822)
        self.ensure()
        self.assertIn("http://mirror.example/debian", self.entry("sources"))

    def test_a_mirror_under_another_path_will_do_when_it_is_the_only_one(self):
        self.write("etc/apt/sources.list", "deb https://artifacts.example/apt bookworm main\n")
        self.ensure()
        self.assertEqual(self.entry("list"), "deb https://artifacts.example/apt bookworm-backports main\n")

    def test_releases_with_boost_of_their_own_get_nothing(self):
        self.write("etc/apt/sources.list.d/debian.sources", DEB822)
        for release in (TRIXIE, NOBLE, "ID=debian\n", ""):
            with self.subTest(release):
                self.write("etc/os-release", release)
                self.assert_nothing_is_added()


class installing(a_machine):
    """tools/dev setup on a copy of the tree whose PATH has stand-ins: each notes how it was called."""

    NEEDED = "bash env sed grep paste basename dirname readlink cut sort awk tee rm cat touch mkdir mv true"

    def setUp(self):
        super().setUp()
        self.write("etc/apt/sources.list", ONE_LINE)
        self.tree = self.root / "tree"
        for path in ("tools/dev.d", "tools/packages"):
            shutil.copytree(ROOT / path, self.tree / path)
        shutil.copy(ROOT / "tools/dev", self.tree / "tools/dev")
        self.write("tree/tests/e2e/package-lock.json", "{}")
        self.bin = self.root / "bin"
        self.bin.mkdir()
        for tool in self.NEEDED.split():
            (self.bin / tool).symlink_to(shutil.which(tool))
        self.installed("")
        self.stand_in("id", "echo 0")
        self.stand_in("node", "exit 0")
        self.stand_in("npm", 'mkdir -p "$3/node_modules"; touch "$3/node_modules/.package-lock.json"')
        self.stand_in("apt-get", "")
        self.stand_in("apt-cache", "")
        self.stand_in("prometheus", "")
        self.stand_in("promtool", "")

    def stand_in(self, name, body):
        note = f'echo "{name} $*" >>"{self.root}/calls"\n' if name in ("apt-get", "npm", "sudo") else ""
        file = self.write(f"bin/{name}", f"#!/bin/bash\n{note}{body}\n")
        file.chmod(0o755)

    def installed(self, packages):
        """dpkg-query as if exactly these were installed, "*" for all; the others are unknown or removed."""
        self.stand_in(
            "dpkg-query",
            f"""shift 3
            for p in "$@"; do
              if [[ " {packages} " == *" $p "* || "{packages}" == "*" ]]; then echo "installed $p"
              else echo "config-files $p"; fi
            done; exit 1""",
        )

    def setup_command(self, *lists, **environment):
        done = subprocess.run(
            [str(self.bin / "bash"), "tools/dev", "setup", *lists],
            cwd=self.tree,
            env={"PATH": str(self.bin), "CLARION_SETUP_ROOT": str(self.root), **environment},
            stderr=subprocess.PIPE,
            stdin=subprocess.DEVNULL,
            text=True,
        )
        calls = self.root / "calls"
        called = calls.read_text().splitlines() if calls.exists() else []
        calls.unlink(missing_ok=True)
        return done.returncode, done.stderr, called

    def verbs(self, called):
        return [line.split(" ")[0] + " " + next(w for w in line.split(" ") if w in ("update", "install", "ci")) for line in called]

    def test_nothing_is_called_when_nothing_is_missing(self):
        self.installed("*")
        self.assertEqual(self.setup_command("build", "format", "lint", "fuzz"), (0, "", []))

    def test_only_what_is_missing_is_installed(self):
        every = subprocess.run(
            "sed -E 's/ *#.*//' tools/packages/build.txt", shell=True, cwd=ROOT, stdout=subprocess.PIPE, text=True
        ).stdout.split()
        self.installed(" ".join(name for name in every if name not in ("ccache", "git")))
        status, _, called = self.setup_command()
        self.assertEqual((status, len(called)), (0, 1))
        self.assertRegex(called[0], "install --no-install-recommends git ccache$")

    def test_boost_brings_the_backports_entry_and_one_update(self):
        status, _, called = self.setup_command("build")
        self.assertEqual((status, self.verbs(called)), (0, ["apt-get update", "apt-get install"]))
        self.assertTrue((self.root / f"{WRITTEN}list").exists())

    def test_a_mirror_without_backports_leaves_no_entry_behind(self):
        self.stand_in("apt-get", "exit 100")
        status, errors, _ = self.setup_command("build")
        self.assertEqual(status, 1)
        self.assertIn("does the mirror have bookworm-backports?", errors)
        self.assertFalse((self.root / f"{WRITTEN}list").exists())

    def test_lists_are_updated_when_they_do_not_offer_a_package(self):
        self.stand_in("apt-cache", "exit 100")
        self.assertEqual(self.verbs(self.setup_command("lint")[2]), ["apt-get update", "apt-get install"])

    def test_a_failed_install_is_tried_once_more_after_an_update(self):
        self.stand_in("apt-get", f'[[ "$*" != *" install "* ]] || {{ [ -e "{self.root}/again" ] || {{ touch "{self.root}/again"; exit 100; }}; }}')
        status, _, called = self.setup_command("lint")
        self.assertEqual((status, self.verbs(called)), (0, ["apt-get install", "apt-get update", "apt-get install"]))

    def test_an_install_that_fails_twice_is_one_clear_error(self):
        self.stand_in("apt-get", '[[ "$*" != *" install "* ]]')
        status, errors, _ = self.setup_command("format")
        self.assertEqual((status, errors.splitlines()[-1]), (1, "dev: error: apt-get could not install: clang-format-19"))

    def test_without_root_and_sudo_the_missing_packages_are_named(self):
        self.stand_in("id", "echo 1000")
        status, errors, called = self.setup_command("format")
        self.assertEqual((status, called), (1, []))
        self.assertEqual(
            errors, "dev: error: not root and no sudo; ask your administrator to install: clang-format-19\n"
        )

    def test_without_root_sudo_installs(self):
        self.stand_in("id", "echo 1000")
        self.stand_in("sudo", 'shift; exec "$@"')
        status, _, called = self.setup_command("format")
        self.assertEqual((status, [line.split(" ")[0] for line in called]), (0, ["sudo", "apt-get"]))

    def test_debians_node_is_installed_only_where_there_is_none(self):
        self.assertNotRegex(self.setup_command("test")[2][0], "nodejs")
        self.stand_in("node", "exit 1")
        self.assertRegex(self.setup_command("test")[2][0], " nodejs npm$")

    def test_npm_packages_are_installed_once_for_each_lock_file(self):
        self.installed("*")
        self.assertEqual(self.verbs(self.setup_command("test")[2]), ["npm ci"])
        self.assertEqual(self.setup_command("test")[2], [])
        stamp = self.tree / "tests/e2e/node_modules/.package-lock.json"
        os.utime(self.tree / "tests/e2e/package-lock.json", (stamp.stat().st_mtime + 5,) * 2)
        self.stand_in("npm", "exit 1")
        status, errors, called = self.setup_command("test")
        self.assertEqual((status, len(called)), (1, 2))
        self.assertIn("npm ci failed", errors)

    def test_prometheus_is_unpacked_once_and_never_installed(self):
        self.installed("*")
        (self.bin / "promtool").unlink()
        self.stand_in("apt-get", "touch prometheus_2.42_amd64.deb")
        self.stand_in("dpkg-deb", "")
        self.stand_in("tar", 'touch "$3/prometheus" "$3/promtool"')
        tool = self.tree / "build/tools/prometheus/promtool"
        status, errors, called = self.setup_command("test")
        self.assertEqual((status, called[0]), (0, "apt-get -q download prometheus"), errors)
        tool.chmod(0o755)
        self.assertEqual(sorted(path.name for path in tool.parent.iterdir()), ["prometheus", "promtool"])
        self.assertEqual(self.setup_command("test")[2], [])

    def test_a_prometheus_that_cannot_be_had_is_one_clear_error(self):
        self.installed("*")
        (self.bin / "promtool").unlink()
        self.stand_in("apt-get", "exit 100")
        status, errors, called = self.setup_command("test")
        self.assertEqual((status, errors.splitlines()[-1]), (1, "dev: error: apt-get could not download prometheus"))
        self.assertEqual([line.split()[-1] for line in called], ["prometheus", "update"])

    def test_an_unknown_list_is_named(self):
        status, errors, _ = self.setup_command("bild")
        self.assertEqual((status, errors), (2, "dev: error: no package list 'bild'; there are: bench build format fuzz lint node test\n"))

    def test_another_system_and_the_skip_switch_are_respected(self):
        self.assertEqual(self.setup_command("build", CLARION_SKIP_SETUP="1"), (0, "", []))
        (self.bin / "dpkg-query").unlink()
        status, errors, called = self.setup_command("build")
        self.assertEqual((status, called), (1, []))
        self.assertIn("no Debian or Ubuntu", errors)


if __name__ == "__main__":
    unittest.main()
