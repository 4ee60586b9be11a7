#include "app/commands.hpp"

#include <exception>
#include <iostream>

int main(int argc, char** argv) {
    try {
        return clarion::app::run_command(argc, argv);
    } catch (const std::exception& error) {
        std::cerr << "clarion: " << error.what() << '\n';
        return 1;
    }
}
