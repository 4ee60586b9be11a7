#pragma once

#include "core/engine/run_grammar.hpp"
#include "core/protocol/payload_text.hpp"
#include "tests/support/flow_server.hpp"

#include <boost/json/serialize.hpp>
#include <boost/test/unit_test.hpp>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

// What the flow tests of approvals share.
namespace clarion::flow_test {

using support::flow_client;
using support::flow_server;

inline const std::string from_start =
    R"({"type":"subscribe","thread_id":"t1","since":{"epoch":"","seq":0}})";

/// A frame's payload, the only one of its type.
inline boost::json::object payload_of(const flow_client& client, std::string_view type) {
    return client.only(type).at("payload").as_object();
}

inline std::string text_of(const boost::json::object& from, std::string_view name) {
    return std::string(from.at(name).as_string());
}

inline std::string approval_id_of(const flow_client& client) {
    return text_of(payload_of(client, "approval_requested"), "approval_id");
}

/// An `approve` frame; `more` are further members, with a leading comma.
inline std::string
approve_frame(const std::string& approval_id, std::string_view decision, std::string more = "") {
    return R"({"type":"approve","approval_id":")" + approval_id + R"(","decision":")" +
           std::string(decision) + "\"" + std::move(more) + "}";
}

/// Talks until the demo's approval is asked for, and gives its id.
inline std::string ask_for_approval(flow_server& server, flow_client& client) {
    client.asks("m1", "/approve say hello");
    server.world().run_for(milliseconds(200));
    return approval_id_of(client);
}

/// The state of the thread's only open run in the log; `finished` when there is none.
inline std::string stored_state(flow_server& server) {
    std::string state = "finished";
    const protocol::thread_key key{"ada", "t1"};
    auto look = [&]() -> task<> {
        const auto row = co_await server.log().open(key);
        const auto& known = std::get<std::optional<storage::thread_row>>(row);
        if (known && !known->open_runs.empty())
            state = protocol::name_of(known->open_runs.front().state);
    };
    server.run(look());
    return state;
}

/// The state in the `welcome` of a session that comes now.
inline std::string welcomed_state(flow_server& server) {
    flow_client& late = server.connect("ada");
    server.world().run_for(milliseconds(10));
    const auto runs = late.only("welcome").at("active_runs").as_array();
    return runs.empty() ? "none" : text_of(runs.at(0).as_object(), "state");
}

/// Every event of the client's only run obeys the grammar, up to its one terminal.
inline void check_run(const flow_client& client) {
    engine::run_grammar grammar;
    for (const auto& frame : client.frames()) {
        const auto type = protocol::enum_from_name<protocol::event_type>(text_of(frame, "type"));
        if (!type || *type == protocol::event_type::user_message)
            continue;
        const std::string json = boost::json::serialize(frame.at("payload"));
        const auto read = protocol::payload_from_json(*type, json);
        const auto& payload = std::get<protocol::payload>(read);
        const auto wrong = grammar.check(payload);
        BOOST_TEST(!wrong, text_of(frame, "type") << (wrong ? wrong->reason : ""));
        grammar.apply(payload);
    }
    BOOST_TEST((grammar.where() == engine::run_grammar::phase::ended));
}

}  // namespace clarion::flow_test
