#pragma once

#include "core/failure/logger.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include <thread>

namespace clarion::app {

/// SIGUSR1 writes the tree of coroutines to the log, from a thread of its own: it is wanted most
/// when no shard answers any more.
class dump_signal {
public:
    explicit dump_signal(failure::logger log);
    dump_signal(const dump_signal&) = delete;
    dump_signal& operator=(const dump_signal&) = delete;
    ~dump_signal();

private:
    void wait();

    const failure::logger log_;
    boost::asio::io_context io_{1};
    boost::asio::signal_set signals_;
    std::jthread thread_;
};

}  // namespace clarion::app
