// A tool of a source outside that a person is asked about, and that has changed before or since.
#include "core/agents/model/model_agent.hpp"
#include "core/agents/outside/tool_catalog.hpp"
#include "tests/flow/approval_flow.hpp"
#include "tests/support/scripted_models.hpp"
#include "tests/unit/core/agents/silent_source.hpp"

#include <memory>
#include <string>

namespace clarion::flow_test {

namespace {

using agents::test::described;
using std::chrono::seconds;
using support::scripted_models;

/// What a process has of a source `files`.
struct sources {
    sources() { catalog.add(files, {}); }

    void list(const std::string& description) {
        catalog.list("files", {described("read", description)});
    }
    bool is_trusted() const { return !catalog.find("files.read")->has_changed(); }

    agents::test::silent_source files;
    agents::outside::tool_catalog catalog{"", {}};
};

flow_server::options with(sources& of, scripted_models& models, storage::event_log* log = nullptr) {
    agents::model::model_agent_settings settings;
    settings.name = "modelled";
    settings.model = "m";
    settings.tools = {"files"};
    flow_server::options made;
    made.extra_agent = std::make_unique<agents::model::model_agent>(std::move(settings), models);
    made.catalog = &of.catalog;
    made.log = log;
    return made;
}

flow_client& ask_and_wait(flow_server& server) {
    flow_client& ada = server.connect("ada");
    ada.sends(
        R"({"type":"message","thread_id":"t1","message_id":"m1","text":"go","agent":"modelled"})"
    );
    server.world().run_for(milliseconds(200));
    return ada;
}

void let_read(scripted_models& models) {
    models.answers = {
        {support::calls({support::calling("files.read")})},
        {support::says("Done."), support::stops()}
    };
}

}  // namespace

BOOST_AUTO_TEST_SUITE(changed_tool)

BOOST_AUTO_TEST_CASE(a_changed_tool_that_is_allowed_is_called_and_trusted_again) {
    sources of;
    of.list("Does it");
    of.list("Does it, and more");
    scripted_models models;
    let_read(models);
    flow_server server(with(of, models));
    flow_client& ada = ask_and_wait(server);
    BOOST_TEST(!of.is_trusted());
    ada.sends(approve_frame(approval_id_of(ada), "allow"));
    server.settle();
    BOOST_TEST(text_of(payload_of(ada, "tool_completed"), "outcome") == "ok");
    BOOST_TEST(of.is_trusted());
    BOOST_TEST(ada.event_types().back() == "agent_completed");
    check_run(ada);
}

BOOST_AUTO_TEST_CASE(one_that_is_denied_stays_as_it_was) {
    sources of;
    of.list("Does it");
    of.list("Does it, and more");
    scripted_models models;
    let_read(models);
    flow_server server(with(of, models));
    flow_client& ada = ask_and_wait(server);
    ada.sends(approve_frame(approval_id_of(ada), "deny"));
    server.settle();
    BOOST_TEST(ada.frames("tool_executing").empty());
    BOOST_TEST(!of.is_trusted());
    check_run(ada);
}

BOOST_AUTO_TEST_CASE(one_that_changes_while_the_person_looks_is_not_called) {
    sources of;
    of.list("Does it");
    of.list("Does it, and more");
    scripted_models models;
    let_read(models);
    flow_server server(with(of, models));
    flow_client& ada = ask_and_wait(server);
    of.list("Does another thing");
    ada.sends(approve_frame(approval_id_of(ada), "allow"));
    server.settle();
    BOOST_TEST(
        text_of(payload_of(ada, "tool_completed"), "error") ==
        "files.read describes itself otherwise than when it was allowed"
    );
    BOOST_TEST(!of.is_trusted());
    BOOST_TEST(ada.event_types().back() == "agent_completed");
    check_run(ada);
}

// After a restart sources come later than decisions.
BOOST_AUTO_TEST_CASE(a_run_that_goes_on_waits_for_the_source_of_its_tool) {
    storage::memory_event_log log;
    sources of_lost;
    of_lost.list("Does it");
    of_lost.list("Does it, and more");
    scripted_models models;
    let_read(models);
    auto lost = std::make_unique<flow_server>(with(of_lost, models, &log));
    const std::string id = approval_id_of(ask_and_wait(*lost));
    kill(std::move(lost));

    sources of;
    flow_server server(with(of, models, &log));
    server.revive_for(seconds(1));
    flow_client& ada = server.connect("ada", {from_start});
    ada.sends(approve_frame(id, "allow"));
    server.world().run_for(seconds(2));
    BOOST_TEST(ada.frames("tool_executing").empty());
    of.list("Does it, and more");
    server.settle();
    BOOST_TEST(text_of(payload_of(ada, "tool_completed"), "outcome") == "ok");
    BOOST_TEST(ada.event_types().back() == "agent_completed");
    check_run(ada);
}

BOOST_AUTO_TEST_CASE(a_source_that_stays_away_fails_the_call_and_not_the_run) {
    storage::memory_event_log log;
    sources of_lost;
    of_lost.list("Does it");
    of_lost.list("Does it, and more");
    scripted_models models;
    let_read(models);
    auto lost = std::make_unique<flow_server>(with(of_lost, models, &log));
    const std::string id = approval_id_of(ask_and_wait(*lost));
    kill(std::move(lost));

    sources of;
    flow_server server(with(of, models, &log));
    server.revive_for(seconds(1));
    flow_client& ada = server.connect("ada", {from_start});
    ada.sends(approve_frame(id, "allow"));
    server.settle();
    BOOST_TEST(
        text_of(payload_of(ada, "tool_completed"), "error") == "there is no tool named files.read"
    );
    BOOST_TEST(ada.event_types().back() == "agent_completed");
    check_run(ada);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace clarion::flow_test
