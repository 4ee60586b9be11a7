#include "core/trace/chrome_json.hpp"

#include "core/async/first_of.hpp"
#include "core/async/mailbox.hpp"
#include "core/async/sleep.hpp"
#include "core/trace/mark.hpp"
#include "tests/support/effort.hpp"
#include "tests/unit/core/trace/traced_world.hpp"

#include <boost/json/parse.hpp>
#include <boost/test/unit_test.hpp>

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

// The format is checked here without a line of the exporter: as Perfetto reads it.
namespace {

using namespace clarion;

struct checked_trace {
    std::size_t slices = 0;
    std::size_t flows = 0;
    std::size_t async_slices = 0;
    std::size_t instants = 0;
    std::vector<std::string> wrong;
};

class checker {
public:
    checked_trace check(const std::string& json) {
        const boost::json::value parsed = boost::json::parse(json);
        for (const boost::json::value& each : parsed.at("traceEvents").as_array())
            take(each.as_object());
        for (const auto& [thread, open] : open_)
            expect(open.empty(), "a slice of thread " + std::to_string(thread) + " is never ended");
        for (const auto& [id, open] : async_)
            expect(open.empty() || !ends_all_, "an async slice is never ended");
        for (const auto& [id, from] : flows_)
            expect(from.second == 1, "a flow does not end once");
        return std::move(found_);
    }

private:
    void expect(bool holds, const std::string& otherwise) {
        if (!holds)
            found_.wrong.push_back(otherwise);
    }

    void take(const boost::json::object& event) {
        const std::string phase(event.at("ph").as_string());
        const std::int64_t thread = event.at("tid").as_int64();
        expect(event.at("pid").as_int64() == 1, "another process");
        if (phase == "M")
            return expect(event.at("name") == "thread_name", "unknown metadata");
        const double at = event.at("ts").to_number<double>();
        if (phase == "B" || phase == "E" || phase == "i") {
            expect(at >= last_[thread], "time goes back on a thread");
            last_[thread] = at;
        }
        if (phase == "B") {
            ++found_.slices;
            expect(!event.at("name").as_string().empty(), "a slice without a name");
            open_[thread].push_back(at);
        } else if (phase == "E") {
            expect(!open_[thread].empty(), "an end without a beginning");
            if (!open_[thread].empty())
                open_[thread].pop_back();
        } else if (phase == "i") {
            ++found_.instants;
        } else {
            take_identified(event, phase, at);
        }
    }

    void take_identified(const boost::json::object& event, const std::string& phase, double at) {
        const std::int64_t thread = event.at("tid").as_int64();
        const std::int64_t id = event.at("id").as_int64();
        const std::string name(event.at("name").as_string());
        if (phase == "s" || phase == "f") {
            expect(!open_[thread].empty(), "a flow that no slice holds");
            auto& [from, ends] = flows_[id];
            if (phase == "s") {
                ++found_.flows;
                expect(ends == 0 && from == 0, "two flows of one id");
                from = at;
            } else {
                ++ends;
                expect(at >= from, "a flow that goes back in time");
            }
        } else if (phase == "b") {
            ++found_.async_slices;
            async_[id].push_back(name);
        } else {
            expect(phase == "e", "an unknown phase " + phase);
            const bool fits = !async_[id].empty() && async_[id].back() == name;
            expect(fits, "an async end that does not fit: " + name);
            if (fits)
                async_[id].pop_back();
        }
    }

    checked_trace found_;
    bool ends_all_ = false;
    std::map<std::int64_t, std::vector<double>> open_;
    std::map<std::int64_t, double> last_;
    std::map<std::int64_t, std::vector<std::string>> async_;
    std::map<std::int64_t, std::pair<double, int>> flows_;
};

task<int> doubled(int value) {
    co_return value * 2;
}

task<> consumer(mailbox<int>& from) {
    trace::tag_coroutine("run", "r_1");
    while (const auto item = co_await from.pop()) {
        (void)co_await doubled(*item);
        trace::mark("consumed", "r_1", static_cast<std::uint64_t>(*item));
    }
}

task<> producer(mailbox<int>& into, int items) {
    for (int item = 0; item < items; ++item) {
        (void)into.push(item);
        co_await before(time_point::never(), sleep_for(milliseconds(1)));
    }
    into.close();
}

task<> both(executor on, int items) {
    task_group group(on);
    mailbox<int> between(4);
    group.spawn(consumer(between));
    group.spawn(producer(between, items));
    co_await group.join();
}

trace::recording recorded() {
    support::traced_world in;
    for (int count = 0; count < 3; ++count)
        in.spawn(both(in.on(), 10));
    in.run_for(milliseconds(50));
    return trace::take_recording();
}

void expect_valid(const trace::recording& made) {
    checker check;
    const checked_trace found = check.check(trace::to_chrome_json(made));
    BOOST_TEST(found.wrong.empty());
    for (const std::string& wrong : found.wrong)
        BOOST_TEST_MESSAGE(wrong);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(chrome_json)

BOOST_AUTO_TEST_CASE(slices_nest_flows_connect_and_async_slices_end) {
    const trace::recording made = recorded();
    checker check;
    const checked_trace found = check.check(trace::to_chrome_json(made));
    for (const std::string& wrong : found.wrong)
        BOOST_ERROR(wrong);
    BOOST_TEST(found.slices > 100U);
    BOOST_TEST(found.flows > 50U);
    BOOST_TEST(found.async_slices > 50U);
    BOOST_TEST(found.instants >= 30U);
}

BOOST_AUTO_TEST_CASE(any_part_of_a_recording_is_valid) {
    const trace::recording whole = recorded();
    const std::size_t step = 130 / support::share_of(10);
    for (std::size_t from = 0; from < whole.entries.size(); from += step)
        for (std::size_t to = from; to < whole.entries.size(); to += 211) {
            trace::recording part = whole;
            const auto begin = whole.entries.begin();
            part.entries.assign(
                begin + static_cast<std::ptrdiff_t>(from),
                begin + static_cast<std::ptrdiff_t>(to)
            );
            expect_valid(part);
        }
}

BOOST_AUTO_TEST_CASE(it_says_whether_the_window_is_complete) {
    trace::recording made = recorded();
    const auto window = [&made] {
        return boost::json::parse(trace::to_chrome_json(made)).at("otherData").at("window");
    };
    BOOST_TEST((window() == "complete"));
    made.threads.front().lost = 3;
    BOOST_TEST(std::string(window().as_string()).starts_with("window incomplete: "));
}

BOOST_AUTO_TEST_SUITE_END()
