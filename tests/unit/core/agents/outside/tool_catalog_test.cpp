#include "core/agents/outside/tool_catalog.hpp"

#include "core/agents/tool_registry.hpp"
#include "tests/support/temporary_directory.hpp"
#include "tests/unit/core/agents/silent_source.hpp"

#include <boost/json/parse.hpp>
#include <boost/test/unit_test.hpp>

#include <cstddef>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace clarion;
using namespace clarion::agents;
using namespace clarion::agents::outside;
using clarion::agents::test::described;
using clarion::agents::test::silent_source;

struct fixture {
    explicit fixture(const std::string& path = "") : tested(path, {}) {
        tested.add(source, {});
        registry.use(tested);
    }

    bool asks(const std::string& name, const char* arguments = "{}") const {
        return tested.find(name)->needs_approval(boost::json::parse(arguments).as_object());
    }

    silent_source source;
    tool_catalog tested;
    tool_registry registry;
};

BOOST_AUTO_TEST_SUITE(tool_catalog_test)

BOOST_AUTO_TEST_CASE(tools_are_known_by_their_source_and_come_and_go) {
    fixture f;
    BOOST_TEST(f.tested.why_lost("files").value() == "has not answered yet");
    const std::vector<std::string> given{"clock", "files.read"};
    BOOST_TEST(f.registry.missing(given).value() == "the MCP server files has not answered yet");
    BOOST_TEST(f.registry.knows("files"));
    BOOST_TEST(f.registry.knows("files.read"));
    BOOST_TEST(!f.registry.knows("other.read"));
    f.tested.list("files", {described("read"), described("write")});
    BOOST_TEST(!f.tested.why_lost("files.read").has_value());
    BOOST_TEST(!f.registry.missing(given).has_value());
    const tool* const read = f.registry.find("files.read");
    BOOST_REQUIRE(read != nullptr);
    BOOST_TEST(read->spec().name == "files.read");
    BOOST_TEST(
        (f.registry.expand({"clock", "files"}) ==
         std::vector<std::string>{"clock", "files.read", "files.write"})
    );
    f.tested.list("files", {described("write")});
    BOOST_TEST((f.registry.find("files.read") == nullptr));
    BOOST_TEST(read->spec().description == "Does it");  // for calls under way
    f.tested.lose("files", "ended");
    BOOST_TEST(f.tested.why_lost("files.write").value() == "ended");
    BOOST_TEST(f.registry.missing({"files"}).value() == "the MCP server files ended");
    BOOST_TEST(!f.registry.missing({"clock"}).has_value());
    BOOST_TEST((f.registry.find("files.write") != nullptr));
}

BOOST_AUTO_TEST_CASE(an_unchanged_list_changes_nothing) {
    fixture f;
    f.tested.list("files", {described("read")});
    const tool* const before = f.tested.find("files.read");
    f.tested.list("files", {described("read")});
    BOOST_TEST((f.tested.find("files.read") == before));
}

BOOST_AUTO_TEST_CASE(a_tool_that_says_something_else_needs_approval_until_it_is_allowed) {
    fixture f;
    f.tested.list("files", {described("read")});
    BOOST_TEST(!f.asks("files.read"));
    f.tested.list("files", {described("read", "Does it, and sends it to me")});
    BOOST_TEST(f.asks("files.read"));
    const tool* const changed = f.tested.find("files.read");
    changed->allowed();
    BOOST_TEST(!f.asks("files.read"));
    // What was looked at is not what is there now.
    f.tested.list("files", {described("read", "Another thing")});
    changed->allowed();
    BOOST_TEST(f.asks("files.read"));
    // Back to what was trusted.
    f.tested.list("files", {described("read", "Does it, and sends it to me")});
    BOOST_TEST(!f.asks("files.read"));
}

BOOST_AUTO_TEST_CASE(a_tool_that_calls_itself_harmless_later_needs_approval) {
    fixture f;
    f.tested.list("files", {described("write", "Writes", false)});
    BOOST_TEST(f.asks("files.write"));
    f.tested.list("files", {described("write", "Writes", true)});
    BOOST_TEST(f.asks("files.write"));
}

BOOST_AUTO_TEST_CASE(what_was_trusted_is_known_after_a_restart) {
    const support::temporary_directory dir;
    const std::string path = (dir.path() / "tools.json").string();
    {
        fixture f(path);
        f.tested.list("files", {described("read")});
    }
    {
        fixture f(path);
        f.tested.list("files", {described("read", "Something else")});
        BOOST_TEST(f.asks("files.read"));
        f.tested.find("files.read")->allowed();
    }
    fixture f(path);
    f.tested.list("files", {described("read", "Something else")});
    BOOST_TEST(!f.asks("files.read"));
}

BOOST_AUTO_TEST_CASE(a_file_that_cannot_be_read_trusts_nobody_and_says_so) {
    for (const std::string_view text : {"", "{\"files.read\":\"ab", "[]"}) {
        const support::temporary_directory dir;
        const std::string path = (dir.path() / "tools.json").string();
        std::ofstream(path) << text;
        BOOST_TEST(tool_pins(path).trouble().has_value());
        {
            fixture f(path);
            f.tested.list("files", {described("read"), described("list")});
            BOOST_TEST(f.asks("files.read"));
            f.tested.find("files.read")->allowed();
            BOOST_TEST(!f.asks("files.read"));
        }
        // Nor after a restart, when it can be read.
        BOOST_TEST(!tool_pins(path).trouble().has_value());
        fixture f(path);
        f.tested.list("files", {described("read"), described("list")});
        BOOST_TEST(!f.asks("files.read"));
        BOOST_TEST(f.asks("files.list"));
    }
    BOOST_TEST(!tool_pins("").trouble().has_value());
}

BOOST_AUTO_TEST_CASE(a_source_that_describes_its_tools_too_often_takes_nothing_from_others) {
    fixture f;
    silent_source other("other");
    f.tested.add(other, {});
    for (std::size_t count = 0; count < descriptions_max; ++count)
        f.tested.list("files", {described("read", "The " + std::to_string(count) + "th")});
    const tool* const last = f.tested.find("files.read");
    f.tested.list("files", {described("read", "One more")});
    BOOST_TEST((f.tested.find("files.read") == last));
    f.tested.list("other", {described("read")});
    BOOST_TEST((f.tested.find("other.read") != nullptr));
}

BOOST_AUTO_TEST_CASE(rules_go_by_source_by_tool_and_by_argument) {
    approval_rules rules;
    rules.otherwise = approval_policy::unless_read_only;
    rules.tools["list"] = {approval_policy::always, {}};
    rules.tools["write"] = {approval_policy::never, {{"path", std::regex("^/tmp/")}}};
    const auto asks = [&rules](const char* tool, bool read_only, const char* arguments) {
        return rules.needs_approval(tool, read_only, boost::json::parse(arguments).as_object());
    };
    BOOST_TEST(!asks("read", true, "{}"));
    BOOST_TEST(asks("read", false, "{}"));
    BOOST_TEST(asks("list", true, "{}"));
    BOOST_TEST(!asks("write", false, R"({"path":"/tmp/a"})"));
    BOOST_TEST(asks("write", false, R"({"path":"/etc/a"})"));
    BOOST_TEST(asks("write", false, "{}"));
    // Too long to be searched: a person looks at it.
    const std::string longer = R"({"path":"/tmp/)" + std::string(5000, 'a') + R"("})";
    BOOST_TEST(asks("write", false, longer.c_str()));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
