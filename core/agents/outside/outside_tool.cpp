#include "core/agents/outside/outside_tool.hpp"

#include "core/engine/sha256.hpp"

#include <utility>
#include <variant>

namespace clarion::agents::outside {

namespace {

tool_spec spec_of(const std::string& source, const ports::source_tool& described) {
    tool_spec made;
    made.name = full_name(source, described.name);
    made.description = described.description;
    made.parameters = described.parameters;
    made.read_only = described.read_only;
    return made;
}

}  // namespace

outside_tool::outside_tool(tool_origin from, const ports::source_tool& described, standing trust)
    : from_(std::move(from)),
      described_(described),
      spec_(spec_of(from_.source.name(), described)),
      schema_(described.parameters.text),
      digest_(digest_of(described)),
      trust_(trust) {}

bool outside_tool::needs_approval(const boost::json::object& arguments) const {
    return trust_ == standing::changed ||
           from_.rules.needs_approval(described_.name, spec_.read_only, arguments);
}

void outside_tool::allowed() const {
    from_.allowed(spec_.name, digest_);
}

task<tool_result>
outside_tool::call(engine::request_scope_ptr request, boost::json::object arguments) const {
    return call_telling(std::move(request), std::move(arguments), {});
}

task<tool_result> outside_tool::call_telling(
    engine::request_scope_ptr,
    boost::json::object arguments,
    ports::progress_sink tell
) const {
    if (const auto wrong = check_arguments(arguments)) {
        tool_failure failure;
        failure.message = "argument " + wrong->pointer + " " + wrong->reason;
        failure.is_of_arguments = true;
        co_return tool_result(std::move(failure));
    }
    ports::source_call wanted{described_.name, std::move(arguments)};
    ports::source_answer came = co_await from_.source.call(std::move(wanted), std::move(tell));
    if (auto* const refusal = std::get_if<ports::source_refusal>(&came)) {
        tool_failure failure;
        failure.message = std::move(refusal->message);
        co_return tool_result(std::move(failure));
    }
    tool_value value;
    value.result = std::get<protocol::json_text>(std::move(came));
    co_return tool_result(std::move(value));
}

std::unique_ptr<const outside_tool> outside_tool::trusted() const {
    return std::make_unique<outside_tool>(from_, described_, standing::trusted);
}

std::string full_name(const std::string& source, const std::string& tool) {
    return source + "." + tool;
}

std::string digest_of(const ports::source_tool& described) {
    engine::sha256 digest;
    digest.update(described.description);
    digest.update(std::string_view("\0", 1));
    digest.update(described.parameters.text);
    digest.update(described.read_only ? "1" : "0");
    return digest.hex();
}

}  // namespace clarion::agents::outside
