#include "core/async/scheduler.hpp"

namespace clarion {

namespace {
thread_local scheduler* current_scheduler = nullptr;
}  // namespace

scheduler* scheduler::current() noexcept {
    return current_scheduler;
}

scheduler::running::running(scheduler& of) noexcept : before_(current_scheduler) {
    current_scheduler = &of;
}

scheduler::running::~running() {
    current_scheduler = before_;
}

}  // namespace clarion
