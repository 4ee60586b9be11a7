#pragma once

namespace clarion::app {

/// Does what the command line asks for, under this process's environment. Returns the exit status
/// of PROTOCOL §8: 2 after one line on stderr for a fault of usage or configuration.
int run_command(int argc, char** argv);

}  // namespace clarion::app
