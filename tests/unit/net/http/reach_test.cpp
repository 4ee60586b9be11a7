#include "net/http/reach.hpp"

#include "tests/unit/net/memory_stream.hpp"
#include "tests/unit/net/scripted_server.hpp"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <variant>

namespace {

using namespace clarion;
using namespace clarion::http;
using namespace clarion::net::test;
using std::chrono::seconds;

struct fixture {
    fixture() : over(options()) {}

    client_options options() {
        client_options made;
        made.dial = server.dial();
        return made;
    }
    bool is_reached(key_refusal refused) {
        client_request asked;
        asked.target = std::get<url>(parse_url("http://agent.test/agui"));
        const time_point by = world.now() + seconds(3);
        return !result_of(world, reach(over, std::move(asked), refused, by));
    }
    bool is_reached(unsigned status, key_refusal refused) {
        server.scripts = {{{.bytes = whole_answer(status, "{}")}}};
        return is_reached(refused);
    }

    sim::world world;
    scripted_server server{world};
    client over;
};

BOOST_FIXTURE_TEST_SUITE(http_reach, fixture)

BOOST_AUTO_TEST_CASE(whoever_answers_is_there_but_who_cannot_serve_now) {
    for (const key_refusal refused : {key_refusal::counts, key_refusal::says_nothing}) {
        for (const unsigned status : {200U, 400U, 404U, 405U, 500U})
            BOOST_TEST(is_reached(status, refused), status);
        for (const unsigned status : {502U, 503U, 504U})
            BOOST_TEST(!is_reached(status, refused), status);
    }
    server.scripts.clear();
    BOOST_TEST(!is_reached(key_refusal::says_nothing));
}

BOOST_AUTO_TEST_CASE(a_refused_key_counts_where_the_question_was_a_fair_one) {
    for (const unsigned status : {401U, 403U}) {
        BOOST_TEST(!is_reached(status, key_refusal::counts));
        BOOST_TEST(is_reached(status, key_refusal::says_nothing));
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
