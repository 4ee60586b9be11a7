#pragma once

#include "core/storage/sqlite/connection.hpp"

#include <cstdint>
#include <optional>

namespace clarion::storage::sqlite {

/// Copies the write-ahead log into the database. The writer's thread only.
class checkpointer {
public:
    /// `database` outlives it.
    explicit checkpointer(connection& database) : database_(database) {}

    /// A commit has left the log that long.
    void grown_to(std::int64_t pages);

    /// So many of the log's pages have not been copied.
    bool is_due(std::int64_t pages) const { return log_pages_ - copied_pages_ >= pages; }
    /// The last copy found no room in the database. The log must not grow meanwhile: it would take
    /// the very room that its copy needs.
    bool is_held_up() const { return held_up_; }

    /// Passive: waits for no reader. What a reader holds back is copied by a later one.
    std::optional<sql_error> run();

private:
    connection& database_;
    std::int64_t log_pages_ = 0;
    std::int64_t copied_pages_ = 0;
    bool held_up_ = false;
};

}  // namespace clarion::storage::sqlite
