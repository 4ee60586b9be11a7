#include "net/model/thought_split.hpp"

#include <algorithm>
#include <utility>

namespace clarion::model {

namespace {

constexpr std::string_view opening = "<think>";
constexpr std::string_view closing = "</think>";
constexpr std::string_view white_space = " \t\r\n";
// More white space than any model puts before its thoughts.
constexpr std::size_t held_bytes_max = 64;

// How many bytes at the end of `text` may be the beginning of the closing tag.
std::size_t begun_closing(std::string_view text) {
    std::size_t bytes = std::min(text.size(), closing.size() - 1);
    while (bytes > 0 && !text.ends_with(closing.substr(0, bytes)))
        --bytes;
    return bytes;
}

}  // namespace

split_text thought_split::feed(std::string_view piece) {
    split_text out;
    if (at_ == place::past) {
        out.said = piece;
        return out;
    }
    held_ += piece;
    if (at_ == place::before)
        look_for_opening();
    if (at_ == place::inside)
        look_for_closing(out);
    if (at_ == place::behind) {
        held_.erase(0, std::min(held_.find_first_not_of(white_space), held_.size()));
        if (!held_.empty())
            at_ = place::past;
    }
    if (at_ == place::past)
        out.said += std::exchange(held_, {});
    return out;
}

split_text thought_split::end() {
    split_text out;
    std::string& rest = at_ == place::inside ? out.thought : out.said;
    rest = std::exchange(held_, {});
    at_ = place::past;
    return out;
}

void thought_split::look_for_opening() {
    const std::size_t begin = std::min(held_.find_first_not_of(white_space), held_.size());
    const std::string_view text = std::string_view(held_).substr(begin);
    if (text.starts_with(opening)) {
        held_.erase(0, begin + opening.size());
        at_ = place::inside;
    } else if (!opening.starts_with(text) || held_.size() > held_bytes_max) {
        at_ = place::past;
    }
}

void thought_split::look_for_closing(split_text& out) {
    const std::size_t end = held_.find(closing);
    if (end != std::string::npos) {
        out.thought = held_.substr(0, end);
        held_.erase(0, end + closing.size());
        at_ = place::behind;
        return;
    }
    const std::size_t whole = held_.size() - begun_closing(held_);
    out.thought = held_.substr(0, whole);
    held_.erase(0, whole);
}

}  // namespace clarion::model
