#pragma once

#include "core/agents/tool_dispatcher.hpp"

#include <list>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace clarion::agents {

/// The calls of one `call`, or of the `resume` of one. Lives in its coroutine.
struct tool_dispatcher::batch {
    /// One of them, as far as it has to be known outside of its own coroutine.
    struct place {
        tool_call asked;
        std::string arguments{};  // as checked
        bool is_answered = false;
        std::optional<std::string> approval_id{};  // while a person is waited for
        std::optional<std::string> digest{};       // of the tool that the person looks at
        std::optional<std::int64_t> began_ms{};    // while an agent answers
        const tool_dispatcher* inside = nullptr;   // that agent's
        const engine::call_text* heard = nullptr;  // what it has said
        std::optional<call_checkpoint> kept{};     // what to go on from
    };

    class tenant;

    batch(tool_dispatcher& of, scheduler& shard, checkpoint keeper)
        : on(shard), keep(std::move(keeper)), of_(of), is_only_(of.current_ == nullptr) {
        of_.current_ = is_only_ ? this : nullptr;
    }
    batch(const batch&) = delete;
    batch& operator=(const batch&) = delete;
    ~batch() {
        if (of_.current_ == this)
            of_.current_ = nullptr;
        of_.abandon(*this);
    }

    void refuse(engine::refusal why) {
        if (!refused)
            refused = std::move(why);
        for (const auto& invocation : running)
            invocation->stop();
    }

    void answer(std::size_t index, tool_ending how) {
        answers[index].ending = std::move(how);
        places[index].is_answered = true;
    }

    scheduler& on;
    checkpoint keep;
    std::vector<place> places;
    std::vector<tool_answer> answers;
    std::size_t open = 0;  // not answered yet
    std::list<std::shared_ptr<tool_invocation>> running;
    std::optional<engine::refusal> refused;

private:
    tool_dispatcher& of_;
    bool is_only_;
};

/// An agent that answers a call, known to the call's place as long as it is there.
class tool_dispatcher::batch::tenant {
public:
    tenant(place& in, const tool_dispatcher& inside, const engine::call_text& heard) : in_(in) {
        in_.inside = &inside;
        in_.heard = &heard;
    }
    tenant(const tenant&) = delete;
    tenant& operator=(const tenant&) = delete;
    ~tenant() {
        in_.inside = nullptr;
        in_.heard = nullptr;
    }

private:
    place& in_;
};

/// Counts the time in which at least one call runs.
class tool_dispatcher::busy {
public:
    busy(tool_dispatcher& of, scheduler& on) : of_(of), on_(on) {
        if (of_.running_++ == 0)
            of_.running_since_ = on_.now();
    }
    busy(const busy&) = delete;
    busy& operator=(const busy&) = delete;
    ~busy() {
        if (--of_.running_ == 0)
            of_.tools_time_ += on_.now() - of_.running_since_;
    }

private:
    tool_dispatcher& of_;
    scheduler& on_;
};

}  // namespace clarion::agents
