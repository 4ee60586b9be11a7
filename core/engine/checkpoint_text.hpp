#pragma once

#include "core/protocol/json_reader.hpp"

#include <boost/json/parse.hpp>

#include <cstddef>
#include <optional>
#include <stdexcept>
#include <string>

namespace clarion::engine {

/// Agents within agents, and the results of tools, each as deep as a tool's result may be.
inline constexpr std::size_t checkpoint_depth_max = 512;

/// Reads a described part of a checkpoint out of its JSON. A sentence's end when it is not that, as
/// one of another version may be.
template <protocol::described T>
[[nodiscard]] std::optional<std::string> read_checkpoint(const std::string& text, T& into) {
    boost::json::parse_options with;
    with.max_depth = checkpoint_depth_max;
    boost::system::error_code error;
    const boost::json::value parsed = boost::json::parse(text, error, {}, with);
    if (error || !parsed.is_object())
        return "is no JSON object";
    const auto wrong = protocol::read_object(parsed.get_object(), into, {});
    if (!wrong)
        return std::nullopt;
    return wrong->pointer + " " + wrong->reason;
}

/// The same of one that this process has written, or has read as a whole before. Throws
/// std::runtime_error: the run then ends in `agent_error {internal}`.
template <protocol::described T>
[[nodiscard]] T read_own_checkpoint(const std::string& text) {
    T read;
    if (const auto wrong = read_checkpoint(text, read))
        throw std::runtime_error("the checkpoint of the run: " + *wrong);
    return read;
}

}  // namespace clarion::engine
