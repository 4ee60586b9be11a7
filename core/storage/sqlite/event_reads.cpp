#include "core/storage/sqlite/event_reads.hpp"

#include "core/protocol/events.hpp"
#include "core/storage/append_facts.hpp"
#include "core/storage/sqlite/stored_rows.hpp"

#include <algorithm>
#include <cstddef>
#include <limits>
#include <string>
#include <utility>

namespace clarion::storage::sqlite {

event_reads::event_reads(connection& database)
    : database_(database),
      begin_(database, "BEGIN"),
      end_(database, "COMMIT"),
      find_thread_(
          database,
          "SELECT thread_rowid, epoch, last_seq, first_seq, messages, updated_ms, title FROM "
          "threads"
          " WHERE user_id = ? AND thread_id = ?"
      ),
      open_runs_(
          database,
          "SELECT run_id, message_id, agent, state, message_seq, created_ms, checkpoint FROM runs"
          " WHERE user_id = ? AND thread_rowid = ? AND state <> 'finished' ORDER BY message_seq"
      ),
      page_(
          database,
          "SELECT seq, type, timestamp_ms, run_id, payload FROM events"
          " WHERE thread_rowid = ? AND seq > ? AND seq <= ? ORDER BY seq LIMIT ?"
      ),
      newest_page_(
          database,
          "SELECT seq, type, timestamp_ms, run_id, payload FROM events"
          " WHERE thread_rowid = ? AND seq > ? AND seq <= ? ORDER BY seq DESC LIMIT ?"
      ),
      find_message_(
          database,
          "SELECT m.run_id, m.seq, m.content_digest, r.state FROM messages m"
          " JOIN runs r ON r.thread_rowid = m.thread_rowid AND r.run_id = m.run_id"
          " WHERE m.thread_rowid = ? AND m.message_id = ?"
      ),
      find_run_(
          database,
          "SELECT m.run_id, m.seq, m.content_digest, r.state FROM runs r"
          " JOIN messages m ON m.thread_rowid = r.thread_rowid AND m.message_id = r.message_id"
          " WHERE r.thread_rowid = ? AND r.run_id = ?"
      ),
      threads_with_open_runs_(
          database,
          "SELECT thread_rowid, epoch, last_seq, first_seq, messages, updated_ms, title, user_id,"
          " thread_id FROM threads WHERE thread_rowid IN"
          " (SELECT thread_rowid FROM runs WHERE state <> 'finished')"
          " ORDER BY user_id, thread_id"
      ),
      user_runs_(
          database,
          "SELECT t.thread_id, r.run_id, r.state FROM runs r"
          " JOIN threads t ON t.thread_rowid = r.thread_rowid"
          " WHERE r.user_id = ? AND r.state <> 'finished' ORDER BY t.thread_id, r.message_seq"
      ),
      threads_(
          database,
          "SELECT thread_rowid, thread_id, title, last_seq, updated_ms FROM threads"
          " WHERE user_id = ?1 AND updated_hour <= ?2"
          " AND (updated_ms < ?3 OR (updated_ms = ?3 AND thread_id > ?4))"
          " ORDER BY updated_hour DESC, updated_ms DESC, thread_id LIMIT ?5"
      ),
      active_run_(
          database,
          "SELECT run_id, state FROM runs INDEXED BY open_runs"
          " WHERE user_id = ? AND thread_rowid = ? AND state <> 'finished'"
          " ORDER BY state = 'queued', message_seq LIMIT 1"
      ),
      revocations_(database, "SELECT user_id, revoked_ms FROM revocations ORDER BY user_id") {}

namespace {

// From the columns that both questions for threads begin with, but for the open runs.
thread_row read_thread(const statement::rows& row) {
    thread_row read;
    read.epoch = row.text(1);
    read.last_seq = row.integer(2);
    read.first_seq = row.integer(3);
    read.messages = row.integer(4);
    read.updated_ms = row.integer(5);
    read.title = row.text(6);
    return read;
}

}  // namespace

template <class Question>
auto event_reads::within_transaction(Question question)
    -> std::variant<std::invoke_result_t<Question>, unavailable> {
    begin_.run();
    auto answer = question();
    end_.run();
    for (statement* asked :
         {&find_thread_,
          &open_runs_,
          &page_,
          &newest_page_,
          &find_message_,
          &find_run_,
          &threads_with_open_runs_,
          &user_runs_,
          &threads_,
          &active_run_,
          &revocations_})
        steps_ += asked->take_steps();
    if (auto error = database_.take_error()) {
        if (database_.in_transaction())
            database_.execute("ROLLBACK");
        database_.take_error();
        return unavailable{"the log cannot be read: " + error->text};
    }
    return answer;
}

thread_result event_reads::open(const protocol::thread_key& key) {
    return within_transaction([&]() -> std::optional<thread_row> {
        std::optional<found_thread> found = find_thread(key);
        if (!found)
            return std::nullopt;
        found->row.open_runs = open_runs_of(key.user_id, found->thread_rowid);
        return std::move(found->row);
    });
}

page_result event_reads::read(const page_request& request) {
    return within_transaction([&] {
        page read;
        const std::optional<found_thread> found = find_thread(request.key);
        if (!found)
            return read;
        read.epoch = found->row.epoch;
        read.first_seq = found->row.first_seq;
        if (read.epoch == request.epoch)
            fill(read, found->thread_rowid, request);
        return read;
    });
}

message_result event_reads::find(const protocol::thread_key& key, const run_reference& which) {
    return within_transaction([&]() -> std::optional<duplicate_message> {
        const std::optional<found_thread> found = find_thread(key);
        if (!found)
            return std::nullopt;
        return find_run(found->thread_rowid, which);
    });
}

open_runs_result event_reads::list_open_runs() {
    return within_transaction([&] {
        std::vector<thread_runs> listed;
        auto row = threads_with_open_runs_.select();
        while (row.next()) {
            thread_runs& added = listed.emplace_back();
            added.key = {std::string(row.text(7)), std::string(row.text(8))};
            added.row = read_thread(row);
            added.row.open_runs = open_runs_of(added.key.user_id, row.integer(0));
        }
        return listed;
    });
}

user_runs_result event_reads::list_user_runs(const std::string& user_id) {
    return within_transaction([&] {
        std::vector<user_run> listed;
        auto row = user_runs_.select(user_id);
        while (row.next())
            listed.push_back(read_user_run(database_, row));
        return listed;
    });
}

// One row more than asked for tells whether there are more.
threads_result event_reads::list_threads(const threads_request& request) {
    constexpr std::int64_t latest = std::numeric_limits<std::int64_t>::max();
    const list_position behind = request.behind.value_or(list_position{latest, ""});
    const std::size_t threads_max = std::max<std::size_t>(request.threads_max, 1);
    return within_transaction([&] {
        thread_list list;
        auto row = threads_.select(
            request.user_id,
            hour_of(behind.updated_ms),
            behind.updated_ms,
            behind.thread_id,
            static_cast<std::int64_t>(threads_max + 1)
        );
        std::size_t bytes = 0;
        while (!list.more && row.next()) {
            listed_thread one;
            one.thread_id = row.text(1);
            one.title = row.text(2);
            one.last_seq = row.integer(3);
            one.updated_ms = row.integer(4);
            one.active_run = active_run_of(request.user_id, row.integer(0));
            bytes += bytes_of(one);
            const bool full = list.threads.size() == threads_max || bytes > request.bytes_max;
            list.more = full && !list.threads.empty();
            if (!list.more)
                list.threads.push_back(std::move(one));
        }
        return list;
    });
}

std::optional<listed_run>
event_reads::active_run_of(std::string_view user_id, std::int64_t thread_rowid) {
    auto row = active_run_.select(user_id, thread_rowid);
    if (!row.next())
        return std::nullopt;
    return read_listed_run(database_, row);
}

revocations_result event_reads::list_revocations() {
    return within_transaction([&] {
        std::vector<revocation> listed;
        auto row = revocations_.select();
        while (row.next())
            listed.push_back({std::string(row.text(0)), row.integer(1)});
        return listed;
    });
}

std::optional<event_reads::found_thread> event_reads::find_thread(const protocol::thread_key& key) {
    auto row = find_thread_.select(key.user_id, key.thread_id);
    if (!row.next())
        return std::nullopt;
    return found_thread{row.integer(0), read_thread(row)};
}

std::vector<open_run>
event_reads::open_runs_of(std::string_view user_id, std::int64_t thread_rowid) {
    std::vector<open_run> runs;
    auto row = open_runs_.select(user_id, thread_rowid);
    while (row.next())
        runs.push_back(read_run(database_, row));
    return runs;
}

std::optional<duplicate_message>
event_reads::find_run(std::int64_t thread_rowid, const run_reference& which) {
    if (!which.message_id && !which.run_id)
        return std::nullopt;
    auto row = which.message_id ? find_message_.select(thread_rowid, *which.message_id)
                                : find_run_.select(thread_rowid, *which.run_id);
    if (!row.next())
        return std::nullopt;
    duplicate_message found = read_message(database_, row);
    if (which.run_id && found.run_id != *which.run_id)
        return std::nullopt;
    return found;
}

void event_reads::fill(page& read, std::int64_t thread_rowid, const page_request& request) {
    const auto events_max = static_cast<std::int64_t>(std::max<std::size_t>(request.events_max, 1));
    const bool from_newest = request.side == page_side::newest;
    statement& asked = from_newest ? newest_page_ : page_;
    // Rows that have been trimmed go a while after that.
    const std::int64_t after_seq = std::max(request.after_seq, read.first_seq - 1);
    auto row = asked.select(thread_rowid, after_seq, request.up_to_seq, events_max);
    std::size_t bytes = 0;
    while (row.next()) {
        bytes += row.text(4).size();
        if (bytes > request.bytes_max && !read.events.empty())
            break;
        read.events.push_back(read_event(database_, row));
    }
    if (from_newest)
        std::ranges::reverse(read.events);
}

}  // namespace clarion::storage::sqlite
