#pragma once

#include "core/protocol/utf8.hpp"
#include "net/websocket/frame_header.hpp"
#include "net/websocket/masking.hpp"
#include "net/websocket/occurrence.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

namespace clarion::websocket {

/// Which end of the connection decodes: a server takes masked frames only, a client unmasked ones.
enum class role : std::uint8_t { server, client };

/// Both limits are inclusive and count payload bytes; past them the violation is 1009, decided from
/// the header, before a byte of that payload is taken in.
struct decoder_options {
    role reads_as = role::server;
    std::size_t message_bytes_max = 0;  ///< all fragments together
    std::size_t frame_bytes_max = 0;    ///< one data frame
};

/// What one step came to, and how many bytes of its input it used: all of them with need_more.
struct decoder_step {
    occurrence what;
    std::size_t used = 0;
};

/// The receiving half of RFC 6455: bytes in, occurrences out, no I/O. The sequence of occurrences,
/// and the byte at which each becomes ready, do not depend on how the input is cut. A violation is
/// ready at the byte that breaks the rule: a header's bytes one by one, a length with its last
/// byte, text at the first impossible byte, what only an end can show with the end. The decoder
/// keeps what it needs of the input, so the caller's buffer is free after each step. It holds at
/// most message_bytes_max and a control payload, grown as bytes arrive and never by announcement
/// (briefly twice that while a buffer grows), and nothing on the heap between messages. Not
/// thread-safe; belongs to one connection on one shard.
class decoder {
public:
    explicit decoder(const decoder_options& options) noexcept : options_(options) {}

    /// Reads `input` up to and including the byte that makes the next occurrence ready. The caller
    /// goes on with the rest until need_more. After a close or a violation everything is used up
    /// and ignored (RFC 6455 section 5.5.1), so that a lingering read can go through here too.
    [[nodiscard]] decoder_step next(std::span<const char> input);

    /// True after a close or a violation.
    [[nodiscard]] bool is_finished() const noexcept { return stage_ == stage::finished; }

    /// Bytes of heap held now; 0 between messages.
    [[nodiscard]] std::size_t held_bytes() const noexcept;

private:
    enum class stage : std::uint8_t {
        first_byte,
        second_byte,
        length_bytes,
        key_bytes,
        payload,
        finished,
    };
    using verdict = std::optional<violation>;

    [[nodiscard]] verdict read_header(std::span<const char>& rest) noexcept;
    [[nodiscard]] verdict read_first_byte(std::uint8_t byte) noexcept;
    [[nodiscard]] verdict read_second_byte(std::uint8_t byte) noexcept;
    [[nodiscard]] verdict read_length_byte(std::uint8_t byte) noexcept;
    [[nodiscard]] verdict accept_length() noexcept;
    void read_key_byte(std::uint8_t byte) noexcept;
    [[nodiscard]] verdict read_payload(std::span<const char>& rest);
    [[nodiscard]] occurrence end_frame();
    [[nodiscard]] occurrence end_control_frame();
    [[nodiscard]] occurrence finish(occurrence last);
    void make_room(std::size_t more_bytes);

    decoder_options options_;

    stage stage_ = stage::first_byte;
    opcode frame_kind_ = opcode::continuation;
    fin frame_fin_ = fin::set;
    std::uint8_t length_form_ = 0;       // the 7-bit length as sent
    std::uint8_t field_bytes_left_ = 0;  // of the extended length or the masking key
    std::uint8_t key_offset_ = 0;        // payload bytes read so far, modulo 4
    masking_key key_{};
    std::uint64_t payload_bytes_left_ = 0;

    opcode message_kind_ = opcode::continuation;  // continuation: no message is open
    protocol::utf8_validator utf8_;
    std::string message_;
    std::string control_;
};

}  // namespace clarion::websocket
