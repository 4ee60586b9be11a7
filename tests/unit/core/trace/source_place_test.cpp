#include "core/trace/source_place.hpp"

#include "core/trace/promise.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

namespace {

template <class T>
struct box {
    static std::source_location inside(const std::vector<T>&) {
        return std::source_location::current();
    }
};

std::source_location in_lambda() {
    const auto lambda = [](int) {
        return std::source_location::current();
    };
    return lambda(1);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(source_place)

using clarion::trace::function_of;
using clarion::trace::operation_of;
using clarion::trace::place_of;

BOOST_AUTO_TEST_CASE(a_place_is_a_path_from_the_projects_root) {
    const auto here = std::source_location::current();
    const std::string file = "tests/unit/core/trace/source_place_test.cpp:";
    BOOST_TEST(place_of(here) == file + std::to_string(here.line()));
    BOOST_TEST(place_of(std::source_location()).empty());
}

BOOST_AUTO_TEST_CASE(a_function_is_named_without_its_types) {
    BOOST_TEST(function_of(box<int>::inside({})).ends_with("box::inside"));
    BOOST_TEST(function_of(in_lambda()).ends_with("in_lambda::lambda"));
    for (const auto& each : {box<int>::inside({}), in_lambda(), std::source_location::current()})
        BOOST_TEST(function_of(each).find_first_of("(<[{ ") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(an_operation_is_named_by_its_initiation) {
    const auto of = [](const std::string& type) {
        return operation_of("constexpr const char* spelled() [with Initiation = " + type + "]");
    };
    BOOST_TEST(
        of("boost::asio::basic_stream_socket<boost::asio::ip::tcp>::initiate_async_receive") ==
        "async_receive"
    );
    BOOST_TEST(of("boost::asio::detail::initiate_co_spawn<clarion::executor>") == "co_spawn");
    BOOST_TEST(
        of("clarion::wakeup::async_wait(Token&&) [with Token = a<b>]::<lambda(auto:1)>") ==
        "wakeup::async_wait"
    );
    BOOST_TEST(
        of("boost::asio::async_result<x<y>, void(int)>::init_wrapper<boost::asio::detail::"
           "initiate_async_write<boost::asio::basic_stream_socket<t> > >") == "async_write"
    );
}

BOOST_AUTO_TEST_SUITE_END()
