#pragma once

#include "core/canary/canary_pass.hpp"
#include "core/canary/canary_wire.hpp"

#include <boost/json/object.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace clarion::canary {

/// Who the canary is. Both have a thread of the same id, so that it takes the user to tell them
/// apart.
inline constexpr const char* speaker = "~canary-a";
inline constexpr const char* bystander = "~canary-b";
inline constexpr const char* thread_id = "canary";

/// Where a round stood, what should have come there, and what did.
struct trouble {
    std::string step;
    std::string expected;
    std::string came;

    /// "the run: expected tool_executing, came error storage_unavailable (…)".
    std::string sentence() const;
};

/// One proof: two users connect, one of them sends a message and is sent every critical event of
/// its run, in order and without a gap in `seq`; the other, subscribed to a thread of the same id,
/// is sent none of them. What an earlier round may have left is deleted first, what this one made
/// last. One shard.
class round {
public:
    /// Both outlive it.
    round(const dial& to, pass& credentials) : dial_(to), pass_(credentials) {}
    round(const round&) = delete;
    round& operator=(const round&) = delete;

    /// Nothing: everything was as it must be.
    task<std::optional<trouble>> run();
    /// For who has to give up waiting: where it stands, and that nothing came.
    trouble stuck() const { return {step_, expected_, "nothing"}; }

private:
    using verdict = std::optional<trouble>;
    using step = task<verdict> (round::*)();
    struct frame {
        std::string type;
        boost::json::object body;
    };

    task<verdict> connect();
    task<verdict> clear();
    task<verdict> subscribe_bystander();
    task<verdict> ask();
    task<verdict> follow();
    task<verdict> look_at_bystander();
    task<verdict> clear_up();
    task<verdict> part();

    task<verdict> open(wire_ptr& into, const char* user_id);
    task<verdict> send(wire& through, std::string text, std::string_view expects);
    /// The next frame that is not about the server as a whole, or the trouble with it.
    task<verdict> next(wire& from, frame& into);
    task<verdict> next_of(wire& from, std::string_view type, frame& into);
    task<verdict> next_event(std::string_view type, frame& into);
    verdict check_place(const frame& event);
    verdict check_facts(const frame& event);
    verdict wrong(std::string came) const { return trouble{step_, expected_, std::move(came)}; }

    const dial& dial_;
    pass& pass_;
    wire_ptr speaker_;
    wire_ptr bystander_;
    std::string step_ = "start";
    std::string expected_;
    std::string run_id_;
    std::int64_t seq_ = 0;  // of the last event
    std::int64_t started_seq_ = 0;
    std::string result_;  // of the arithmetic that was asked for
};

}  // namespace clarion::canary
