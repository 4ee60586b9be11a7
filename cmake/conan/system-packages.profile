# Takes every dependency from the system, so that Conan downloads and builds none:
#   conan build . -pr:a cmake/conan/system-packages.profile
# On top of the machine's default profile (conan profile detect makes it). Versions are read from what is installed, at the
# moment the profile is; what is not installed is not listed, and Conan says that it cannot find it (or takes it from a
# remote, if one is configured).
{% macro from_system(package, command) %}
{% set version = os.popen(command ~ " 2>/dev/null").read().strip() %}
{% if version %}
{{ package }}/{{ version }}
{% endif %}
{% endmacro %}
include(default)

[settings]
compiler.cppstd=20

[platform_requires]
{# Boost has no file for pkg-config; its version header is where g++ finds it. #}
{{ from_system("boost", "printf '#include <boost/version.hpp>\\nBOOST_LIB_VERSION\\n' | ${CXX:-c++} -E -P -x c++ - | sed -n 's/^\"\\([0-9_]*\\)\"$/\\1/p' | sed 's/_/./g; s/^[0-9]*\\.[0-9]*$/&.0/'") }}
{{ from_system("openssl", "pkg-config --modversion openssl") }}
{{ from_system("sqlite3", "pkg-config --modversion sqlite3") }}
{{ from_system("cli11", "pkg-config --modversion CLI11") }}
{{ from_system("tomlplusplus", "pkg-config --modversion tomlplusplus") }}
{{ from_system("prometheus-cpp", "pkg-config --modversion prometheus-cpp-core") }}

[platform_tool_requires]
{{ from_system("cmake", "cmake --version | sed -n 's/^cmake version //p'") }}
