#include "core/agents/reply.hpp"

#include "core/protocol/payloads.hpp"

#include <algorithm>
#include <utility>

namespace clarion::agents {

std::size_t begun_sequence_bytes(std::string_view text) {
    const std::size_t looked_at = std::min<std::size_t>(text.size(), 3);
    for (std::size_t back = 1; back <= looked_at; ++back) {
        const auto byte = static_cast<unsigned char>(text[text.size() - back]);
        if ((byte & 0xC0U) == 0x80U)
            continue;
        const std::size_t length = byte >= 0xF0U ? 4 : byte >= 0xE0U ? 3 : byte >= 0xC0U ? 2 : 1;
        return length > back ? back : 0;
    }
    return 0;
}

reply::reply(engine::bridge& bridge, std::string agent_name)
    : bridge_(bridge), agent_name_(std::move(agent_name)), message_id_(bridge.new_message_id()) {}

task<engine::delta_verdict> reply::write(std::string piece) {
    std::string shown = std::exchange(begun_, {}) + piece;
    const std::size_t whole = shown.size() - begun_sequence_bytes(shown);
    begun_ = shown.substr(whole);
    shown.resize(whole);
    if (shown.empty())
        co_return engine::gathered();
    text_ += shown;
    co_return co_await bridge_.delta(agent_name_, message_id_, std::move(shown));
}

task<engine::emit_verdict> reply::finish() {
    if (!begun_.empty()) {
        text_ += begun_;
        engine::delta_verdict verdict =
            co_await bridge_.delta(agent_name_, message_id_, std::exchange(begun_, {}));
        if (auto* refused = std::get_if<engine::refusal>(&verdict))
            co_return std::move(*refused);
    }
    protocol::assistant_message whole{agent_name_, message_id_, text_};
    co_return co_await bridge_.emit(std::move(whole));
}

}  // namespace clarion::agents
