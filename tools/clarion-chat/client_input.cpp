// What a person types, and when it is said: one message at a time, the next when its run has ended.
#include "core/async/sleep.hpp"
#include "tools/clarion-chat/client.hpp"

#include <chrono>
#include <utility>

#include <unistd.h>

namespace clarion::chat {

namespace {

constexpr duration spinner_turn = std::chrono::milliseconds(100);

}  // namespace

task<> client::talk() {
    if (options_.text)
        held_.push_back(*options_.text);
    while (!status_) {
        const bool is_last = options_.text || input_ended_;
        if (!dialogue_.is_busy() && !held_.empty()) {
            std::string text = std::move(held_.front());
            held_.pop_front();
            message_begun_.notify();
            act(dialogue_.say(random_.id("cm_"), std::move(text)));
            continue;
        }
        if (!dialogue_.is_busy() && is_last)
            finish(last_);
        else
            co_await talk_due_.wait();
    }
    co_await sleep_until(time_point::never());
}

task<> client::read_lines() {
    while (lines_ != nullptr && !input_ended_ && !status_) {
        if (!wants_line()) {
            co_await input_due_.wait();
            continue;
        }
        show_prompt();
        const auto line = co_await lines_->next();
        screen_.line_typed();
        if (line)
            take_line(*line);
        else
            input_ended_ = true;
        talk_due_.notify();
    }
    if (input_ended_ && dialogue_.has_open_approval())
        note("the input has ended, and a tool waits: decide it in the page or another client");
    co_await sleep_until(time_point::never());
}

// A terminal may always be typed on. Of a file or pipe the next line is read when there is a use
// for it, so that a script's lines are said one after the other.
bool client::wants_line() const {
    if (held_.size() >= held_lines_max)
        return false;
    if (dialogue_.has_open_approval())
        return true;
    if (options_.text)
        return false;
    return is_input_terminal_ || (!dialogue_.is_busy() && held_.empty());
}

void client::show_prompt() {
    const bool is_due = is_input_terminal_ && screen_facts_.is_terminal && !options_.text &&
                        options_.form == output_form::words && !dialogue_.is_busy() &&
                        held_.empty() && !input_ended_ && !status_;
    if (is_due && !screen_.has_prompt())
        write(screen_.prompt());
}

void client::take_line(const std::string& line) {
    std::visit([this](const auto& typed) { obey(typed); }, read_typed(line));
}

void client::obey(const typed::nothing&) {}

void client::obey(const typed::message& message) {
    if (options_.text)
        return note("not sent: there is one message only, and its tool waits for :allow or :deny");
    if (dialogue_.has_open_approval())
        note("a tool waits for :allow or :deny; the message goes when the run has ended");
    else if (dialogue_.is_busy())
        note("the message goes when the run has ended");
    held_.push_back(message.text);
}

void client::obey(const typed::decision& decision) {
    act(dialogue_.decide(decision));
}

void client::obey(const typed::list_threads&) {
    act(dialogue_.list_threads());
}

void client::obey(const typed::change_thread& wanted) {
    if (wanted.thread_id.empty())
        note("this is thread " + dialogue_.thread_id());
    else if (dialogue_.is_busy())
        note("a run is at work here: wait for its end, or :cancel it first");
    else
        act(dialogue_.change_thread(wanted.thread_id));
}

void client::obey(const typed::new_thread&) {
    obey(typed::change_thread{random_.id("t_")});
}

void client::obey(const typed::cancel&) {
    if (dialogue_.can_cancel())
        act(dialogue_.cancel());
    else
        note("there is no run to cancel");
}

void client::obey(const typed::quit&) {
    finish(exit_status::completed);
}

void client::obey(const typed::help&) {
    if (options_.form == output_form::words)
        print(typed_help());
    else
        note("with --json stdout carries frames alone: see clarion-chat --help");
}

void client::obey(const typed::refused& line) {
    note(line.why);
}

// Turns while a run is at work, and costs nothing while none is.
task<> client::spin() {
    while (screen_.animates() && options_.form == output_form::words) {
        if (!dialogue_.is_busy()) {
            co_await message_begun_.wait();
            continue;
        }
        co_await sleep_for(spinner_turn);
        if (dialogue_.is_busy())
            write(screen_.spin(dialogue_.activity()));
    }
    co_await sleep_until(time_point::never());
}

}  // namespace clarion::chat
