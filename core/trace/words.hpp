#pragma once

#include <cstddef>
#include <cstdint>
#include <source_location>
#include <string>
#include <unordered_map>
#include <vector>

namespace clarion::trace {

/// A place in a table of texts; 0 is the empty text.
using word = std::uint32_t;

/// The texts of a tree or a recording, each once: places, functions, operations, names.
class word_table {
public:
    word_table() : texts_(1) {}

    word add(const std::string& text);
    word place(const std::source_location& at);
    word function(const std::source_location& at);
    /// Of a static string, null for none.
    word text(const char* text);
    /// By `detail::spelled`, null for none.
    word operation(const char* spelled);
    /// By `std::type_info::name`.
    word type(const char* mangled);

    /// What is no word of the table is the empty text.
    const std::string& operator[](word at) const {
        return at < texts_.size() ? texts_[at] : texts_.front();
    }
    const std::vector<std::string>& all() const { return texts_; }

private:
    enum class kind : std::uint8_t { place, function, text, operation, type };
    struct source {
        std::uint64_t address;
        kind how;
        friend bool operator==(const source&, const source&) = default;
    };
    struct source_hash {
        std::size_t operator()(const source& of) const {
            return std::hash<std::uint64_t>()(of.address * 8 + static_cast<std::uint64_t>(of.how));
        }
    };
    template <class Make>
    word once(source from, Make make);

    std::vector<std::string> texts_;
    std::unordered_map<std::string, word> by_text_;
    std::unordered_map<source, word, source_hash> by_source_;
};

}  // namespace clarion::trace
