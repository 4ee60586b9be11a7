#include "core/agents/tools/builtin_tools.hpp"
#include "core/agents/tools/tool_results.hpp"
#include "core/agents/typed_tool.hpp"
#include "core/protocol/json_writer.hpp"

#include <utility>
#include <variant>

namespace clarion::agents::tools {

namespace {

struct url_arguments {
    std::string url;

    template <class Self, class Visitor>
    static void describe(Self& self, Visitor& visit) {
        visit("url", self.url, protocol::field_rule{.bytes_min = 1, .bytes_max = 2048});
    }
};

class http_get final : public typed_tool<url_arguments> {
public:
    explicit http_get(const ports::web& pages)
        : typed_tool({
              .name = "http_get",
              .description = "Reads a page of the web, as text, from the hosts that are allowed.",
              .parameters = {R"({"type":"object","properties":{"url":{"type":"string",)"
                             R"("description":"begins with http:// or https://","minLength":1,)"
                             R"("maxLength":2048}},"required":["url"]})"},
              .read_only = true,
          }),
          pages_(pages) {}

private:
    task<tool_result> work(engine::request_scope_ptr, url_arguments arguments) const override {
        ports::web_answer came = co_await pages_.get(arguments.url);
        if (auto* const refusal = std::get_if<ports::web_refusal>(&came)) {
            tool_failure failure;
            failure.message = arguments.url + " " + refusal->why;
            co_return tool_result(std::move(failure));
        }
        auto& page = std::get<ports::web_page>(came);
        fetched_page shown;
        shown.url = std::move(page.url);
        shown.status = page.status;
        shown.content_type = std::move(page.content_type);
        shown.text = std::move(page.text);
        shown.is_cut = page.is_cut;
        tool_value read;
        read.result.text = protocol::to_json(shown);
        co_return tool_result(std::move(read));
    }

    const ports::web& pages_;
};

}  // namespace

std::unique_ptr<tool> make_http_get(const ports::web& pages) {
    return std::make_unique<http_get>(pages);
}

}  // namespace clarion::agents::tools
