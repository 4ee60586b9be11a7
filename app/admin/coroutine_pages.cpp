#include "app/admin/coroutine_pages.hpp"

#include "core/trace/tree_json.hpp"
#include "core/trace/tree_text.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace clarion::app {

namespace {

/// Of the JSON form; the count beside them is whole.
constexpr std::size_t listed_coroutines_max = 10'000;

std::string query_value(const http::request& asked, std::string_view name) {
    const auto found = asked.query.find(name);
    return found == asked.query.end() ? std::string() : found->second;
}

std::string escaped(std::string_view text) {
    std::string html;
    for (const char each : text) {
        if (each == '<')
            html += "&lt;";
        else if (each == '&')
            html += "&amp;";
        else
            html += each;
    }
    return html;
}

std::vector<std::string> lines_of(const trace::live_tree& tree, const http::request& asked) {
    const std::string tag = query_value(asked, "tag");
    trace::tree_view view;
    view.tag = tag;
    if (query_value(asked, "view") == "places")
        return trace::place_lines(tree, view);
    return trace::tree_lines(tree, view);
}

std::string text_of(const trace::live_tree& tree, const http::request& asked) {
    std::string text = std::to_string(tree.frames.size()) + " coroutines\n";
    for (const std::string& line : lines_of(tree, asked))
        text += line + '\n';
    return text;
}

// Without a script and without a style: the policy allows neither.
std::string page_of(const trace::live_tree& tree, const http::request& asked) {
    return "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Coroutines</title>"
           "<h1>Coroutines</h1><p><a href=\"?format=page\">tree</a> "
           "<a href=\"?format=page&amp;view=places\">places</a> "
           "<a href=\"?format=text\">text</a> <a href=\"?format=json\">JSON</a></p><pre>" +
           escaped(text_of(tree, asked)) + "</pre></html>\n";
}

http::response show(const http::request& asked) {
    const trace::live_tree tree = trace::take_tree();
    std::string format = query_value(asked, "format");
    if (format.empty())
        format = asked.headers.lists("Accept", "text/html") ? "page" : "json";
    http::response answer;
    if (format == "json") {
        answer.content_type = "application/json";
        answer.body = trace::to_json(tree, listed_coroutines_max);
    } else if (format == "text") {
        answer.body = text_of(tree, asked);
    } else if (format == "page") {
        answer.content_type = "text/html; charset=utf-8";
        answer.body = page_of(tree, asked);
    } else {
        return http::plain_response(400, "format is json, text or page");
    }
    return answer;
}

}  // namespace

http::route coroutines_route() {
    http::route made;
    made.method = "GET";
    made.path = "/debug/coroutines";
    made.answer = http::answer_at_once(show);
    made.open_to = http::access::guarded;
    return made;
}

}  // namespace clarion::app
