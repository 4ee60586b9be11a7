#pragma once

#include "core/async/task.hpp"
#include "core/sim/world.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <utility>
#include <variant>

namespace clarion::sim {

/// How a network behaves where the schedule is not FIFO: one time in so many, 0 never.
struct network {
    std::size_t short_read_one_in = 4;
    std::size_t delay_one_in = 8;      ///< of a write's bytes: 1 ms, 20 ms, 400 ms or 3 s
    std::size_t reset_one_in = 0;      ///< a write finds the connection gone
    std::size_t window_bytes = 65536;  ///< on the way or unread; whoever writes more waits
};

/// Why a stream has no more bytes, or takes none.
enum class stream_error : std::uint8_t { end_of_stream, reset, aborted };
using stream_result = std::variant<std::size_t, stream_error>;

/// One end of a connection in memory. One coroutine reads, one writes, each end on a shard of its
/// own if need be. What the network does to it is decided by the world.
class stream {
    struct pipe;

public:
    using pair = std::pair<std::unique_ptr<stream>, std::unique_ptr<stream>>;
    static pair connect(world& in, const network& how);

    stream(const stream&) = delete;
    stream& operator=(const stream&) = delete;
    ~stream();

    /// At least one byte, or why there will be none. `into` is not empty.
    task<stream_result> read_some(std::span<char> into);
    /// Ends when all of `from` is on its way.
    task<stream_result> write(std::span<const char> from);

    /// The peer reads the end once it has read the rest.
    void end_writing();
    /// Nothing is read any more; what was written still arrives. The peer's writes fail.
    void end_reading();
    /// Both at once: what is under way is lost, and what is outstanding here ends with `aborted`.
    void abort() noexcept;

private:
    stream(world& in, const network& how, std::shared_ptr<pipe> from, std::shared_ptr<pipe> to);

    world& in_;
    const network how_;
    std::shared_ptr<pipe> from_;
    std::shared_ptr<pipe> to_;
    bool aborted_ = false;
};

}  // namespace clarion::sim
