// Runs every file below the given directories through a fuzz target, without libFuzzer: a corpus as
// a plain test for any compiler. Exit status 1 when there was nothing to run.

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <string>
#include <vector>

// The name is libFuzzer's.
// NOLINTNEXTLINE(readability-identifier-naming)
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

namespace fs = std::filesystem;

// Sorted, so that a run that dies does so at the same file everywhere.
std::set<fs::path> files_below(const fs::path& directory) {
    std::set<fs::path> files;
    for (const fs::directory_entry& entry : fs::recursive_directory_iterator(directory)) {
        if (entry.is_regular_file()) {
            files.insert(entry.path());
        }
    }
    return files;
}

void replay(const fs::path& file) {
    std::ifstream in(file, std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
    const std::vector<std::uint8_t> input(bytes.begin(), bytes.end());
    LLVMFuzzerTestOneInput(input.data(), input.size());
}

}  // namespace

int main(int argc, char** argv) {
    const std::vector<std::string> directories(argv + 1, argv + argc);
    std::size_t count = 0;
    for (const std::string& directory : directories) {
        std::error_code missing;
        if (!fs::is_directory(directory, missing)) {
            std::fprintf(stderr, "not a directory: %s\n", directory.c_str());
            return 1;
        }
        for (const fs::path& file : files_below(directory)) {
            replay(file);
            ++count;
        }
    }
    std::printf("replayed %zu inputs\n", count);
    return count == 0 ? 1 : 0;
}
