#pragma once

#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace clarion::canary {

/// The credentials by which the server's own sessions come in: drawn for one session each, known to
/// this process alone, of no use afterwards (docs/decisions/0010-the-canary.md). Thread-safe.
class pass {
public:
    /// A credential that lives as long as this object, or until it was used.
    class ticket {
    public:
        ticket(ticket&& other) noexcept
            : of_(std::exchange(other.of_, nullptr)), credential_(std::move(other.credential_)) {}
        ticket(const ticket&) = delete;
        ticket& operator=(const ticket&) = delete;
        ticket& operator=(ticket&&) = delete;
        ~ticket();

        const std::string& credential() const noexcept { return credential_; }

    private:
        friend class pass;
        ticket(pass& of, std::string credential) : of_(&of), credential_(std::move(credential)) {}

        pass* of_;
        std::string credential_;
    };

    pass() = default;
    pass(const pass&) = delete;
    pass& operator=(const pass&) = delete;

    /// For a session of `user_id`. The pass outlives it. Where the system has no randomness to give
    /// the credential is empty and good for nothing.
    ticket issue(std::string user_id);

    /// Whether it is one that was issued and not yet used.
    bool knows(std::string_view credential) const;
    /// Whose it is, once.
    std::optional<std::string> take(std::string_view credential);

private:
    struct entry {
        std::string credential;
        std::string user_id;
    };
    using entries = std::vector<entry>;

    entries::const_iterator find(std::string_view credential) const;

    mutable std::mutex mutex_;
    entries issued_;
};

}  // namespace clarion::canary
