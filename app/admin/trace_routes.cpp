#include "app/admin/trace_routes.hpp"

#include "app/parts.hpp"
#include "core/async/side_thread.hpp"
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

/// What the routes share. Recordings are made into files beside the shards: a full one is work.
struct recorder {
    std::atomic<bool> is_taken = false;
    side_thread beside;
};

/// While it lives everything is recorded; there is one at a time.
class recording_turn {
public:
    explicit recording_turn(std::atomic<bool>& is_taken)
        : is_taken_(is_taken), is_mine_(!is_taken.exchange(true)), before_(trace::current_level()) {
        // What is recorded all the time stays where it is.
        if (!is_mine_ || before_ == trace::level::events)
            return;
        trace::forget_records();
        trace::set_level(trace::level::events);
    }
    recording_turn(const recording_turn&) = delete;
    recording_turn& operator=(const recording_turn&) = delete;
    ~recording_turn() {
        if (!is_mine_)
            return;
        // Somebody may have asked for another level meanwhile.
        if (trace::current_level() == trace::level::events)
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

task<http::response>
in_a_file(std::shared_ptr<recorder> with, side_thread::work_of<http::response> work) {
    std::optional<http::response> made = co_await with->beside.run(std::move(work));
    if (!made)
        co_return http::plain_response(409, "another recording is being written");
    co_return *std::move(made);
}

task<http::response> dump(const http::request& asked, std::shared_ptr<recorder> with) {
    std::uint64_t window_ns = ~std::uint64_t{0};
    const auto named = asked.query.find("seconds");
    if (named != asked.query.end()) {
        const auto seconds = whole_number(named->second);
        if (!seconds)
            co_return http::plain_response(400, "seconds is a whole number up to 600");
        window_ns = *seconds * 1'000'000'000U;
    }
    side_thread::work_of<http::response> work = [window_ns](const std::stop_token&) {
        return file_of(trace::take_recording(window_ns));
    };
    co_return co_await in_a_file(std::move(with), std::move(work));
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
record(const http::request& asked, failure::logger log, std::shared_ptr<recorder> with) {
    const auto read = read_field<std::int64_t>(asked, "seconds");
    if (const auto* wrong = std::get_if<protocol::field_error>(&read))
        co_return refusal(*wrong);
    const std::int64_t seconds = std::get<std::int64_t>(read);
    if (seconds < 1 || seconds > recorded_s_max)
        co_return http::plain_response(400, "/seconds must be 1 to 600");
    const recording_turn mine(with->is_taken);
    if (!mine.is_mine())
        co_return http::plain_response(409, "somebody else is recording");
    co_await sleep_for(std::chrono::seconds(seconds));
    const std::uint64_t window_ns = static_cast<std::uint64_t>(seconds) * 1'000'000'000U;
    side_thread::work_of<http::response> work = [window_ns, log](const std::stop_token&) {
        trace::recording recorded = trace::take_recording(window_ns);
        log_findings(recorded, log);
        return file_of(std::move(recorded));
    };
    co_return co_await in_a_file(with, std::move(work));
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
    const auto with = std::make_shared<recorder>();
    http::route shown;
    shown.method = "GET";
    shown.path = "/debug/trace";
    shown.answer =
        http::answer_later([with](const http::request& asked) { return dump(asked, with); });
    shown.open_to = http::access::guarded;
    auto recorded = [log, with](const http::request& asked) {
        return record(asked, log, with);
    };
    return {
        shown,
        post_route("/debug/trace/record", http::answer_later(recorded)),
        post_route("/debug/trace/level", http::answer_at_once(change_level)),
    };
}

}  // namespace clarion::app
