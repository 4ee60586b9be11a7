#include "core/trace/words.hpp"

#include "core/trace/source_place.hpp"

#include <bit>

namespace clarion::trace {

namespace {

std::uint64_t number_of(const char* address) {
    return reinterpret_cast<std::uintptr_t>(address);
}

}  // namespace

word word_table::add(const std::string& text) {
    if (text.empty())
        return 0;
    const auto [place, is_new] = by_text_.try_emplace(text, static_cast<word>(texts_.size()));
    if (is_new)
        texts_.push_back(text);
    return place->second;
}

// A text is made from its source once: the same places come again and again.
template <class Make>
word word_table::once(source from, Make make) {
    const auto known = by_source_.find(from);
    if (known != by_source_.end())
        return known->second;
    const word made = add(make());
    by_source_.emplace(from, made);
    return made;
}

word word_table::place(const std::source_location& at) {
    return once({std::bit_cast<std::uint64_t>(at), kind::place}, [&at] { return place_of(at); });
}

word word_table::function(const std::source_location& at) {
    const auto make = [&at] {
        return function_of(at);
    };
    return once({std::bit_cast<std::uint64_t>(at), kind::function}, make);
}

word word_table::text(const char* text) {
    if (text == nullptr)
        return 0;
    return once({number_of(text), kind::text}, [text] { return std::string(text); });
}

word word_table::operation(const char* spelled) {
    if (spelled == nullptr)
        return 0;
    return once({number_of(spelled), kind::operation}, [spelled] { return operation_of(spelled); });
}

word word_table::type(const char* mangled) {
    if (mangled == nullptr)
        return 0;
    return once({number_of(mangled), kind::type}, [mangled] { return type_of(mangled); });
}

}  // namespace clarion::trace
