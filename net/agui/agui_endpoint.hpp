#pragma once

#include "net/http/site.hpp"

#include <cstddef>
#include <string>

namespace clarion::agui {

/// `POST /agui` (PROTOCOL §7): an AG-UI client asks for a run and gets it as an event stream, each
/// event with its cursor as `id`. The same request with `Last-Event-ID` goes on from there. A
/// client that leaves does not end the run.
[[nodiscard]] http::stream_endpoint
make_run_endpoint(std::string path, std::size_t body_bytes_max, http::session_service service);

/// `POST /agui/cancel {threadId, runId}`: the only way in which an AG-UI client ends a run.
/// Answered by `{"verdict":…}` as `cancel_result` is.
[[nodiscard]] http::stream_endpoint
make_cancel_endpoint(std::string path, http::session_service service);

}  // namespace clarion::agui
