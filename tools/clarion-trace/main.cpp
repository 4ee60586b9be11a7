#include "tools/clarion-trace/command_line.hpp"
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
        return run(std::get<command>(parsed), {std::cout, std::cerr});
    } catch (const std::exception& error) {
        std::cerr << "clarion-trace: " << error.what() << '\n';
        return 1;
    }
}
