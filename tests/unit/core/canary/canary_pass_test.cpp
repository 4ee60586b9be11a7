#include "core/canary/canary_pass.hpp"

#include <boost/test/unit_test.hpp>

#include <optional>
#include <string>
#include <utility>

using clarion::canary::pass;

BOOST_AUTO_TEST_SUITE(canary_pass)

BOOST_AUTO_TEST_CASE(a_credential_is_good_once) {
    pass own;
    const pass::ticket ticket = own.issue("~canary-a");
    BOOST_TEST(own.knows(ticket.credential()));
    BOOST_TEST((own.take(ticket.credential()) == std::optional<std::string>("~canary-a")));
    BOOST_TEST(!own.knows(ticket.credential()));
    BOOST_TEST(!own.take(ticket.credential()));
}

BOOST_AUTO_TEST_CASE(it_is_good_for_nothing_behind_its_ticket) {
    pass own;
    std::string credential;
    {
        const pass::ticket ticket = own.issue("~canary-a");
        credential = ticket.credential();
    }
    BOOST_TEST(!own.knows(credential));
}

BOOST_AUTO_TEST_CASE(a_ticket_that_has_moved_counts_once) {
    pass own;
    pass::ticket first = own.issue("~canary-a");
    const std::string credential = first.credential();
    {
        const pass::ticket second = std::move(first);
        BOOST_TEST(own.knows(credential));
    }
    BOOST_TEST(!own.knows(credential));
}

BOOST_AUTO_TEST_CASE(no_two_are_alike_and_none_can_be_guessed) {
    pass own;
    const pass::ticket one = own.issue("~canary-a");
    const pass::ticket two = own.issue("~canary-b");
    BOOST_TEST(one.credential() != two.credential());
    BOOST_TEST(one.credential().size() > 43U);  // 32 bytes in base64url
    std::string near = one.credential();
    near.back() = near.back() == 'A' ? 'B' : 'A';
    for (const std::string& wrong :
         {std::string(),
          std::string("~canary."),
          near,
          one.credential() + "A",
          one.credential().substr(0, one.credential().size() - 1)}) {
        BOOST_TEST(!own.knows(wrong));
        BOOST_TEST(!own.take(wrong));
    }
    BOOST_TEST((own.take(two.credential()) == std::optional<std::string>("~canary-b")));
    BOOST_TEST(own.knows(one.credential()));
}

BOOST_AUTO_TEST_SUITE_END()
