// Uses one thing of clarion::net: listens on a free port and says which one it got.
#include "core/async/shard.hpp"
#include "net/listener.hpp"

#include <iostream>

namespace {

class nobody_served final : public clarion::net::stream_service {
public:
    clarion::task<> serve(clarion::net::byte_stream_ptr) override { co_return; }
    void close_idle() noexcept override {}
    void drop_all() noexcept override {}
};

}  // namespace

int main() {
    clarion::shard here(0);
    const auto make = [](clarion::shard&) {
        return std::make_unique<nobody_served>();
    };
    const clarion::net::listener listener({"127.0.0.1", 0}, {&here}, {}, make);
    std::cout << "listening on " << listener.address() << '\n';
}
