#include "core/agents/demo/expression.hpp"
#include "core/agents/demo/number_format.hpp"
#include "core/agents/tools/builtin_tools.hpp"
#include "core/agents/tools/tool_results.hpp"
#include "core/agents/typed_tool.hpp"
#include "core/protocol/json_writer.hpp"

namespace clarion::agents::tools {

namespace {

struct calculator_arguments {
    std::string expression;

    template <class Self, class Visitor>
    static void describe(Self& self, Visitor& visit) {
        visit("expression", self.expression, protocol::rules::not_empty);
    }
};

tool_result calculate(std::string expression) {
    const demo::expression_result computed = demo::evaluate(expression);
    if (const auto* error = std::get_if<demo::expression_error>(&computed))
        return tool_failure{error->message};
    const std::string number = demo::format_number(std::get<double>(computed));
    const calculation done{std::move(expression), {number}, number};
    return tool_value{{protocol::to_json(done)}};
}

class calculator final : public typed_tool<calculator_arguments> {
public:
    calculator()
        : typed_tool({
              .name = "calculator",
              .description = "Computes an arithmetic expression: + - * / % ^, parentheses, "
                             "functions such as sqrt, constants such as pi.",
              .parameters = {R"({"type":"object","properties":{"expression":{"type":"string",)"
                             R"("description":"for example (17+3)*2.5","minLength":1}},)"
                             R"("required":["expression"]})"},
          }) {}

private:
    task<tool_result> work(engine::request_scope_ptr, calculator_arguments arguments)
        const override {
        co_return calculate(std::move(arguments.expression));
    }
};

}  // namespace

std::unique_ptr<tool> make_calculator() {
    return std::make_unique<calculator>();
}

}  // namespace clarion::agents::tools
