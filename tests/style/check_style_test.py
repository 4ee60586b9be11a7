#!/usr/bin/env python3
"""Each rule of tools/check_style.py finds its bad sample, at its line, and leaves the good ones alone."""
import pathlib
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.dont_write_bytecode = True
sys.path.insert(0, str(ROOT / "tools"))

import check_style  # noqa: E402
from style import places  # noqa: E402

DETACHED = "asio::" + "detached"
OPEN_END = "FIX" + "ME"
OPEN_END_2 = "XX" + "X"
LONG = "x" * 60

# name -> (path, text, line, rule, a part of the finding)
BAD = {
    "core_includes_net": ("core/a/b.hpp", '#pragma once\n#include "net/http/gate.hpp"\n', 2, "L1", "core must not include"),
    "core_includes_app": ("core/a/b.cpp", '#include "app/config.hpp"\n', 1, "L1", "core must not include"),
    "core_includes_tests": ("core/a/b.cpp", '#include "tests/support/x.hpp"\n', 1, "L1", "core must not include"),
    "core_includes_tools": ("core/a/b.cpp", '#include "tools/chat/x.hpp"\n', 1, "L1", "core must not include"),
    "net_includes_app": ("net/a/b.cpp", '#include "app/config.hpp"\n', 1, "L1", "net must not include"),
    "net_includes_agents": ("net/a/b.cpp", '#include "core/agents/agent.hpp"\n', 1, "L1", "net must not include"),
    "net_includes_engine": ("net/a/b.cpp", '#  include "core/engine/engine.hpp"\n', 1, "L1", "net must not include"),
    "net_includes_tests": ("net/a/b.cpp", '#include "tests/support/x.hpp"\n', 1, "L1", "net must not include"),
    "app_includes_tests": ("app/b.cpp", '#include "tests/support/x.hpp"\n', 1, "L1", "app must not include"),
    "app_includes_tools": ("app/b.cpp", '#include "tools/chat/x.hpp"\n', 1, "L1", "app must not include"),
    "tools_include_tests": ("tools/chat/b.cpp", '#include "tests/support/x.hpp"\n', 1, "L1", "tools must not include"),
    "net_knows_flags": ("net/a/b.cpp", "#include <CLI/CLI.hpp>\n", 1, "L1", "net must not know"),
    "net_includes_tools": ("net/a/b.cpp", '#include "tools/chat/x.hpp"\n', 1, "L1", "net must not include"),
    "core_knows_prometheus": ("core/a/b.cpp", "#include <prometheus/counter.h>\n", 1, "L1", "core must not know"),
    "net_knows_toml": ("net/a/b.cpp", "#include <toml++/toml.h>\n", 1, "L1", "net must not know"),
    "core_uses_sim": ("core/a/b.cpp", '#include "core/sim/world.hpp"\n', 1, "L1", "tests and tools only"),
    "net_uses_sim": ("net/a/b.cpp", '#include "core/sim/world.hpp"\n', 1, "L1", "tests and tools only"),
    "app_uses_sim": ("app/b.cpp", '#include "core/sim/world.hpp"\n', 1, "L1", "tests and tools only"),
    "include_from_here": ("core/a/b.cpp", '#include "c.hpp"\n', 1, "L1", "from the project's root"),
    "include_from_above": ("core/a/b.cpp", '#include "../c.hpp"\n', 1, "L1", "from the project's root"),
    "long_file": ("core/a/b.cpp", "\n" * 401, 401, "L3", "401 lines"),
    "long_script": ("tools/x.py", "\n" * 401, 401, "L3", "401 lines"),
    "long_page": ("app/web/page.js", "\n" * 401, 401, "L3", "401 lines"),
    "long_test": ("tests/unit/b_test.cpp", "\n" * 501, 501, "L3", "501 lines"),
    "long_line": ("core/a/b.cpp", "int a;\nint " + "y" * 96 + ";\n", 2, "L3", "101 columns"),
    "long_comment": ("core/a/b.cpp", "// " + "y " * 49 + "\n", 1, "L3", "101 columns"),
    "long_line_around_a_literal": ("core/a/b.cpp", f'{LONG}("y", {LONG});\n', 1, "L3", "columns"),
    "header_without_guard": ("core/a/b.hpp", "int a;\n", 1, "L3", "#pragma once"),
    "long_readme": ("core/a/README.md", "word\n" * 26, 26, "L2", "at most 25"),
    "long_test_readme": ("tests/unit/README.md", "word\n" * 26, 26, "L2", "at most 25"),
    "file_manager": ("core/a/thread_manager.hpp", "#pragma once\n", 1, "N1", "thread_manager"),
    "file_util": ("net/a/util.cpp", "", 1, "N1", "util"),
    "file_helpers_test": ("tests/unit/string_helpers_test.cpp", "", 1, "N1", "string_helpers"),
    "script_utils": ("app/web/dom-utils.js", "", 1, "N1", "dom-utils"),
    "class_handler": ("core/a/b.cpp", "\nclass frame_handler final {\n};\n", 2, "N1", "frame_handler"),
    "struct_helper": ("core/a/b.cpp", "struct helper : base {\n};\n", 1, "N1", "helper"),
    "enum_manager": ("core/a/b.cpp", "enum class manager {};\n", 1, "N1", "manager"),
    "alias_manager": ("core/a/b.cpp", "using run_manager = int;\n", 1, "N1", "run_manager"),
    "detached": ("core/a/b.cpp", f"\nco_spawn(e, t, {DETACHED});\n", 2, "C1", "owner"),
    "detached_in_a_comment": ("core/a/b.cpp", f"// {DETACHED}\n", 1, "C1", "owner"),
    "open_end": ("core/a/b.cpp", f"// {OPEN_END}: later\n", 1, "L3", "issue"),
    "open_end_in_a_script": ("app/web/page.js", f"// {OPEN_END_2} later\n", 1, "L3", "issue"),
    "swallowed": ("core/a/b.cpp", "try {\n} catch (...) {}\n", 2, "E7", "ledger"),
    "swallowed_with_an_excuse": ("core/a/b.cpp", "try {\n} catch (...) {\n  // fine\n}\n", 2, "E7", "ledger"),
    "using_std": ("core/a/b.cpp", "using namespace std;\n", 1, "N2", "from std"),
    "test_sleeps": ("tests/unit/b_test.cpp", "std::this_thread::sleep_for(1ms);\n", 1, "T2", "no sleeping"),
    "test_hides_a_sleep": ("tests/unit/b_test.cpp", "using namespace std::this_thread;\n", 1, "T2", "no sleeping"),
    "test_sleeps_posix": ("tests/unit/b_test.cpp", "\n  ::sleep(1);\n", 2, "T2", "no sleeping"),
    "test_sleeps_by_microseconds": ("tests/unit/b_test.cpp", "usleep(3);\n", 1, "T2", "no sleeping"),
    "shard_sleeps": ("core/a/b.cpp", "std::this_thread::sleep_until(t);\n", 1, "T2", "no sleeping"),
    "own_clock": ("core/a/b.cpp", "auto t = std::chrono::steady_clock::now();\n", 1, "ARCH7", "time"),
    "own_clock_of_the_tracer": ("core/trace/ring.cpp", "clock_gettime(CLOCK_MONOTONIC, &t);\n", 1, "ARCH7", "time"),
    "own_clock_in_net": ("net/a/b.cpp", "clock_gettime(CLOCK_REALTIME, &t);\n", 1, "ARCH7", "time"),
    "own_randomness": ("core/a/b.cpp", "std::random_device source;\n", 1, "ARCH7", "randomness"),
    "await_in_an_arm": ("core/a/b.cpp", "auto v = a ? co_await f() : b;\n", 1, "C5", "?:"),
    "await_in_a_condition": ("core/a/b.cpp", "auto v = co_await f() ? a : b;\n", 1, "C5", "?:"),
    "await_in_an_arm_on_another_line": ("core/a/b.cpp", "return a\n ? b\n : co_await f(x, y);\n", 3, "C5", "?:"),
    "await_among_separated_digits": ("core/a/b.cpp", "n = 1'000 + (a ? co_await f() : 1'000);\n", 1, "C5", "?:"),
    "await_in_an_argument": ("core/a/b.cpp", "f(x, a ? (co_await g()) : 1);\n", 1, "C5", "?:"),
    "awaited_lambda": ("core/a/b.cpp", "co_await [&]() -> task<> { co_return; }();\n", 1, "C5", "no temporary"),
    "spawned_lambda": ("core/a/b.cpp", "group.spawn([this] { return f(); });\n", 1, "C5", "named variable"),
    "spawned_asio_lambda": ("core/a/b.cpp", "co_spawn(e, [x] { return f(x); }, t);\n", 1, "C5", "named variable"),
    "spawned_coroutine_lambda": ("core/a/b.cpp", "spawn(f([&]() -> task<> { co_return; }()));\n", 1, "C5", "named"),
    "empty_loop_over_await": ("core/a/b.cpp", "while (co_await f(a)) {\n}\n", 1, "C5", "empty loop"),
    "path_of_root": ("docs/x.md", "see /ro" + "ot/notes\n", 1, "P1", "path of one machine"),
    "path_of_a_home": ("docs/x.md", "see `/ho" + "me/ada/src`\n", 1, "P1", "path of one machine"),
    "path_of_a_workplace": ("docs/x.md", "\n\"/wo" + "rk/main\"\n", 2, "P1", "path of one machine"),
    "registry_in_the_lock": ("tests/e2e/package-lock.json", '{\n"resolved": "https:"}\n', 2, "P1", "registry"),
}

# name -> (path, text): what resembles a bad sample and is none.
GOOD = {
    "net_includes_core": ("net/a/b.cpp", '#include "core/session/session.hpp"\n#include <boost/beast/http.hpp>\n'),
    "core_includes_core": ("core/a/b.cpp", '#include "core/engine/engine.hpp"\n#include <boost/asio/post.hpp>\n'),
    "app_includes_all": ("app/b.cpp", '#include "net/x.hpp"\n#include "core/engine/x.hpp"\n#include <toml++/toml.h>\n'),
    "tools_use_sim": ("tools/x/b.cpp", '#include "core/sim/world.hpp"\n#include "net/x.hpp"\n'),
    "tests_use_sim": ("tests/sim/b.cpp", '#include "core/sim/world.hpp"\n#include "tests/support/x.hpp"\n'),
    "sim_uses_sim": ("core/sim/b.cpp", '#include "core/sim/world.hpp"\n'),
    "loop_over_await": ("core/a/b.cpp", "while (co_await f(a)) {\n  g();\n}\n"),
    "full_file": ("core/a/b.cpp", "\n" * 400),
    "full_test": ("tests/unit/b_test.cpp", "\n" * 500),
    "full_line": ("core/a/b.cpp", "int " + "y" * 95 + ";\n"),
    "long_literal": ("core/a/b.cpp", f'f("{LONG}{LONG}");\n'),
    "long_raw_literal": ("core/a/b.cpp", f'f(R"x(\n{LONG} " {LONG}\n)x");\n'),
    "long_address": ("core/a/b.cpp", f"// see https://example.org/{LONG}{LONG}\n"),
    "long_document": ("docs/x.md", "word\n" * 900),
    "completion_handler": ("core/a/b.cpp", "template <class Handler>\nvoid f(struct handler_slot& s);\nusing handler = int;\n"),
    "manager_in_text": ("core/a/b.cpp", '// class manager {\nauto s = "struct helper {";\n'),
    "recorded": ("core/a/b.cpp", "try {\n} catch (...) {\n    ledger.record();\n}\n"),
    "literals_of_std": ("core/a/b.cpp", "using namespace std::chrono_literals;\n"),
    "clock_of_core": ("core/async/b.cpp", "auto t = std::chrono::steady_clock::now();\n"),
    "clock_of_the_tracer": ("core/trace/clock.cpp", "clock_gettime(CLOCK_MONOTONIC, &t);\n"),
    "clock_of_a_test": ("tests/unit/b.cpp", "auto t = std::chrono::steady_clock::now();\n"),
    "thread_of_a_test": ("tests/unit/b_test.cpp", "auto id = std::this_thread::get_id();\n"),
    "sleep_of_a_tool": ("tools/x/b.cpp", "std::this_thread::sleep_for(1s);\n"),
    "sleep_of_core": ("tests/unit/b.cpp", "co_await sleep(clock, 5ms);\nco_await sleep_for(5ms);\n"),
    "conditional_beside_await": ("core/a/b.cpp", "co_await f(a ? b : c);\nauto x = a ? b : c;\nco_await g();\n"),
    "conditional_after_a_block": ("core/a/b.cpp", "{\n    co_await f();\n}\nx = a ? b : c;\n"),
    "conditional_before_a_block": ("core/a/b.cpp", "if (a ? b : c) {\n    co_await f();\n}\n"),
    "await_beside_an_argument": ("core/a/b.cpp", "f(co_await g(), a ? b : c);\n"),
    "question_in_text": ("core/a/b.cpp", '// why? co_await f()\nlog("what? ", co_await f());\n'),
    "spawned_name": ("core/a/b.cpp", "auto loop = [&] { return f(); };\ngroup.spawn(loop);\ngroup.spawn(serve(x[1]));\n"),
    "outcome_of_a_spawn": ("core/a/b.cpp", "co_spawn(e, serve(), [this](std::exception_ptr p) { ended(p); });\n"),
    "separated_digits": ("core/a/b.cpp", "auto n = 1'000'000; auto c = a ? '?' : '\"';\nco_await f();\n"),
    "paths_that_are_not": ("docs/x.md", "docs/work/x ./root/x https://example.org/home/ada/x /workflow $HOME/root/\n"),
    "lock_without_registry": ("tests/e2e/package-lock.json", '{"version": "1.0.0"}\n'),
}


def make_tree(root, files):
    """A tree that is clean but for `files`: each folder has a README and each source is listed."""
    for path, text in files.items():
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        readme = file.parent / "README.md"
        if not readme.exists():
            readme.write_text("What it knows.\n")
    listed = "\n".join(path for path in files if path.endswith(".cpp"))
    (root / "CMakeLists.txt").write_text(f"add_library(all\n{listed})\n")


class style_rules(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name)

    def findings(self):
        return check_style.findings(self.root)

    def test_every_header_of_sockets_http_and_configuration_is_kept_out_of_core(self):
        headers = (
            "boost/asio.hpp boost/asio/ip/tcp.hpp boost/asio/ssl/stream.hpp boost/asio/local/stream_protocol.hpp "
            "boost/asio/generic/raw_protocol.hpp boost/asio/basic_stream_socket.hpp boost/asio/basic_socket_acceptor.hpp "
            "boost/beast/core.hpp openssl/ssl.h sys/socket.h netinet/in.h arpa/inet.h toml++/toml.h CLI/CLI.hpp"
        ).split()
        make_tree(self.root, {"core/a/b.cpp": "".join(f"#include <{header}>\n" for header in headers)})
        self.assertEqual([f[1:3] for f in self.findings()], [(n + 1, "L1") for n in range(len(headers))])

    def test_a_missing_readme_is_found(self):
        make_tree(self.root, {"core/a/b.cpp": "", "app/web/page.js": ""})
        (self.root / "core/a/README.md").unlink()
        (self.root / "app/web/README.md").unlink()
        self.assertEqual([(f[0], f[2]) for f in self.findings()], [("app/web", "L2"), ("core/a", "L2")])

    def test_a_source_that_no_cmake_file_lists_is_found(self):
        for path in ("core/a/b.cpp", "net/b.cpp", "app/b.cpp", "tools/x/b.cpp", "tests/unit/b.cpp"):
            with self.subTest(path):
                make_tree(self.root, {path: ""})
                (self.root / "CMakeLists.txt").write_text(f"# {path}\nadd_library(all other/b.cpp)\n")
                self.assertEqual([f[:1] + f[2:3] for f in self.findings()], [(path, "L3")])
                (self.root / path).unlink()

    def test_a_source_may_be_listed_by_its_folder_or_by_one_above(self):
        make_tree(self.root, {"core/a/b.cpp": "", "core/a/c.cpp": "", "core/a/d.cpp": ""})
        (self.root / "CMakeLists.txt").write_text("x(${PROJECT_SOURCE_DIR}/core/a/c.cpp)")
        (self.root / "core/CMakeLists.txt").write_text('x("a/b.cpp")')
        (self.root / "core/a/CMakeLists.txt").write_text("x(${CMAKE_CURRENT_SOURCE_DIR}/d.cpp)")
        self.assertEqual(self.findings(), [])

    def test_the_checkout_and_the_mirrors_of_this_machine_are_found(self):
        make_tree(self.root, {"docs/x.md": f"{self.root.resolve()}/a\n\nfrom mirror.example.net here\n"})
        original = places.mirror_hosts
        places.mirror_hosts = lambda: {"mirror.example.net"}
        self.addCleanup(setattr, places, "mirror_hosts", original)
        self.assertEqual([f[1:3] for f in self.findings()], [(1, "P1"), (3, "P1")])

    def test_mirror_hosts_come_from_what_apt_and_npm_read(self):
        sources = self.root / "etc/apt/sources.list.d"
        sources.mkdir(parents=True)
        (sources / "a.sources").write_text("# http://old.example/\nURIs: http://one.example/debian\n")
        (sources / "b.list").write_text("deb https://user:x@two.example:80/d s main\ndeb http://127.0.0.1/ s main\n")
        (sources / "c.list.disabled").write_text("deb http://three.example/ s main\n")
        (sources / "d.list").write_text("deb http://cache/debian s main\n")
        self.assertEqual(places.mirror_hosts(self.root), {"one.example", "two.example"})

    def test_the_script_prints_places_and_exits_1(self):
        make_tree(self.root, {"core/a/b.cpp": "using namespace std;\n"})
        command = [sys.executable, "-B", str(ROOT / "tools/check_style.py"), str(self.root)]
        bad = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.assertEqual((bad.stdout, bad.returncode), ("core/a/b.cpp:1: N2 name what you use from std\n", 1))
        (self.root / "core/a/b.cpp").write_text("")
        self.assertEqual(subprocess.run(command).returncode, 0)


def bad_case(path, text, line, rule, part):
    def case(self):
        make_tree(self.root, {path: text})
        found = self.findings()
        self.assertIn((path, line, rule), [f[:3] for f in found])
        self.assertEqual([f for f in found if part not in f[3]], [], "only the planted defect is found")

    return case


def good_case(path, text):
    def case(self):
        make_tree(self.root, {path: text})
        self.assertEqual(self.findings(), [])

    return case


for name, sample in BAD.items():
    setattr(style_rules, f"test_{name}_is_found", bad_case(*sample))
for name, sample in GOOD.items():
    setattr(style_rules, f"test_{name}_is_fine", good_case(*sample))

if __name__ == "__main__":
    unittest.main()
