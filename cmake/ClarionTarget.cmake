# What every target of the project shares: language level, warnings, output folder, ccache.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/bin")
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CLARION_INSTALL_INCLUDEDIR include/clarion)

# The sloppiness and -fpch-preprocess are what ccache needs for precompiled headers; with base
# directory and without the hash of the working one, a second checkout finds what the first compiled.
find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
    set(CMAKE_CXX_COMPILER_LAUNCHER
        "${CMAKE_COMMAND}" -E env "CCACHE_SLOPPINESS=pch_defines,time_macros"
        "CCACHE_BASEDIR=${PROJECT_SOURCE_DIR}" CCACHE_NOHASHDIR=1 "${CCACHE_PROGRAM}"
    )
    if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
        add_compile_options(-fpch-preprocess)
    endif()
endif()

function(clarion_target name)
    target_include_directories(${name} PUBLIC "$<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}>"
                                              "$<INSTALL_INTERFACE:${CLARION_INSTALL_INCLUDEDIR}>")
    target_compile_features(${name} PUBLIC cxx_std_20)
    target_compile_options(
        ${name}
        PRIVATE -Wall
                -Wextra
                -Wpedantic
                -Wshadow
                -Wconversion
                -Wsign-conversion
                -Wold-style-cast
                -Wnon-virtual-dtor
                -Woverloaded-virtual
                -Wformat=2
    )
    if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
        # -Wmismatched-new-delete: g++ 12 misreads the frames of Asio's coroutines.
        # -Wtsan: Asio's fences are known to ThreadSanitizer through its own annotations.
        target_compile_options(
            ${name} PRIVATE -Wduplicated-cond -Wlogical-op -Wno-mismatched-new-delete -Wno-tsan
        )
    endif()
    # g++ 12 sees uninitialised variants and strings out of bounds where there are none, once it has
    # inlined enough (GCC 105562, 105329; mended in 13).
    if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
        target_compile_options(
            ${name}
            PRIVATE -Wno-array-bounds -Wno-maybe-uninitialized -Wno-restrict
                    -Wno-stringop-overflow -Wno-stringop-overread
        )
    endif()
endfunction()

# A library of the project, clarion_NOUN; to others it is clarion::NOUN. Built when a program or a
# test needs it.
function(clarion_library name)
    string(REGEX REPLACE "^clarion_" "" noun "${name}")
    add_library(${name} STATIC EXCLUDE_FROM_ALL)
    clarion_target(${name})
    set_target_properties(${name} PROPERTIES EXPORT_NAME ${noun})
    add_library(clarion::${noun} ALIAS ${name})
endfunction()
