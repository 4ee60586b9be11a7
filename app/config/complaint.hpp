#pragma once

#include "app/config/setting_value.hpp"

#include <string>
#include <string_view>

// The sentences that stop a start. Each is one line, whatever the value that it quotes.
namespace clarion::app {

/// `PLACE: "spelled" is not …`, for a flag or a variable.
std::string misspelled(std::string_view place, std::string_view spelled, const value_rule& rule);

/// `PLACE must be …`, for a value of the file.
std::string out_of_rule(std::string_view place, const value_rule& rule);

/// In quotation marks, cut when it is long, control characters spelled out.
std::string quoted(std::string_view text);

/// Control characters spelled out.
std::string on_one_line(std::string_view text);

}  // namespace clarion::app
