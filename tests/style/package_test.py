"""Keeps conanfile.py, its profile, clarion-config.cmake and CMake's own list of dependencies in agreement, without Conan."""
import ast
import pathlib
import re
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
# Not a package to Conan.
OF_THE_PLATFORM = {"Threads"}
# Packages whose targets have another name in front.
PACKAGE_OF = {"SQLite": "SQLite3"}


def read(path):
    return (ROOT / path).read_text()


def without_comments(text):
    return re.sub(r"#.*", "", text)


def found_packages(path, command):
    """{package: floor or None} of the find_package or find_dependency calls in a CMake file."""
    calls = re.findall(rf"\b{command}\(\s*([\w-]+)(?:\s+([\d.]+))?", without_comments(read(path)))
    return {name: floor or None for name, floor in calls if name not in OF_THE_PLATFORM}


def used_packages(path):
    """The packages whose imported targets (`Boost::log`) a CMakeLists.txt links."""
    spaces = set(re.findall(r"\b([A-Za-z][\w-]*)::\w+", without_comments(read(path))))
    return {PACKAGE_OF.get(space, space) for space in spaces} - OF_THE_PLATFORM - {"clarion"}


class Recipe:
    """conanfile.py as text: the calls and values that must agree with others."""

    def __init__(self):
        self.tree = ast.parse(read("conanfile.py"))

    def calls(self, method):
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == method:
                yield node

    def requirements(self, method="requires"):
        """{package: floor} of the ranges."""
        found = {}
        for call in self.calls(method):
            package, floor = re.match(r"([\w-]+)/\[>=([\d.]+) <\d+\]$", ast.literal_eval(call.args[0])).groups()
            found[package] = floor
        return found

    def value(self, name):
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", None) == name:
                return ast.literal_eval(node.value)
        raise KeyError(name)

    def components(self):
        """{noun: {packages it requires}}"""
        found = {}
        for call in self.calls("_library"):
            texts = [node.value for node in ast.walk(call.args[1]) if isinstance(node, ast.Constant)]
            found[ast.literal_eval(call.args[0])] = {text.split("::")[0] for text in texts if isinstance(text, str)}
        return found

    def cache_variables(self):
        return set(re.findall(r'cache_variables\["(\w+)"\]', read("conanfile.py")))


class Package(unittest.TestCase):
    def setUp(self):
        self.recipe = Recipe()
        self.wanted = found_packages("cmake/ClarionDependencies.cmake", "find_package")

    def test_the_recipe_requires_what_cmake_finds_from_the_same_floor(self):
        required = self.recipe.requirements()
        self.assertEqual(set(required), {name.lower() for name in self.wanted})
        for name, floor in self.wanted.items():
            if floor:
                self.assertEqual(required[name.lower()], floor, name)

    def test_the_profile_maps_every_requirement_to_the_system(self):
        profile = read("cmake/conan/system-packages.profile")
        section = profile[profile.index("[platform_requires]"):profile.index("[platform_tool_requires]")]
        mapped = set(re.findall(r'from_system\("([\w-]+)"', section))
        self.assertEqual(mapped, set(self.recipe.requirements()))

    def test_cmake_itself_has_one_floor(self):
        floor = re.search(r"cmake_minimum_required\(VERSION ([\d.]+)\)", read("CMakeLists.txt")).group(1)
        self.assertEqual(self.recipe.requirements("tool_requires"), {"cmake": floor})

    def test_an_installed_package_finds_what_its_libraries_link(self):
        linked = set()
        for folder in ("core", "net"):
            linked |= used_packages(f"{folder}/CMakeLists.txt")
        linked |= {"Boost"}  # clarion_boost
        offered = found_packages("cmake/clarion-config.cmake.in", "find_dependency")
        self.assertEqual(set(offered), linked)
        for name, floor in offered.items():
            self.assertEqual(floor, self.wanted[name], name)

    def test_the_components_are_the_libraries_that_are_installed(self):
        installed = re.search(r"TARGETS (clarion_boost [\w ]+)\n", read("cmake/ClarionInstall.cmake")).group(1).split()
        nouns = {name.removeprefix("clarion_") for name in installed} - {"boost"}
        components = self.recipe.components()
        self.assertEqual(set(components), nouns)
        named = set().union(*components.values()) - nouns
        offered = found_packages("cmake/clarion-config.cmake.in", "find_dependency")
        self.assertEqual(named, {name.lower() for name in offered})

    def test_conan_looks_for_the_config_where_it_is_installed(self):
        # Of a package with components Conan's CMakeToolchain reads `builddirs` from the components alone.
        recipe = read("conanfile.py")
        self.assertIn('trace.builddirs = [os.path.join("lib", "cmake", "clarion")]', recipe)
        self.assertNotIn("self.cpp_info.builddirs", recipe)
        self.assertIn("/cmake/clarion", read("cmake/ClarionInstall.cmake"))

    def test_the_recipe_exports_every_folder_of_the_build(self):
        folders = set(re.findall(r"add_subdirectory\((\w+)\)", read("CMakeLists.txt"))) | {"cmake"}
        exported = {pattern.split("/")[0] for pattern in self.recipe.value("exports_sources") if "/*" in pattern}
        self.assertEqual(exported, folders | {"!tests"})

    def test_the_options_set_variables_that_cmake_knows(self):
        known = set(re.findall(r"(?:option|set)\((CLARION_\w+) ", read("CMakeLists.txt")))
        self.assertEqual(self.recipe.cache_variables(), {"CLARION_TLS", "CLARION_TESTS"})
        self.assertLessEqual(self.recipe.cache_variables(), known)

    def test_the_test_package_links_installed_names_only(self):
        linked = set(re.findall(r"\bclarion::(\w+)", without_comments(read("tests/package/CMakeLists.txt"))))
        self.assertLessEqual(linked, set(self.recipe.components()))
        self.assertIn("core", linked)
        self.assertEqual(self.recipe.value("test_package_folder"), "tests/package")


if __name__ == "__main__":
    unittest.main()
