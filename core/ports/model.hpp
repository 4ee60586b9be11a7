#pragma once

#include "core/async/task.hpp"
#include "core/protocol/describe.hpp"
#include "core/protocol/payloads.hpp"
#include "core/protocol/run_facts.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace clarion::ports {

/// A tool call as a model asked for it.
struct model_call {
    /// The model's own id, by which its result is given back; empty when it gave none.
    std::string id;
    std::string name;
    /// The arguments: an object, or, with `is_malformed`, whatever text the model wrote instead.
    std::string arguments = "{}";
    bool is_malformed = false;

    template <class Self, class Visitor>
    static void describe(Self& self, Visitor& visit) {
        visit("id", self.id);
        visit("name", self.name);
        visit("arguments", self.arguments);
        visit("is_malformed", self.is_malformed);
    }
    friend bool operator==(const model_call&, const model_call&) = default;
};

enum class speaker : std::uint8_t { system, user, assistant, tool };
constexpr std::string_view names_of(speaker) {
    return "system|user|assistant|tool";
}

/// One message of the conversation as a model is told it.
struct model_message {
    speaker by = speaker::user;
    std::string text;
    /// What an assistant's message asked for.
    std::vector<model_call> calls{};
    /// Of a tool's message: the id of the call it answers.
    std::string call_id{};

    template <class Self, class Visitor>
    static void describe(Self& self, Visitor& visit) {
        visit("by", self.by);
        visit("text", self.text);
        visit("calls", self.calls);
        visit("call_id", self.call_id);
    }
};

struct offered_tool {
    std::string name;
    std::string description;
    /// JSON Schema of the arguments.
    protocol::json_text parameters;
};

struct model_request {
    std::vector<model_message> messages;
    std::vector<offered_tool> tools;
    /// How much the model may say; nothing leaves it to the server.
    std::optional<std::int64_t> output_tokens_max{};
    /// Called within `model_stream::next` when more of the answer has come, also when it cannot be
    /// shown yet, such as a part of a call's arguments. May be empty.
    std::function<void()> more_came{};
};

/// The next piece of the answer.
struct model_text {
    std::string text;
};
/// The next piece of what the model thought before it.
struct model_reasoning {
    std::string text;
};
/// Something the user should know before there is an answer: a retry, another model.
struct model_notice {
    std::string text;
};

enum class model_finish : std::uint8_t {
    stopped,   ///< it has said all
    calls,     ///< it wants tools called
    length,    ///< cut off at the limit of its output
    filtered,  ///< a filter of the server cut it off
};
constexpr std::string_view names_of(model_finish) {
    return "stopped|calls|length|filtered";
}

/// The answer is whole.
struct model_answer {
    model_finish how = model_finish::stopped;
    std::vector<model_call> calls;
    /// As counted by the server; nothing when it did not say.
    std::optional<protocol::token_usage> usage;
};
/// There will be no answer, or no more of it.
struct model_failure {
    protocol::agent_error_code code = protocol::agent_error_code::model_error;
    std::string message;
};

using model_event =
    std::variant<model_text, model_reasoning, model_notice, model_answer, model_failure>;

/// One answer as it comes. Destroyed early, it drops the connection at once. The run's shard only.
class model_stream {
public:
    model_stream() = default;
    model_stream(const model_stream&) = delete;
    model_stream& operator=(const model_stream&) = delete;
    virtual ~model_stream() = default;

    /// Waits for what comes next; answer and failure are the last. Throws operation_aborted when
    /// cancelled. Every wait inside has its time-out.
    virtual task<model_event> next() = 0;
};

/// A model that can be asked, on one shard. Implemented in net/model.
class model {
public:
    model() = default;
    model(const model&) = delete;
    model& operator=(const model&) = delete;
    virtual ~model() = default;

    /// Begins to ask; nothing is sent before the first `next`. The model outlives the stream.
    virtual std::unique_ptr<model_stream> ask(model_request request) = 0;
};

/// The models of the process, by their names in the configuration.
class models {
public:
    models() = default;
    models(const models&) = delete;
    models& operator=(const models&) = delete;
    virtual ~models() = default;

    /// The one of the shard of `on`, which outlives the shard's runs; nullptr when there is none of
    /// that name. That shard only.
    virtual model* find(std::string_view name, const executor& on) = 0;
};

}  // namespace clarion::ports
