#pragma once

#include "core/trace/clock.hpp"
#include "core/trace/level.hpp"
#include "core/trace/live_frame.hpp"
#include "core/trace/ring.hpp"
#include "core/trace/thread_state.hpp"

#include <source_location>
#include <utility>

namespace clarion::trace {

/// What a promise tells of its coroutine, in the order in which it can happen. Each call is on the
/// thread that has the coroutine. Without a note (level `off` when it was made) all do nothing, and
/// what happens within counts as its nearest traced ancestor's.
///
/// A child that is awaited costs no look at the clock and, when it never waits, one record: the
/// times of a turn are those of its beginning, of each operation and of its end.
class frame_hook {
public:
    frame_hook() = default;
    frame_hook(const frame_hook&) = delete;
    frame_hook& operator=(const frame_hook&) = delete;
    ~frame_hook() {
        if (frame_ != nullptr)
            gone();
    }

    void made(const std::source_location& in) {
        if (current_level() != level::off)
            note_made(in);
    }

    /// Its first turn begins.
    void begun() {
        live_frame* const caller = std::exchange(this_thread.awaiting, nullptr);
        if (frame_ != nullptr)
            note_begun(caller);
    }

    /// It has come to this `co_await`.
    void stands_at(const std::source_location& at) noexcept {
        if (frame_ != nullptr)
            frame_->awaits_at.set(at);
    }

    /// It is suspended there for another coroutine. Asio makes one for an operation too: that one
    /// says so (`operation_began`).
    void awaits_coroutine() noexcept {
        if (frame_ == nullptr)
            return;
        suspended(frame_state::awaits_coroutine, nullptr, this_thread.turn_at_ns);
        this_thread.awaiting = frame_;
    }

    /// It is suspended there for an operation of this type.
    void awaits_operation(const char* operation) {
        if (frame_ == nullptr)
            return;
        const std::uint64_t now = now_ns();
        suspended(frame_state::awaits_operation, operation, now);
        if (is_recording())
            records_here().push(parked(*frame_, now));
    }

    /// The coroutine that Asio makes for an operation has begun: what awaits it is parked.
    static void operation_began(const char* operation) {
        live_frame* const awaiting = std::exchange(this_thread.awaiting, nullptr);
        if (awaiting == nullptr)
            return;
        const std::uint64_t now = now_ns();
        const writing whole(*awaiting);
        awaiting->operation.set(operation);
        awaiting->since_ns.set(now);
        awaiting->state.set(frame_state::awaits_operation);
        if (is_recording())
            records_here().push(parked(*awaiting, now));
    }

    /// It goes on.
    void resumed() {
        this_thread.awaiting = nullptr;
        if (frame_ == nullptr)
            return;
        frame_->outer = std::exchange(this_thread.current, frame_);
        const bool was_parked = frame_->state.get() == frame_state::awaits_operation;
        if (was_parked)
            this_thread.turn_at_ns = now_ns();
        take_turn();
        if (was_parked && is_recording())
            records_here().push(
                {this_thread.turn_at_ns, event::resumed, frame_->id.load(relaxed), 0, {}, nullptr, 0
                }
            );
    }

    /// Within a `catch`: an exception leaves it.
    void threw() {
        if (frame_ != nullptr && is_recording())
            note_thrown();
    }

    void ended() noexcept {
        if (frame_ == nullptr)
            return;
        if (is_recording())
            note_ended();
        frame_->state.set(frame_state::ended);
        this_thread.current = frame_->outer;
    }

    live_frame* frame() const noexcept { return frame_; }

private:
    static constexpr auto relaxed = std::memory_order_relaxed;

    /// Between its beginning and its end a reader knows that what it sees is of two minds.
    class writing {
    public:
        explicit writing(live_frame& of) noexcept : of_(of), version_(of.version.load(relaxed)) {
            of_.version.store(version_ + 1, relaxed);
            std::atomic_thread_fence(std::memory_order_release);
        }
        writing(const writing&) = delete;
        writing& operator=(const writing&) = delete;
        ~writing() { of_.version.store(version_ + 2, std::memory_order_release); }

    private:
        live_frame& of_;
        std::uint32_t version_;
    };

    void suspended(frame_state how, const char* operation, std::uint64_t since_ns) noexcept {
        this_thread.current = frame_->outer;
        const writing whole(*frame_);
        frame_->operation.set(operation);
        frame_->since_ns.set(since_ns);
        frame_->state.set(how);
    }

    void take_turn() noexcept {
        const writing whole(*frame_);
        frame_->state.set(frame_state::running);
        frame_->since_ns.set(this_thread.turn_at_ns);
        frame_->thread.set(this_thread.number);
        frame_->turns.set(frame_->turns.get() + 1);
    }

    static record parked(const live_frame& frame, std::uint64_t at_ns) noexcept {
        return {
            at_ns,
            event::suspended,
            frame.id.load(relaxed),
            0,
            frame.awaits_at.get(),
            frame.operation.get(),
            0
        };
    }

    void note_made(const std::source_location& in);
    void note_begun(live_frame* caller);
    void note_thrown();
    void note_ended() noexcept;
    void gone();

    live_frame* frame_ = nullptr;
};

}  // namespace clarion::trace
