#pragma once

#include <string>
#include <string_view>

namespace clarion::protocol {

/// Where a value stands in a document: the chain of names that leads to it. Costs nothing until
/// something is wrong there and the JSON Pointer (RFC 6901) is asked for. Refers to its parent and
/// its name, so it lives on the stack of whoever walks the document.
class json_place {
public:
    /// The whole document.
    json_place() = default;
    json_place(const json_place& within, std::string_view name) : within_(&within), name_(name) {}

    /// "" for the whole document.
    std::string pointer() const {
        if (within_ == nullptr)
            return {};
        std::string text = within_->pointer() + '/';
        for (const char c : name_)
            if (c == '~')
                text += "~0";
            else if (c == '/')
                text += "~1";
            else
                text += c;
        return text;
    }

private:
    const json_place* within_ = nullptr;
    std::string_view name_;
};

}  // namespace clarion::protocol
