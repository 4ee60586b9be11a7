// The one place where Boost.JSON is compiled; no library of it is linked.
#include <boost/json/src.hpp>
