#include "app/upkeep_routes.hpp"

#include "app/admin/json_list.hpp"
#include "app/json_http.hpp"
#include "core/failure/legible_text.hpp"

#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace clarion::app {

namespace {

// Text from a damaged file may be anything.
std::string printable(const std::string& text) {
    std::string made;
    failure::append_printable(made, text);
    return made;
}

protocol::json_text list_of(const std::vector<audit::violation>& found) {
    return json_list(found, [](protocol::object_writer& into, const audit::violation& each) {
        into("user_id", printable(each.where.user_id));
        into("thread_id", printable(each.where.thread_id));
        into("seq", each.seq);
        into("what", printable(each.what));
    });
}

/// Each overload makes the answer of one outcome.
struct answer_of {
    std::string path{};

    http::response operator()(const audit_outcome& outcome) const {
        std::string body;
        protocol::object_writer writer(body);
        writer("threads", outcome.sums.threads);
        writer("runs", outcome.sums.runs);
        writer("open_runs", outcome.sums.open_runs);
        writer("events", outcome.sums.events);
        writer("violations", outcome.sums.violations);
        writer("found", list_of(outcome.found));
        writer("duration_ms", outcome.duration_ms);
        writer("failure", outcome.sums.failure);
        writer.end();
        return json_response(outcome.sums.failure ? 503 : 200, std::move(body));
    }
    http::response operator()(const storage::sqlite::backup_verdict& verdict) const {
        return std::visit(*this, verdict);
    }
    http::response operator()(const storage::sqlite::backed_up& done) const {
        std::string body;
        protocol::object_writer writer(body);
        writer("path", path);
        writer("bytes", done.bytes);
        writer.end();
        return json_response(200, std::move(body));
    }
    http::response operator()(const storage::sqlite::relative_path&) const {
        return http::plain_response(400, "/path must be absolute");
    }
    http::response operator()(const storage::sqlite::name_taken&) const {
        return http::plain_response(409, "/path names a file that exists: nothing is overwritten");
    }
    http::response operator()(const storage::sqlite::backup_failure& failed) const {
        return http::plain_response(500, "there is no backup: " + printable(failed.why));
    }
    http::response operator()(const upkeep_busy&) const {
        return http::plain_response(409, "another audit or backup is under way");
    }
    http::response operator()(const log_in_memory&) const {
        return http::plain_response(501, "the log is kept in memory: there is no file of it");
    }
};

struct backup_order {
    std::string path;
};

std::variant<backup_order, protocol::field_error> order_of(const std::string& body) {
    const auto given = object_in(body);
    if (const auto* wrong = std::get_if<protocol::field_error>(&given))
        return *wrong;
    backup_order order;
    protocol::object_reader reader(std::get<boost::json::object>(given));
    reader("path", order.path, protocol::rules::any);
    if (auto wrong = reader.take_error())
        return *std::move(wrong);
    if (order.path.empty() || order.path.find('\0') != std::string::npos)
        return protocol::field_error{"/path", "must name a file"};
    return order;
}

task<http::response> audit_later(std::shared_ptr<const audit_service> audit) {
    const audit_answer outcome = co_await (*audit)();
    co_return std::visit(answer_of{}, outcome);
}

task<http::response>
backup_later(const http::request& asked, std::shared_ptr<const backup_service> back_up) {
    auto read = order_of(asked.body);
    if (const auto* wrong = std::get_if<protocol::field_error>(&read))
        co_return bad_request(*wrong);
    const std::string path = std::get<backup_order>(std::move(read)).path;
    const backup_answer outcome = co_await (*back_up)(path);
    const answer_of made{path};
    co_return std::visit(made, outcome);
}

}  // namespace

http::route make_audit_route(audit_service audit) {
    const auto shared = std::make_shared<const audit_service>(std::move(audit));
    return json_post_route("/debug/audit", [shared](const http::request&) {
        return audit_later(shared);
    });
}

http::route make_backup_route(backup_service back_up) {
    const auto shared = std::make_shared<const backup_service>(std::move(back_up));
    return json_post_route("/debug/backup", [shared](const http::request& asked) {
        return backup_later(asked, shared);
    });
}

}  // namespace clarion::app
