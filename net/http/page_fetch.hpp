#pragma once

#include "core/ports/web.hpp"
#include "net/http/client.hpp"
#include "net/http/url.hpp"

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace clarion::http {

struct page_limits {
    duration time = std::chrono::seconds(15);  ///< redirects included
    std::size_t text_bytes_max = 32768;        ///< the rest is cut off
    int redirects_max = 5;
};

struct page_fetch_settings {
    /// Hosts: a name or an address; `*.example.org` for what is below a name; with `:PORT` that
    /// port alone, else the scheme's own. Empty: none.
    std::vector<std::string> allowed;
    net::tls_context_ptr tls;
    std::string user_agent = "clarion";
    page_limits limits{};
    dialler dial = net::dial;
};

/// Reads pages for whoever must not be trusted with the network it stands in: only allowed hosts,
/// each redirect judged anew; a name is resolved once, and connected to only at an address of the
/// public internet that it resolved to; through no proxy, which would resolve by itself; no
/// credentials, no cookies.
class page_fetch final : public ports::web {
public:
    explicit page_fetch(page_fetch_settings settings) : settings_(std::move(settings)) {}

    task<ports::web_answer> get(std::string url) const override;

private:
    struct visit;
    task<visit> look_at(url where, time_point until) const;

    page_fetch_settings settings_;
};

/// Whether the list of allowed hosts has it.
[[nodiscard]] bool is_allowed(const std::vector<std::string>& allowed, const url& where);

/// Whether a text may stand in that list.
[[nodiscard]] bool is_host_pattern(std::string_view text);

/// Where a redirect leads from `from`; an error for what is no URL.
[[nodiscard]] std::variant<url, url_error> redirected(const url& from, std::string_view location);

}  // namespace clarion::http
