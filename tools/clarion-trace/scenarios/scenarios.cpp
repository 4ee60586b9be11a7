#include "tools/clarion-trace/scenarios/scenarios.hpp"

#include <algorithm>
#include <iterator>

namespace clarion::scenarios {

namespace {

std::vector<sim::scenario> gathered() {
    std::vector<sim::scenario> every = handshake_scenarios();
    std::ranges::move(thread_scenarios(), std::back_inserter(every));
    std::ranges::move(trouble_scenarios(), std::back_inserter(every));
    return every;
}

}  // namespace

const std::vector<sim::scenario>& all() {
    static const std::vector<sim::scenario> every = gathered();
    return every;
}

const sim::scenario* find(std::string_view name) {
    const auto found = std::ranges::find(all(), name, &sim::scenario::name);
    return found == all().end() ? nullptr : &*found;
}

}  // namespace clarion::scenarios
