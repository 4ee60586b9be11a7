#include "core/storage/sqlite/trimmer.hpp"

#include "core/protocol/describe.hpp"
#include "core/storage/append_facts.hpp"

#include <algorithm>
#include <utility>

namespace clarion::storage::sqlite {

trimmer::trimmer(connection& database)
    : database_(database),
      weigh_(
          database,
          "SELECT thread_rowid, event_bytes FROM threads"
          " WHERE thread_rowid > ? AND user_id <> '' ORDER BY thread_rowid LIMIT ?"
      ),
      walk_(
          database,
          "SELECT e.event_rowid, e.thread_rowid, e.seq, e.timestamp_ms, t.first_seq, t.epoch,"
          " t.user_id = '' FROM events e CROSS JOIN threads t ON t.thread_rowid = e.thread_rowid"
          " WHERE e.event_rowid > ? ORDER BY e.event_rowid LIMIT ?"
      ),
      read_(
          database,
          "SELECT seq, type, run_id, timestamp_ms, length(CAST(payload AS BLOB)) FROM events"
          " WHERE thread_rowid = ? AND seq >= ? ORDER BY seq LIMIT ?"
      ),
      find_thread_(
          database,
          "SELECT user_id, thread_id FROM threads"
          " WHERE thread_rowid = ? AND epoch = ? AND user_id <> ''"
      ),
      cut_(
          database,
          "UPDATE threads SET first_seq = ?2, messages = messages - ?3,"
          " event_bytes = event_bytes - ?4 WHERE thread_rowid = ?1"
      ),
      // By the thread's own word, since a row's number may come to stand for another thread.
      drop_(
          database,
          "DELETE FROM events WHERE event_rowid IN (SELECT event_rowid FROM events"
          " WHERE thread_rowid = ?1 AND seq <"
          " (SELECT first_seq FROM threads WHERE thread_rowid = ?1) ORDER BY seq LIMIT ?2)"
      ) {}

trimmed trimmer::step(const retention& keep) {
    done_ = {};
    rows_left_ = trim_events_per_step;
    if (at_ == phase::idle)
        begin(keep);
    while (rows_left_ > 0 && at_ != phase::idle && !database_.failed()) {
        if (at_ == phase::weighing)
            weigh(keep);
        else if (at_ == phase::walking)
            walk(keep);
        else if (at_ == phase::folding)
            fold();
        else
            drop();
    }
    done_.more = at_ != phase::idle;
    return std::exchange(done_, {});
}

void trimmer::begin(const retention& keep) {
    weighed_thread_ = 0;
    weighed_bytes_ = 0;
    excess_bytes_ = 0;
    passed_row_ = 0;
    at_ = keep.bytes_max > 0 ? phase::weighing : phase::walking;
}

void trimmer::weigh(const retention& keep) {
    const std::int64_t asked = rows_left_;
    auto row = weigh_.select(weighed_thread_, asked);
    for (; row.next(); --rows_left_) {
        weighed_thread_ = row.integer(0);
        weighed_bytes_ += row.integer(1);
    }
    if (rows_left_ == 0)
        return;
    excess_bytes_ = std::max<std::int64_t>(weighed_bytes_ - keep.bytes_max, 0);
    at_ = phase::walking;
}

// To the next event that is to go, by the order of commits.
void trimmer::walk(const retention& keep) {
    auto row = walk_.select(passed_row_, rows_left_);
    while (row.next()) {
        --rows_left_;
        event_row_ = row.integer(0);
        thread_row_ = row.integer(1);
        const std::int64_t seq = row.integer(2);
        const std::int64_t timestamp_ms = row.integer(3);
        const std::int64_t first_seq = row.integer(4);
        const bool is_removed = row.integer(6) != 0;
        if (!is_removed && seq < first_seq) {
            at_ = phase::dropping;
            return;
        }
        if (!is_removed && seq == first_seq) {
            if (timestamp_ms < keep.before_ms || excess_bytes_ > 0) {
                epoch_ = row.text(5);
                next_seq_ = seq;
                prefix_.emplace(keep, excess_bytes_);
                at_ = phase::folding;
                return;
            }
            // Whatever was committed later is younger, unless a clock was ahead here.
            if (timestamp_ms <= keep.now_ms)
                break;
        }
        // What follows an event that stays, in the same thread, stays too.
        passed_row_ = event_row_;
    }
    if (rows_left_ > 0)
        at_ = phase::idle;
}

void trimmer::fold() {
    auto next = trim_fold::next::go_on;
    {
        auto row = read_.select(thread_row_, next_seq_, rows_left_);
        while (next == trim_fold::next::go_on && row.next()) {
            --rows_left_;
            event_facts facts;
            facts.seq = row.integer(0);
            facts.type = protocol::enum_from_name<protocol::event_type>(row.text(1));
            facts.run_id = row.text(2);
            facts.timestamp_ms = row.integer(3);
            facts.bytes = row.integer(4) + event_overhead_bytes;
            next = prefix_->take(facts);
            next_seq_ = facts.seq + 1;
        }
    }
    if (next == trim_fold::next::go_on && rows_left_ == 0)
        return;
    if (prefix_->prefix())
        cut();
    else
        pass_over();
}

// From here on the thread begins behind the prefix.
void trimmer::cut() {
    const trimmed_prefix gone = *prefix_->prefix();
    protocol::thread_key key;
    {
        auto row = find_thread_.select(thread_row_, epoch_);
        if (!row.next())
            return pass_over();  // deleted meanwhile
        key = {std::string(row.text(0)), std::string(row.text(1))};
    }
    const std::int64_t first_seq = gone.last_seq + 1;
    cut_.run(thread_row_, first_seq, gone.messages, gone.bytes);
    excess_bytes_ = std::max<std::int64_t>(excess_bytes_ - gone.bytes, 0);
    done_.events += gone.events;
    done_.bytes += gone.bytes;
    done_.threads.push_back({std::move(key), epoch_, first_seq, gone.messages});
    at_ = phase::dropping;
}

void trimmer::drop() {
    const std::int64_t asked = rows_left_;
    drop_.run(thread_row_, asked);
    if (database_.failed())
        return;
    rows_left_ -= database_.changes();
    if (rows_left_ > 0)
        at_ = phase::walking;
}

void trimmer::pass_over() {
    passed_row_ = event_row_;
    at_ = phase::walking;
}

}  // namespace clarion::storage::sqlite
