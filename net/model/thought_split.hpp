#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace clarion::model {

/// What a piece of content turned out to be.
struct split_text {
    std::string said;
    std::string thought;
};

/// Takes `<think> … </think>` off the front of a content that comes in pieces cut anywhere, tags
/// included. Only at the front: further on it is text about such tags. What follows the closing tag
/// loses its leading white space. A tag that is never closed is thought to the end.
class thought_split {
public:
    [[nodiscard]] split_text feed(std::string_view piece);
    /// What was held back in case it became a tag.
    [[nodiscard]] split_text end();

private:
    enum class place : std::uint8_t { before, inside, behind, past };

    void look_for_opening();
    void look_for_closing(split_text& out);

    place at_ = place::before;
    std::string held_;
};

}  // namespace clarion::model
