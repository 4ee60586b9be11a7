# The build-time half of EmbedFiles.cmake.
string(REPLACE "|" ";" inputs "${INPUTS}")
set(arrays "")
set(rows "")
set(index 0)
foreach(entry IN LISTS inputs)
    string(REGEX REPLACE "=.*$" "" name "${entry}")
    string(REGEX REPLACE "^[^=]*=" "" input "${entry}")
    file(READ "${input}" hex HEX)
    string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${hex}")
    string(APPEND arrays "constexpr unsigned char bytes_${index}[] = {${bytes}0};\n")
    string(APPEND rows "    {\"${name}\", bytes_${index}, sizeof bytes_${index} - 1},\n")
    math(EXPR index "${index} + 1")
endforeach()
file(WRITE "${OUTPUT}" "// Made by cmake/EmbedFilesNow.cmake.
#include \"app/embedded_file.hpp\"

namespace clarion::app {

namespace {
${arrays}
constexpr embedded_file files[] = {
${rows}};
}  // namespace

std::span<const embedded_file> ${SYMBOL}() { return files; }

}  // namespace clarion::app
")
