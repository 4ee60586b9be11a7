#include "core/agents/excerpt.hpp"
#include "core/agents/tools/builtin_tools.hpp"
#include "core/agents/tools/tool_results.hpp"
#include "core/agents/typed_tool.hpp"
#include "core/protocol/json_writer.hpp"

#include <algorithm>
#include <stdexcept>
#include <string_view>

namespace clarion::agents::tools {

namespace {

constexpr std::size_t excerpt_bytes_max = 240;

struct search_arguments {
    std::string query;
    std::optional<std::int64_t> limit;

    template <class Self, class Visitor>
    static void describe(Self& self, Visitor& visit) {
        visit("query", self.query, protocol::field_rule{.bytes_min = 1, .bytes_max = 1024});
        visit("limit", self.limit, protocol::field_rule{.least = 1, .most = 20});
    }
};

char lower(char letter) {
    return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
}

/// Where `wanted` begins, ASCII case ignored as the history does; 0 when it does not.
std::size_t place_of(std::string_view wanted, std::string_view text) {
    const auto same = [](char a, char b) {
        return lower(a) == lower(b);
    };
    const auto found = std::ranges::search(text, wanted, same);
    return found.empty() ? 0 : static_cast<std::size_t>(found.begin() - text.begin());
}

search_hits hits_of(std::string query, const std::vector<ports::past_message>& messages) {
    search_hits found;
    for (const ports::past_message& message : messages)
        found.hits.push_back({
            .seq = message.seq,
            .author = message.by == ports::author::user ? "user" : "assistant",
            .excerpt = excerpt_at(message.text, {place_of(query, message.text), excerpt_bytes_max}),
            .timestamp = message.timestamp_ms,
        });
    found.query = std::move(query);
    return found;
}

class search_thread final : public typed_tool<search_arguments> {
public:
    search_thread()
        : typed_tool({
              .name = "search_thread",
              .description = "Finds earlier messages of this conversation that contain a text.",
              .parameters = {R"({"type":"object","properties":{"query":{"type":"string",)"
                             R"("description":"the text to look for, upper and lower case alike",)"
                             R"("minLength":1,"maxLength":1024},"limit":{"type":"integer",)"
                             R"("description":"how many messages at most, 5 by default",)"
                             R"("minimum":1,"maximum":20}},"required":["query"]})"},
          }) {}

private:
    task<tool_result> work(engine::request_scope_ptr request, search_arguments arguments)
        const override {
        if (!request->history)
            throw std::logic_error("the run has no history");
        const auto limit = static_cast<std::size_t>(arguments.limit.value_or(5));
        auto answer = co_await request->history->search(arguments.query, limit);
        if (auto* unavailable = std::get_if<ports::history_unavailable>(&answer)) {
            tool_failure failure;
            failure.message = "the history of this thread cannot be read: " + unavailable->reason;
            co_return tool_result(std::move(failure));
        }
        const auto& messages = std::get<std::vector<ports::past_message>>(answer);
        tool_value found;
        found.result.text = protocol::to_json(hits_of(std::move(arguments.query), messages));
        co_return tool_result(std::move(found));
    }
};

}  // namespace

std::unique_ptr<tool> make_search_thread() {
    return std::make_unique<search_thread>();
}

}  // namespace clarion::agents::tools
