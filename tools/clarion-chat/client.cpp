#include "tools/clarion-chat/client.hpp"

#include "core/async/first_of.hpp"
#include "core/protocol/utf8.hpp"

#include <boost/asio/signal_set.hpp>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <utility>

#include <unistd.h>

namespace clarion::chat {

namespace {

using signals = asio::basic_signal_set<asio::io_context::executor_type>;

bool styled_output() {
    const char* const terminal = std::getenv("TERM");
    const bool is_dumb = terminal == nullptr || std::string_view(terminal) == "dumb";
    return ::isatty(STDOUT_FILENO) != 0 && !is_dumb && std::getenv("NO_COLOR") == nullptr;
}

}  // namespace

client::client(client_options options, server_address to, line_source* lines, random_source& from)
    : options_(std::move(options)),
      to_(std::move(to)),
      lines_(lines),
      random_(from),
      dialogue_([this] {
          dialogue_options made;
          made.thread_id = options_.thread_id.empty() ? random_.id("t_") : options_.thread_id;
          made.form = options_.form;
          made.how = styled_output() ? rendering::terminal : rendering::plain;
          return made;
      }()) {}

task<exit_status> client::run() {
    // Only the connection's side ends by itself, so that it can say goodbye.
    co_await first_of(stay_connected(), first_of(talk(), watch_interrupts()));
    print(dialogue_.break_line());
    co_return *status_;
}

task<> client::talk() {
    if (options_.text) {
        co_await say(*options_.text);
        finish(last_);
    } else {
        co_await read_lines();
    }
    co_await sleep_until(time_point::never());
}

task<> client::read_lines() {
    const bool prompts = ::isatty(STDIN_FILENO) != 0 && ::isatty(STDOUT_FILENO) != 0 &&
                         options_.form == output_form::words;
    while (!status_) {
        if (prompts)
            print("> ");
        const auto line = co_await lines_->next();
        if (!line)
            co_return finish(last_);
        if (*line == "/quit")
            co_return finish(exit_status::completed);
        if (line->find_first_not_of(" \t") == std::string::npos)
            continue;
        if (!protocol::is_utf8(*line))
            note("a line that is not UTF-8 was not sent");
        else
            co_await say(*line);
    }
}

task<> client::say(std::string text) {
    act(dialogue_.say(random_.id("cm_"), std::move(text)));
    co_await message_ended_.wait();
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
    if (what.ended) {
        last_ = *what.ended;
        message_ended_.notify();
    }
}

void client::queue(websocket::opcode kind, std::string body) {
    outbox_.push_back({kind, std::move(body)});
    outbox_filled_.notify();
}

void client::note(const std::string& line) {
    print(dialogue_.room_for_notice());
    std::fprintf(stderr, "clarion-chat: %s\n", line.c_str());
}

void client::print(std::string_view text) {
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
