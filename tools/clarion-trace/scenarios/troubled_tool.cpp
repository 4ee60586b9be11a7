#include "tools/clarion-trace/scenarios/troubled_tool.hpp"

#include "core/async/sleep.hpp"

#include <chrono>
#include <stdexcept>
#include <utility>

namespace clarion::scenarios {

namespace {

enum class trouble : std::uint8_t { none, throws, fails, is_late, waits };
constexpr std::size_t troubles_count = 5;

class troubled_tool final : public agents::tool {
public:
    troubled_tool(std::unique_ptr<const agents::tool> inner, sim::world& in, std::size_t one_in)
        : inner_(std::move(inner)), world_(in), one_in_(one_in) {}

    const agents::tool_spec& spec() const override { return inner_->spec(); }
    std::optional<protocol::field_error> check_arguments(const boost::json::object& arguments
    ) const override {
        return inner_->check_arguments(arguments);
    }

    task<agents::tool_result> call(engine::request_scope_ptr request, boost::json::object arguments)
        const override {
        const auto what = static_cast<trouble>(
            world_.decisions().choose(sim::choice::fault, troubles_count, one_in_)
        );
        if (what == trouble::throws)
            throw std::runtime_error("the tool broke");
        if (what == trouble::fails) {
            agents::tool_failure failure;
            failure.message = "the tool could not";
            co_return agents::tool_result(std::move(failure));
        }
        if (what == trouble::is_late)
            co_await sleep_for(inner_->spec().timeout + std::chrono::seconds(1));
        if (what == trouble::waits)
            co_await sleep_for(milliseconds(5));
        co_return co_await inner_->call(std::move(request), std::move(arguments));
    }

private:
    std::unique_ptr<const agents::tool> inner_;
    sim::world& world_;
    const std::size_t one_in_;
};

}  // namespace

std::unique_ptr<const agents::tool>
make_troubled(std::unique_ptr<const agents::tool> inner, sim::world& in, std::size_t one_in) {
    return std::make_unique<troubled_tool>(std::move(inner), in, one_in);
}

}  // namespace clarion::scenarios
