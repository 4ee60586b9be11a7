# clarion_embed(TARGET SYMBOL FILES…): makes a source file in which the named files stand as byte
# arrays, listed in the table `clarion::app::SYMBOL` (app/embedded_file.hpp). Rebuilt when one changes.
# A file is called by its own name, or by another one: FOLDER/NAME=FILE.
function(clarion_embed target symbol)
    set(output "${CMAKE_CURRENT_BINARY_DIR}/${symbol}.cpp")
    set(inputs "")
    set(named "")
    foreach(entry IN LISTS ARGN)
        string(REGEX REPLACE "^.*=" "" file "${entry}")
        string(REGEX REPLACE "=.*$" "" name "${entry}")
        if(name STREQUAL file)
            get_filename_component(name "${file}" NAME)
        endif()
        list(APPEND inputs "${CMAKE_CURRENT_SOURCE_DIR}/${file}")
        list(APPEND named "${name}=${CMAKE_CURRENT_SOURCE_DIR}/${file}")
    endforeach()
    string(REPLACE ";" "|" joined "${named}")
    add_custom_command(
        OUTPUT "${output}"
        COMMAND "${CMAKE_COMMAND}" "-DOUTPUT=${output}" "-DSYMBOL=${symbol}" "-DINPUTS=${joined}" -P
                "${PROJECT_SOURCE_DIR}/cmake/EmbedFilesNow.cmake"
        DEPENDS ${inputs} "${PROJECT_SOURCE_DIR}/cmake/EmbedFilesNow.cmake"
        VERBATIM
    )
    target_sources(${target} PRIVATE "${output}")
endfunction()
