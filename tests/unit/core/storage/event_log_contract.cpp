#include "tests/unit/core/storage/event_log_contract.hpp"

#include <boost/asio/bind_executor.hpp>
#include <boost/test/unit_test.hpp>

#include <cstddef>
#include <limits>
#include <string_view>
#include <variant>

namespace clarion::storage::test {

namespace {

// The answer itself; fails the test when the log was unavailable.
template <class Answer>
Answer available(std::variant<Answer, unavailable> answer) {
    if (const auto* down = std::get_if<unavailable>(&answer))
        BOOST_FAIL("unavailable: " + down->reason);
    return std::get<Answer>(std::move(answer));
}

}  // namespace

void asker::run_until_stopped() {
    shard_.run();
    shard_.io().restart();
}

std::optional<thread_row> asker::open(const protocol::thread_key& key) {
    return available(ended(log_.open(key)));
}

page asker::read(page_request request) {
    return available(ended(log_.read(std::move(request))));
}

std::optional<duplicate_message> asker::find(const protocol::thread_key& key, run_reference which) {
    return available(ended(log_.find(key, std::move(which))));
}

std::vector<thread_runs> asker::list_open_runs() {
    return available(ended(log_.list_open_runs()));
}

thread_list asker::list_threads(threads_request request) {
    return available(ended(log_.list_threads(std::move(request))));
}

std::vector<user_run> asker::list_user_runs(const std::string& user_id) {
    return available(ended(log_.list_user_runs(user_id)));
}

void asker::revoke(const std::string& user_id, std::int64_t revoked_ms) {
    (void)available(ended(log_.revoke(user_id, revoked_ms)));
}

std::vector<revocation> asker::list_revocations() {
    return available(ended(log_.list_revocations()));
}

std::vector<protocol::event> asker::events_of(const protocol::thread_key& key) {
    const std::optional<thread_row> row = open(key);
    if (!row)
        return {};
    page_request whole = page_behind(0, std::numeric_limits<std::int64_t>::max());
    whole.key = key;
    whole.epoch = row->epoch;
    whole.events_max = 1'000'000;
    whole.bytes_max = std::numeric_limits<std::size_t>::max();
    return read(std::move(whole)).events;
}

std::vector<append_verdict> asker::append_together(std::vector<append_request> requests) {
    std::vector<append_verdict> verdicts;
    const std::size_t expected = requests.size();
    auto done = [&](append_verdict verdict) {
        verdicts.push_back(std::move(verdict));
        if (verdicts.size() == expected)
            stop();
    };
    for (append_request& request : requests)
        log_.start_append(std::move(request), asio::bind_executor(on(), done));
    run_until_stopped();
    return verdicts;
}

std::int64_t asker::commit(append_request request) {
    const append_verdict verdict = append(std::move(request));
    BOOST_REQUIRE(std::holds_alternative<committed>(verdict));
    return std::get<committed>(verdict).last_seq;
}

std::unique_ptr<sqlite_event_log>
sqlite_store::open(const std::filesystem::path& directory, const sqlite_options& options) {
    auto opened = sqlite_event_log::open(directory, options);
    if (const auto* failure = std::get_if<open_failure>(&opened))
        BOOST_FAIL(failure->reason);
    return std::get<std::unique_ptr<sqlite_event_log>>(std::move(opened));
}

protocol::thread_key ada() {
    return {"ada", "t1"};
}

protocol::event text_event(const std::string& text, std::string run_id) {
    return {
        .type = protocol::event_type::text_delta,
        .seq = 0,
        .timestamp_ms = 1'790'000'000'000,
        .run_id = std::move(run_id),
        .payload_json = R"({"delta":")" + text + R"("})",
    };
}

append_request texts_behind(
    std::int64_t expected_seq,
    const std::vector<std::string>& texts,
    protocol::thread_key key
) {
    append_request request;
    request.key = std::move(key);
    request.epoch = "e_1";
    request.expected_seq = expected_seq;
    request.now_ms = 1'790'000'000'000 + expected_seq;
    for (const std::string& text : texts)
        request.events.push_back(text_event(text));
    return request;
}

append_request message_behind(
    std::int64_t expected_seq,
    std::string message_id,
    std::string run_id,
    protocol::thread_key key
) {
    append_request request = texts_behind(expected_seq, {"hello"}, std::move(key));
    request.events.front().type = protocol::event_type::user_message;
    request.events.front().run_id = run_id;
    request.message = new_message{
        .message_id = std::move(message_id),
        .content_digest = "digest of " + run_id,
        .run_id = std::move(run_id),
        .agent = "demo",
        .state = protocol::run_state::running,
    };
    return request;
}

append_request
state_behind(std::int64_t expected_seq, std::string run_id, protocol::run_state state) {
    append_request request = texts_behind(expected_seq, {"state"});
    request.runs.push_back({std::move(run_id), state});
    return request;
}

page_request page_behind(std::int64_t after_seq, std::int64_t up_to_seq) {
    page_request request;
    request.key = ada();
    request.epoch = "e_1";
    request.after_seq = after_seq;
    request.up_to_seq = up_to_seq;
    return request;
}

std::vector<std::int64_t> seqs_of(const std::vector<protocol::event>& events) {
    std::vector<std::int64_t> seqs;
    for (const protocol::event& event : events)
        seqs.push_back(event.seq);
    return seqs;
}

}  // namespace clarion::storage::test
