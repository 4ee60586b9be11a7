#pragma once

#include <mutex>
#include <string>
#include <vector>

namespace clarion::app {

/// Whether the server takes runs, and if not why: what `/readyz` says. Thread-safe.
class readiness {
public:
    /// Not ready, for this reason, until it is cleared. `why` says more for whoever reads it, and
    /// takes the place of what was said for this reason before.
    void set(const std::string& reason, const std::string& why = {});
    void clear(const std::string& reason);
    /// "reason" or "reason: why", in the order in which they came up. Empty: ready.
    std::vector<std::string> reasons() const;

private:
    struct entry {
        std::string reason;
        std::string why;
    };

    mutable std::mutex mutex_;
    std::vector<entry> entries_;
};

// docs/operations.md says what each means and what is to be done.
namespace unready {
inline const std::string starting = "starting";
inline const std::string draining = "draining";
inline const std::string storage = "storage";
inline const std::string memory = "memory";
inline const std::string canary = "canary";
}  // namespace unready

}  // namespace clarion::app
