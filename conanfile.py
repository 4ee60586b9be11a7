"""Clarion as a Conan 2 recipe: its dependencies from Conan Center, or from the system (cmake/conan/system-packages.profile)."""
import os
import re

from conan import ConanFile
from conan.tools.build import check_min_cppstd
from conan.tools.cmake import CMake, CMakeDeps, CMakeToolchain, cmake_layout
from conan.tools.files import copy, load


class ClarionRecipe(ConanFile):
    name = "clarion"
    description = "A self-hosted chat server for AI agents whose events never go missing"
    package_type = "application"
    settings = "os", "arch", "compiler", "build_type"
    exports_sources = "CMakeLists.txt", "cmake/*", "core/*", "net/*", "app/*", "tools/*"

    def set_version(self):
        text = load(self, os.path.join(self.recipe_folder, "CMakeLists.txt"))
        self.version = re.search(r"project\(clarion VERSION ([\d.]+)", text).group(1)

    # The floors are those of cmake/ClarionDependencies.cmake; a major version above is untested, not unwanted.
    def requirements(self):
        self.requires("boost/[>=1.83 <2]")
        self.requires("openssl/[>=3 <4]")
        self.requires("sqlite3/[>=3.40 <4]")
        self.requires("cli11/[>=2.1 <3]")
        self.requires("tomlplusplus/[>=3.1 <4]")
        self.requires("prometheus-cpp/[>=1.0 <2]")

    def validate(self):
        check_min_cppstd(self, 20)

    def layout(self):
        cmake_layout(self)

    def generate(self):
        CMakeDeps(self).generate()
        toolchain = CMakeToolchain(self)
        # A package holds the programs; the tests are run in a checkout, by tools/dev test.
        toolchain.cache_variables["CLARION_TESTS"] = False
        toolchain.generate()

    def build(self):
        cmake = CMake(self)
        cmake.configure()
        cmake.build()

    # The programs are copied: CMake has no install rules yet, so there are no libraries for others to link.
    def package(self):
        source = os.path.join(self.build_folder, "bin")
        copy(self, "clarion*", source, os.path.join(self.package_folder, "bin"))

    def package_info(self):
        self.cpp_info.includedirs = []
        self.cpp_info.libdirs = []
