#include "tests/unit/core/storage/event_log_contract.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

using namespace clarion;
using namespace clarion::storage;
using namespace clarion::storage::test;

namespace {

using times = std::map<std::string, std::int64_t>;

times listed(asker& ask) {
    times found;
    for (const revocation& one : ask.list_revocations())
        found.emplace(one.user_id, one.revoked_ms);
    return found;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(event_log_revocations)

BOOST_AUTO_TEST_CASE_TEMPLATE(each_user_has_a_time_of_its_own, store, stores) {
    store at;
    BOOST_TEST(listed(at.ask).empty());
    at.ask.revoke("bob", 7);
    at.ask.revoke("ada", 1'790'000'000'123);
    BOOST_TEST((listed(at.ask) == times{{"ada", 1'790'000'000'123}, {"bob", 7}}));
    BOOST_TEST(at.ask.list_revocations().front().user_id == "ada");
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_time_only_ever_grows, store, stores) {
    store at;
    at.ask.revoke("ada", 5);
    at.ask.revoke("ada", 4);
    BOOST_TEST((listed(at.ask) == times{{"ada", 5}}));
    at.ask.revoke("ada", 6);
    BOOST_TEST((listed(at.ask) == times{{"ada", 6}}));
}

BOOST_AUTO_TEST_CASE_TEMPLATE(a_revocation_needs_no_thread_and_touches_none, store, stores) {
    store at;
    at.ask.commit(texts_behind(0, {"before"}));
    at.ask.revoke("ada", 5);
    BOOST_TEST(at.ask.commit(texts_behind(1, {"behind"})) == 2);
}

BOOST_AUTO_TEST_CASE(a_revocation_survives_a_restart) {
    sqlite_store at;
    at.ask.revoke("ada", 5);
    at.opened.reset();
    const auto again = sqlite_store::open(at.directory.path());
    asker ask(*again);
    BOOST_TEST((listed(ask) == times{{"ada", 5}}));
}

BOOST_AUTO_TEST_SUITE_END()
