#include "core/conversation/conversations.hpp"

#include "core/async/answer.hpp"
#include "core/async/sleep.hpp"
#include "core/metrics/own_counters.hpp"

#include <algorithm>
#include <utility>

namespace clarion::conversation {

namespace client = protocol::client;
namespace server = protocol::server;

namespace {

// How often a drain looks whether the last run has ended.
constexpr duration drain_poll = std::chrono::milliseconds(20);

std::int64_t in_ms(duration time) {
    return std::chrono::ceil<milliseconds>(time).count();
}

// 0: no cap.
bool is_full(std::size_t size, std::size_t size_max) {
    return size_max != 0 && size >= size_max;
}

}  // namespace

conversations::conversations(
    executor on,
    storage::event_log& storage,
    const engine::engine_factory& engines,
    const agents::agent_registry& agents,
    failure::ledger& failures,
    conversations_settings settings
)
    : on_(on),
      settings_(settings),
      slots_(settings.runs_active_per_user_max),
      notices_(on, [this](const conversation& changed) { announce(changed); }),
      bodies_(on),
      tasks_(on),
      titles_(on),
      services_{
          storage,
          agents,
          {engines, bodies_, failures, approvals_},
          tasks_,
          titles_,
          slots_,
          settings.runs,
          settings.queued_runs_max,
          draining_,
      } {}

conversations::~conversations() = default;

task<session::arrival> conversations::arrive(session::session_link link) {
    const std::string user_id = link.user_id();
    session::arrival found;
    found.active_runs = co_await active_runs_of(user_id);
    found.agents = agents_;
    user_state& user = users_.try_emplace(user_id, settings_.messages_per_minute).first->second;
    const bool is_own = protocol::is_own_name(user_id);
    if (!is_own && is_full(user.visitors.size(), settings_.connections_per_user_max)) {
        found.refused = session::closing{
            protocol::close_code::too_many_connections,
            "this user has too many connections"
        };
        co_return found;
    }
    const std::string connection_id = link.connection_id();
    user.visitors.emplace(connection_id, visitor{std::move(link), {}});
    co_return found;
}

task<> conversations::leave(session::session_link link) {
    const auto user = users_.find(link.user_id());
    if (user == users_.end())
        co_return;
    const auto place = user->second.visitors.find(link.connection_id());
    if (place == user->second.visitors.end())
        co_return;
    for (const auto& [thread_id, thread] : place->second.subscribed)
        thread->leave(link);
    user->second.visitors.erase(place);
    const bool forgettable =
        !user->second.rate.wait_at(on_.owner().now()) && user->second.rate.idle();
    if (user->second.visitors.empty() && forgettable)
        users_.erase(user);
}

std::shared_ptr<conversation> conversations::find_or_make(const protocol::thread_key& key) {
    std::weak_ptr<conversation>& place = threads_[key];
    if (auto known = place.lock())
        return known;
    auto made = std::make_shared<conversation>(on_, key, services_);
    made->on_gone = [this](const protocol::thread_key& gone) {
        const auto at = threads_.find(gone);
        if (at != threads_.end() && at->second.expired())
            threads_.erase(at);
    };
    made->on_changed = [this](conversation& changed) {
        thread_changed(changed);
    };
    place = made;
    tasks_.spawn(load(made));
    return made;
}

task<> conversations::load(std::shared_ptr<conversation> made) {
    co_await made->load();
    // One that could not be read is forgotten, so that the next verb tries again.
    const auto failure = co_await made->ready();
    if (failure)
        threads_.erase(made->key());
}

task<std::shared_ptr<conversation>> conversations::loaded(
    const session::session_link& link,
    const std::string& thread_id,
    std::optional<std::string> id
) {
    auto thread = find_or_make({link.user_id(), thread_id});
    const auto failure = co_await thread->ready();
    if (!failure)
        co_return thread;
    server::error error;
    error.code = server::error_code::storage_unavailable;
    error.message = "the thread cannot be read now: " + *failure;
    error.retryable = true;
    link.send_text(protocol::to_frame(error, id));
    co_return nullptr;
}

// Whether one more thread would be more than the connection may subscribe to.
std::optional<server::error> conversations::subscription_limit_of(
    const session::session_link& link,
    const std::string& thread_id
) const {
    const auto& subscribed = users_.at(link.user_id()).visitors.at(link.connection_id()).subscribed;
    if (subscribed.contains(thread_id) ||
        !is_full(subscribed.size(), settings_.subscriptions_per_connection_max))
        return std::nullopt;
    server::error error;
    error.code = server::error_code::busy;
    error.message = "this connection is subscribed to too many threads; unsubscribe from some";
    error.retryable = true;
    return error;
}

// For the server's own users no cap and no rate holds: what they prove is not that there is room.
std::optional<server::error> conversations::limit_of(const std::string& user_id) {
    const bool is_own = protocol::is_own_name(user_id);
    server::error error;
    if (draining_) {
        error.code = server::error_code::draining;
        error.message = "the server is shutting down";
        error.retry_after_ms = in_ms(reconnect_after);
    } else if (is_own) {
        return std::nullopt;
    } else if (settings_.memory != nullptr && settings_.memory->is_spent()) {
        error.code = server::error_code::busy;
        error.message = "the server has no memory for more";
    } else if (const auto wait = users_.at(user_id).rate.wait_at(on_.owner().now())) {
        error.code = server::error_code::rate_limited;
        error.message = "more than " + std::to_string(settings_.messages_per_minute) +
                        " messages within a minute";
        error.retry_after_ms = in_ms(*wait);
    } else {
        return std::nullopt;
    }
    error.retryable = true;
    return error;
}

void conversations::remember_subscription(
    const session::session_link& link,
    std::shared_ptr<conversation> to
) {
    const auto user = users_.find(link.user_id());
    if (user == users_.end())
        return;
    const auto place = user->second.visitors.find(link.connection_id());
    if (place != user->second.visitors.end())
        place->second.subscribed[to->key().thread_id] = std::move(to);
}

void conversations::note_message(
    const std::string& user_id,
    message_verdict verdict,
    duration took
) {
    metrics::counters& counters = metrics::counters_of(on_, user_id);
    counters.messages.add(static_cast<metrics::message_outcome>(verdict));
    if (verdict == message_verdict::accepted)
        counters.message_to_accepted_us.add(metrics::in_us(took));
}

task<> conversations::message(session::request<client::message> asked) {
    const session::session_link from = asked.from;
    const time_point arrived_at = on_.owner().now();
    const auto thread = co_await loaded(from, asked.body.thread_id, asked.id);
    if (!thread)
        co_return;
    const deletion_gate::pass inside = co_await thread->enter();
    auto limit = limit_of(from.user_id());
    if (!limit)
        limit = subscription_limit_of(from, thread->key().thread_id);
    const message_verdict verdict = co_await thread->message(std::move(asked), std::move(limit));
    note_message(from.user_id(), verdict, on_.owner().now() - arrived_at);
    if (verdict == message_verdict::refused)
        co_return;
    remember_subscription(from, thread);
    if (verdict == message_verdict::accepted)
        users_.at(from.user_id()).rate.count(on_.owner().now());
}

task<> conversations::subscribe(session::request<client::subscribe> asked) {
    if (const auto limit = subscription_limit_of(asked.from, asked.body.thread_id)) {
        asked.from.send_text(protocol::to_frame(*limit, asked.id));
        co_return;
    }
    const auto thread = co_await loaded(asked.from, asked.body.thread_id, asked.id);
    if (!thread)
        co_return;
    thread->subscribe(asked);
    remember_subscription(asked.from, thread);
}

task<> conversations::unsubscribe(session::request<client::unsubscribe> asked) {
    const auto user = users_.find(asked.from.user_id());
    const auto place = user->second.visitors.find(asked.from.connection_id());
    const auto subscribed = place->second.subscribed.find(asked.body.thread_id);
    if (subscribed != place->second.subscribed.end()) {
        subscribed->second->unsubscribe(asked.from);
        place->second.subscribed.erase(subscribed);
    }
    const server::unsubscribed answer{asked.body.thread_id};
    asked.from.send_text(protocol::to_frame(answer, asked.id));
    co_return;
}

task<> conversations::cancel(session::request<client::cancel> asked) {
    const auto thread = co_await loaded(asked.from, asked.body.thread_id, asked.id);
    if (!thread)
        co_return;
    const deletion_gate::pass inside = co_await thread->enter();
    co_await thread->cancel(std::move(asked));
}

// The answer is sent when the decision is committed, before its event.
task<std::optional<server::error>> conversations::approve(session::request<client::approve> asked) {
    answer<std::optional<server::error>> answered;
    const auto reply = [&asked, &answered](const engine::approve_answer& given) {
        const auto send = [&asked](const auto& body) {
            asked.from.send_text(protocol::to_frame(body, asked.id));
        };
        std::visit(send, given);
        const auto* error = std::get_if<server::error>(&given);
        answered.set(error == nullptr ? std::nullopt : std::optional(*error));
    };
    // Its run has been left to the next process, perhaps.
    if (draining_ && !approvals_.knows(asked.from.user_id(), asked.body.approval_id)) {
        const std::optional<server::error> draining = limit_of(asked.from.user_id());
        asked.from.send_text(protocol::to_frame(*draining, asked.id));
        co_return std::nullopt;
    }
    approvals_.resolve(asked.from.user_id(), asked.body, reply);
    co_return co_await answered.get();
}

task<std::optional<std::string>> conversations::revive(protocol::thread_key key) {
    const auto thread = find_or_make(key);
    co_return co_await thread->ready();
}

task<std::size_t> conversations::end_sessions(std::string user_id, session::closing why) {
    const auto user = users_.find(user_id);
    if (user == users_.end())
        co_return std::size_t{0};
    for (const auto& [connection_id, guest] : user->second.visitors)
        guest.link.end(why);
    co_return user->second.visitors.size();
}

// A session that arrives meanwhile has it in its welcome.
task<> conversations::show_agents(std::vector<server::agent_card> cards) {
    agents_ = std::move(cards);
    const std::string frame = protocol::to_frame(server::agents{*agents_});
    for (const auto& [user_id, user] : users_)
        for (const auto& [connection_id, guest] : user.visitors)
            guest.link.send_text(frame);
    co_return;
}

task<> conversations::drain(duration grace) {
    draining_ = true;
    titles_.cancel();
    for (auto& [user_id, user] : users_)
        for (auto& [connection_id, guest] : user.visitors) {
            const auto jitter = on_.owner().random().below(1000);
            const server::going_away leaving{
                "shutdown",
                in_ms(reconnect_after) + static_cast<std::int64_t>(jitter)
            };
            guest.link.send_text(protocol::to_frame(leaving));
        }
    const time_point end = on_.owner().now() + grace;
    while (active_runs() > 0 && on_.owner().now() < end) {
        for (const auto& [key, held] : threads_)
            if (const auto thread = held.lock())
                thread->leave_if_suspended();
        co_await sleep_for(drain_poll);
    }
    for (const auto& [key, held] : threads_)
        if (const auto thread = held.lock())
            thread->shut_down();
    while (active_runs() > 0)
        co_await sleep_for(drain_poll);
}

task<> conversations::close_sessions() {
    for (const auto& [user_id, user] : users_)
        for (const auto& [connection_id, guest] : user.visitors)
            guest.link.end({protocol::close_code::going_away, "the server is shutting down"});
    co_return;
}

task<> conversations::join() {
    bodies_.cancel();
    tasks_.cancel();
    titles_.cancel();
    co_await bodies_.join();
    co_await tasks_.join();
    co_await titles_.join();
    notices_.clear();
    slots_.forget_waiting();
}

std::vector<run_report> conversations::runs(std::size_t runs_max) const {
    std::vector<run_report> all;
    for (const auto& [key, held] : threads_) {
        if (all.size() >= runs_max)
            break;
        if (const auto thread = held.lock())
            std::ranges::move(thread->runs(), std::back_inserter(all));
    }
    return all;
}

run_totals conversations::count_runs() const {
    run_totals total;
    for (const auto& [key, held] : threads_)
        if (const auto thread = held.lock(); thread && !protocol::is_own_name(key.user_id))
            thread->count_runs(total);
    return total;
}

std::vector<subscription_report> conversations::subscriptions(std::size_t subscriptions_max) const {
    std::vector<subscription_report> all;
    for (const auto& [user_id, user] : users_)
        for (const auto& [connection_id, guest] : user.visitors)
            for (const auto& [thread_id, thread] : guest.subscribed) {
                if (all.size() == subscriptions_max)
                    return all;
                if (const auto state = thread->subscription_of(guest.link))
                    all.push_back({connection_id, thread_id, *state, thread->acked_by(guest.link)});
            }
    return all;
}

std::size_t conversations::active_runs() const {
    std::size_t count = 0;
    for (const auto& [key, held] : threads_)
        if (const auto thread = held.lock())
            count += thread->is_working() ? 1U : 0U;
    return count;
}

}  // namespace clarion::conversation
