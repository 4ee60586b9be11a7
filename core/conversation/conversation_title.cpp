// A conversation's title, made by the agent that was the first to answer: beside its runs, which
// never wait for it.
#include "core/async/answer.hpp"
#include "core/conversation/conversation.hpp"
#include "core/storage/thread_title.hpp"

#include <algorithm>
#include <utility>

namespace clarion::conversation {

namespace server = protocol::server;

namespace {

bool completes_run(const protocol::event& event) {
    return event.type == protocol::event_type::agent_completed;
}

}  // namespace

void conversation::begin_title(const queued_run& ended) {
    if (has_answered_)
        return;
    std::optional<std::string> answer = ended.running->answer();
    has_answered_ = answer.has_value();
    const agents::agent* by = services_.agents.find(ended.row.agent);
    const bool is_wanted = by != nullptr && by->makes_titles() && answer && !answer->empty();
    const bool is_possible = !services_.draining && ended.began_behind <= title_events_max &&
                             services_.titles.size() < titles_at_once_max;
    if (!is_wanted || !is_possible)
        return;
    agents::thread_beginning of{ended.text, *std::move(answer)};
    beginning_place where{log_.epoch(), ended.began_behind};
    services_.titles.spawn(make_title(shared_from_this(), by, std::move(of), std::move(where)));
}

task<> conversation::make_title(
    std::shared_ptr<conversation> self,
    const agents::agent* by,
    agents::thread_beginning of,
    beginning_place where
) {
    const bool is_first = co_await self->is_first_answer(where);
    if (!is_first)
        co_return;
    const agents::title_verdict made = co_await by->make_title(std::move(of));
    if (const auto* none = std::get_if<agents::no_title>(&made))
        co_return self->keep_title(none->reason);
    // A drain that comes from here on waits: the log has been handed a reference to this.
    co_await asio::this_coro::throw_if_cancelled(false);
    co_await self->store_title(storage::title_of(std::get<std::string>(made)), where.epoch);
}

// Of the thread, wherever it was loaded before. What cannot be known is no.
task<bool> conversation::is_first_answer(beginning_place where) {
    storage::page_request wanted;
    wanted.key = log_.key();
    wanted.epoch = where.epoch;
    wanted.up_to_seq = where.seq;
    const storage::page_result read = co_await services_.storage.read(std::move(wanted));
    const auto* page = std::get_if<storage::page>(&read);
    if (page == nullptr || page->events.empty())
        co_return false;
    const std::vector<protocol::event>& events = page->events;
    const bool is_whole = events.front().seq == 1 && events.back().seq == where.seq;
    co_return is_whole&& std::ranges::none_of(events, completes_run);
}

task<> conversation::store_title(std::string title, std::string epoch) {
    const deletion_gate::pass inside = co_await enter();
    // Deleted meanwhile, and perhaps made anew.
    if (title.empty() || log_.epoch() != epoch)
        co_return;
    answer<storage::append_verdict> verdict;
    log_.append_title(std::move(title), [&verdict](const storage::append_verdict& is) {
        verdict.set(is);
    });
    const storage::append_verdict is = co_await verdict.get();
    if (!std::holds_alternative<storage::committed>(is))
        co_return keep_title("the log did not take the one that was made");
    // Who is subscribed has no event of it.
    subscribers_.tell_all(protocol::to_frame(server::thread_changed{entry()}));
    on_changed(*this);
}

void conversation::keep_title(const std::string& reason) const {
    services_.runs.failures.log().with({{}, log_.key().user_id, log_.key().thread_id, {}}
    ).info("the thread keeps the title that it has: " + reason);
}

}  // namespace clarion::conversation
