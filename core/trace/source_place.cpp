#include "core/trace/source_place.hpp"

#include <cstdlib>
#include <initializer_list>
#include <memory>

#include <cxxabi.h>

namespace clarion::trace {

namespace {

// This file's own path, as the build called it, tells where the root is.
std::string_view root() {
    constexpr std::string_view here = "core/trace/source_place.cpp";
    std::string_view path = std::source_location::current().file_name();
    path.remove_suffix(path.ends_with(here) ? here.size() : path.size());
    return path;
}

// A file that the build called otherwise keeps its name alone.
std::string_view from_root(std::string_view path) {
    const bool is_below = path.starts_with(root()) && !(root().empty() && path.starts_with('/'));
    if (is_below)
        return path.substr(root().size());
    return path.substr(path.rfind('/') + 1);
}

char closing(char opening) {
    switch (opening) {
        case '(':
            return ')';
        case '[':
            return ']';
        case '{':
            return '}';
        default:
            return '>';
    }
}

// Behind the bracket that closes the one at `from`.
std::size_t behind_group(std::string_view text, std::size_t from) {
    const char opens = text[from];
    const char closes = closing(opens);
    std::size_t depth = 0;
    for (std::size_t at = from; at < text.size(); ++at) {
        if (text[at] == opens)
            ++depth;
        else if (text[at] == closes && --depth == 0)
            return at + 1;
    }
    return text.size();
}

bool begins_with(std::string_view text, std::size_t at, std::string_view word) {
    return text.substr(at, word.size()) == word;
}

// Without return type, template arguments and parameters: "a::b::lambda".
std::string plain_name(std::string_view spelled) {
    std::string name;
    spelled = spelled.substr(0, spelled.find_last_not_of(' ') + 1);
    std::size_t at = 0;
    while (at < spelled.size()) {
        const char each = spelled[at];
        if (each == '<' && begins_with(spelled, at, "<lambda"))
            name += "lambda";
        if (each == '(' && name.ends_with("operator") && begins_with(spelled, at, "()")) {
            name += "()";
            at += 2;
        } else if (each == '<' || each == '[' || each == '{') {
            at = behind_group(spelled, at);
            if (each == '{' && begins_with(spelled, at, "::"))
                at += 2;
        } else if (each == '(') {
            at = behind_group(spelled, at);
            const std::size_t with = begins_with(spelled, at, " [with") ? at + 1 : at;
            const std::size_t next = with > at ? behind_group(spelled, with) : at;
            if (!begins_with(spelled, next, "::"))
                return name;
            at = next;
        } else if (each == ' ') {
            name.clear();
            ++at;
        } else {
            name += each;
            ++at;
        }
    }
    return name;
}

void drop_end(std::string& name, std::string_view end) {
    if (name.ends_with(end))
        name.resize(name.size() - end.size());
}

void drop_begin(std::string& name, std::string_view begin) {
    if (name.starts_with(begin))
        name.erase(0, begin.size());
}

// What redirect_error, as_tuple and the like wrapped it in.
std::string_view unwrapped(std::string_view type) {
    constexpr std::string_view wrapper = "init_wrapper<";
    for (std::size_t at = type.find(wrapper); at != std::string_view::npos;
         at = type.find(wrapper)) {
        const std::size_t begin = at + wrapper.size();
        type = type.substr(begin, behind_group(type, begin - 1) - begin - 1);
    }
    return type;
}

}  // namespace

std::string place_of(const std::source_location& at) {
    if (at.line() == 0)
        return {};
    return std::string(from_root(at.file_name())) + ':' + std::to_string(at.line());
}

std::string function_of(const std::source_location& at) {
    std::string name = plain_name(at.function_name());
    drop_end(name, "lambda::operator()");
    if (name.ends_with("::") && name.size() < std::string_view(at.function_name()).size())
        name += "lambda";
    return name;
}

std::string operation_of(std::string_view spelled) {
    constexpr std::string_view before = "Initiation = ";
    const std::size_t begin = spelled.find(before);
    if (begin == std::string_view::npos)
        return std::string(spelled);
    std::string_view type = spelled.substr(begin + before.size());
    type = type.substr(0, type.rfind(']'));
    std::string name = plain_name(unwrapped(type));
    drop_end(name, "::operator()");
    drop_end(name, "_with_executor");
    while (name.ends_with("::lambda"))
        drop_end(name, "::lambda");
    const std::size_t last = name.rfind("::initiate_");
    if (last != std::string::npos)
        return name.substr(last + std::string_view("::initiate_").size());
    for (const std::string_view known :
         {"boost::asio::", "boost::beast::", "clarion::", "detail::"})
        drop_begin(name, known);
    return name;
}

std::string type_of(const char* mangled) {
    int status = 0;
    const std::unique_ptr<char, decltype(&std::free)> name(
        abi::__cxa_demangle(mangled, nullptr, nullptr, &status),
        &std::free
    );
    return name != nullptr ? name.get() : mangled;
}

}  // namespace clarion::trace
