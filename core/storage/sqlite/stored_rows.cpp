#include "core/storage/sqlite/stored_rows.hpp"

#include "core/protocol/describe.hpp"
#include "core/protocol/server_frames.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace clarion::storage::sqlite {

namespace {

template <class E>
E read_name(connection& from, std::string_view name) {
    const std::optional<E> value = protocol::enum_from_name<E>(name);
    if (!value)
        from.fail({SQLITE_CORRUPT, "the log holds an unknown name: " + std::string(name)});
    return value.value_or(E{});
}

}  // namespace

duplicate_message read_message(connection& from, const statement::rows& row) {
    return {
        .run_id = std::string(row.text(0)),
        .seq = row.integer(1),
        .content_digest = std::string(row.text(2)),
        .state = read_name<protocol::run_state>(from, row.text(3)),
    };
}

protocol::event read_event(connection& from, const statement::rows& row) {
    return {
        .type = read_name<protocol::event_type>(from, row.text(1)),
        .seq = row.integer(0),
        .timestamp_ms = row.integer(2),
        .run_id = std::string(row.text(3)),
        .payload_json = std::string(row.text(4)),
    };
}

open_run read_run(connection& from, const statement::rows& row) {
    return {
        .run_id = std::string(row.text(0)),
        .message_id = std::string(row.text(1)),
        .agent = std::string(row.text(2)),
        .state = read_name<protocol::run_state>(from, row.text(3)),
        .message_seq = row.integer(4),
        .created_ms = row.integer(5),
        .checkpoint = std::string(row.text(6)),
    };
}

listed_run read_listed_run(connection& from, const statement::rows& row) {
    return {std::string(row.text(0)), read_name<protocol::run_state>(from, row.text(1))};
}

user_run read_user_run(connection& from, const statement::rows& row) {
    return {
        .thread_id = std::string(row.text(0)),
        .run_id = std::string(row.text(1)),
        .state = read_name<protocol::run_state>(from, row.text(2)),
    };
}

}  // namespace clarion::storage::sqlite
