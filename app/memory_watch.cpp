#include "app/memory_watch.hpp"

#include "app/machine_memory.hpp"

#include <array>
#include <cstdio>
#include <memory>
#include <string>
#include <utility>

#include <fcntl.h>
#include <malloc.h>
#include <unistd.h>

namespace clarion::app {

namespace {

std::string in_mib(std::int64_t bytes) {
    return std::to_string(bytes >> 20U) + " MiB";
}

// The process's resident size. Its file stays open: when no more can be opened, memory is not
// unlimited.
class resident_meter {
public:
    resident_meter() : file_(open("/proc/self/statm", O_RDONLY | O_CLOEXEC)) {}
    resident_meter(const resident_meter&) = delete;
    resident_meter& operator=(const resident_meter&) = delete;
    ~resident_meter() {
        if (file_ >= 0)
            close(file_);
    }

    /// 0 where the kernel does not say.
    std::int64_t bytes() const {
        std::array<char, 128> text{};
        if (pread(file_, text.data(), text.size() - 1, 0) <= 0)
            return 0;
        long long resident = 0;
        if (std::sscanf(text.data(), "%*d %lld", &resident) != 1)
            return 0;
        return resident * sysconf(_SC_PAGESIZE);
    }

private:
    int file_;
};

}  // namespace

memory_source memory_of_process(std::int64_t memory_bytes_max) {
    memory_source made;
    made.bytes_max = memory_bound(memory_bytes_max, memory_bytes_available());
    made.resident_bytes = [meter = std::make_shared<const resident_meter>()] {
        return meter->bytes();
    };
    made.give_back = [] {
        malloc_trim(0);
    };
    return made;
}

memory_watch::memory_watch(
    executor on,
    failure::ledger& failures,
    readiness& ready,
    memory_source of
)
    : on_(on), failures_(failures), ready_(ready), source_(std::move(of)) {
    if (source_.bytes_max > 0)
        look();
}

memory_watch::~memory_watch() {
    on_.owner().disarm(*this);
}

void memory_watch::look() {
    const std::int64_t resident = source_.resident_bytes();
    if (!budget_.is_spent() && resident >= source_.bytes_max)
        spend(resident);
    else if (budget_.is_spent() && has_recovered())
        failures_.log().info("memory is within its bound again");
    on_.owner().arm(*this, on_.owner().now() + interval);
}

void memory_watch::spend(std::int64_t resident) {
    budget_.spend();
    ready_.set(unready::memory, "new work is refused");
    gave_back_at_ = on_.owner().now();
    source_.give_back();
    const std::string said = "the process has " + in_mib(resident) + " resident, of " +
                             in_mib(source_.bytes_max) + " that it may";
    failures_.report(failure::code::memory_spent, {}, said);
}

bool memory_watch::has_recovered() {
    const time_point now = on_.owner().now();
    if (now - gave_back_at_ >= give_back_interval) {
        gave_back_at_ = now;
        source_.give_back();
    }
    if (source_.resident_bytes() >= source_.bytes_max - source_.bytes_max / 20)
        return false;
    budget_.recover();
    ready_.clear(unready::memory);
    return true;
}

}  // namespace clarion::app
