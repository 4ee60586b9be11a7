#include "core/storage/sqlite/remover.hpp"

namespace clarion::storage::sqlite {

remover::remover(connection& database)
    : database_(database),
      find_(
          database,
          "SELECT thread_rowid, fencing_token FROM threads WHERE user_id = ? AND thread_id = ?"
      ),
      finish_runs_(
          database,
          "UPDATE runs INDEXED BY open_runs SET state = 'finished'"
          " WHERE user_id = ? AND thread_rowid = ? AND state <> 'finished'"
      ),
      // No user has an empty id.
      take_from_key_(
          database,
          "UPDATE threads SET user_id = '', thread_id = thread_rowid, title = ''"
          " WHERE thread_rowid = ?"
      ),
      find_removed_(database, "SELECT thread_rowid FROM threads WHERE user_id = '' LIMIT 1"),
      drop_events_(
          database,
          "DELETE FROM events WHERE event_rowid IN"
          " (SELECT event_rowid FROM events WHERE thread_rowid = ? ORDER BY seq LIMIT ?)"
      ),
      drop_messages_(
          database,
          "DELETE FROM messages WHERE thread_rowid = ?1 AND message_id IN"
          " (SELECT message_id FROM messages WHERE thread_rowid = ?1 LIMIT ?2)"
      ),
      drop_runs_(
          database,
          "DELETE FROM runs WHERE thread_rowid = ?1 AND run_id IN"
          " (SELECT run_id FROM runs WHERE thread_rowid = ?1 LIMIT ?2)"
      ),
      drop_thread_(database, "DELETE FROM threads WHERE thread_rowid = ?") {}

delete_verdict remover::remove(const deletion& request) {
    std::int64_t thread_rowid = 0;
    {
        auto found = find_.select(request.key.user_id, request.key.thread_id);
        if (!found.next())
            return not_there{};
        if (request.fencing_token < found.integer(1))
            return fenced{};
        thread_rowid = found.integer(0);
    }
    finish_runs_.run(request.key.user_id, thread_rowid);
    take_from_key_.run(thread_rowid);
    return deleted{};
}

bool remover::has_rows_left() {
    return find_removed_.select().next();
}

// A table is begun when those that refer to it are empty.
void remover::step() {
    std::int64_t thread_rowid = 0;
    {
        auto removed = find_removed_.select();
        if (!removed.next())
            return;
        thread_rowid = removed.integer(0);
    }
    for (statement* drop : {&drop_events_, &drop_messages_, &drop_runs_}) {
        drop->run(thread_rowid, rows_per_step);
        if (database_.failed() || database_.changes() == rows_per_step)
            return;
    }
    drop_thread_.run(thread_rowid);
}

}  // namespace clarion::storage::sqlite
