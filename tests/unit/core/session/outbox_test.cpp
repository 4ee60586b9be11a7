#include "core/session/outbox.hpp"

#include <boost/test/unit_test.hpp>

#include <cstddef>
#include <memory>
#include <string>

using namespace clarion::session;
using verdict = outbox::push_verdict;

namespace {

shared_frame frame_of(std::size_t bytes) {
    return std::make_shared<const outgoing_frame>(
        outgoing_frame{frame_kind::text, "ada", std::string(bytes, 'x')}
    );
}

}  // namespace

BOOST_AUTO_TEST_SUITE(outbox_bound)

BOOST_AUTO_TEST_CASE(the_frame_that_crosses_the_bound_is_taken_and_the_next_is_not) {
    outbox frames(1000);
    BOOST_TEST((frames.push(frame_of(999)) == verdict::queued));
    BOOST_TEST((frames.push(frame_of(5000)) == verdict::queued));
    BOOST_TEST(frames.bytes() == 5999U);
    BOOST_TEST((frames.push(frame_of(1)) == verdict::overflow));
    frames.close_and_drop();
    BOOST_TEST((frames.push(frame_of(1)) == verdict::closed));
}

BOOST_AUTO_TEST_SUITE_END()
