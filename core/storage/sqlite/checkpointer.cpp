#include "core/storage/sqlite/checkpointer.hpp"

#include <sqlite3.h>

namespace clarion::storage::sqlite {

void checkpointer::grown_to(std::int64_t pages) {
    if (pages < log_pages_)
        copied_pages_ = 0;  // it began anew, as all of it had been copied
    log_pages_ = pages;
}

std::optional<sql_error> checkpointer::run() {
    database_.note(sqlite3_wal_checkpoint_v2(
        database_.handle(),
        nullptr,
        SQLITE_CHECKPOINT_PASSIVE,
        nullptr,
        nullptr
    ));
    auto error = database_.take_error();
    held_up_ = error && error->code == SQLITE_FULL;
    if (!held_up_)
        copied_pages_ = log_pages_;
    return error;
}

}  // namespace clarion::storage::sqlite
