#include "core/agents/model/title_question.hpp"

#include "core/agents/excerpt.hpp"
#include "core/async/first_of.hpp"
#include "core/protocol/utf8.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <span>
#include <utility>

namespace clarion::agents::model {

namespace {

constexpr std::size_t excerpt_bytes_max = 2000;
// Counted here: servers do not agree on the parameter for it, and some refuse the other one.
constexpr std::size_t said_bytes_max = 256;
constexpr std::size_t thought_bytes_max = 4096;

// The last message, so that what stands before it is a conversation as any other.
constexpr std::string_view question =
    "Give a title for this conversation: at most six words, in its language. Answer with the title "
    "alone.";

constexpr std::array<std::string_view, 12> quotes{
    " ",
    "\t",
    "\r",
    "\"",
    "'",
    "`",
    "*",
    "\u201c",
    "\u201d",
    "\u201e",
    "\u00ab",
    "\u00bb",
};
constexpr std::array<std::string_view, 1> headings{"#"};
constexpr std::array<std::string_view, 2> stops{".", "\u3002"};

using marks = std::span<const std::string_view>;

bool drop_front(std::string_view& text, marks dropped) {
    const auto stands_there = [&text](std::string_view mark) {
        return text.starts_with(mark);
    };
    const auto found = std::ranges::find_if(dropped, stands_there);
    if (found == dropped.end())
        return false;
    text.remove_prefix(found->size());
    return true;
}

bool drop_back(std::string_view& text, marks dropped) {
    const auto stands_there = [&text](std::string_view mark) {
        return text.ends_with(mark);
    };
    const auto found = std::ranges::find_if(dropped, stands_there);
    if (found == dropped.end())
        return false;
    text.remove_suffix(found->size());
    return true;
}

void drop_label(std::string_view& text) {
    constexpr std::string_view label = "title:";
    const auto same_letter = [](char a, char b) {
        return (a >= 'A' && a <= 'Z' ? static_cast<char>(a - 'A' + 'a') : a) == b;
    };
    if (std::ranges::equal(text.substr(0, label.size()), label, same_letter))
        text.remove_prefix(label.size());
}

std::string_view unwrapped(std::string_view line) {
    while (drop_front(line, quotes) || drop_front(line, headings)) {
    }
    drop_label(line);
    while (drop_front(line, quotes)) {
    }
    while (drop_back(line, quotes)) {
    }
    if (!line.ends_with("..") && drop_back(line, stops))
        while (drop_back(line, quotes)) {
        }
    return line;
}

// Between words where that leaves more than a half.
std::string_view cut(std::string_view title) {
    std::size_t characters = 0;
    for (std::size_t at = 0; at < title.size(); ++at) {
        const bool begins = (static_cast<unsigned char>(title[at]) & 0xc0U) != 0x80U;
        if (!begins || ++characters <= asked_title_characters_max)
            continue;
        const std::size_t blank = title.substr(0, at + 1).rfind(' ');
        return title.substr(0, blank == std::string_view::npos || blank < at / 2 ? at : blank);
    }
    return title;
}

ports::model_message message(ports::speaker by, std::string text) {
    ports::model_message made;
    made.by = by;
    made.text = std::move(text);
    return made;
}

ports::model_request request_for(const thread_beginning& of) {
    ports::model_request asked;
    const std::string asked_first = excerpt(of.question, excerpt_bytes_max);
    asked.messages.push_back(message(ports::speaker::user, asked_first));
    const std::string answered = excerpt(of.answer, excerpt_bytes_max);
    asked.messages.push_back(message(ports::speaker::assistant, answered));
    asked.messages.push_back(message(ports::speaker::user, std::string(question)));
    return asked;
}

task<title_verdict> listen(ports::model& model, ports::model_request asked) {
    const auto stream = model.ask(std::move(asked));
    std::string said;
    std::size_t thought_bytes = 0;
    bool is_over = false;
    while (!is_over) {
        ports::model_event event = co_await stream->next();
        if (auto* failure = std::get_if<ports::model_failure>(&event))
            co_return title_verdict(no_title{std::move(failure->message)});
        if (auto* notice = std::get_if<ports::model_notice>(&event))
            co_return title_verdict(no_title{std::move(notice->text)});
        if (const auto* piece = std::get_if<ports::model_text>(&event))
            said += piece->text;
        if (const auto* piece = std::get_if<ports::model_reasoning>(&event))
            thought_bytes += piece->text.size();
        if (said.size() > said_bytes_max || thought_bytes > thought_bytes_max)
            co_return title_verdict(no_title{"the model says more than a title"});
        is_over = std::holds_alternative<ports::model_answer>(event);
    }
    std::string title = title_in(said);
    if (title.empty())
        co_return title_verdict(no_title{"the model gave none"});
    co_return title_verdict(std::move(title));
}

}  // namespace

std::string title_in(std::string_view said) {
    said = said.substr(0, protocol::utf8_prefix_bytes(said));
    while (!said.empty()) {
        const std::size_t end = std::min(said.find('\n'), said.size());
        const std::string_view title = cut(unwrapped(said.substr(0, end)));
        if (!title.empty())
            return std::string(title);
        said.remove_prefix(std::min(end + 1, said.size()));
    }
    return {};
}

task<title_verdict> ask_for_title(ports::model& model, thread_beginning of) {
    const executor on = co_await asio::this_coro::executor;
    const time_point deadline = on.owner().now() + title_time_max;
    std::optional<title_verdict> made = co_await before(deadline, listen(model, request_for(of)));
    if (!made)
        co_return title_verdict(no_title{"the model took too long"});
    co_return *std::move(made);
}

}  // namespace clarion::agents::model
