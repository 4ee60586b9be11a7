#include "app/commands.hpp"

#include <exception>
#include <iostream>

int main(int argc, char** argv) {
    try {
        const int status = clarion::app::run_command(argc, argv);
        if (status != 0 || std::cout.flush())
            return status;
        std::cerr << "clarion: its output cannot be written\n";
        return 1;
    } catch (const std::exception& error) {
        std::cerr << "clarion: " << error.what() << '\n';
        return 1;
    }
}
