// Properties of the reader of configuration files under any bytes: nothing crashes and nothing is
// thrown; what is not understood is one line of printable text that begins with the file's name and
// a line number; what is understood is printed as a file that reads back as the same settings.

#include "app/config/config_file.hpp"
#include "app/config/print_config.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace {

using namespace clarion::app;

void require(bool holds) {
    if (!holds)
        __builtin_trap();
}

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

void check_complaint(std::string_view complaint) {
    constexpr std::string_view place = "f.toml:";
    require(complaint.starts_with(place));
    require(complaint.size() > place.size() && is_digit(complaint[place.size()]));
    require(std::ranges::none_of(complaint, [](char c) {
        return static_cast<std::uint8_t>(c) < 0x20 || c == 0x7F;
    }));
}

}  // namespace

// The name is libFuzzer's.
// NOLINTNEXTLINE(readability-identifier-naming)
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text(data, data + size);
    settings read;
    if (const auto complaint = read_config_text(text, "f.toml", read)) {
        check_complaint(*complaint);
        return 0;
    }
    const std::string printed = to_toml(read);
    settings again;
    require(!read_config_text(printed, "f.toml", again));
    require(to_toml(again) == printed);
    return 0;
}
