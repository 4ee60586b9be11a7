#pragma once

#include <map>
#include <string>
#include <variant>
#include <vector>

namespace clarion::app {

/// A command line taken apart; of its values nothing is judged yet.
struct given_words {
    /// The first word that belongs to no flag.
    std::string command = "serve";
    bool wants_help = false;
    bool wants_version = false;
    /// By flag ("--listen"), in the order given; a toggle without a value counts as "true".
    std::map<std::string, std::vector<std::string>> flags;
    /// Words that nothing knows what to do with, in the order given.
    std::vector<std::string> unexpected;
};

inline constexpr const char* config_flag = "--config";
inline constexpr const char* config_variable = "CLARION_CONFIG";

/// The words, or the line that says which flag has no value.
[[nodiscard]] std::variant<given_words, std::string> take_apart(
    const std::vector<std::string>& arguments
);

}  // namespace clarion::app
