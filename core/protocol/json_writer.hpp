#pragma once

#include "core/protocol/describe.hpp"

#include <charconv>
#include <concepts>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace clarion::protocol {

/// Appends `text` as a JSON string, quotes included. The text must be valid UTF-8.
void append_json_string(std::string& out, std::string_view text);

/// What `append_json_string` would append, in bytes.
std::size_t json_string_bytes(std::string_view text);

inline void append_json(std::string& out, std::string_view value) {
    append_json_string(out, value);
}
inline void append_json(std::string& out, const std::string& value) {
    append_json_string(out, value);
}
inline void append_json(std::string& out, const char* value) {
    append_json_string(out, value);
}
/// As it is, but on one line: so is every event and every frame.
inline void append_json(std::string& out, const json_text& value) {
    const std::size_t begin = out.size();
    out += value.text;
    for (std::size_t at = out.find_first_of("\r\n", begin); at != std::string::npos;
         at = out.find_first_of("\r\n", at + 1))
        out[at] = ' ';  // between tokens: within a string it is escaped
}
inline void append_json(std::string& out, const json_view& value) {
    out += value.text;
}

template <class T>
    requires std::same_as<T, bool>
void append_json(std::string& out, T value) {
    out += value ? "true" : "false";
}

template <std::integral T>
    requires(!std::same_as<T, bool>)
void append_json(std::string& out, T value) {
    char digits[24];
    out.append(digits, std::to_chars(digits, digits + sizeof digits, value).ptr);
}

template <class E>
    requires std::is_enum_v<E>
void append_json(std::string& out, E value) {
    append_json_string(out, name_of(value));
}

template <described T>
void append_json(std::string& out, const T& value);

template <class T>
void append_json(std::string& out, const std::vector<T>& values) {
    out += '[';
    const char* separator = "";
    for (const T& value : values) {
        out += separator;
        append_json(out, value);
        separator = ",";
    }
    out += ']';
}

template <class T>
void append_json(std::string& out, const std::map<std::string, T>& values) {
    out += '{';
    const char* separator = "";
    for (const auto& [key, value] : values) {
        out += separator;
        append_json_string(out, key);
        out += ':';
        append_json(out, value);
        separator = ",";
    }
    out += '}';
}

/// Writes the members of an object one by one: `object_writer w(out); w("seq", 1); w.end();`
class object_writer {
public:
    explicit object_writer(std::string& out) : out_(out) { out_ += '{'; }

    template <class T>
    void operator()(const char* name, const T& value, const field_rule& = rules::any) {
        if constexpr (is_optional<T>) {
            if (value)
                (*this)(name, *value);
        } else {
            out_ += first_ ? "\"" : ",\"";
            first_ = false;
            out_ += name;
            out_ += "\":";
            append_json(out_, value);
        }
    }

    void end() { out_ += '}'; }

private:
    std::string& out_;
    bool first_ = true;
};

template <described T>
void append_json(std::string& out, const T& value) {
    object_writer writer(out);
    T::describe(value, writer);
    writer.end();
}

template <class T>
std::string to_json(const T& value) {
    std::string out;
    out.reserve(256);  // most frames and payloads, in one allocation
    append_json(out, value);
    return out;
}

}  // namespace clarion::protocol
