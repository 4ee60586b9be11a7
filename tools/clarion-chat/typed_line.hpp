#pragma once

#include <string>
#include <string_view>
#include <variant>

// What a person can type. A line is a message, unless it begins with a colon: slash commands belong
// to the agents (PROTOCOL §9). `/allow` and `/deny` stand for `:allow` and `:deny`.
namespace clarion::chat {

namespace typed {

struct nothing {};
struct message {
    std::string text;
};
/// Decides the approval that has waited longest.
struct decision {
    enum class verdict { allow, deny };

    verdict is = verdict::deny;
    std::string note;  ///< may be empty
};
struct list_threads {};
/// An empty id asks which one it is; `:new` is another thread with a fresh id.
struct change_thread {
    std::string thread_id;
};
struct new_thread {};
struct cancel {};
struct quit {};
struct help {};
/// A line that is not sent, and why.
struct refused {
    std::string why;
};

}  // namespace typed

using typed_line = std::variant<
    typed::nothing,
    typed::message,
    typed::decision,
    typed::list_threads,
    typed::change_thread,
    typed::new_thread,
    typed::cancel,
    typed::quit,
    typed::help,
    typed::refused>;

/// Two colons at the beginning send a message that begins with one.
typed_line read_typed(std::string_view line);

/// What `:help` prints: one command a line.
std::string_view typed_help();

}  // namespace clarion::chat
