# What `cmake --install` puts down: the programs, the libraries with their headers, and a package that
# find_package(clarion) finds. clarion::core brings clarion::trace; clarion::net brings clarion::core. clarion::sim is for
# tests, and brings clarion::trace alone.
# The headers lie in a folder of their own, because `core/` and `net/` are anybody's names.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

install(TARGETS clarion clarion-chat clarion-trace RUNTIME DESTINATION "${CMAKE_INSTALL_BINDIR}")

install(
    TARGETS clarion_boost clarion_trace clarion_sim clarion_core clarion_net
    EXPORT clarion
    ARCHIVE DESTINATION "${CMAKE_INSTALL_LIBDIR}"
)
foreach(folder core net)
    install(
        DIRECTORY "${PROJECT_SOURCE_DIR}/${folder}"
        DESTINATION "${CLARION_INSTALL_INCLUDEDIR}"
        FILES_MATCHING
        PATTERN "*.hpp"
    )
endforeach()

set(package "${CMAKE_INSTALL_LIBDIR}/cmake/clarion")
install(EXPORT clarion NAMESPACE clarion:: FILE clarion-targets.cmake DESTINATION "${package}")
configure_package_config_file(
    "${PROJECT_SOURCE_DIR}/cmake/clarion-config.cmake.in" "${PROJECT_BINARY_DIR}/clarion-config.cmake"
    INSTALL_DESTINATION "${package}"
)
# Before 1.0 a new minor version may change anything.
write_basic_package_version_file(
    "${PROJECT_BINARY_DIR}/clarion-config-version.cmake" COMPATIBILITY SameMinorVersion
)
install(
    FILES "${PROJECT_BINARY_DIR}/clarion-config.cmake"
          "${PROJECT_BINARY_DIR}/clarion-config-version.cmake"
          "${PROJECT_SOURCE_DIR}/cmake/ClarionBoostLog.cmake"
    DESTINATION "${package}"
)
