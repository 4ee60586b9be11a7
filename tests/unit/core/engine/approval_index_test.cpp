#include "core/engine/approval_index.hpp"

#include <boost/test/unit_test.hpp>

#include <memory>
#include <string>

namespace clarion::engine::test {

namespace server = protocol::server;
using protocol::approval_decision;

namespace {

/// What a user hears about an approval.
std::string heard(approval_index& index, const std::string& user, const std::string& id) {
    protocol::client::approve asked;
    asked.approval_id = id;
    std::string text;
    index.resolve(user, asked, [&text](const approve_answer& answer) {
        const auto& result = std::get<server::approve_result>(answer);
        text = std::string(protocol::name_of(result.verdict)) + " " + result.by.value_or("-");
    });
    return text;
}

std::string numbered(std::size_t number) {
    return "ap_" + std::to_string(number);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(approval_index_)

BOOST_AUTO_TEST_CASE(a_late_answer_tells_how_it_ended_and_who_did_it) {
    approval_index index;
    index.settle("ada", "ap_1", {approval_decision::allow, "ada"});
    index.settle("ada", "ap_2", {approval_decision::deny, "ada"});
    index.settle("ada", "ap_3", {approval_decision::expired, "server"});
    index.settle("ada", "ap_4", {approval_decision::cancelled, "server"});
    BOOST_TEST(heard(index, "ada", "ap_1") == "already_resolved ada");
    BOOST_TEST(heard(index, "ada", "ap_2") == "already_resolved ada");
    BOOST_TEST(heard(index, "ada", "ap_3") == "expired server");
    BOOST_TEST(heard(index, "ada", "ap_4") == "already_resolved server");
    BOOST_TEST(heard(index, "eve", "ap_1") == "not_found -");
    BOOST_TEST(heard(index, "ada", "ap_5") == "not_found -");
}

BOOST_AUTO_TEST_CASE(an_approval_of_a_run_that_is_gone_is_not_found) {
    approval_index index;
    BOOST_TEST((index.enter("ada", "ap_1", {}) == approval_index::entry_verdict::entered));
    BOOST_TEST(heard(index, "ada", "ap_1") == "not_found -");
    BOOST_TEST(index.open_count("ada") == 1U);
    index.forget("ada", "ap_1");
    index.forget("eve", "ap_1");
    BOOST_TEST(index.open_count("ada") == 0U);
}

BOOST_AUTO_TEST_CASE(the_last_thousand_of_a_user_are_remembered) {
    approval_index index;
    index.settle("eve", "ap_eve", {approval_decision::deny, "eve"});
    for (std::size_t number = 0; number <= approvals_remembered_per_user_max; ++number)
        index.settle("ada", numbered(number), {approval_decision::deny, "ada"});
    BOOST_TEST(heard(index, "ada", numbered(0)) == "not_found -");
    BOOST_TEST(heard(index, "ada", numbered(1)) == "already_resolved ada");
    BOOST_TEST(
        heard(index, "ada", numbered(approvals_remembered_per_user_max)) == "already_resolved ada"
    );
    BOOST_TEST(heard(index, "eve", "ap_eve") == "already_resolved eve");
}

BOOST_AUTO_TEST_CASE(many_users_together_are_bounded_too) {
    approval_index index;
    for (std::size_t number = 0; number <= approvals_remembered_per_shard_max; ++number)
        index.settle(
            "u" + std::to_string(number / 500),
            numbered(number),
            {approval_decision::deny, "x"}
        );
    BOOST_TEST(heard(index, "u0", numbered(0)) == "not_found -");
    BOOST_TEST(heard(index, "u0", numbered(1)) == "already_resolved x");
}

BOOST_AUTO_TEST_CASE(open_ones_are_bounded_by_user) {
    approval_index index;
    for (std::size_t number = 0; number < approvals_open_per_user_max; ++number)
        (void)index.enter("ada", numbered(number), {});
    BOOST_TEST((index.enter("ada", "one_more", {}) == approval_index::entry_verdict::full));
    BOOST_TEST((index.enter("eve", "ap_1", {}) == approval_index::entry_verdict::entered));
    index.settle("ada", numbered(7), {approval_decision::deny, "ada"});
    BOOST_TEST((index.enter("ada", "one_more", {}) == approval_index::entry_verdict::entered));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace clarion::engine::test
