# Boost::log, wherever Boost comes from; included by the build and by an installed clarion-config.cmake.
# Conan defines it with the headers. Debian's own target names libboost_chrono.so, which its backport to
# Debian 12 does not ship and Boost.Log does not need, so there the library is named.
if(NOT TARGET Boost::log)
    find_library(CLARION_BOOST_LOG_LIBRARY boost_log REQUIRED)
    add_library(Boost::log UNKNOWN IMPORTED)
    set_target_properties(
        Boost::log PROPERTIES IMPORTED_LOCATION "${CLARION_BOOST_LOG_LIBRARY}"
                              INTERFACE_COMPILE_DEFINITIONS BOOST_LOG_DYN_LINK
                              INTERFACE_LINK_LIBRARIES Boost::headers
    )
endif()
