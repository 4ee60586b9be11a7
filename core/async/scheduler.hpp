#pragma once

#include "core/async/random_source.hpp"
#include "core/async/timer_queue.hpp"
#include "core/trace/mark.hpp"

#include <boost/asio/io_context.hpp>

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

namespace clarion {

/// A function waiting to be run by a scheduler other than a real shard.
class deferred_work {
public:
    virtual ~deferred_work() = default;
    virtual void run() = 0;
};

template <class Function>
std::unique_ptr<deferred_work> make_deferred_work(Function function) {
    class holder final : public deferred_work {
    public:
        explicit holder(Function held) : held_(std::move(held)) {}
        void run() override {
            const trace::turn here(posted_);
            held_();
        }

    private:
        Function held_;
        std::uint64_t posted_ = trace::posted();
    };
    return std::make_unique<holder>(std::move(function));
}

/// What a shard is to the coroutines on it: one thread that runs functions in order, a clock, a
/// source of randomness. `shard` is the real one; `sim::world` replaces all three in tests.
class scheduler {
public:
    scheduler(const scheduler&) = delete;
    scheduler& operator=(const scheduler&) = delete;

    /// The scheduler whose turn it is on this thread; nullptr outside of any.
    static scheduler* current() noexcept;

    /// The context that owns Asio's services. Functions run on it only if `runs_on_io()`.
    boost::asio::io_context& io() noexcept { return io_; }
    bool runs_on_io() const noexcept { return runs_on_io_; }

    /// Queues a function. Thread-safe in a real shard. Only called when `runs_on_io()` is false.
    virtual void defer(std::unique_ptr<deferred_work> work) = 0;

    /// Monotonic time. Shard's thread only, like everything below.
    virtual time_point now() const noexcept = 0;
    /// Unix time in milliseconds.
    virtual std::int64_t wall_ms() const noexcept = 0;
    virtual void arm(timer_entry& entry, time_point when) = 0;
    virtual void disarm(timer_entry& entry) noexcept = 0;
    random_source& random() noexcept { return random_; }

    /// The shard's own `T`, made when it is first asked for and ended with the shard: what a part
    /// of the program keeps once a shard, such as its counters. On the shard's thread, or before it
    /// runs (docs/decisions/0006-what-a-shard-owns.md).
    template <class T>
    T& own() {
        for (const belonging& one : belongings_)
            if (one.kind == &kind_of<T>)
                return *static_cast<T*>(one.value.get());
        belongings_.push_back({&kind_of<T>, std::make_shared<T>()});
        return *static_cast<T*>(belongings_.back().value.get());
    }

protected:
    enum class runs { on_io, elsewhere };
    scheduler(runs where, std::uint64_t seed) : runs_on_io_(where == runs::on_io), random_(seed) {}
    ~scheduler() = default;

    /// Held by the thread that runs a scheduler's functions, for as long as it does.
    class running {
    public:
        explicit running(scheduler& of) noexcept;
        running(const running&) = delete;
        running& operator=(const running&) = delete;
        ~running();

    private:
        scheduler* before_;
    };

private:
    struct belonging {
        const char* kind;
        std::shared_ptr<void> value;
    };
    template <class T>
    static constexpr char kind_of = 0;  // its address tells the types apart

    // Above the context, whose end destroys what is still suspended there.
    std::vector<belonging> belongings_;
    boost::asio::io_context io_{1};
    bool runs_on_io_;
    random_source random_;
};

}  // namespace clarion
