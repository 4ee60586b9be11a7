#include "net/mcp/http_channel.hpp"
#include "net/mcp/server.hpp"
#include "tests/unit/net/memory_stream.hpp"
#include "tests/unit/net/scripted_server.hpp"

#include <boost/test/unit_test.hpp>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace {

using namespace clarion;
using namespace clarion::mcp;
using namespace clarion::net::test;
using std::chrono::seconds;

const std::string discovered =
    R"({"supportedVersions":["2026-07-28"],"capabilities":{"tools":{}}})";
const std::string one_tool = R"({"tools":[{"name":"echo","inputSchema":{}}]})";
const std::string said = R"({"content":[{"type":"text","text":"hi"}]})";

server_script answer(int id, const std::string& result) {
    return {
        {.bytes = whole_answer(
             200,
             R"({"jsonrpc":"2.0","id":)" + std::to_string(id) + R"(,"result":)" + result + "}"
         )}
    };
}

struct fixture {
    fixture() : over(options()), tested({"files", {"clarion", "1"}}, factory(), sinks()) {}
    ~fixture() {
        tested.stop();
        world.run([this] { return running_->has_ended(); });
    }

    http::client_options options() {
        http::client_options made;
        made.dial = far.dial();
        return made;
    }
    channel_factory factory() {
        return [this](const executor& on, heard_sink heard) {
            http_channel_settings where;
            where.where = std::get<http::url>(http::parse_url("http://tools.test:3101/mcp"));
            return std::variant<channel_ptr, std::string>(
                std::make_shared<http_channel>(on, over, std::move(where), std::move(heard))
            );
        };
    }
    static server_sinks sinks() {
        return {
            .listed = [](const auto&) {},
            .lost = [](const std::string&) {},
            .note = [](const std::string&) {},
        };
    }
    void run() { running_.emplace(world, tested.run()); }
    bool last_has(std::string_view text) const {
        return far.requests.back().find(text) != std::string::npos;
    }

    sim::world world;
    scripted_server far{world};
    http::client over;
    server tested;
    std::optional<running> running_;
};

BOOST_FIXTURE_TEST_SUITE(mcp_server_over_http, fixture)

BOOST_AUTO_TEST_CASE(a_pulse_leaves_what_was_agreed_on_as_it_is) {
    far.scripts = {
        answer(1, discovered),
        answer(2, one_tool),
        answer(3, discovered),
        answer(4, said),
    };
    run();
    world.run_for(seconds(16));
    BOOST_REQUIRE(far.requests.size() == 3U);
    BOOST_TEST(last_has("Mcp-Method: server/discover"));
    ports::source_call wanted{"echo", {}};
    (void)result_of(world, tested.call(std::move(wanted), {}));
    BOOST_REQUIRE(far.requests.size() == 4U);
    BOOST_TEST(last_has("MCP-Protocol-Version: 2026-07-28"));
    BOOST_TEST(last_has("Mcp-Method: tools/call"));
    BOOST_TEST(last_has("Mcp-Name: echo"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
