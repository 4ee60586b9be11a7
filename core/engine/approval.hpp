#pragma once

#include "core/protocol/client_frames.hpp"
#include "core/protocol/payloads.hpp"
#include "core/protocol/server_frames.hpp"

#include <boost/json/object.hpp>

#include <functional>
#include <optional>
#include <string>
#include <variant>

// A tool call that waits for a person's word (PROTOCOL §4), as values.
namespace clarion::engine {

/// What a person is asked to allow.
struct approval_request {
    /// From `bridge::new_approval_id`.
    std::string approval_id;
    std::string tool_call_id;
    std::string tool_name;
    protocol::json_text arguments;
    /// Looks at arguments that the person has edited: the first wrong one, its pointer relative to
    /// the arguments. Must outlive the run.
    std::function<std::optional<protocol::field_error>(const boost::json::object&)> check;
};

struct approved {
    /// What may be called: those asked about, or what the person put in their place, which passed
    /// the request's check.
    protocol::json_text arguments;
};
struct not_approved {
    protocol::approval_decision decision = protocol::approval_decision::deny;
    std::string by;
    std::optional<std::string> note;
};
/// Nobody was asked: too many approvals are open. A sentence that names the bound.
struct unasked {
    std::string why;
};

/// Who ends an approval that no person ended.
inline constexpr const char* approved_by_server = "server";

/// What the one who sent `approve` gets.
using approve_answer = std::variant<protocol::server::approve_result, protocol::server::error>;
/// Called exactly once; for a resolution between its commit and its publication.
using approve_reply = std::function<void(const approve_answer&)>;

}  // namespace clarion::engine
