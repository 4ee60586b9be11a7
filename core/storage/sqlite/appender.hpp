#pragma once

#include "core/storage/event_log.hpp"
#include "core/storage/sqlite/connection.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace clarion::storage::sqlite {

/// One append within the writer's transaction.
class appender {
public:
    /// The connection has failed afterwards if the tables are not those of the schema.
    explicit appender(connection& database);

    /// What the request's verdict will be once the transaction is committed. All that is refused
    /// leaves the transaction as it was. When the connection has failed the transaction is lost,
    /// and the verdict with it.
    append_verdict append(const append_request& request);

private:
    struct position {
        std::int64_t thread_rowid = 0;
        std::string epoch;
        std::int64_t last_seq = 0;
        std::int64_t fencing_token = 0;
        std::int64_t updated_hour = 0;
    };

    std::optional<append_verdict>
    refuse(const append_request& request, const std::optional<position>& at);
    append_verdict store(const append_request& request, const std::optional<position>& at);
    std::optional<position> find_thread(const protocol::thread_key& key);
    std::optional<duplicate_message>
    find_message(std::int64_t thread_rowid, std::string_view message_id);
    bool is_known(std::int64_t thread_rowid, std::string_view run_id);
    std::int64_t add_thread(const append_request& request);
    void advance_thread(const append_request& request, const position& at);
    void add_events(const append_request& request, std::int64_t thread_rowid);
    std::optional<unavailable> add_run(const append_request& request, std::int64_t thread_rowid);
    std::optional<unavailable>
    change_runs(const append_request& request, std::int64_t thread_rowid);

    connection& database_;
    statement savepoint_;
    statement roll_back_;
    statement release_;
    statement find_thread_;
    statement find_message_;
    statement find_run_;
    statement add_thread_;
    statement advance_thread_;
    statement move_to_hour_;
    statement rename_thread_;
    statement add_event_;
    statement add_run_;
    statement add_message_;
    statement change_run_;
};

}  // namespace clarion::storage::sqlite
