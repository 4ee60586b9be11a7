#include "app/toolbox.hpp"

#include "app/outgoing_http.hpp"
#include "app/version.hpp"
#include "core/agents/demo/demo_tools.hpp"
#include "core/agents/tools/builtin_tools.hpp"
#include "net/http/page_fetch.hpp"

#include <utility>

namespace clarion::app {

toolbox::toolbox(const settings& with, const shards& all, const failure::logger& log)
    : mcp_(with, all, log) {
    tools_.use(mcp_.catalog());
    agents::tools::add_builtin_tools(tools_);
    agents::demo::add_demo_tools(tools_);
    if (with.http_get_allow.empty())
        return;
    http::page_fetch_settings pages;
    pages.allowed = with.http_get_allow;
    pages.tls = outgoing_http(outgoing_tls::on).tls;
    pages.user_agent = server_name();
    pages_ = std::make_unique<http::page_fetch>(std::move(pages));
    tools_.add(agents::tools::make_http_get(*pages_));
}

}  // namespace clarion::app
