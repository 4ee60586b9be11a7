"""Clarion as a Conan 2 recipe. Its dependencies come from Conan Center, or from the system with
cmake/conan/system-packages.profile; docs/build-with-conan.md says how."""
import os
import re

from conan import ConanFile
from conan.tools.build import check_min_cppstd
from conan.tools.cmake import CMake, CMakeDeps, CMakeToolchain, cmake_layout
from conan.tools.files import load


class ClarionRecipe(ConanFile):
    name = "clarion"
    description = "A self-hosted chat server for AI agents whose events never go missing"
    topics = "chat", "websocket", "agents", "asio"
    # For whoever requires it: libraries to link. The programs `clarion` and `clarion-…` come along.
    package_type = "static-library"
    settings = "os", "arch", "compiler", "build_type"
    options = {
        # Off: no libssl. --tls-cert is an error at start-up and wss:// cannot be dialled; libcrypto stays.
        "with_tls": [True, False],
        # Builds the unit and flow tests too, and runs them at the end of the build.
        "with_tests": [True, False],
    }
    default_options = {"with_tls": True, "with_tests": False}
    exports_sources = (
        "CMakeLists.txt", "cmake/*", "core/*", "net/*", "app/*", "tools/*",
        "tests/*", "!tests/e2e/node_modules/*",
    )
    test_package_folder = "tests/package"

    def set_version(self):
        text = load(self, os.path.join(self.recipe_folder, "CMakeLists.txt"))
        self.version = re.search(r"project\(clarion VERSION ([\d.]+)", text).group(1)

    # The floors are those of cmake/ClarionDependencies.cmake (tests/style/package_test.py compares them); a major version
    # above is untested, not unwanted.
    def requirements(self):
        self.requires("boost/[>=1.83 <2]", transitive_headers=True)
        self.requires("openssl/[>=3 <4]")
        self.requires("sqlite3/[>=3.40 <4]")
        # The programs' alone: whoever links the libraries never sees them.
        self.requires("cli11/[>=2.1 <3]", visible=False)
        self.requires("tomlplusplus/[>=3.1 <4]", visible=False)
        self.requires("prometheus-cpp/[>=1.0 <2]", visible=False)

    def build_requirements(self):
        self.tool_requires("cmake/[>=3.25 <5]")

    def validate(self):
        check_min_cppstd(self, 20)

    # What is tested does not change what is packaged.
    def package_id(self):
        del self.info.options.with_tests

    def layout(self):
        cmake_layout(self)

    def generate(self):
        CMakeDeps(self).generate()
        toolchain = CMakeToolchain(self)
        # A CMakeUserPresets.json would break `cmake --preset` for everybody once build/ is cleared.
        toolchain.user_presets_path = False
        toolchain.cache_variables["CLARION_TLS"] = bool(self.options.with_tls)
        toolchain.cache_variables["CLARION_TESTS"] = "all" if self.options.with_tests else "none"
        toolchain.generate()

    def build(self):
        cmake = CMake(self)
        cmake.configure()
        cmake.build()
        if self.options.with_tests:
            cmake.ctest(["--output-on-failure", "--no-tests=error", "-L", "^(unit|flow)$"])

    def package(self):
        CMake(self).install()

    # The package's own clarion-config.cmake is the one that consumers find, with Conan as without: one description of the
    # targets, and its find_dependency calls meet either CMakeDeps' files or the system's. The components say the same to
    # generators other than CMake's.
    def package_info(self):
        self.cpp_info.set_property("cmake_find_mode", "none")
        trace = self._library("trace", ["boost::headers"])
        # Where clarion-config.cmake lies. Of a package with components Conan reads it from those alone.
        trace.builddirs = [os.path.join("lib", "cmake", "clarion")]
        trace.defines = [
            "BOOST_ASIO_NO_DEPRECATED", "BOOST_ASIO_SEPARATE_COMPILATION", "BOOST_BEAST_SEPARATE_COMPILATION",
            "BOOST_JSON_NO_LIB", "BOOST_ALL_NO_LIB",
        ]
        trace.system_libs = ["pthread"]
        self._library("sim", ["trace"])
        self._library("core", ["trace", "boost::log", "openssl::crypto", "sqlite3::sqlite3"])
        self._library("net", ["core", "openssl::ssl" if self.options.with_tls else "openssl::crypto"])

    def _library(self, noun, requires):
        component = self.cpp_info.components[noun]
        component.libs = [f"clarion_{noun}"]
        component.includedirs = [os.path.join("include", "clarion")]
        component.requires = requires
        return component
