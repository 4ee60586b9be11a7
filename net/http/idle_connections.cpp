#include "net/http/idle_connections.hpp"

#include <algorithm>
#include <utility>

namespace clarion::http {

net::byte_stream_ptr idle_connections::take(const std::string& origin, time_point now) {
    drop_old(now);
    const auto found = std::ranges::find(idle_, origin, &entry::origin);
    if (found == idle_.end())
        return nullptr;
    net::byte_stream_ptr stream = std::move(found->stream);
    idle_.erase(found);
    return stream;
}

void idle_connections::put(std::string origin, net::byte_stream_ptr stream, time_point now) {
    drop_old(now);
    idle_.push_front({std::move(origin), std::move(stream), now});
    std::size_t same = 0;
    for (auto one = idle_.begin(); one != idle_.end();) {
        const bool is_same = one->origin == idle_.front().origin;
        if (is_same)
            ++same;
        const bool is_over = is_same && same > limits_.per_origin_max;
        one = is_over ? idle_.erase(one) : std::next(one);
    }
    while (idle_.size() > limits_.connections_max)
        idle_.pop_back();
}

void idle_connections::drop_old(time_point now) {
    while (!idle_.empty() && now - idle_.back().since > limits_.kept_for)
        idle_.pop_back();
}

}  // namespace clarion::http
