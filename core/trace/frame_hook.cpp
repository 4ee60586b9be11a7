#include "core/trace/frame_hook.hpp"

#include "core/trace/labels.hpp"

#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>

#include <exception>
#include <typeinfo>

namespace clarion::trace {

namespace {
constexpr std::uint64_t no_record = std::uint64_t{1} << 63U;
}  // namespace

void frame_hook::note_made(const std::source_location& in) {
    thread_state& here = this_thread;
    if (here.free_frames == nullptr) [[unlikely]]
        detail::stock_frames();
    if (here.next_id == here.end_id) [[unlikely]]
        detail::stock_ids();
    live_frame& frame = *here.free_frames;
    here.free_frames = frame.outer;
    live_frame* const parent = here.current;
    // Within a turn, its beginning is near enough.
    const std::uint64_t now = parent != nullptr ? here.turn_at_ns : now_ns();
    const std::uint64_t id = here.next_id++;
    {
        const writing whole(frame);
        frame.thread.set(here.number);
        frame.parent.set(parent);
        frame.parent_id.set(parent != nullptr ? parent->id.load(relaxed) : 0);
        frame.caller.set(nullptr);
        frame.name.set(nullptr);
        frame.made_in.set(in);
        frame.awaits_at.set({});
        frame.operation.set(nullptr);
        frame.made_ns.set(now);
        frame.since_ns.set(now);
        frame.tag.set(parent != nullptr ? parent->tag.get() : 0);
        frame.turns.set(0);
        frame.state.set(frame_state::made);
        frame.outer = nullptr;
        frame.has_own_tag = false;
        frame.id.store(id, relaxed);
    }
    frame_ = &frame;
    if (is_recording())
        frame.made_record = records_here().push(
            {now_ns(), event::made, id, frame.parent_id.get(), in, nullptr, frame.tag.get()}
        );
    else
        frame.made_record = no_record;
}

void frame_hook::note_begun(live_frame* caller) {
    thread_state& here = this_thread;
    live_frame& frame = *frame_;
    frame.outer = std::exchange(here.current, frame_);
    if (caller == nullptr) {
        number_of_this_thread();  // it may never make one itself
        here.turn_at_ns = now_ns();
    }
    frame.caller.set(caller);
    if (caller != nullptr && frame.tag.get() == 0)
        frame.tag.set(caller->tag.get());
    take_turn();
    if (!is_recording())
        return;
    ring& records = records_here();
    const std::uint64_t id = frame.id.load(relaxed);
    if (caller == nullptr) {
        records.push({here.turn_at_ns, event::begun, id, 0, {}, nullptr, frame.tag.get()});
        return;
    }
    const std::uint64_t caller_id = caller->id.load(relaxed);
    const bool at_once = caller_id == frame.parent_id.get() && records.is_last(frame.made_record);
    record called = at_once ? records.last() : record{};
    if (at_once && called.what == event::made && called.subject == id) {
        called.what = event::called;
        called.text = place_in_text(caller->awaits_at.get());
        records.change_last(called);
    } else {
        const std::source_location at = caller->awaits_at.get();
        records.push({now_ns(), event::begun, id, caller_id, at, nullptr, frame.tag.get()});
    }
}

void frame_hook::note_thrown() {
    const char* type = "something that is no exception";
    std::uint64_t code = 0;
    event what = event::failed;
    try {
        throw;
    } catch (const boost::system::system_error& error) {
        type = typeid(error).name();
        code = static_cast<std::uint64_t>(error.code().value());
        if (error.code() == boost::asio::error::operation_aborted)
            what = event::cancelled;
    } catch (const std::exception& error) {
        type = typeid(error).name();
    } catch (...) {
        what = event::failed;  // whoever awaits the coroutine gets it next
    }
    const live_frame& frame = *frame_;
    records_here().push({now_ns(), what, frame.id.load(relaxed), 0, frame.made_in.get(), type, code}
    );
}

void frame_hook::note_ended() noexcept {
    const live_frame& frame = *frame_;
    ring& records = records_here();
    const std::uint64_t id = frame.id.load(relaxed);
    const std::uint64_t now = now_ns();
    if (records.is_last(frame.made_record)) {
        record passed = records.last();
        if (passed.what == event::called && passed.subject == id) {
            passed.what = event::passed;
            passed.key = now - passed.at_ns;
            records.change_last(passed);
            return;
        }
    }
    records.push({now, event::ended, id, 0, frame.made_in.get(), nullptr, 0});
}

void frame_hook::gone() {
    live_frame& frame = *frame_;
    const frame_state last = frame.state.get();
    if (last != frame_state::ended && is_recording()) {
        record left = parked(frame, now_ns());
        left.what = event::abandoned;
        left.key = static_cast<std::uint64_t>(last);
        records_here().push(left);
    }
    if (frame.has_own_tag)
        detail::drop_label(frame.tag.get());
    {
        const writing whole(frame);
        frame.id.store(0, relaxed);
    }
    // It may have been made on another thread, and this one never made any.
    if (!this_thread.hands_stock_on) [[unlikely]]
        detail::hand_stock_on();
    frame.outer = this_thread.free_frames;
    this_thread.free_frames = &frame;
}

}  // namespace clarion::trace
