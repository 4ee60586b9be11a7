#pragma once

#include "app/config/settings.hpp"

#include <optional>
#include <string>

namespace clarion::app {

/// What is wrong with the models and agents as they refer to each other, to files and to variables:
/// one line that names the place. Tools are checked where they are made.
[[nodiscard]] std::optional<std::string> wrong_agents(const settings& checked);

/// The key of a model, from its file or variable; empty when it has neither. Throws
/// std::runtime_error, one line without the key, when it cannot be had.
[[nodiscard]] std::string read_api_key(const model_config& of);
/// The same for the bearer token of a remote agent.
[[nodiscard]] std::string read_api_key(const agent_config& of);
/// The same for what an agent is told first.
[[nodiscard]] std::string read_prompt(const agent_config& of);

}  // namespace clarion::app
