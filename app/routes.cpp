#include "app/routes.hpp"

#include "app/admin/admin_pages.hpp"
#include "app/embedded_file.hpp"
#include "app/json_http.hpp"
#include "app/schema_routes.hpp"
#include "app/version.hpp"
#include "core/protocol/json_writer.hpp"

#include <algorithm>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace clarion::app {

namespace {

constexpr std::string_view page_policy =
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

std::string_view type_of(std::string_view name) {
    if (name.ends_with(".html"))
        return "text/html; charset=utf-8";
    if (name.ends_with(".css"))
        return "text/css; charset=utf-8";
    if (name.ends_with(".js"))
        return "text/javascript; charset=utf-8";
    if (name.ends_with(".svg"))
        return "image/svg+xml";
    return "application/octet-stream";
}

http::route page_route(std::string path, const embedded_file& file) {
    // The array is compiled in; only its view is kept.
    const std::string_view bytes(
        static_cast<const char*>(static_cast<const void*>(file.bytes)),
        file.size
    );
    auto answer = [bytes, type = type_of(file.name)](const http::request&) {
        http::response page;
        page.content_type = type;
        page.body = bytes;
        page.content_security_policy = page_policy;
        page.cache_control = "no-cache";
        return page;
    };
    return http::route{.method = "GET", .path = std::move(path), .answer = answer};
}

http::response readiness_response(const readiness& ready) {
    const std::vector<std::string> reasons = ready.reasons();
    std::string body;
    protocol::object_writer writer(body);
    writer("ready", reasons.empty());
    writer("reasons", reasons);
    writer.end();
    http::response answer = json_response(reasons.empty() ? 200 : 503, std::move(body));
    if (!reasons.empty())
        answer.headers.push_back({"Retry-After", "1"});
    return answer;
}

http::response version_response(const http::request&) {
    std::string body;
    protocol::object_writer writer(body);
    writer("name", "clarion");
    writer("version", version);
    writer("protocol", "clarion.v1");
    writer("build", build_id());
    writer.end();
    return json_response(200, std::move(body));
}

std::vector<http::route> health_routes(const readiness& ready) {
    auto alive = [](const http::request&) {
        return http::plain_response(200, "alive");
    };
    auto is_ready = [&ready](const http::request&) {
        return readiness_response(ready);
    };
    return {
        {.method = "GET", .path = "/healthz", .answer = alive},
        {.method = "GET", .path = "/readyz", .answer = is_ready},
        {.method = "GET", .path = "/version", .answer = version_response},
    };
}

}  // namespace

http::router main_routes(const readiness& ready) {
    std::vector<http::route> routes = health_routes(ready);
    for (http::route& schema : schema_routes())
        routes.push_back(std::move(schema));
    for (const embedded_file& file : web_files()) {
        if (file.name == "index.html")
            routes.push_back(page_route("/", file));
        else
            routes.push_back(page_route("/assets/" + std::string(file.name), file));
    }
    return http::router(std::move(routes));
}

http::router
admin_routes(const readiness& ready, const observed& server, std::vector<http::route> verbs) {
    std::vector<http::route> routes = health_routes(ready);
    std::ranges::move(admin_pages(server), std::back_inserter(routes));
    std::ranges::move(verbs, std::back_inserter(routes));
    routes.push_back(index_of(routes));
    return http::router(std::move(routes));
}

}  // namespace clarion::app
