#include "app/schema_routes.hpp"

#include "core/engine/sha256.hpp"
#include "core/protocol/schemas.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace clarion::app {

namespace {

constexpr std::string_view folder = "/schemas/";

/// A JSON text that stays the same as long as the process lives.
struct document {
    std::string text;
    std::string etag;
};

std::string etag_of(std::string_view text) {
    constexpr std::size_t digits = 16;
    return '"' + engine::sha256_hex(text).substr(0, digits) + '"';
}

http::response answer_with(const document& shown, const http::request& asked) {
    http::response answer;
    answer.content_type = "application/json";
    // A new version of the server may serve another one: ask each time, and mostly get a 304.
    answer.cache_control = "no-cache";
    answer.headers.push_back({"ETag", shown.etag});
    const std::string_view known = asked.headers.find("If-None-Match").value_or("");
    if (known == "*" || known.find(shown.etag) != std::string_view::npos)
        answer.status = 304;
    else
        answer.body = shown.text;
    return answer;
}

http::route route_to(std::string path, std::string text) {
    auto shown = std::make_shared<document>();
    shown->etag = etag_of(text);
    shown->text = std::move(text);
    auto answer = [shown = std::shared_ptr<const document>(shown)](const http::request& asked) {
        return answer_with(*shown, asked);
    };
    return {.method = "GET", .path = std::move(path), .answer = answer};
}

http::route way_to_the_folder() {
    auto answer = [](const http::request&) {
        http::response moved = http::plain_response(301, "the schemas are at /schemas/");
        moved.headers.push_back({"Location", std::string(folder)});
        return moved;
    };
    return {.method = "GET", .path = "/schemas", .answer = answer};
}

}  // namespace

std::vector<http::route> schema_routes() {
    std::vector<protocol::schema_file> files = protocol::all_schemas();
    std::vector<http::route> routes;
    routes.push_back(way_to_the_folder());
    routes.push_back(route_to(std::string(folder), protocol::schema_index(files, folder)));
    for (protocol::schema_file& file : protocol::shared_schemas(files))
        files.push_back(std::move(file));
    for (protocol::schema_file& file : files)
        routes.push_back(route_to(std::string(folder) + file.name, std::move(file.text)));
    return routes;
}

}  // namespace clarion::app
