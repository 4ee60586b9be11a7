#include "net/mcp/server.hpp"

#include "core/async/first_of.hpp"
#include "tests/unit/net/memory_stream.hpp"

#include <boost/json/parse.hpp>
#include <boost/test/unit_test.hpp>

#include <deque>
#include <functional>
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
using fault = ask_failure::fault;
using std::chrono::seconds;

ask_outcome result(std::string_view text) {
    return boost::json::parse(text).as_object();
}

const ask_outcome modern =
    result(R"({"supportedVersions":["2026-07-28"],"capabilities":{"tools":{"listChanged":true}}})");
const ask_outcome not_known = rpc_error{-32601, "Method not found", {}};
const ask_outcome initialized =
    result(R"({"protocolVersion":"2025-11-25","capabilities":{"tools":{}}})");
const ask_outcome one_tool = result(R"({"tools":[{"name":"echo","inputSchema":{}}]})");
const ask_outcome said = result(R"({"content":[{"type":"text","text":"hi"}]})");

/// What the test decides about all lives of the server.
struct behaviour {
    std::function<ask_outcome(const question&)> answer;
    std::vector<std::string> log;
    wakeup break_off;
    heard_sink heard;
    int lives = 0;
};

class scripted_channel final : public channel {
public:
    explicit scripted_channel(behaviour& by) : by_(by) {}

    task<std::string> run() override {
        co_await by_.break_off.wait();
        co_return "ended";
    }
    task<ask_outcome> ask(question asked) override {
        by_.log.push_back(asked.method);
        if (asked.method == "subscriptions/listen")
            co_await sleep_until(time_point::never());
        co_return by_.answer(asked);
    }
    task<> tell(rpc_notification told) override {
        by_.log.push_back(told.method);
        co_return;
    }
    void forget() override {}
    void agree(const agreement&) override {}
    task<> close() override {
        by_.log.emplace_back("close");
        co_return;
    }

private:
    behaviour& by_;
};

struct fixture {
    fixture()
        : tested({"files", {"clarion", "1"}}, factory(), sinks()), running_(world, tested.run()) {
        by.answer = [](const question& asked) {
            if (asked.method == "server/discover")
                return modern;
            return asked.method == "tools/list" ? one_tool : said;
        };
    }
    ~fixture() {
        tested.stop();
        world.run([this] { return running_.has_ended(); });
    }

    channel_factory factory() {
        return [this](const executor&, heard_sink heard) {
            ++by.lives;
            by.heard = std::move(heard);
            return std::variant<channel_ptr, std::string>(std::make_shared<scripted_channel>(by));
        };
    }
    server_sinks sinks() {
        return {
            .listed = [this](const auto& tools) { listed.push_back(tools.size()); },
            .lost = [this](const std::string& why) { lost.push_back(why); },
            .note = [](const std::string&) {},
        };
    }
    std::string call() {
        ports::source_call wanted{"echo", {}};
        const auto came = result_of(world, tested.call(std::move(wanted), {}));
        if (const auto* refusal = std::get_if<ports::source_refusal>(&came))
            return "refused: " + refusal->message;
        return std::get<protocol::json_text>(came).text;
    }
    std::size_t count(std::string_view what) const {
        return static_cast<std::size_t>(std::ranges::count(by.log, what));
    }

    sim::world world;
    behaviour by;
    std::vector<std::size_t> listed;
    std::vector<std::string> lost;
    server tested;
    running running_;
};

BOOST_FIXTURE_TEST_SUITE(mcp_server, fixture)

BOOST_AUTO_TEST_CASE(a_server_is_opened_listed_and_called) {
    world.run_for(seconds(1));
    BOOST_TEST((listed == std::vector<std::size_t>{1}));
    BOOST_TEST(call() == R"("hi")");
    BOOST_TEST(
        (by.log ==
         std::vector<
             std::string>{"server/discover", "tools/list", "subscriptions/listen", "tools/call"})
    );
}

BOOST_AUTO_TEST_CASE(a_server_of_before_is_greeted_and_told) {
    by.answer = [](const question& asked) {
        if (asked.method == "server/discover")
            return not_known;
        if (asked.method == "initialize")
            return initialized;
        BOOST_TEST(!asked.params.contains("_meta"));
        return asked.method == "tools/list" ? one_tool : said;
    };
    world.run_for(seconds(1));
    BOOST_TEST(call() == R"("hi")");
    BOOST_TEST(count("notifications/initialized") == 1U);
    BOOST_TEST(count("subscriptions/listen") == 0U);
}

BOOST_AUTO_TEST_CASE(a_call_waits_for_a_server_that_is_being_opened) {
    BOOST_TEST(call() == R"("hi")");
}

BOOST_AUTO_TEST_CASE(a_changed_list_is_listed_again) {
    world.run_for(seconds(1));
    by.heard({"notifications/message", {}});
    world.run_for(seconds(1));
    BOOST_TEST(listed.size() == 1U);
    for (int change = 0; change < 10; ++change)
        by.heard({"notifications/tools/list_changed", {}});
    world.run_for(seconds(1));
    // Once for the first, and once for all that came meanwhile.
    BOOST_TEST(listed.size() == 3U);
}

BOOST_AUTO_TEST_CASE(a_server_that_breaks_is_opened_again_after_a_pause_that_grows) {
    std::vector<duration> pauses;
    for (int life = 1; life <= 9; ++life) {
        world.run_for(seconds(1));
        by.break_off.notify();
        world.run_for(duration(0));
        const time_point broken = world.now();
        BOOST_TEST(call().starts_with("refused: the MCP server files is not available: it ended"));
        world.run([&] { return by.lives > life; });
        pauses.push_back(world.now() - broken);
    }
    BOOST_TEST(((pauses.front() <= std::chrono::milliseconds(500))));
    BOOST_TEST(((pauses.back() >= seconds(15) && pauses.back() <= seconds(30))));
    BOOST_TEST(lost.size() == 9U);
    world.run_for(seconds(1));
    BOOST_TEST(call() == R"("hi")");
    BOOST_TEST(count("close") == 9U);
}

BOOST_AUTO_TEST_CASE(a_lost_session_is_begun_again_and_the_call_made_once_more) {
    bool has_session = false;
    int calls = 0;
    by.answer = [&](const question& asked) -> ask_outcome {
        if (asked.method == "server/discover")
            return not_known;
        if (asked.method == "initialize") {
            has_session = true;
            return initialized;
        }
        if (!has_session)
            return ask_failure{fault::session_lost, 404, "has lost the session"};
        calls += asked.method == "tools/call";
        return asked.method == "tools/list" ? one_tool : said;
    };
    world.run_for(seconds(1));
    has_session = false;
    BOOST_TEST(call() == R"("hi")");
    BOOST_TEST(calls == 1);
    BOOST_TEST(by.lives == 1);
    BOOST_TEST(count("initialize") == 2U);
    // What the server was, it is still.
    BOOST_TEST(count("server/discover") == 1U);
}

BOOST_AUTO_TEST_CASE(a_server_that_loses_each_session_is_not_asked_for_ever) {
    by.answer = [&](const question& asked) -> ask_outcome {
        if (asked.method == "tools/call")
            return ask_failure{fault::session_lost, 404, "has lost the session"};
        return asked.method == "server/discover" ? modern : one_tool;
    };
    BOOST_TEST(call() == "refused: the MCP server files has lost the session");
    BOOST_TEST(count("tools/call") == 2U);
}

BOOST_AUTO_TEST_CASE(a_server_that_cannot_be_opened_is_lost_with_its_reason) {
    by.answer = [](const question&) -> ask_outcome {
        return ask_failure{fault::unreachable, 0, "cannot be reached: connection refused"};
    };
    world.run_for(std::chrono::milliseconds(100));
    BOOST_REQUIRE(lost.size() == 1U);
    BOOST_TEST(lost.front() == "cannot be reached: connection refused");
}

BOOST_AUTO_TEST_CASE(a_server_that_leaves_at_the_probe_is_greeted_the_old_way_next_time) {
    by.answer = [this](const question& asked) -> ask_outcome {
        if (asked.method == "server/discover") {
            by.break_off.notify();
            return ask_failure{fault::closed, 0, "ended"};
        }
        return asked.method == "initialize" ? initialized : one_tool;
    };
    world.run_for(seconds(2));
    BOOST_TEST(count("initialize") == 1U);
    BOOST_TEST((listed == std::vector<std::size_t>{1}));
}

BOOST_AUTO_TEST_CASE(a_tool_that_is_late_leaves_the_server_open) {
    by.answer = [](const question& asked) -> ask_outcome {
        if (asked.method == "tools/call")
            return ask_failure{fault::late, 0, "did not answer in time"};
        return asked.method == "server/discover" ? modern : one_tool;
    };
    BOOST_TEST(call() == "refused: the MCP server did not answer in time");
    world.run_for(seconds(1));
    BOOST_TEST(count("server/discover") == 1U);
}

BOOST_AUTO_TEST_CASE(a_server_that_goes_without_a_word_is_noticed_and_comes_back) {
    bool is_there = true;
    by.answer = [&is_there](const question& asked) -> ask_outcome {
        if (!is_there)
            return ask_failure{fault::unreachable, 0, "cannot be reached: connection refused"};
        if (asked.method == "server/discover")
            return not_known;
        if (asked.method == "initialize")
            return initialized;
        if (asked.method == "ping")
            return not_known;
        return asked.method == "tools/list" ? one_tool : said;
    };
    world.run_for(seconds(50));
    // It does not know the question, and is there all the same.
    BOOST_TEST(count("ping") == 3U);
    BOOST_TEST(lost.empty());
    is_there = false;
    world.run_for(seconds(16));
    BOOST_REQUIRE(!lost.empty());
    BOOST_TEST(lost.front() == "cannot be reached: connection refused");
    is_there = true;
    world.run_for(seconds(31));
    BOOST_TEST(listed.size() == 2U);
    BOOST_TEST(call() == R"("hi")");
}

BOOST_AUTO_TEST_CASE(stopping_takes_leave_once) {
    world.run_for(seconds(1));
    tested.stop();
    world.run_for(seconds(1));
    BOOST_TEST(running_.has_ended());
    BOOST_TEST(count("close") == 1U);
    BOOST_TEST(call().starts_with("refused: the MCP server files is not available"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
