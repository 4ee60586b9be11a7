#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace clarion::trace {

/// What a tag stands for: "connection c_4711".
struct label {
    /// A static string: "connection", "run".
    const char* kind = "";
    std::string text;
};

/// Of so many labels that nobody bears any more the text is kept, for recordings.
inline constexpr std::size_t past_labels_max = 4096;
/// A longer text is cut.
inline constexpr std::size_t label_bytes_max = 128;

/// The tag, or the key of a mark, that stands for `text`: the same in every process.
constexpr std::uint64_t key_of(std::string_view text) noexcept {
    std::uint64_t hash = 0xcbf29ce484222325U;  // FNV-1a
    for (const char each : text)
        hash = (hash ^ static_cast<unsigned char>(each)) * 0x100000001b3U;
    return hash;
}

/// By key; those in use and those lately dropped. Any thread.
std::map<std::uint64_t, label> known_labels();

namespace detail {
void add_label(std::uint64_t key, const char* kind, std::string_view text);
void drop_label(std::uint64_t key) noexcept;
}  // namespace detail

}  // namespace clarion::trace
