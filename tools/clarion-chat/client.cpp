#include "tools/clarion-chat/client.hpp"

#include "core/async/first_of.hpp"

#include <boost/asio/signal_set.hpp>

#include <csignal>
#include <cstdio>
#include <string_view>
#include <utility>

#include <unistd.h>

namespace clarion::chat {

namespace {

using signals = asio::basic_signal_set<asio::io_context::executor_type>;

}  // namespace

client::client(client_options options, server_address to, line_source* lines, random_source& from)
    : options_(std::move(options)),
      to_(std::move(to)),
      lines_(lines),
      random_(from),
      screen_facts_(facts_of_process()),
      screen_(screen_facts_, rendering_on(screen_facts_)),
      is_input_terminal_(::isatty(STDIN_FILENO) != 0),
      dialogue_([this] {
          dialogue_options made;
          made.thread_id = options_.thread_id.empty() ? random_.id("t_") : options_.thread_id;
          made.form = options_.form;
          made.how = rendering_on(screen_facts_);
          made.attended = lines_ == nullptr ? attendance::script : attendance::person;
          return made;
      }()) {}

task<exit_status> client::run() {
    // Only the connection's side ends by itself, so that it can say goodbye.
    co_await first_of(
        stay_connected(),
        first_of(
            first_of(talk(), read_lines()),
            first_of(say_again(), first_of(watch_interrupts(), spin()))
        )
    );
    print(dialogue_.break_line());
    write(screen_.make_room());
    co_return *status_;
}

task<> client::watch_interrupts() {
    const executor on = co_await asio::this_coro::executor;
    signals interrupts(on.owner().io(), SIGINT);
    while (true) {
        co_await interrupts.async_wait(use_task);
        if (!dialogue_.can_cancel()) {
            finish(exit_status::interrupted);
        } else {
            note("cancelling; once more to leave at once");
            act(dialogue_.cancel());
        }
    }
}

void client::act(reaction what) {
    print(what.print);
    for (const std::string& line : what.notices)
        note(line);
    for (std::string& frame : what.send)
        queue(websocket::opcode::text, std::move(frame));
    if (what.drop)
        drop_ = std::move(what.drop);
    if (what.again_after_ms) {
        again_after_ = milliseconds(*what.again_after_ms);
        again_asked_.notify();
    }
    if (what.ended) {
        last_ = *what.ended;
        talk_due_.notify();
    }
    input_due_.notify();
    show_prompt();
}

void client::queue(websocket::opcode kind, std::string body) {
    outbox_.push_back({kind, std::move(body)});
    outbox_filled_.notify();
}

void client::note(const std::string& line) {
    print(dialogue_.room_for_notice());
    write(screen_.make_room());
    std::fprintf(stderr, "clarion-chat: %s\n", line.c_str());
    show_prompt();
}

void client::print(std::string_view text) {
    if (text.empty())
        return;
    write(screen_.make_room());
    write(text);
}

void client::write(std::string_view text) {
    if (text.empty())
        return;
    std::fwrite(text.data(), 1, text.size(), stdout);
    if (std::fflush(stdout) != 0)
        finish(exit_status::failed);  // a full disk; a closed pipe has ended us by SIGPIPE
}

void client::finish(exit_status with) {
    if (status_)
        return;
    status_ = with;
    finished_.notify();
    outbox_filled_.notify();
}

}  // namespace clarion::chat
