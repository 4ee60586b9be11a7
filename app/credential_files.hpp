#pragma once

#include "core/async/executor.hpp"
#include "core/async/timer_queue.hpp"
#include "core/failure/ledger.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace clarion::app {

/// How often the files are looked at. A change counts once it is seen twice, so that a certificate
/// is not read between it and its key: within 10 s of it (PROTOCOL §8).
inline constexpr duration credential_files_poll = std::chrono::seconds(4);

/// The files by which the server proves itself and checks tokens, read again when they change or
/// when somebody asks. What cannot be used leaves the old in force and is CRITICAL
/// (`config_reload_failed`), once for each change. One shard only.
class credential_files final : public timer_entry {
public:
    /// One thing that is read from files.
    struct part {
        /// For the log: "the certificate".
        std::string name;
        std::vector<std::string> paths;
        /// Puts what the files hold in force, or says why it cannot; blocks.
        std::function<std::optional<std::string>()> read;
    };

    /// What the files are now counts as read.
    credential_files(
        executor on,
        failure::logger log,
        failure::ledger& failures,
        std::vector<part> parts
    );
    ~credential_files() override;

    bool empty() const { return watched_.empty(); }

    /// Begins to look; `stop` ends it.
    void watch();
    void stop();
    /// Now, changed or not.
    void read_again();

    void expired() override;

private:
    /// What tells a file from one that was changed or replaced.
    struct file_state {
        bool exists = false;
        std::uint64_t device = 0;
        std::uint64_t inode = 0;
        std::int64_t size = 0;
        std::int64_t changed_ns = 0;

        friend bool operator==(const file_state&, const file_state&) = default;
    };
    using files_state = std::vector<file_state>;
    struct watched {
        part what;
        files_state read;
        files_state seen;
    };

    static file_state state_of(const std::string& path);
    static files_state state_of(const part& what);
    void read(watched& one);

    executor on_;
    failure::logger log_;
    failure::ledger& failures_;
    std::vector<watched> watched_;
};

}  // namespace clarion::app
