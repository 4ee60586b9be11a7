#pragma once

#include "core/agents/tool.hpp"
#include "core/agents/tool_arguments.hpp"

#include <optional>
#include <utility>
#include <variant>

namespace clarion::agents {

/// A tool written in C++: states its arguments as a described struct and never sees a wrong one.
template <protocol::described Arguments>
class typed_tool : public tool {
public:
    explicit typed_tool(tool_spec spec) : spec_(std::move(spec)) {}

    const tool_spec& spec() const final { return spec_; }

    std::optional<protocol::field_error> check_arguments(const boost::json::object& arguments
    ) const final {
        Arguments read;
        protocol::object_reader reader(arguments);
        Arguments::describe(read, reader);
        return reader.take_error();
    }

    task<tool_result> call(engine::request_scope_ptr request, boost::json::object arguments)
        const final {
        auto read = read_arguments<Arguments>(arguments);
        if (auto* failure = std::get_if<tool_failure>(&read))
            co_return tool_result(std::move(*failure));
        co_return co_await work(std::move(request), std::get<Arguments>(std::move(read)));
    }

private:
    virtual task<tool_result> work(engine::request_scope_ptr request, Arguments arguments)
        const = 0;

    tool_spec spec_;
};

/// For tools that take no arguments.
struct no_arguments {
    template <class Self, class Visitor>
    static void describe(Self&, Visitor&) {}
};

}  // namespace clarion::agents
