#pragma once

#include "core/ports/model.hpp"
#include "net/model/chat_chunk.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace clarion::model {

struct call_limits {
    std::size_t calls_max = 128;
    std::size_t arguments_bytes_max = 262144;  ///< of one call
};

/// Puts the tool calls of one answer together from their pieces, whatever the server leaves out: a
/// piece belongs to the call of its id; without a known id to a new one; without any id to the
/// newest call of its index, or to the newest of all when there is no index either.
class call_slots {
public:
    explicit call_slots(call_limits limits) : limits_(limits) {}

    enum class taken : std::uint8_t { taken, too_large };
    [[nodiscard]] taken take(call_piece piece);

    bool is_empty() const { return slots_.empty(); }
    /// The calls in the order in which they began. Nothing when one has arguments but no name.
    [[nodiscard]] std::optional<std::vector<ports::model_call>> finish();

private:
    struct slot {
        std::optional<std::int64_t> index;
        std::string id;
        std::string name;
        std::string arguments;
    };

    slot* place_of(const call_piece& piece);

    call_limits limits_;
    std::vector<slot> slots_;
};

}  // namespace clarion::model
