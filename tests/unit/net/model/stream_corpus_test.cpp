#include "tests/unit/net/model/replayed_stream.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <string>

namespace {

using namespace clarion::model;
using clarion::model::test::replayed_stream;
namespace json = boost::json;
namespace fs = std::filesystem;

std::string content_of(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    BOOST_REQUIRE_MESSAGE(file, "cannot read " << path);
    return {std::istreambuf_iterator<char>(file), {}};
}

struct specimen {
    std::string name;
    std::string stream;
    json::object expected;
    std::string message;  ///< a part of the failure's
};

std::vector<specimen> corpus() {
    std::vector<specimen> all;
    for (const auto& entry : fs::directory_iterator(CLARION_MODEL_STREAMS)) {
        if (entry.path().extension() != ".sse")
            continue;
        fs::path beside = entry.path();
        beside.replace_extension(".json");
        specimen one{entry.path().stem().string(), content_of(entry.path()), {}, {}};
        one.expected = json::parse(content_of(beside)).as_object();
        if (const json::value* message = one.expected.if_contains("message")) {
            one.message = message->as_string().c_str();
            one.expected.erase("message");
        }
        all.push_back(std::move(one));
    }
    std::ranges::sort(all, {}, &specimen::name);
    return all;
}

void check(const replayed_stream& replayed, const specimen& expected) {
    const json::object outcome = replayed.outcome();
    if (outcome != expected.expected)
        BOOST_ERROR(
            "came to " << json::serialize(outcome) << " instead of "
                       << json::serialize(expected.expected)
        );
    BOOST_TEST(replayed.ends() == 1U);
    BOOST_TEST(replayed.failure_message().find(expected.message) != std::string::npos);
}

BOOST_AUTO_TEST_SUITE(model_streams)

BOOST_AUTO_TEST_CASE(there_are_enough_of_them_and_each_end_is_among_them) {
    const auto all = corpus();
    BOOST_TEST(all.size() >= 60U);
    std::set<std::string> ends;
    for (const specimen& one : all)
        for (const char* kind : {"finish", "failure"})
            if (const json::value* end = one.expected.if_contains(kind))
                ends.insert(end->as_string().c_str());
    const std::set<std::string> wanted = {
        "stopped",
        "calls",
        "length",
        "filtered",
        "cut_off",
        "refused",
        "rejected",
        "prompt_too_long",
        "malformed"
    };
    BOOST_TEST(std::ranges::includes(ends, wanted));
}

BOOST_AUTO_TEST_CASE(every_stream_comes_to_the_same_wherever_it_is_cut) {
    for (const specimen& one : corpus()) {
        BOOST_TEST_CONTEXT(one.name) {
            const std::string_view stream = one.stream;
            for (std::size_t cut = 0; cut <= stream.size(); ++cut) {
                replayed_stream replayed;
                replayed.feed(stream.substr(0, cut));
                replayed.feed(stream.substr(cut));
                replayed.end();
                check(replayed, one);
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(every_stream_comes_to_the_same_byte_by_byte) {
    for (const specimen& one : corpus()) {
        BOOST_TEST_CONTEXT(one.name) {
            replayed_stream replayed;
            for (const char& byte : one.stream)
                replayed.feed(std::string_view(&byte, 1));
            replayed.end();
            check(replayed, one);
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
