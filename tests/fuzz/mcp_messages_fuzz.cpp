// Properties of whatever reads what an MCP server sends, under any bytes, line by line: nothing
// crashes; a message that was read is written on one line, read again and written again as the same
// text; a list of tools obeys its bounds and has no tool twice; the result of a call is JSON or a
// refusal; arguments made up for a schema are allowed by the schema's own checker or refused in
// words.

#include "core/agents/outside/argument_schema.hpp"
#include "net/mcp/call_answer.hpp"
#include "net/mcp/json_rpc.hpp"
#include "net/mcp/mirrored_headers.hpp"
#include "net/mcp/opening.hpp"
#include "net/mcp/progress.hpp"
#include "net/mcp/sample_arguments.hpp"
#include "net/mcp/tool_list.hpp"

#include <boost/json/parse.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace {

using namespace clarion;
using namespace clarion::mcp;

void require(bool holds) {
    if (!holds)
        __builtin_trap();
}

bool is_json(std::string_view text) {
    boost::json::parse_options options;
    options.max_depth = 256;
    boost::system::error_code error;
    boost::json::parse(text, error, {}, options);
    return !error;
}

std::string written(const rpc_message& message) {
    if (const auto* const asked = std::get_if<rpc_request>(&message))
        return encode(*asked);
    if (const auto* const told = std::get_if<rpc_notification>(&message))
        return encode(*told);
    return encode(std::get<rpc_response>(message));
}

void check_tools(const boost::json::object& result) {
    tool_list read;
    read.take_page(result);
    require(read.tools().size() <= tools_max);
    std::set<std::string> names;
    for (const listed_tool& one : read.tools()) {
        require(names.insert(one.about.name).second);
        require(one.about.description.size() <= description_bytes_max);
        require(one.about.parameters.text.size() <= schema_bytes_max);
        const boost::json::object arguments = sample_arguments(one.about.parameters.text);
        const agents::outside::argument_schema schema(one.about.parameters.text);
        if (const auto wrong = schema.check(arguments))
            require(!wrong->reason.empty());
        std::vector<http::header_field> headers;
        add_mirrored(headers, one.mirrored, arguments);
        for (const http::header_field& header : headers)
            require(std::ranges::none_of(header.value, [](char c) {
                return c == '\r' || c == '\n';
            }));
    }
}

void check_result(const boost::json::object& result) {
    check_tools(result);
    const ports::source_answer answer = answer_of(result);
    if (const auto* const value = std::get_if<protocol::json_text>(&answer))
        require(is_json(value->text));
    opening talk{client_identity{}};
    (void)talk.begin();
    const opening_step next = talk.take(ask_outcome(result));
    if (const auto* const on = std::get_if<agreement>(&next))
        require(on->revision == modern_revision);
}

void check_line(std::string_view line) {
    const rpc_message message = parse_message(line);
    if (const auto* const bad = std::get_if<not_rpc>(&message)) {
        require(!bad->why.empty());
        return;
    }
    const std::string once = written(message);
    require(once.find('\n') == std::string::npos);
    const rpc_message again = parse_message(once);
    require(again.index() == message.index() && written(again) == once);
    if (const auto* const told = std::get_if<rpc_notification>(&message))
        (void)progress_in(*told);
    if (const auto* const asked = std::get_if<rpc_request>(&message))
        require(is_json(encode(answer_to(*asked))));
    if (const auto* const response = std::get_if<rpc_response>(&message)) {
        if (const auto* const result = std::get_if<boost::json::object>(&response->outcome))
            check_result(*result);
        else
            (void)supported_in(std::get<rpc_error>(response->outcome));
    }
}

}  // namespace

// The name is libFuzzer's.
// NOLINTNEXTLINE(readability-identifier-naming)
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text(data, data + size);
    std::string_view rest = text;
    while (!rest.empty()) {
        const std::size_t end = std::min(rest.find('\n'), rest.size());
        check_line(rest.substr(0, end));
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    return 0;
}
