#pragma once

#include "core/storage/event_log.hpp"
#include "core/storage/sqlite/connection.hpp"

namespace clarion::storage::sqlite {

/// Revocations within the writer's transaction.
class revoker {
public:
    explicit revoker(connection& database)
        : keep_latest_(
              database,
              "INSERT INTO revocations(user_id, revoked_ms) VALUES (?, ?)"
              " ON CONFLICT(user_id) DO UPDATE SET revoked_ms = max(revoked_ms, "
              "excluded.revoked_ms)"
          ) {}

    /// What the verdict will be once the transaction is committed.
    revoke_result revoke(const revocation& asked) {
        keep_latest_.run(asked.user_id, asked.revoked_ms);
        return revoked();
    }

private:
    statement keep_latest_;
};

}  // namespace clarion::storage::sqlite
