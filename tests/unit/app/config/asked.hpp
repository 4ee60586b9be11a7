#pragma once

#include "app/config/command_line.hpp"
#include "app/config/print_config.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <unistd.h>

namespace clarion::app::test {

/// A process that has a home, and nothing of Clarion in its environment.
inline environment at_home(environment added = {}) {
    added.emplace("HOME", "/ada");
    return added;
}

/// What `clarion serve` would run with; a failed check when it would not.
inline settings
settings_of(const std::vector<std::string>& arguments, const environment& variables = at_home()) {
    const any_command asked = parse_command_line(arguments, variables);
    if (const auto* const fault = std::get_if<command::usage_error>(&asked))
        BOOST_ERROR(fault->line);
    const auto* const found = std::get_if<command::serve>(&asked);
    BOOST_REQUIRE(found != nullptr);
    return found->with;
}

/// The line of a usage error; empty when there is none.
inline std::string
fault_of(const std::vector<std::string>& arguments, const environment& variables = at_home()) {
    const any_command asked = parse_command_line(arguments, variables);
    const auto* const fault = std::get_if<command::usage_error>(&asked);
    return fault == nullptr ? std::string() : fault->line;
}

/// A file of its own, gone with the test.
class written_file {
public:
    explicit written_file(std::string_view text) {
        std::string name = (std::filesystem::temp_directory_path() / "clarion-XXXXXX").string();
        const int descriptor = ::mkstemp(name.data());
        BOOST_REQUIRE(descriptor >= 0);
        path_ = name;
        std::ofstream(path_, std::ios::binary) << text;
        ::close(descriptor);
    }
    written_file(const written_file&) = delete;
    written_file& operator=(const written_file&) = delete;
    ~written_file() { std::filesystem::remove(path_); }

    const std::string& path() const { return path_; }

private:
    std::string path_;
};

/// Two settings are the same when they are written the same, and that names the first difference.
inline void check_same(const settings& left, const settings& right) {
    BOOST_TEST(to_toml(left) == to_toml(right), boost::test_tools::per_element());
}

}  // namespace clarion::app::test
