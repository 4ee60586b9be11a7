#include "core/agents/excerpt.hpp"

#include "core/protocol/utf8.hpp"

#include <boost/test/unit_test.hpp>

namespace clarion::agents::test {

BOOST_AUTO_TEST_SUITE(excerpt_)

BOOST_AUTO_TEST_CASE(a_short_text_is_quoted_whole_on_one_line) {
    BOOST_TEST(excerpt("", 10).empty());
    BOOST_TEST(excerpt("as it is", 8) == "as it is");
    BOOST_TEST(excerpt(" two\n\nlines\t here \x01", 80) == "two lines here");
}

BOOST_AUTO_TEST_CASE(what_is_left_out_is_marked) {
    BOOST_TEST(excerpt("0123456789", 4) == "0123…");
    BOOST_TEST(excerpt_at("0123456789", {5, 4}) == "…4567…");
    BOOST_TEST(excerpt_at("0123456789", {9, 4}) == "…6789");
    BOOST_TEST(excerpt_at("0123456789", {0, 4}) == "0123…");
}

BOOST_AUTO_TEST_CASE(no_character_is_cut) {
    const std::string text = "\u20AC\u00E4\U0001F600x\u20AC\u20AC";
    for (std::size_t place = 0; place < text.size(); ++place)
        for (std::size_t bytes = 1; bytes <= text.size() + 1; ++bytes)
            BOOST_TEST(protocol::is_utf8(excerpt_at(text, {place, bytes})), place << ", " << bytes);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace clarion::agents::test
