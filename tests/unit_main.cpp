#define BOOST_TEST_MODULE clarion
#include <boost/test/included/unit_test.hpp>
