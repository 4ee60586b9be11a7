#pragma once

#include "core/trace/level.hpp"
#include "core/trace/lint.hpp"

namespace clarion::support {

/// Records while it lives; at its end each finding of the lints fails the test, with the recording
/// as a timeline when CLARION_TEST_TIMELINE names a file. The first member of a fixture, so that
/// its end is seen too. Not while coroutines of another test still run.
class lint_guard {
public:
    explicit lint_guard(trace::lint_settings with = {});
    lint_guard(const lint_guard&) = delete;
    lint_guard& operator=(const lint_guard&) = delete;
    ~lint_guard();

private:
    trace::lint_settings with_;
    trace::level before_;
};

}  // namespace clarion::support
