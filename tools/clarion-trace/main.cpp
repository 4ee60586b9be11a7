#include "tools/clarion-trace/command_line.hpp"
#include "tools/clarion-trace/explore_command.hpp"
#include "tools/clarion-trace/run_command.hpp"

#include <exception>
#include <iostream>
#include <variant>

int main(int argc, char** argv) {
    using namespace clarion::trace_tool;
    try {
        const auto parsed = parse(argc, argv);
        if (const auto* said = std::get_if<told>(&parsed)) {
            (said->exit_status == 0 ? std::cout : std::cerr) << said->text;
            return said->exit_status;
        }
        const auto& wanted = std::get<command>(parsed);
        const streams to{std::cout, std::cerr};
        return plays_scenarios(wanted.what) ? explore(wanted, to) : run(wanted, to);
    } catch (const std::exception& error) {
        std::cerr << "clarion-trace: " << error.what() << '\n';
        return 1;
    }
}
