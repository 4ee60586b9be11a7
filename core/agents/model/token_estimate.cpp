#include "core/agents/model/token_estimate.hpp"

namespace clarion::agents::model {

namespace {

// Role, separators, and what a template puts around a message.
constexpr std::int64_t message_tokens = 4;

}  // namespace

std::int64_t estimate_tokens(std::string_view text) noexcept {
    std::int64_t ascii = 0;
    std::int64_t others = 0;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        ascii += byte < 0x80 ? 1 : 0;
        others += byte >= 0xC0 ? 1 : 0;
    }
    return (ascii + 3) / 4 + others;
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

}  // namespace clarion::agents::model
