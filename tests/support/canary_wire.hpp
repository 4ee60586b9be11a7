#pragma once

#include "core/async/sleep.hpp"
#include "core/canary/canary_wire.hpp"
#include "tests/support/flow_server.hpp"

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <utility>

namespace clarion::support {

/// The canary's end of a connection to the flow server. What the client has received may be changed
/// on its way, to stand for a server that is wrong.
class flow_wire final : public canary::wire {
public:
    /// Gives what is to be received instead of a frame: itself, others, or nothing.
    using forger = std::function<std::vector<std::string>(const std::string&)>;

    flow_wire(flow_client& through, forger forge) : through_(through), forge_(std::move(forge)) {}

    task<canary::send_result> send(std::string text) override {
        through_.sends(std::move(text));
        co_return canary::send_result(canary::wire_sent{});
    }

    task<canary::receive_result> receive() override {
        while (true) {
            take_in();
            if (!waiting_.empty()) {
                std::string frame = std::move(waiting_.front());
                waiting_.erase(waiting_.begin());
                co_return canary::receive_result(std::move(frame));
            }
            if (const auto code = through_.connection().close_code())
                co_return canary::receive_result(
                    canary::wire_closed{"close " + std::to_string(static_cast<int>(*code))}
                );
            co_await sleep_for(milliseconds(1));
        }
    }

    task<> close() override {
        through_.connection().client_closes(1000);
        co_return;
    }

private:
    void take_in() {
        const auto& received = through_.connection().received();
        for (; taken_ < received.size(); ++taken_)
            for (std::string& each : forge_(received[taken_]))
                waiting_.push_back(std::move(each));
    }

    flow_client& through_;
    forger forge_;
    std::size_t taken_ = 0;
    std::vector<std::string> waiting_;
};

}  // namespace clarion::support
