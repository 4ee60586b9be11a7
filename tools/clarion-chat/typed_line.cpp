#include "tools/clarion-chat/typed_line.hpp"

#include "core/protocol/ids.hpp"
#include "core/protocol/utf8.hpp"

#include <algorithm>

namespace clarion::chat {

namespace {

constexpr std::string_view blanks = " \t";

std::string_view trimmed(std::string_view text) {
    const std::size_t first = text.find_first_not_of(blanks);
    if (first == std::string_view::npos)
        return {};
    return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

typed_line decided(typed::decision::verdict is, std::string_view note) {
    return typed::decision{is, std::string(note)};
}

typed_line read_command(std::string_view word, std::string_view rest) {
    using verdict = typed::decision::verdict;
    if (word == "allow")
        return decided(verdict::allow, rest);
    if (word == "deny")
        return decided(verdict::deny, rest);
    if (word == "thread") {
        if (!rest.empty() && !protocol::is_valid_id(rest))
            return typed::refused{"that is no thread id: 1 to 128 of A-Z a-z 0-9 _ . : -"};
        return typed::change_thread{std::string(rest)};
    }
    if (!rest.empty())
        return typed::refused{
            ":" + std::string(word) + " takes nothing behind it; :help lists all"
        };
    if (word == "threads")
        return typed::list_threads{};
    if (word == "new")
        return typed::new_thread{};
    if (word == "cancel")
        return typed::cancel{};
    if (word == "quit" || word == "q")
        return typed::quit{};
    if (word == "help" || word == "?")
        return typed::help{};
    return typed::refused{"there is no :" + std::string(word) + "; :help lists what there is"};
}

}  // namespace

typed_line read_typed(std::string_view line) {
    if (!protocol::is_utf8(line))
        return typed::refused{"a line that is not UTF-8 was not sent"};
    const std::string_view text = trimmed(line);
    if (text.empty())
        return typed::nothing{};
    if (text.starts_with("::"))
        return typed::message{std::string(text.substr(1))};
    const std::string_view first =
        text.substr(0, std::min(text.find_first_of(blanks), text.size()));
    const bool is_decision = first == "/allow" || first == "/deny";
    if (!text.starts_with(':') && !is_decision)
        return typed::message{std::string(line)};
    return read_command(first.substr(1), trimmed(text.substr(first.size())));
}

std::string_view typed_help() {
    return ":allow [NOTE]  let the tool that waits run (also /allow)\n"
           ":deny [NOTE]   do not let it (also /deny)\n"
           ":cancel        end the run\n"
           ":threads       list your threads, the newest first\n"
           ":thread [ID]   say which thread this is, or go to another\n"
           ":new           go to a new thread\n"
           ":quit          leave; a run goes on without you\n"
           ":help          this\n"
           "Everything else is a message; :: at the beginning sends a colon. /help asks the "
           "agent.\n";
}

}  // namespace clarion::chat
