#include "tests/unit/core/storage/event_log_contract.hpp"

#include <boost/asio/bind_executor.hpp>
#include <boost/asio/post.hpp>
#include <boost/test/unit_test.hpp>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <variant>
#include <vector>

using namespace clarion;
using namespace clarion::storage;
using namespace clarion::storage::test;

namespace {

constexpr std::size_t shards_count = 4;
constexpr std::size_t threads_per_shard = 12;
constexpr std::int64_t appends_per_thread = 25;

// Appends to one thread, one event behind the other, and reads each back before the next.
class writing {
public:
    writing(event_log& log, shard& on, protocol::thread_key key, std::function<void()> ended)
        : log_(log), on_(on), key_(std::move(key)), ended_(std::move(ended)) {}

    void append_next() {
        append_request request = texts_behind(seq_, {std::to_string(seq_)}, key_);
        auto done = [this](const append_verdict& verdict) {
            appended(verdict);
        };
        log_.start_append(std::move(request), asio::bind_executor(on_.get_executor(), done));
    }

    /// What went otherwise than it should.
    std::int64_t surprises() const { return surprises_; }
    std::int64_t seq() const { return seq_; }

private:
    void expect(bool as_expected) {
        surprises_ += as_expected && std::this_thread::get_id() == thread_ ? 0 : 1;
    }

    void appended(const append_verdict& verdict) {
        if (seq_ == 0)
            thread_ = std::this_thread::get_id();
        const auto* done = std::get_if<committed>(&verdict);
        ++seq_;
        expect(done != nullptr && done->last_seq == seq_);
        page_request request = page_behind(seq_ - 1, seq_);
        request.key = key_;
        auto read = [this](const page_result& result) {
            read_back(result);
        };
        log_.start_read(std::move(request), asio::bind_executor(on_.get_executor(), read));
    }

    void read_back(const page_result& result) {
        const auto* read = std::get_if<page>(&result);
        expect(read != nullptr && seqs_of(read->events) == std::vector{seq_});
        if (seq_ == appends_per_thread)
            ended_();
        else
            append_next();
    }

    event_log& log_;
    shard& on_;
    protocol::thread_key key_;
    std::function<void()> ended_;
    std::thread::id thread_;
    std::int64_t seq_ = 0;
    std::int64_t surprises_ = 0;
};

// One shard on a thread of its own, until all of its writings have ended.
class writing_shard {
public:
    writing_shard(event_log& log, std::size_t index) : shard_(index, index) {
        const auto ended = [this] {
            if (++ended_count_ == threads_per_shard)
                shard_.stop();
        };
        for (std::size_t i = 0; i < threads_per_shard; ++i)
            all_.emplace_back(log, shard_, key_of(index, i), ended);
        asio::post(shard_.get_executor(), [this] {
            for (writing& one : all_)
                one.append_next();
        });
        thread_ = std::thread([this] { shard_.run(); });
    }

    static protocol::thread_key key_of(std::size_t shard, std::size_t index) {
        return {"user-" + std::to_string(shard), "t" + std::to_string(index)};
    }

    void join() { thread_.join(); }
    const std::deque<writing>& all() const { return all_; }

private:
    shard shard_;
    std::deque<writing> all_;
    std::size_t ended_count_ = 0;
    std::thread thread_;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(multi_threaded_event_log)

BOOST_AUTO_TEST_CASE_TEMPLATE(each_thread_on_each_shard_sees_its_own_order, store, stores) {
    store at;
    std::vector<std::unique_ptr<writing_shard>> shards;
    for (std::size_t i = 0; i < shards_count; ++i)
        shards.push_back(std::make_unique<writing_shard>(at.log, i));
    for (auto& one : shards)
        one->join();
    for (std::size_t i = 0; i < shards_count; ++i)
        for (std::size_t j = 0; j < threads_per_shard; ++j) {
            const writing& one = shards[i]->all()[j];
            BOOST_TEST(one.surprises() == 0);
            BOOST_TEST(one.seq() == appends_per_thread);
            BOOST_TEST(
                at.ask.events_of(writing_shard::key_of(i, j)).size() ==
                static_cast<std::size_t>(appends_per_thread)
            );
        }
}

BOOST_AUTO_TEST_CASE(the_figures_may_be_read_meanwhile) {
    sqlite_store at;
    writing_shard shard(at.log, 0);
    std::int64_t last = 0;
    while (last < static_cast<std::int64_t>(threads_per_shard) * appends_per_thread) {
        const sqlite_figures figures = at.log.figures();
        BOOST_REQUIRE_GE(figures.appends_committed, last);
        last = figures.appends_committed;
        std::this_thread::yield();
    }
    shard.join();
    BOOST_TEST(at.log.figures().events_committed == last);
}

BOOST_AUTO_TEST_SUITE_END()
