#pragma once

#include "net/model/chat_model.hpp"
#include "net/model/model_set.hpp"
#include "tests/unit/net/memory_stream.hpp"
#include "tests/unit/net/scripted_server.hpp"

#include <boost/test/unit_test.hpp>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace clarion::model::test {

using net::test::scripted_server;
using net::test::server_script;
using net::test::server_step;
using net::test::stream_chunk;
using net::test::stream_head;
using net::test::stream_tail;
using net::test::whole_answer;

/// What a model was heard to say.
struct heard {
    std::string text;
    std::string reasoning;
    std::vector<std::string> notices;
    std::optional<ports::model_answer> answer;
    std::optional<ports::model_failure> failure;
};

inline task<> listen(ports::model_stream& to, heard& into) {
    while (!into.answer && !into.failure) {
        ports::model_event event = co_await to.next();
        if (auto* said = std::get_if<ports::model_text>(&event))
            into.text += said->text;
        else if (auto* thought = std::get_if<ports::model_reasoning>(&event))
            into.reasoning += thought->text;
        else if (auto* notice = std::get_if<ports::model_notice>(&event))
            into.notices.push_back(notice->text);
        else if (auto* answer = std::get_if<ports::model_answer>(&event))
            into.answer = std::move(*answer);
        else
            into.failure = std::get<ports::model_failure>(std::move(event));
    }
}

inline std::string event_of(std::string_view json) {
    return stream_chunk("data: " + std::string(json) + "\n\n");
}
inline std::string said(std::string_view text) {
    return event_of(
        R"({"choices":[{"index":0,"delta":{"content":")" + std::string(text) + R"("}}]})"
    );
}
inline std::string finished() {
    return event_of(R"({"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]})") +
           event_of("[DONE]");
}
/// A whole streamed answer.
inline server_script saying(std::string_view text) {
    return {{.bytes = stream_head + said(text) + finished() + stream_tail}};
}
inline server_script refusing(unsigned status, std::string_view headers = "") {
    return {
        {.bytes = whole_answer(status, R"({"error":{"message":"no"}})", "application/json", headers)
        }
    };
}

/// Two models on one scripted server, `first` with `second` to stand in for it.
struct conversation {
    conversation() {
        for (const char* name : {"first", "second"}) {
            model_settings one;
            one.where.name = name;
            one.where.base = std::get<http::url>(http::parse_url("http://api.test/v1"));
            one.where.model = std::string("m-") + name;
            one.where.api_key = "sesame";
            settings.push_back(one);
        }
    }

    ports::model& model(const char* name = "first") {
        if (!models) {
            http::client_options options;
            options.dial = server.dial();
            models = std::make_unique<model_set>(settings, std::move(options));
        }
        ports::model* const found = models->find(name);
        BOOST_REQUIRE(found != nullptr);
        return *found;
    }

    heard ask(const char* name = "first", ports::model_request request = {}) {
        heard result;
        const auto stream = model(name).ask(std::move(request));
        net::test::complete(world, listen(*stream, result));
        return result;
    }

    sim::world world;
    scripted_server server{world};
    std::vector<model_settings> settings;
    std::unique_ptr<model_set> models;
};

}  // namespace clarion::model::test
