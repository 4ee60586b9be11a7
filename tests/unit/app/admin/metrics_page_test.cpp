#include "app/admin/metrics_page.hpp"

#include <boost/test/unit_test.hpp>

#include <map>
#include <set>
#include <sstream>
#include <string>

namespace {

using namespace clarion;
using namespace clarion::app;

/// What a scraper sees: the sample lines by what stands before their value.
struct scraped {
    std::map<std::string, std::string> samples;
    std::map<std::string, std::string> types;
    std::set<std::string> helped;
};

scraped scrape(measured of) {
    scraped found;
    std::istringstream lines(to_prometheus_text(std::move(of)));
    for (std::string line; std::getline(lines, line);) {
        std::istringstream words(line);
        std::string hash;
        std::string kind;
        std::string name;
        if (line.starts_with("# ")) {
            words >> hash >> kind >> name;
            if (kind == "HELP")
                found.helped.insert(name);
            else
                words >> found.types[name];
            continue;
        }
        const std::size_t space = line.rfind(' ');
        BOOST_TEST(found.samples.emplace(line.substr(0, space), line.substr(space + 1)).second);
    }
    return found;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(metrics_page)

BOOST_AUTO_TEST_CASE(figures_of_all_shards_add_up_and_gauges_stay_apart) {
    measured of;
    of.shards.resize(3);
    of.shards[0].emplace();
    of.shards[2].emplace();
    of.shards[0]->counted.sessions_open = 2;
    of.shards[0]->counted.events_parked = 4;
    of.shards[2]->counted.events_parked = 3;
    of.shards[2]->counted.runs_ended.add(metrics::run_end::failed);
    of.shards[2]->runs.queued = 5;
    const scraped page = scrape(std::move(of));
    BOOST_TEST(page.samples.at("clarion_events_parked_total") == "7");
    BOOST_TEST(page.samples.at(R"(clarion_sessions_open{shard="0"})") == "2");
    BOOST_TEST(page.samples.at(R"(clarion_sessions_open{shard="2"})") == "0");
    BOOST_TEST(page.samples.at(R"(clarion_runs_ended_total{terminal="agent_error"})") == "1");
    BOOST_TEST(page.samples.at(R"(clarion_runs{state="queued"})") == "5");
}

BOOST_AUTO_TEST_CASE(a_shard_that_did_not_answer_is_named) {
    measured of;
    of.shards.resize(2);
    of.shards[0].emplace();
    const scraped page = scrape(std::move(of));
    BOOST_TEST(page.samples.at(R"(clarion_shard_up{shard="0"})") == "1");
    BOOST_TEST(page.samples.at(R"(clarion_shard_up{shard="1"})") == "0");
    BOOST_TEST(!page.samples.contains(R"(clarion_sessions_open{shard="1"})"));
}

BOOST_AUTO_TEST_CASE(times_are_in_seconds_and_buckets_are_cumulative) {
    measured of;
    of.shards.resize(1);
    of.shards[0].emplace();
    auto& times = of.shards[0]->counted.message_to_accepted_us;
    times.add(90);
    times.add(400);
    times.add(20'000'000);
    const scraped page = scrape(std::move(of));
    const std::string name = "clarion_message_accepted_seconds";
    BOOST_TEST(page.samples.at(name + R"(_bucket{le="0.0001"})") == "1");
    BOOST_TEST(page.samples.at(name + R"(_bucket{le="0.0005"})") == "2");
    BOOST_TEST(page.samples.at(name + R"(_bucket{le="10"})") == "2");
    BOOST_TEST(page.samples.at(name + R"(_bucket{le="+Inf"})") == "3");
    BOOST_TEST(page.samples.at(name + "_count") == "3");
    BOOST_TEST(
        std::stod(page.samples.at(name + "_sum")) == 20.00049,
        boost::test_tools::tolerance(1e-9)
    );
    BOOST_TEST(page.types.at(name) == "histogram");
}

BOOST_AUTO_TEST_CASE(every_metric_has_a_help_a_type_and_a_name_by_its_kind) {
    measured of;
    of.shards.resize(1);
    of.shards[0].emplace();
    of.storage.emplace();
    of.canary_rounds.emplace();
    const scraped page = scrape(std::move(of));
    for (const auto& [name, type] : page.types) {
        BOOST_TEST(page.helped.contains(name), name << " has no HELP");
        BOOST_TEST((name.starts_with("clarion_") || name.starts_with("process_")), name);
        BOOST_TEST(name.ends_with("_total") == (type == "counter"), name << " is a " << type);
    }
    BOOST_TEST(page.samples.at("clarion_leaks_blocked_total") == "0");
    BOOST_TEST(page.samples.at("clarion_storage_broken") == "0");
}

BOOST_AUTO_TEST_CASE(failures_have_code_and_severity_as_raised) {
    measured of;
    failure::tally counted;
    counted.what = failure::code::tool_failed;
    counted.count = 3;
    counted.by_severity[static_cast<std::size_t>(failure::severity::warning)] = 2;
    counted.by_severity[static_cast<std::size_t>(failure::severity::critical)] = 1;
    of.failures.tallies.push_back(counted);
    const scraped page = scrape(std::move(of));
    const std::string name = R"(clarion_failures_total{code="tool_failed",severity=)";
    BOOST_TEST(page.samples.at(name + R"("warning"})") == "2");
    BOOST_TEST(page.samples.at(name + R"("critical"})") == "1");
}

BOOST_AUTO_TEST_CASE(what_has_come_of_the_canary_is_told) {
    measured of;
    of.canary_rounds = canary::canary_figures{7, 2, true, 12'500, 1'790'000'000'500};
    const scraped page = scrape(std::move(of));
    BOOST_TEST(page.samples.at("clarion_canary_green") == "1");
    BOOST_TEST(page.samples.at(R"(clarion_canary_rounds_total{outcome="green"})") == "7");
    BOOST_TEST(page.samples.at(R"(clarion_canary_rounds_total{outcome="red"})") == "2");
    BOOST_TEST(std::stod(page.samples.at("clarion_canary_round_seconds")) == 0.0125);
    BOOST_TEST(std::stod(page.samples.at("clarion_canary_green_time_seconds")) == 1790000000.5);
    BOOST_TEST(!scrape(measured()).samples.contains("clarion_canary_green"));
}

// An alert on the rise of a series that comes with its first value would miss that one.
BOOST_AUTO_TEST_CASE(what_has_not_happened_yet_is_zero_and_not_missing) {
    measured of;
    of.shards.resize(1);
    of.shards[0].emplace();
    of.shards[0]->counted.events_committed.add(protocol::event_type::custom, 2);
    of.shards[0]->counted.resumes.add(metrics::resume_verdict::trimmed);
    of.storage.emplace();
    of.storage->commit_us.add(3'000);
    const scraped page = scrape(std::move(of));
    for (const failure::code_traits& row : failure::all_codes()) {
        const std::string name = "clarion_failures_total{code=\"" + std::string(row.name) + "\"";
        const std::string usual = ",severity=\"" + std::string(protocol::name_of(row.how)) + "\"}";
        BOOST_TEST(page.samples.at(name + usual) == "0");
        BOOST_TEST(page.samples.at(name + R"(,severity="critical"})") == "0");
    }
    const std::string events = "clarion_events_committed_total";
    BOOST_TEST(page.samples.at(events + R"({type="custom",criticality="operational"})") == "2");
    BOOST_TEST(
        page.samples.at(events + R"({type="agent_error",criticality="mission_critical"})") == "0"
    );
    BOOST_TEST(page.samples.at(R"(clarion_resumes_total{verdict="trimmed"})") == "1");
    BOOST_TEST(page.samples.at(R"(clarion_storage_commit_seconds_bucket{le="0.0025"})") == "0");
    BOOST_TEST(page.samples.at(R"(clarion_storage_commit_seconds_bucket{le="0.005"})") == "1");
}

BOOST_AUTO_TEST_CASE(the_process_says_what_it_uses) {
    const process_facts now = facts_of_process();
    BOOST_TEST(now.resident_bytes > 1'000'000);
    BOOST_TEST(now.open_files >= 3);
    BOOST_TEST(now.cpu_seconds > 0);
}

BOOST_AUTO_TEST_SUITE_END()
