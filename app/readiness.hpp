#pragma once

#include <mutex>
#include <string>
#include <vector>

namespace clarion::app {

/// Whether the server takes runs, and if not why: what `/readyz` says. Thread-safe.
class readiness {
public:
    /// Not ready, for this reason, until it is cleared.
    void set(const std::string& reason);
    void clear(const std::string& reason);
    /// Empty: ready.
    std::vector<std::string> reasons() const;

private:
    mutable std::mutex mutex_;
    std::vector<std::string> reasons_;
};

namespace unready {
inline const std::string starting = "starting";
inline const std::string draining = "draining";
inline const std::string storage = "storage";
inline const std::string memory = "memory";
}  // namespace unready

}  // namespace clarion::app
