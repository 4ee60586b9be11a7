#include "app/upkeep.hpp"

#include "core/async/ask.hpp"
#include "core/storage/sqlite/log_walk.hpp"
#include "core/storage/sqlite/sqlite_event_log.hpp"

#include <chrono>
#include <memory>
#include <string>
#include <utility>

namespace clarion::app {

namespace {

using storage::sqlite::log_walk;

std::optional<std::filesystem::path> database_of(const storage::event_log& log) {
    const auto* on_disk = dynamic_cast<const storage::sqlite_event_log*>(&log);
    return on_disk == nullptr ? std::nullopt : std::optional(on_disk->database());
}

failure::concern concern_of(const audit::violation& found) {
    failure::concern touched;
    touched.about.user_id = found.where.user_id;
    touched.about.thread_id = found.where.thread_id;
    touched.seq = found.seq;
    return touched;
}

}  // namespace

upkeep::upkeep(
    const limit_settings& limits,
    storage::event_log& log,
    home_directory& homes,
    failure::ledger& failures
)
    : database_(database_of(log)),
      homes_(homes),
      failures_(failures),
      retention_(
          log,
          {limits.retention_days, limits.retention_bytes},
          failures,
          [this](std::vector<storage::trimmed_thread> gone) { return tell_homes(std::move(gone)); }
      ) {}

std::vector<http::route> upkeep::routes() {
    std::vector<http::route> made;
    made.push_back(make_audit_route([this] { return audit(); }));
    made.push_back(make_backup_route([this](std::filesystem::path to) {
        return back_up(std::move(to));
    }));
    return made;
}

task<> upkeep::tell_homes(std::vector<storage::trimmed_thread> gone) {
    for (const auto& home : homes_.all()) {
        std::vector<storage::trimmed_thread> at_home;
        for (const storage::trimmed_thread& each : gone)
            if (&homes_.conversations_of(each.key.user_id) == home.get())
                at_home.push_back(each);
        if (!at_home.empty())
            co_await ask(home->where(), home->trimmed(std::move(at_home)));
    }
}

task<audit_answer> upkeep::audit() {
    if (!database_)
        co_return audit_answer(log_in_memory{});
    const side_thread::work_of<audit_outcome> work = [this](const std::stop_token& stop) {
        return audit_now(stop);
    };
    auto outcome = co_await beside_.run<audit_outcome>(work);
    if (!outcome)
        co_return audit_answer(upkeep_busy{});
    co_return audit_answer(*std::move(outcome));
}

audit_outcome upkeep::audit_now(const std::stop_token& stop) {
    const auto begun = std::chrono::steady_clock::now();
    audit_outcome outcome;
    const auto note = [this, &outcome](const audit::violation& found) {
        if (outcome.found.size() >= violations_shown_max)
            return;
        outcome.found.push_back(found);
        failures_.report(failure::code::audit_violation, concern_of(found), found.what);
    };
    auto opened = log_walk::open_live(*database_);
    if (auto* failed = std::get_if<std::string>(&opened))
        outcome.sums.failure = std::move(*failed);
    else
        outcome.sums = audit::audit_log(*std::get<std::unique_ptr<log_walk>>(opened), note, stop);
    const auto took = std::chrono::steady_clock::now() - begun;
    outcome.duration_ms = std::chrono::duration_cast<milliseconds>(took).count();
    failures_.log().info(
        "audit: threads=" + std::to_string(outcome.sums.threads) +
        " events=" + std::to_string(outcome.sums.events) +
        " violations=" + std::to_string(outcome.sums.violations)
    );
    return outcome;
}

task<backup_answer> upkeep::back_up(std::filesystem::path to) {
    using storage::sqlite::backup_verdict;
    if (!database_)
        co_return backup_answer(log_in_memory{});
    const side_thread::work_of<backup_verdict> work = [this, to](const std::stop_token& stop) {
        return back_up_now(to, stop);
    };
    auto verdict = co_await beside_.run<backup_verdict>(work);
    if (!verdict)
        co_return backup_answer(upkeep_busy{});
    co_return backup_answer(*std::move(verdict));
}

storage::sqlite::backup_verdict
upkeep::back_up_now(const std::filesystem::path& to, const std::stop_token& stop) {
    auto verdict = storage::sqlite::back_up(*database_, to, stop);
    if (const auto* failed = std::get_if<storage::sqlite::backup_failure>(&verdict))
        failures_.report(failure::code::backup_failed, {}, failed->why);
    else if (const auto* done = std::get_if<storage::sqlite::backed_up>(&verdict))
        failures_.log().info(
            "backup: " + std::to_string(done->bytes) + " bytes written to " + to.string()
        );
    return verdict;
}

}  // namespace clarion::app
