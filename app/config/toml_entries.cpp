#include "app/config/toml_entries.hpp"

#include "app/config/complaint.hpp"
#include "app/config/repeated_sections.hpp"
#include "app/config/setting_table.hpp"

#include <algorithm>
#include <utility>

namespace clarion::app {

/// toml++ came upon text that its own checks should have refused.
struct toml_defect {};

[[noreturn]] static void refuse_toml() {
    throw toml_defect();
}

}  // namespace clarion::app

// toml++ takes for granted what a wrong file can break, "[+" or "[[[" (tomlplusplus #301, mended in
// the release after 3.4): its assertion would abort, with NDEBUG go on into undefined behaviour.
#undef NDEBUG
#define TOML_ASSERT(expr) ((expr) ? void() : clarion::app::refuse_toml())
#include <toml++/toml.h>

namespace clarion::app {

namespace {

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

std::optional<setting_value> texts_of(const toml::array& array) {
    std::vector<std::string> texts;
    for (const toml::node& element : array) {
        const auto* const one = element.as_string();
        if (one == nullptr)
            return std::nullopt;
        texts.push_back(one->get());
    }
    return texts;
}

std::optional<setting_value> value_of(const toml::node& node) {
    if (const auto* const toggle = node.as_boolean())
        return setting_value(toggle->get());
    if (const auto* const number = node.as_integer())
        return setting_value(number->get());
    if (const auto* const text = node.as_string())
        return setting_value(text->get());
    if (const auto* const array = node.as_array())
        return texts_of(*array);
    return std::nullopt;
}

// What stands in one of a section that repeats, its inner tables included.
void append_inner(
    std::vector<toml_entry>& entries,
    const toml::table& table,
    const std::string& prefix
) {
    for (const auto& [key, node] : table) {
        toml_entry found;
        found.path = prefix + "." + std::string(key.str());
        found.line = node.source().begin.line;
        if (const toml::table* const inner = node.as_table()) {
            append_inner(entries, *inner, found.path);
            continue;
        }
        found.value = value_of(node);
        entries.push_back(std::move(found));
    }
}

void append_repeated(
    std::vector<toml_entry>& entries,
    const toml::array& all,
    const std::string& section
) {
    for (std::size_t index = 0; index < all.size(); ++index) {
        const toml::table& one = *all[index].as_table();
        toml_entry head;
        head.path = section + "." + std::to_string(index);
        head.line = one.source().begin.line;
        entries.push_back(head);
        append_inner(entries, one, head.path);
    }
}

void append_entries(
    std::vector<toml_entry>& entries,
    const toml::table& table,
    std::string_view prefix
) {
    for (const auto& [key, node] : table) {
        toml_entry found;
        found.path = std::string(prefix) + std::string(key.str());
        found.line = node.source().begin.line;
        const toml::table* const inner = node.as_table();
        if (prefix.empty() && is_repeated_section(found.path) && node.is_array_of_tables()) {
            append_repeated(entries, *node.as_array(), found.path);
            continue;
        }
        if (prefix.empty() && inner != nullptr && is_section(found.path)) {
            append_entries(entries, *inner, found.path + ".");
            continue;
        }
        found.value = value_of(node);
        entries.push_back(std::move(found));
    }
}

bool is_defective(std::string_view text) {
    try {
        (void)toml::parse(text);
    } catch (const toml::parse_error&) {
        return false;
    } catch (const toml_defect&) {
        return true;
    }
    return false;
}

// The first line with which the text from the beginning is defective.
std::size_t defective_line(std::string_view text) {
    std::size_t line = 1;
    std::size_t end = text.find('\n');
    while (end != std::string_view::npos && !is_defective(text.substr(0, end))) {
        ++line;
        end = text.find('\n', end + 1);
    }
    return line;
}

std::variant<toml::table, toml_fault> parse(std::string_view text) {
    try {
        return toml::parse(text);
    } catch (const toml::parse_error& error) {
        return toml_fault{error.source().begin.line, on_one_line(error.description())};
    } catch (const toml_defect&) {
        return toml_fault{defective_line(text), "is not TOML"};
    }
}

bool is_ascii(char c) {
    return static_cast<unsigned char>(c) < 0x80;
}

std::optional<toml_fault> find_continued_character(std::string_view text) {
    for (std::size_t at = text.find('\\'); at < text.size(); at = text.find('\\', at + 1)) {
        const std::size_t next = text.find_first_not_of(" \t\r\n", at + 1);
        const bool is_continued = next < text.size() && !is_ascii(text[next]);
        const std::string_view before = text.substr(0, std::min(next, text.size()));
        if (is_continued && before.find('\n', at) != std::string_view::npos)
            return toml_fault{
                1 + static_cast<std::size_t>(std::ranges::count(before, '\n')),
                "begins with a character beyond ASCII after a line that ends in a backslash",
            };
    }
    return std::nullopt;
}

// toml++ 3.3 has undefined behaviour where it looks for white space and finds a character beyond
// ASCII (`is_non_ascii_horizontal_whitespace` reaches what it holds for unreachable). It looks
// everywhere but in strings and comments, where alone TOML 1.0 has such characters, and after the
// backslash that continues a string on the next line. So the text is parsed first with a '$' for
// each of them, which is legal in the same places and no others.
std::optional<toml_fault> find_stray_character(std::string_view text) {
    std::string plain(text);
    std::ranges::replace_if(plain, [](char c) { return !is_ascii(c); }, '$');
    auto parsed = parse(plain);
    if (auto* const fault = std::get_if<toml_fault>(&parsed))
        return std::move(*fault);
    return find_continued_character(text);
}

}  // namespace

std::variant<std::vector<toml_entry>, toml_fault> read_toml(std::string_view text) {
    if (text.starts_with(byte_order_mark))
        text.remove_prefix(byte_order_mark.size());
    if (!std::ranges::all_of(text, is_ascii))
        if (auto fault = find_stray_character(text))
            return *std::move(fault);
    auto parsed = parse(text);
    if (auto* const fault = std::get_if<toml_fault>(&parsed))
        return std::move(*fault);
    std::vector<toml_entry> entries;
    append_entries(entries, std::get<toml::table>(parsed), {});
    // toml++ sorts by key; who reads a complaint goes through the file from above.
    std::ranges::stable_sort(entries, {}, &toml_entry::line);
    return entries;
}

}  // namespace clarion::app
