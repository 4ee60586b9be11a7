#include "net/http/request_parser.hpp"

#include "core/async/assert.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/none.hpp>

#include <algorithm>
#include <limits>
#include <string_view>
#include <utility>

namespace clarion::http {

namespace {

namespace beast_http = boost::beast::http;

constexpr std::string_view head_end = "\r\n\r\n";

std::string_view plain(boost::beast::string_view text) {
    return {text.data(), text.size()};
}

parse_step refused(unsigned status, std::string_view sentence) {
    return plain_response(status, sentence);
}

// The first byte of a method. Anything else is no HTTP at all, such as a TLS client's hello.
bool can_begin_request(char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

}  // namespace

struct request_parser::state {
    beast_http::request_parser<beast_http::string_body> parser;
    bool head_is_read = false;
    bool body_is_accepted = false;
    std::uint64_t body_bytes_max = 0;
    request result;
};

request_parser::request_parser(std::size_t head_bytes_max)
    : head_bytes_max_(head_bytes_max), state_(std::make_unique<state>()) {
    // Our own limits, which come first, are the ones that count.
    constexpr auto no_limit = std::numeric_limits<std::uint32_t>::max();
    state_->parser.header_limit(no_limit);
    state_->parser.body_limit(boost::none);
    state_->parser.eager(false);
}

request_parser::~request_parser() = default;

parse_step request_parser::feed(std::string& input) {
    if (!state_->head_is_read)
        return read_head(input);
    CLARION_ASSERT(state_->body_is_accepted);
    return read_body(input);
}

parse_step request_parser::read_head(std::string& input) {
    // Empty lines before the request are a habit of old clients (RFC 9112 section 2.2).
    while (input.starts_with("\r\n")) {
        input.erase(0, 2);
        searched_ = 0;
    }
    if (input.empty() || input == "\r")
        return more_needed{};
    if (!can_begin_request(input.front()))
        return refused(400, "This is not an HTTP request.");
    const std::size_t from = searched_ > head_end.size() ? searched_ - head_end.size() : 0;
    const std::size_t end = input.find(head_end, from);
    searched_ = input.size();
    const std::size_t head_bytes = end == std::string::npos ? input.size() : end + head_end.size();
    if (head_bytes > head_bytes_max_)
        return refused(431, "The request's header is too large.");
    if (end == std::string::npos)
        return more_needed{};

    boost::system::error_code error;
    state_->parser.put(boost::asio::buffer(input.data(), head_bytes), error);
    if (error || !state_->parser.is_header_done())
        return refused(400, "The request is malformed.");
    input.erase(0, head_bytes);
    state_->head_is_read = true;
    return head_of_parsed();
}

parse_step request_parser::head_of_parsed() {
    const auto& parsed = state_->parser.get();
    request& result = state_->result;
    result.method = plain(parsed.method_string());
    result.target = plain(parsed.target());
    result.spoken = parsed.version() == 10 ? version::http_1_0 : version::http_1_1;
    // HTTP/1.0 clients that want to keep the connection are too rare for a second set of rules.
    const bool keeps = result.spoken == version::http_1_1 && parsed.keep_alive();
    result.wanted = keeps ? connection_after::kept : connection_after::closed;
    for (const auto& field : parsed)
        result.headers.add(field.name_string(), field.value());
    if (!result.target.starts_with('/') && result.target != "*")
        return refused(400, "The request's target is not a path.");
    const std::size_t mark = std::min(result.target.find('?'), result.target.size());
    result.path = result.target.substr(0, mark);
    const std::size_t query_begins = std::min(mark + 1, result.target.size());
    auto query = parse_query(std::string_view(result.target).substr(query_begins));
    if (!query)
        return refused(400, "The request's query is malformed.");
    result.query = std::move(*query);
    if (result.headers.count("Transfer-Encoding") > 0 && !state_->parser.chunked())
        return refused(501, "This transfer coding is not known here.");
    return head_read{};
}

bool request_parser::has_body() const {
    return !state_->parser.is_done();
}

bool request_parser::expects_continue() const {
    return state_->result.spoken == version::http_1_1 &&
           state_->result.headers.lists("Expect", "100-continue");
}

parse_step request_parser::accept_body(std::size_t bytes_max) {
    state_->body_is_accepted = true;
    state_->body_bytes_max = bytes_max;
    const auto announced = state_->parser.content_length();
    if (announced && *announced > bytes_max)
        return refused(413, "The request's body is too large.");
    state_->parser.body_limit(static_cast<std::uint64_t>(bytes_max));
    state_->parser.eager(true);
    return more_needed{};
}

parse_step request_parser::read_body(std::string& input) {
    boost::system::error_code error;
    while (!state_->parser.is_done() && !input.empty() && !error)
        input.erase(0, state_->parser.put(boost::asio::buffer(input), error));
    if (error == beast_http::error::body_limit)
        return refused(413, "The request's body is too large.");
    if (error && error != beast_http::error::need_more)
        return refused(400, "The request's body is malformed.");
    // What is left unread is a chunk's header or trailer, and those have no limit of their own.
    if (!state_->parser.is_done() && input.size() > head_bytes_max_)
        return refused(400, "The request's body is malformed.");
    if (!state_->parser.is_done())
        return more_needed{};
    state_->result.body = std::move(state_->parser.get().body());
    return request_read{};
}

const request& request_parser::head() const {
    return state_->result;
}

request request_parser::take() {
    return std::move(state_->result);
}

}  // namespace clarion::http
