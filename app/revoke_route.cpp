#include "app/revoke_route.hpp"

#include "core/protocol/json_reader.hpp"
#include "core/protocol/json_writer.hpp"

#include <boost/json/parse.hpp>

#include <memory>
#include <utility>
#include <variant>

namespace clarion::app {

namespace {

constexpr std::size_t revoke_body_bytes_max = 4096;

http::response json_response(unsigned status, std::string body) {
    http::response answer;
    answer.status = status;
    answer.content_type = "application/json";
    answer.body = std::move(body);
    return answer;
}

std::variant<std::string, protocol::field_error> user_of(const std::string& body) {
    boost::system::error_code error;
    const boost::json::value parsed = boost::json::parse(body, error);
    if (error || !parsed.is_object())
        return protocol::field_error{"", "the body must be a JSON object"};
    std::string user;
    protocol::object_reader reader(parsed.get_object());
    reader("user", user, protocol::rules::thread_id);
    if (auto wrong = reader.take_error())
        return *std::move(wrong);
    return user;
}

http::response refusal(const protocol::field_error& wrong) {
    const char* const between = wrong.pointer.empty() ? "" : " ";
    return http::plain_response(400, wrong.pointer + between + wrong.reason);
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
        co_return refusal(*wrong);
    const std::string user = std::get<std::string>(std::move(named));
    const conversation::revoke_outcome outcome = co_await (*revoke)(user);
    co_return answer_of(user, outcome);
}

}  // namespace

http::route make_revoke_route(revoke_service revoke) {
    const auto shared = std::make_shared<const revoke_service>(std::move(revoke));
    http::route made;
    made.method = "POST";
    made.path = "/debug/revoke";
    made.answer = http::answer_later([shared](const http::request& asked) {
        return answer_revoke(asked, shared);
    });
    made.open_to = http::access::guarded;
    made.body_bytes_max = revoke_body_bytes_max;
    made.body_type = "application/json";
    return made;
}

}  // namespace clarion::app
