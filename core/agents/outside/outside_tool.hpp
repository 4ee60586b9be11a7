#pragma once

#include "core/agents/outside/approval_rules.hpp"
#include "core/agents/outside/argument_schema.hpp"
#include "core/agents/tool.hpp"
#include "core/ports/tool_source.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace clarion::agents::outside {

/// Whether a tool says of itself what it said when it was last trusted.
enum class standing : std::uint8_t { trusted, changed };

/// Whose tool it is. What is referred to outlives the tool.
struct tool_origin {
    ports::tool_source& source;
    const approval_rules& rules;
    /// A person has allowed a call of the tool, on any shard.
    std::function<void(const std::string& name, const std::string& digest)> allowed;
};

/// A tool as its source described it at one time. One that is described anew is a new object.
class outside_tool final : public tool {
public:
    outside_tool(tool_origin from, const ports::source_tool& described, standing trust);

    const tool_spec& spec() const override { return spec_; }
    std::optional<protocol::field_error> check_arguments(const boost::json::object& arguments
    ) const override {
        return schema_.check(arguments);
    }
    bool needs_approval(const boost::json::object& arguments) const override;
    void allowed() const override;
    bool has_changed() const override { return trust_ == standing::changed; }
    task<tool_result> call(engine::request_scope_ptr request, boost::json::object arguments)
        const override;
    task<tool_result> call_telling(
        engine::request_scope_ptr request,
        boost::json::object arguments,
        ports::progress_sink tell
    ) const override;

    std::string_view digest() const override { return digest_; }
    standing trust() const { return trust_; }
    /// The same, trusted.
    std::unique_ptr<const outside_tool> trusted() const;

private:
    tool_origin from_;
    ports::source_tool described_;
    tool_spec spec_;
    argument_schema schema_;
    std::string digest_;
    standing trust_;
};

/// `SOURCE.TOOL`, by which agents know it.
[[nodiscard]] std::string full_name(const std::string& source, const std::string& tool);
[[nodiscard]] std::string digest_of(const ports::source_tool& described);

}  // namespace clarion::agents::outside
