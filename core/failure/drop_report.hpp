#pragma once

#include "core/failure/ledger.hpp"
#include "core/failure/log.hpp"

#include <cstdint>
#include <string>

namespace clarion::failure {

/// As long as it lives, what the log loses is counted in the ledger. Both outlive it.
class drop_report {
public:
    drop_report(logging& of, ledger& to) : of_(of) {
        of_.when_dropped([&to](std::uint64_t records) {
            to.report(code::log_dropped, {}, std::to_string(records) + " log records are missing");
        });
    }
    drop_report(const drop_report&) = delete;
    drop_report& operator=(const drop_report&) = delete;
    ~drop_report() { of_.when_dropped({}); }

private:
    logging& of_;
};

}  // namespace clarion::failure
