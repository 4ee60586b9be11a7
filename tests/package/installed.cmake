# cmake -DBUILD=… -DINSTALLED=… -DCONSUMER=… -DCOMPILER=… -DLAUNCHER=… -P installed.cmake
# Installs a build tree, builds the consumer beside it against what was installed, and runs it.
function(run)
    execute_process(COMMAND ${ARGN} COMMAND_ERROR_IS_FATAL ANY)
endfunction()

# What an earlier build installed must not stand in for what this one forgot.
file(REMOVE_RECURSE "${INSTALLED}" "${CONSUMER}")
run("${CMAKE_COMMAND}" --install "${BUILD}" --prefix "${INSTALLED}")
run("${CMAKE_COMMAND}" -S "${CMAKE_CURRENT_LIST_DIR}" -B "${CONSUMER}" -G Ninja
    "-DCMAKE_PREFIX_PATH=${INSTALLED}" "-DCMAKE_CXX_COMPILER=${COMPILER}"
    "-DCMAKE_CXX_COMPILER_LAUNCHER=${LAUNCHER}" "-DCMAKE_BUILD_TYPE=Debug"
    "-DCMAKE_CXX_FLAGS_DEBUG=-O0")
run("${CMAKE_COMMAND}" --build "${CONSUMER}")
run("${CONSUMER}/one_run")
run("${CONSUMER}/one_exploration")
run("${CONSUMER}/one_listener")
# The programs are installed too, and start without the build tree.
run("${INSTALLED}/bin/clarion" version)
