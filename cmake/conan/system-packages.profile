# Takes every dependency from the system, so that Conan downloads and builds none. Put it after a profile of the machine:
#   conan install . -pr:a default -pr:a cmake/conan/system-packages.profile
# The versions are Debian 12's (Boost from its backports). Conan believes them; find_package finds what is there, and
# cmake/ClarionDependencies.cmake checks it. Only their place in the recipe's ranges matters here.
[settings]
compiler.cppstd=20

[platform_requires]
boost/1.83.0
openssl/3.0.19
sqlite3/3.40.1
cli11/2.1.2
tomlplusplus/3.3.0
prometheus-cpp/1.0.1

[platform_tool_requires]
cmake/3.25.1
