#include "app/admin/trace_routes.hpp"

#include "app/parts.hpp"
#include "core/async/sleep.hpp"
#include "core/failure/coroutine_dump.hpp"
#include "core/protocol/json_reader.hpp"
#include "core/protocol/json_writer.hpp"
#include "core/trace/level.hpp"
#include "core/trace/lint.hpp"
#include "core/trace/recording_file.hpp"

#include <boost/json/parse.hpp>

#include <algorithm>
#include <atomic>
#include <charconv>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace clarion::app {

namespace {

constexpr std::size_t body_bytes_max = 1024;
constexpr std::int64_t recorded_s_max = 600;
/// Of what the lints find, so much goes to the log.
constexpr std::size_t logged_findings_max = 50;

/// While it lives everything is recorded; there is one at a time.
class recording_turn {
public:
    explicit recording_turn(std::atomic<bool>& is_taken)
        : is_taken_(is_taken), is_mine_(!is_taken.exchange(true)), before_(trace::current_level()) {
        if (is_mine_)
            trace::set_level(trace::level::events);
    }
    recording_turn(const recording_turn&) = delete;
    recording_turn& operator=(const recording_turn&) = delete;
    ~recording_turn() {
        if (!is_mine_)
            return;
        trace::set_level(before_);
        is_taken_ = false;
    }
    bool is_mine() const { return is_mine_; }

private:
    std::atomic<bool>& is_taken_;
    bool is_mine_;
    trace::level before_;
};

http::response file_of(trace::recording recorded) {
    recorded.wall_ms = unix_ms();
    http::response answer;
    answer.content_type = "application/octet-stream";
    answer.body = trace::to_bytes(recorded);
    return answer;
}

std::optional<std::uint64_t> whole_number(const std::string& text) {
    std::uint64_t value = 0;
    const char* const end = text.data() + text.size();
    const auto [at, error] = std::from_chars(text.data(), end, value);
    if (error != std::errc() || at != end || value > static_cast<std::uint64_t>(recorded_s_max))
        return std::nullopt;
    return value;
}

http::response dump(const http::request& asked) {
    const auto named = asked.query.find("seconds");
    if (named == asked.query.end())
        return file_of(trace::take_recording());
    const auto seconds = whole_number(named->second);
    if (!seconds)
        return http::plain_response(400, "seconds is a whole number up to 600");
    return file_of(trace::take_recording(*seconds * 1'000'000'000U));
}

void log_findings(const trace::recording& recorded, const failure::logger& log) {
    const std::vector<trace::finding> found = trace::lint(recorded);
    for (std::size_t at = 0; at < std::min(found.size(), logged_findings_max); ++at) {
        const trace::finding& each = found[at];
        log.warning(
            "lint " + std::string(trace::to_string(each.broken)) + ": " + each.text + " at " +
            each.place
        );
    }
    if (!found.empty())
        failure::dump_coroutines(log, "the lints found " + std::to_string(found.size()));
}

/// The fields of a POST's body, or what is wrong with it.
template <class Field>
std::variant<Field, protocol::field_error>
read_field(const http::request& asked, const char* name) {
    boost::system::error_code error;
    const boost::json::value parsed = boost::json::parse(asked.body, error);
    if (error || !parsed.is_object())
        return protocol::field_error{"", "the body must be a JSON object"};
    Field value{};
    protocol::object_reader reader(parsed.get_object());
    reader(name, value, protocol::rules::any);
    if (auto wrong = reader.take_error())
        return *std::move(wrong);
    return value;
}

http::response refusal(const protocol::field_error& wrong) {
    const char* const between = wrong.pointer.empty() ? "" : " ";
    return http::plain_response(400, wrong.pointer + between + wrong.reason);
}

task<http::response>
record(const http::request& asked, failure::logger log, std::shared_ptr<std::atomic<bool>> taken) {
    const auto read = read_field<std::int64_t>(asked, "seconds");
    if (const auto* wrong = std::get_if<protocol::field_error>(&read))
        co_return refusal(*wrong);
    const std::int64_t seconds = std::get<std::int64_t>(read);
    if (seconds < 1 || seconds > recorded_s_max)
        co_return http::plain_response(400, "/seconds must be 1 to 600");
    const recording_turn mine(*taken);
    if (!mine.is_mine())
        co_return http::plain_response(409, "somebody else is recording");
    trace::forget_records();
    co_await sleep_for(std::chrono::seconds(seconds));
    trace::recording recorded = trace::take_recording();
    log_findings(recorded, log);
    co_return file_of(std::move(recorded));
}

http::response change_level(const http::request& asked) {
    const auto read = read_field<trace::level>(asked, "level");
    if (const auto* wrong = std::get_if<protocol::field_error>(&read))
        return refusal(*wrong);
    const auto level = std::get<trace::level>(read);
    trace::set_level(level);
    http::response answer;
    answer.content_type = "application/json";
    protocol::object_writer writer(answer.body);
    writer("level", level);
    writer.end();
    return answer;
}

http::route
post_route(std::string path, std::variant<http::answer_at_once, http::answer_later> answer) {
    http::route made;
    made.method = "POST";
    made.path = std::move(path);
    made.answer = std::move(answer);
    made.open_to = http::access::guarded;
    made.body_bytes_max = body_bytes_max;
    made.body_type = "application/json";
    return made;
}

}  // namespace

std::vector<http::route> trace_routes(const failure::logger& log) {
    http::route shown;
    shown.method = "GET";
    shown.path = "/debug/trace";
    shown.answer = http::answer_at_once(dump);
    shown.open_to = http::access::guarded;
    const auto taken = std::make_shared<std::atomic<bool>>(false);
    auto recorded = [log, taken](const http::request& asked) {
        return record(asked, log, taken);
    };
    return {
        shown,
        post_route("/debug/trace/record", http::answer_later(recorded)),
        post_route("/debug/trace/level", http::answer_at_once(change_level)),
    };
}

}  // namespace clarion::app
