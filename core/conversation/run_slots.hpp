#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>

namespace clarion::conversation {

/// `runs_active_per_user_max`: how many runs of one user are at work at a time. Who finds none free
/// waits its turn in the order of asking. One shard's users; the shard only; outlives its slots.
class run_slots {
public:
    /// One taken slot, given back by its destruction.
    class slot {
    public:
        slot(slot&& other) noexcept
            : of_(std::exchange(other.of_, nullptr)), user_id_(std::move(other.user_id_)) {}
        slot& operator=(slot&& other) noexcept {
            std::swap(of_, other.of_);
            std::swap(user_id_, other.user_id_);
            return *this;
        }
        slot(const slot&) = delete;
        slot& operator=(const slot&) = delete;
        ~slot() {
            if (of_ != nullptr)
                of_->give_back(user_id_);
        }

    private:
        friend class run_slots;
        slot(run_slots& of, std::string user_id) : of_(&of), user_id_(std::move(user_id)) {}

        run_slots* of_;
        std::string user_id_;
    };

    /// 0: no cap.
    explicit run_slots(std::size_t per_user_max) : per_user_max_(per_user_max) {}
    run_slots(const run_slots&) = delete;
    run_slots& operator=(const run_slots&) = delete;

    std::optional<slot> take(const std::string& user_id) {
        user& asking = users_[user_id];
        if (per_user_max_ != 0 && asking.taken >= per_user_max_)
            return std::nullopt;
        ++asking.taken;
        return slot(*this, user_id);
    }

    /// One beyond the cap if need be, for a run that had one in an earlier process: it is at work.
    slot take_up(const std::string& user_id) {
        ++users_[user_id].taken;
        return slot(*this, user_id);
    }

    /// Calls back once, when a slot of the user has become free; what does not take it at once
    /// leaves it to the next.
    void wait(const std::string& user_id, std::function<void()> then) {
        users_[user_id].waiting.push_back(std::move(then));
    }

    /// Lets go of everybody who waits, at the end.
    void forget_waiting() {
        for (auto& [user_id, of] : users_)
            std::exchange(of.waiting, {}).clear();
    }

private:
    struct user {
        std::size_t taken = 0;
        std::deque<std::function<void()>> waiting;
    };

    void give_back(const std::string& user_id) {
        user& of = users_.at(user_id);
        --of.taken;
        while (of.taken < per_user_max_ && !of.waiting.empty()) {
            const std::function<void()> next = std::move(of.waiting.front());
            of.waiting.pop_front();
            next();
        }
        if (of.taken == 0)
            users_.erase(user_id);
    }

    const std::size_t per_user_max_;
    std::map<std::string, user> users_;
};

}  // namespace clarion::conversation
