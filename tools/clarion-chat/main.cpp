#include "tools/clarion-chat/client.hpp"
#include "tools/clarion-chat/command_line.hpp"

#include <exception>
#include <iostream>
#include <utility>

int main(int argc, char** argv) {
    using namespace clarion::chat;
    try {
        auto parsed = parse_command_line(argc, argv);
        if (const auto* status = std::get_if<exit_status>(&parsed))
            return static_cast<int>(*status);
        return static_cast<int>(run_client(std::get<client_options>(std::move(parsed))));
    } catch (const std::exception& error) {
        std::cerr << "clarion-chat: " << error.what() << '\n';
        return static_cast<int>(exit_status::failed);
    }
}
