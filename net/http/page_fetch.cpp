#include "net/http/page_fetch.hpp"

#include "core/protocol/utf8.hpp"
#include "net/public_address.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>
#include <utility>

namespace clarion::http {

namespace {

constexpr duration connect_time = std::chrono::seconds(5);

ports::web_answer refused(std::string why) {
    return ports::web_refusal{std::move(why)};
}

bool is_redirect(unsigned status) {
    return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

bool is_text(std::string_view content_type) {
    const std::string type = to_lower(content_type.substr(0, content_type.find(';')));
    return type.empty() || type.starts_with("text/") || type.ends_with("json") ||
           type.ends_with("xml") || type.ends_with("yaml") || type.ends_with("javascript");
}

/// "HOST" or "HOST:PORT", IPv6 in brackets.
struct host_pattern {
    std::string host;
    std::optional<std::uint16_t> port;
};

std::optional<host_pattern> read_pattern(std::string_view text) {
    host_pattern read;
    const std::size_t bracket = text.starts_with('[') ? text.find(']') : 0;
    if (bracket == std::string_view::npos)
        return std::nullopt;
    const std::size_t colon = text.find(':', bracket);
    read.host = to_lower(text.substr(0, colon));
    if (bracket != 0)
        read.host = read.host.substr(1, read.host.size() - 2);
    if (colon != std::string_view::npos) {
        const char* const end = text.data() + text.size();
        std::uint16_t port = 0;
        const auto [rest, error] = std::from_chars(text.data() + colon + 1, end, port);
        if (error != std::errc() || rest != end || port == 0)
            return std::nullopt;
        read.port = port;
    }
    return read;
}

bool fits(const host_pattern& pattern, const url& where) {
    constexpr std::uint16_t http_port = 80;
    constexpr std::uint16_t https_port = 443;
    const std::uint16_t own = where.how == scheme::https ? https_port : http_port;
    if (where.port != pattern.port.value_or(own))
        return false;
    const std::string host = to_lower(where.host);
    if (!pattern.host.starts_with("*."))
        return host == pattern.host;
    return host.size() > pattern.host.size() - 1 && host.ends_with(pattern.host.substr(1));
}

}  // namespace

bool is_host_pattern(std::string_view text) {
    const auto read = read_pattern(text);
    if (!read || read->host.empty())
        return false;
    const std::string_view host =
        std::string_view(read->host).substr(read->host.starts_with("*.") ? 2 : 0);
    return !host.empty() && std::ranges::all_of(host, [](char c) {
        return c > 0x20 && c < 0x7F && c != '*' && c != '/' && c != '@' && c != ',';
    });
}

bool is_allowed(const std::vector<std::string>& allowed, const url& where) {
    return std::ranges::any_of(allowed, [&where](const std::string& text) {
        const auto pattern = read_pattern(text);
        return pattern && fits(*pattern, where);
    });
}

std::variant<url, url_error> redirected(const url& from, std::string_view location) {
    const std::string_view without_fragment = location.substr(0, location.find('#'));
    const std::size_t scheme_end = without_fragment.find("://");
    const std::size_t path = without_fragment.find_first_of("/?");
    if (scheme_end != std::string_view::npos && scheme_end < path + 1)
        return parse_url(without_fragment);
    const std::string own = from.how == scheme::https ? "https:" : "http:";
    if (without_fragment.starts_with("//"))
        return parse_url(own + std::string(without_fragment));
    std::string target(without_fragment);
    if (!target.starts_with('/')) {
        const std::string base = from.target.substr(0, from.target.find('?'));
        target = base.substr(0, base.rfind('/') + 1) + target;
    }
    return parse_url(own + "//" + from.host_and_port() + target);
}

/// One request, and what came: a page, a refusal, or where to look next.
struct page_fetch::visit {
    std::variant<ports::web_page, ports::web_refusal, std::string> came;
};

task<ports::web_answer> page_fetch::get(std::string asked) const {
    const executor on = co_await asio::this_coro::executor;
    const time_point until = on.owner().now() + settings_.limits.time;
    auto parsed = parse_url(asked.substr(0, asked.find('#')));
    for (int redirects = 0;; ++redirects) {
        if (const auto* const wrong = std::get_if<url_error>(&parsed))
            co_return refused(wrong->message);
        const url where = std::get<url>(parsed);
        if (!where.user_info.empty())
            co_return refused("may not carry a user");
        if (!is_allowed(settings_.allowed, where))
            co_return refused("leads to a host that is not allowed: " + where.host_and_port());
        visit seen = co_await look_at(where, until);
        if (auto* const page = std::get_if<ports::web_page>(&seen.came))
            co_return ports::web_answer(std::move(*page));
        if (auto* const refusal = std::get_if<ports::web_refusal>(&seen.came))
            co_return ports::web_answer(std::move(*refusal));
        if (redirects == settings_.limits.redirects_max)
            co_return refused("is redirected too often");
        parsed = redirected(where, std::get<std::string>(seen.came));
    }
}

task<page_fetch::visit> page_fetch::look_at(url where, time_point until) const {
    client_options options;
    options.tls = settings_.tls;
    options.user_agent = settings_.user_agent;
    options.dial = [dial = settings_.dial](net::destination to, time_point by) {
        to.permits = net::is_public;
        return dial(std::move(to), by);
    };
    client over(std::move(options));
    client_request asked;
    asked.target = where;
    asked.headers.push_back({"Accept", "text/*, application/json, application/xml;q=0.9"});
    const executor on = co_await asio::this_coro::executor;
    const client_deadlines deadlines{std::min(on.owner().now() + connect_time, until), until};
    exchange_result sent = co_await over.send(std::move(asked), deadlines);
    visit seen;
    if (const auto* const failure = std::get_if<exchange_failure>(&sent)) {
        seen.came = ports::web_refusal{"cannot be read: " + failure->message};
        co_return seen;
    }
    exchange& answer = *std::get<exchange_ptr>(sent);
    const response_head& head = answer.head();
    const auto location = head.headers.find("Location");
    if (is_redirect(head.status) && location) {
        seen.came = std::string(*location);
        co_return seen;
    }
    ports::web_page page;
    page.status = head.status;
    page.content_type = std::string(head.headers.find("Content-Type").value_or(""));
    page.url = where.origin() + where.target;
    if (!is_text(page.content_type)) {
        seen.came = ports::web_refusal{"is not text: " + page.content_type};
        co_return seen;
    }
    while (!page.is_cut) {
        body_step step = co_await answer.read(until);
        if (const auto* const failure = std::get_if<exchange_failure>(&step)) {
            seen.came = ports::web_refusal{"cannot be read: " + failure->message};
            co_return seen;
        }
        if (std::holds_alternative<body_end>(step))
            break;
        page.text += std::get<std::string>(step);
        page.is_cut = page.text.size() > settings_.limits.text_bytes_max;
    }
    if (page.is_cut)
        page.text.resize(settings_.limits.text_bytes_max);
    const std::size_t legible = protocol::utf8_prefix_bytes(page.text);
    // Cut in the middle of a character at most.
    constexpr std::size_t character_bytes_max = 4;
    if (legible + (page.is_cut ? character_bytes_max : 1) <= page.text.size()) {
        seen.came = ports::web_refusal{"is not UTF-8"};
        co_return seen;
    }
    page.text.resize(legible);
    seen.came = std::move(page);
    co_return seen;
}

}  // namespace clarion::http
