#include "core/agents/model/token_estimate.hpp"

namespace clarion::agents::model {

namespace {

// Role, separators, and what a template puts around a message.
constexpr std::int64_t message_tokens = 4;

struct characters {
    std::int64_t ascii = 0;
    std::int64_t two_bytes = 0;
    std::int64_t more_bytes = 0;
};

characters count(std::string_view text) noexcept {
    characters of;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        of.ascii += byte < 0x80 ? 1 : 0;
        of.two_bytes += byte >= 0xC0 && byte < 0xE0 ? 1 : 0;
        of.more_bytes += byte >= 0xE0 ? 1 : 0;
    }
    return of;
}

}  // namespace

std::int64_t estimate_tokens(std::string_view text) noexcept {
    const characters of = count(text);
    return (of.ascii + 3) / 4 + of.two_bytes + of.more_bytes;
}

std::int64_t estimate_tokens(const ports::model_message& message) noexcept {
    std::int64_t tokens = message_tokens + estimate_tokens(message.text);
    for (const ports::model_call& call : message.calls)
        tokens += message_tokens + estimate_tokens(call.name) + estimate_tokens(call.arguments);
    return tokens;
}

std::int64_t estimate_tokens(const ports::offered_tool& tool) noexcept {
    return message_tokens + estimate_tokens(tool.name) + estimate_tokens(tool.description) +
           estimate_tokens(tool.parameters.text);
}

std::int64_t least_tokens(std::string_view text) noexcept {
    const characters of = count(text);
    return of.ascii / 8 + of.two_bytes / 5 + of.more_bytes / 3;
}

std::int64_t least_tokens(const ports::model_request& asked) noexcept {
    std::int64_t tokens = 0;
    for (const ports::model_message& message : asked.messages) {
        tokens += least_tokens(message.text);
        for (const ports::model_call& call : message.calls)
            tokens += least_tokens(call.arguments);
    }
    for (const ports::offered_tool& tool : asked.tools)
        tokens += least_tokens(tool.description) + least_tokens(tool.parameters.text);
    return tokens;
}

}  // namespace clarion::agents::model
