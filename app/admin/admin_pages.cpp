#include "app/admin/admin_pages.hpp"

#include "app/admin/coroutine_pages.hpp"
#include "app/admin/debug_pages.hpp"
#include "app/admin/metrics_page.hpp"
#include "app/version.hpp"
#include "core/protocol/json_writer.hpp"

#include <string>
#include <utility>

namespace clarion::app {

namespace {

http::response json_page(std::string body) {
    http::response page;
    page.content_type = "application/json";
    page.body = std::move(body);
    return page;
}

task<http::response> json_later(task<std::string> body) {
    std::string made = co_await std::move(body);
    co_return json_page(std::move(made));
}

task<http::response> metrics_response(const observed& server) {
    measured now = co_await measure(server);
    http::response page;
    page.content_type = "text/plain; version=0.0.4; charset=utf-8";
    page.body = to_prometheus_text(std::move(now));
    co_return page;
}

http::route
guarded(std::string path, std::variant<http::answer_at_once, http::answer_later> answer) {
    http::route made;
    made.method = "GET";
    made.path = std::move(path);
    made.answer = std::move(answer);
    made.open_to = http::access::guarded;
    return made;
}

using page_maker = task<std::string> (*)(const observed&);

http::route json_route(std::string path, const observed& server, page_maker make) {
    auto answer = [&server, make](const http::request&) {
        return json_later(make(server));
    };
    return guarded(std::move(path), http::answer_later(answer));
}

}  // namespace

std::vector<http::route> admin_pages(const observed& server) {
    auto metrics = [&server](const http::request&) {
        return metrics_response(server);
    };
    auto failures = [&server](const http::request&) {
        return json_page(failure::to_json(server.failures.snapshot()));
    };
    return {
        guarded("/metrics", http::answer_later(metrics)),
        guarded("/debug/failures", http::answer_at_once(failures)),
        json_route("/debug/sessions", server, sessions_json),
        json_route("/debug/runs", server, runs_json),
        coroutines_route(),
    };
}

http::route index_of(const std::vector<http::route>& routes) {
    std::vector<std::string> names;
    for (const http::route& each : routes)
        names.push_back(each.method + " " + each.path);
    std::string body;
    protocol::object_writer index(body);
    index("name", server_name());
    index("routes", names);
    index.end();
    auto answer = [body = std::move(body)](const http::request&) {
        return json_page(body);
    };
    return guarded("/", http::answer_at_once(answer));
}

}  // namespace clarion::app
