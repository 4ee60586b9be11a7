#include "tools/clarion-chat/client.hpp"
#include "tools/clarion-chat/command_line.hpp"

#include <exception>
#include <iostream>
#include <stdexcept>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

namespace {

// A standard stream that came closed would give its number to the next file or socket.
void open_standard_streams() {
    for (int stream = STDIN_FILENO; stream <= STDERR_FILENO; ++stream)
        if (::fcntl(stream, F_GETFD) == -1 && ::open("/dev/null", O_RDWR) != stream)
            throw std::runtime_error("cannot open /dev/null");
}

}  // namespace

int main(int argc, char** argv) {
    using namespace clarion::chat;
    try {
        open_standard_streams();
        auto parsed = parse_command_line(argc, argv);
        if (const auto* status = std::get_if<exit_status>(&parsed))
            return static_cast<int>(*status);
        return static_cast<int>(run_client(std::get<client_options>(std::move(parsed))));
    } catch (const std::exception& error) {
        std::cerr << "clarion-chat: " << error.what() << '\n';
        return static_cast<int>(exit_status::failed);
    }
}
