#include "app/json_http.hpp"

#include <boost/json/parse.hpp>

#include <utility>

namespace clarion::app {

namespace {

constexpr std::size_t body_bytes_max = 8192;

}  // namespace

http::response json_response(unsigned status, std::string body) {
    http::response answer;
    answer.status = status;
    answer.content_type = "application/json";
    answer.body = std::move(body);
    return answer;
}

std::variant<boost::json::object, protocol::field_error> object_in(const std::string& body) {
    boost::system::error_code error;
    boost::json::value parsed = boost::json::parse(body, error);
    if (error || !parsed.is_object())
        return protocol::field_error{"", "the body must be a JSON object"};
    return std::move(parsed.get_object());
}

http::response bad_request(const protocol::field_error& wrong) {
    const char* const between = wrong.pointer.empty() ? "" : " ";
    return http::plain_response(400, wrong.pointer + between + wrong.reason);
}

http::route json_post_route(std::string path, http::answer_later answer) {
    http::route made;
    made.method = "POST";
    made.path = std::move(path);
    made.answer = std::move(answer);
    made.open_to = http::access::guarded;
    made.body_bytes_max = body_bytes_max;
    made.body_type = "application/json";
    return made;
}

}  // namespace clarion::app
