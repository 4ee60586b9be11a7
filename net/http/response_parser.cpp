#include "net/http/response_parser.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/beast/core/buffers_range.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/none.hpp>
#include <boost/optional/optional.hpp>

#include <limits>
#include <string_view>
#include <utility>

namespace clarion::http {

namespace {

namespace beast_http = boost::beast::http;

constexpr std::string_view head_end = "\r\n\r\n";

/// A body that is appended to a string and taken out again while it still comes.
struct piecewise_body {
    using value_type = std::string;

    class reader {
    public:
        template <bool is_request, class Fields>
        reader(beast_http::header<is_request, Fields>&, value_type& into) : into_(into) {}

        // The announced length is the peer's word; nothing is reserved for it.
        void init(const boost::optional<std::uint64_t>&, boost::system::error_code& error) {
            error = {};
        }
        template <class Buffers>
        std::size_t put(const Buffers& buffers, boost::system::error_code& error) {
            error = {};
            const std::size_t before = into_.size();
            for (const boost::asio::const_buffer buffer : boost::beast::buffers_range_ref(buffers))
                into_.append(static_cast<const char*>(buffer.data()), buffer.size());
            return into_.size() - before;
        }
        void finish(boost::system::error_code& error) { error = {}; }

    private:
        value_type& into_;
    };
};

}  // namespace

struct response_parser::state {
    state() {
        // Our own limits are the ones that count.
        parser.header_limit(std::numeric_limits<std::uint32_t>::max());
        parser.body_limit(boost::none);
        parser.eager(false);
    }

    beast_http::response_parser<piecewise_body> parser;
    bool head_is_read = false;
};

response_parser::response_parser(std::size_t head_bytes_max)
    : head_bytes_max_(head_bytes_max), state_(std::make_unique<state>()) {}

response_parser::~response_parser() = default;

response_stage response_parser::feed(std::string& input) {
    while (!state_->head_is_read) {
        const response_stage stage = read_head(input);
        if (stage != response_stage::body)
            return stage;
        const bool is_interim = head_.status >= 100 && head_.status < 200 && head_.status != 101;
        if (is_interim)
            state_ = std::make_unique<state>();
    }
    return read_body(input);
}

response_stage response_parser::read_head(std::string& input) {
    const std::size_t end = input.find(head_end);
    const std::size_t head_bytes = end == std::string::npos ? input.size() : end + head_end.size();
    if (head_bytes > head_bytes_max_)
        return response_stage::malformed;
    if (end == std::string::npos)
        return response_stage::head;
    boost::system::error_code error;
    state_->parser.put(boost::asio::buffer(input.data(), head_bytes), error);
    if ((error && error != beast_http::error::need_more) || !state_->parser.is_header_done())
        return response_stage::malformed;
    input.erase(0, head_bytes);
    state_->head_is_read = true;
    state_->parser.eager(true);
    take_head();
    return response_stage::body;
}

void response_parser::take_head() {
    const auto& parsed = state_->parser.get();
    head_ = {};
    head_.status = parsed.result_int();
    for (const auto& field : parsed)
        head_.headers.add(field.name_string(), field.value());
    // What ends with the connection leaves none to be kept.
    const bool has_end = state_->parser.content_length() || state_->parser.chunked();
    head_.after =
        parsed.keep_alive() && has_end ? connection_after::kept : connection_after::closed;
}

response_stage response_parser::read_body(std::string& input) {
    boost::system::error_code error;
    while (!state_->parser.is_done() && !input.empty() && !error) {
        const std::size_t used = state_->parser.put(boost::asio::buffer(input), error);
        input.erase(0, used);
        if (used == 0)
            break;
    }
    if (error && error != beast_http::error::need_more)
        return response_stage::malformed;
    // What is left unread is a chunk's header or trailer, and those have no limit of their own.
    if (!state_->parser.is_done() && input.size() > head_bytes_max_)
        return response_stage::malformed;
    return state_->parser.is_done() ? response_stage::whole : response_stage::body;
}

response_stage response_parser::end() {
    if (state_->parser.is_done())
        return response_stage::whole;
    if (!state_->head_is_read)
        return response_stage::malformed;
    boost::system::error_code error;
    state_->parser.put_eof(error);
    return error ? response_stage::malformed : response_stage::whole;
}

std::string response_parser::take_body() {
    return std::exchange(state_->parser.get().body(), {});
}

}  // namespace clarion::http
