#include "core/failure/log.hpp"

#include "core/failure/drop_queue.hpp"
#include "core/failure/legible_text.hpp"
#include "core/failure/line_writer.hpp"
#include "core/failure/repeat_fold.hpp"

#include <boost/log/attributes/attribute_value_impl.hpp>
#include <boost/log/attributes/attribute_value_set.hpp>
#include <boost/log/attributes/value_extraction.hpp>
#include <boost/log/core/core.hpp>
#include <boost/log/core/record_view.hpp>
#include <boost/log/expressions/keyword.hpp>
#include <boost/log/sinks/basic_sink_backend.hpp>
#include <boost/log/sinks/unlocked_frontend.hpp>
#include <boost/log/utility/value_ref.hpp>
#include <boost/make_shared.hpp>
#include <boost/smart_ptr/shared_ptr.hpp>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <csignal>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <pthread.h>

namespace clarion::failure {

namespace {

namespace boost_log = boost::log;
using entry_queue = drop_queue<log_entry>;

BOOST_LOG_ATTRIBUTE_KEYWORD(severity_value, "Severity", severity)
BOOST_LOG_ATTRIBUTE_KEYWORD(unix_ms_value, "UnixMs", std::int64_t)
BOOST_LOG_ATTRIBUTE_KEYWORD(context_value, "Context", shared_context)
BOOST_LOG_ATTRIBUTE_KEYWORD(message_value, "Message", std::string)
// Which `logging` a record is for: other users of Boost.Log in the process share the core with us.
BOOST_LOG_ATTRIBUTE_KEYWORD(owner_value, "ClarionLog", const void*)

log_entry entry_from(const boost_log::record_view& record) {
    log_entry entry;
    entry.unix_ms = record[unix_ms_value].get();
    entry.how = record[severity_value].get();
    entry.about = record[context_value].get();
    entry.message = record[message_value].get();
    return entry;
}

/// Takes records out of Boost.Log, in the threads that make them. Boost's own asynchronous_sink
/// cannot say what its overflow policy has dropped, and stops only after the last write. No record
/// of Boost's goes on to another thread: its library is not instrumented for ThreadSanitizer.
class queueing_sink final
    : public boost_log::sinks::basic_sink_backend<boost_log::sinks::concurrent_feeding> {
public:
    explicit queueing_sink(entry_queue& into) : into_(into) {}

    void consume(const boost_log::record_view& record) { into_.put(entry_from(record)); }

private:
    entry_queue& into_;
};

/// In Boost.Log's core as long as it lives.
class registered_sink {
public:
    registered_sink(entry_queue& into, const void* owner)
        : sink_(boost::make_shared<front_end>(boost::make_shared<queueing_sink>(into))) {
        sink_->set_filter([owner](const boost_log::attribute_value_set& values) {
            return values[owner_value] == owner;
        });
        boost_log::core::get()->add_sink(sink_);
    }
    registered_sink(const registered_sink&) = delete;
    registered_sink& operator=(const registered_sink&) = delete;
    ~registered_sink() { boost_log::core::get()->remove_sink(sink_); }

private:
    using front_end = boost_log::sinks::unlocked_sink<queueing_sink>;
    boost::shared_ptr<front_end> sink_;
};

/// A thread takes over the mask of the one that starts it. Signals are not for the writing thread:
/// SIGTERM is the application's, SIGPIPE is the answer of a write whose reader has gone.
class signals_blocked {
public:
    signals_blocked() {
        sigset_t all{};
        sigfillset(&all);
        pthread_sigmask(SIG_SETMASK, &all, &before_);
    }
    signals_blocked(const signals_blocked&) = delete;
    signals_blocked& operator=(const signals_blocked&) = delete;
    ~signals_blocked() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

private:
    sigset_t before_{};
};

}  // namespace

class logging::back_end final : public log_sink {
public:
    back_end(log_settings with, wall_clock clock)
        : settings_(with),
          clock_(std::move(clock)),
          writer_(std::in_place, with.descriptor),
          fold_(with.repeat_window_ms),
          sink_(queue_, this) {
        const signals_blocked while_starting;
        writing_ = std::thread([this] { write_lines(); });
    }

    bool wants(severity how) const noexcept override {
        return how >= settings_.level && open_.load(std::memory_order_relaxed);
    }

    void write(severity how, const shared_context& about, std::string_view message) override {
        const auto value = [](auto of) {
            return boost_log::attributes::make_attribute_value(std::move(of));
        };
        boost_log::attribute_value_set values;
        values.insert("ClarionLog", value(static_cast<const void*>(this)));
        values.insert("Severity", value(how));
        values.insert("UnixMs", value(clock_()));
        values.insert("Context", value(about));
        values.insert("Message", value(cut(message, log_message_bytes_max)));
        const auto core = boost_log::core::get();
        if (auto record = core->open_record(std::move(values)))
            core->push_record(std::move(record));
    }

    /// Called once.
    void stop() {
        open_ = false;
        queue_.close();
        {
            std::unique_lock lock(mutex_);
            const std::chrono::milliseconds at_most(log_flush_ms_max);
            if (!finished_.wait_for(lock, at_most, [this] { return is_finished_; }))
                writer_->abandon();
        }
        writing_.join();
        writer_.reset();  // Loggers that live on must not keep a pipe open.
    }

    std::uint64_t dropped() const noexcept { return queue_.dropped_ever() + lost_; }

    void when_dropped(std::function<void(std::uint64_t)> tell) {
        const std::scoped_lock lock(telling_);
        tell_ = std::move(tell);
    }

private:
    void write_lines() {
        bool last = false;
        while (!last) {
            std::optional<std::chrono::milliseconds> at_most;
            if (fold_.holds())
                at_most.emplace(settings_.repeat_window_ms);
            entry_queue::batch batch = queue_.take(at_most);
            last = batch.last;
            write_batch(std::move(batch));
        }
        const std::scoped_lock lock(mutex_);
        is_finished_ = true;
        finished_.notify_one();
    }

    void write_batch(entry_queue::batch batch) {
        std::vector<log_entry> entries;
        const bool silent = batch.items.empty();
        for (log_entry& entry : batch.items)
            fold_.feed(std::move(entry), entries);
        if (silent || batch.last || batch.dropped > 0)
            fold_.flush(entries);
        for (const log_entry& entry : entries)
            put(entry);
        const std::uint64_t lost = writer_->flush();
        lost_ += lost;
        unreported_ += batch.dropped + lost;
        if (unreported_ > 0)
            report_dropped();
    }

    void report_dropped() {
        put({
            .unix_ms = clock_(),
            .how = severity::warning,
            .about = std::make_shared<const context>(),
            .message = std::to_string(unreported_) +
                       " log records are missing here: they came faster than they could be written",
        });
        if (writer_->flush() != 0)
            return;
        const std::uint64_t missing = std::exchange(unreported_, 0);
        const std::scoped_lock lock(telling_);
        if (tell_)
            tell_(missing);
    }

    void put(const log_entry& entry) {
        line_.clear();
        append_line(line_, entry, settings_.format);
        writer_->put(line_);
    }

    const log_settings settings_;
    const wall_clock clock_;
    std::atomic<bool> open_ = true;
    std::atomic<std::uint64_t> lost_ = 0;  // in writing
    entry_queue queue_{log_records_max};

    // The writing thread's.
    std::optional<line_writer> writer_;
    repeat_fold fold_;
    std::uint64_t unreported_ = 0;
    std::string line_;

    std::mutex telling_;
    std::function<void(std::uint64_t)> tell_;

    std::mutex mutex_;
    std::condition_variable finished_;
    bool is_finished_ = false;

    // Outlives `stop`: a record that meets no sink at all goes to Boost.Log's default one, which
    // writes to stdout.
    registered_sink sink_;
    std::thread writing_;
};

logging::logging(log_settings with, wall_clock clock)
    : back_end_(std::make_shared<back_end>(with, std::move(clock))) {}

logging::~logging() {
    back_end_->stop();
}

logger logging::root() const {
    return logger(back_end_);
}

void logging::when_dropped(std::function<void(std::uint64_t)> tell) {
    back_end_->when_dropped(std::move(tell));
}

std::uint64_t logging::dropped() const noexcept {
    return back_end_->dropped();
}

}  // namespace clarion::failure
