#include "app/revoke_route.hpp"

#include "app/json_http.hpp"
#include "core/protocol/json_writer.hpp"

#include <memory>
#include <utility>
#include <variant>

namespace clarion::app {

namespace {

std::variant<std::string, protocol::field_error> user_of(const std::string& body) {
    const auto given = object_in(body);
    if (const auto* wrong = std::get_if<protocol::field_error>(&given))
        return *wrong;
    std::string user;
    protocol::object_reader reader(std::get<boost::json::object>(given));
    reader("user", user, protocol::rules::thread_id);
    if (auto wrong = reader.take_error())
        return *std::move(wrong);
    return user;
}

http::response answer_of(const std::string& user, const conversation::revoke_outcome& outcome) {
    std::string body;
    protocol::object_writer writer(body);
    writer("user", user);
    writer("revoked_ms", outcome.revoked_ms);
    writer("sessions", outcome.sessions);
    writer("not_stored", outcome.not_stored);
    writer.end();
    return json_response(outcome.not_stored ? 503 : 200, std::move(body));
}

task<http::response>
answer_revoke(const http::request& asked, std::shared_ptr<const revoke_service> revoke) {
    auto named = user_of(asked.body);
    if (const auto* wrong = std::get_if<protocol::field_error>(&named))
        co_return bad_request(*wrong);
    const std::string user = std::get<std::string>(std::move(named));
    const conversation::revoke_outcome outcome = co_await (*revoke)(user);
    co_return answer_of(user, outcome);
}

}  // namespace

http::route make_revoke_route(revoke_service revoke) {
    const auto shared = std::make_shared<const revoke_service>(std::move(revoke));
    return json_post_route("/debug/revoke", [shared](const http::request& asked) {
        return answer_revoke(asked, shared);
    });
}

}  // namespace clarion::app
