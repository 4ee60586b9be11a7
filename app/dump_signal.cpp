#include "app/dump_signal.hpp"

#include "core/failure/coroutine_dump.hpp"
#include "core/trace/thread_state.hpp"

#include <csignal>
#include <utility>

namespace clarion::app {

dump_signal::dump_signal(failure::logger log) : log_(std::move(log)), signals_(io_, SIGUSR1) {
    wait();
    thread_ = std::jthread([this] {
        trace::name_this_thread("signals");
        io_.run();
    });
}

dump_signal::~dump_signal() {
    io_.stop();
}

void dump_signal::wait() {
    signals_.async_wait([this](const boost::system::error_code& error, int) {
        if (error)
            return;
        failure::dump_coroutines(log_, "SIGUSR1");
        wait();
    });
}

}  // namespace clarion::app
