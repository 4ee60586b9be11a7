# Everything that comes from outside, with the floor each is known to work from.
find_package(Threads REQUIRED)
find_package(Boost 1.83 REQUIRED)
# Boost.Log is the only Boost library that is linked (docs/decisions/0001-header-only-boost.md).
include(ClarionBoostLog)
find_package(OpenSSL 3 REQUIRED)
find_package(SQLite3 3.40 REQUIRED)
find_package(CLI11 2.1 REQUIRED)
find_package(tomlplusplus REQUIRED)
# Only its core is linked (docs/decisions/0007-prometheus-cpp-core.md).
find_package(prometheus-cpp REQUIRED)

# Asio, Beast, JSON and Test without their libraries: each is compiled once, by a file of ours.
add_library(clarion_boost INTERFACE)
set_target_properties(clarion_boost PROPERTIES EXPORT_NAME boost)
target_link_libraries(clarion_boost INTERFACE Boost::headers Threads::Threads)
target_compile_definitions(
    clarion_boost INTERFACE BOOST_ASIO_NO_DEPRECATED BOOST_ASIO_SEPARATE_COMPILATION
                            BOOST_BEAST_SEPARATE_COMPILATION BOOST_JSON_NO_LIB BOOST_ALL_NO_LIB
                            # How many frames of coroutines and handlers, by kind, a thread keeps
                            # for the next ones instead of freeing them; Asio's default is 2.
                            BOOST_ASIO_RECYCLING_ALLOCATOR_CACHE_SIZE=16
)
