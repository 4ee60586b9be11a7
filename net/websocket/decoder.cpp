#include "net/websocket/decoder.hpp"

#include "net/websocket/close_payload.hpp"
#include "net/websocket/frame_header.hpp"
#include "net/websocket/masking.hpp"
#include "net/websocket/occurrence.hpp"
#include "net/websocket/status_codes.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace clarion::websocket {
namespace {

constexpr std::uint8_t length_form_16_bits = 126;

constexpr violation broken(std::string_view reason) noexcept {
    return {status::protocol_error, reason};
}

constexpr violation too_big(std::string_view reason) noexcept {
    return {status::message_too_big, reason};
}

bool is_known(std::uint8_t opcode_bits) noexcept {
    return opcode_bits <= 0x2 || (opcode_bits >= 0x8 && opcode_bits <= 0xA);
}

// The one place that knows which reserved bits an extension has claimed. None is negotiated today;
// permessage-deflate would allow RSV1 here on the first frame of a data message.
bool has_unclaimed_reserved_bits(std::uint8_t first_byte) noexcept {
    return (first_byte & 0x70U) != 0;
}

// Heap that a string holds; the small-string buffer lies within the object.
std::size_t heap_bytes(const std::string& text) noexcept {
    const std::size_t within = std::string().capacity();
    return text.capacity() > within ? text.capacity() + 1 : 0;
}

}  // namespace

decoder_step decoder::next(std::span<const char> input) {
    std::span<const char> rest = input;
    const auto used = [&] {
        return input.size() - rest.size();
    };
    if (stage_ == stage::finished) {
        return {need_more{}, input.size()};
    }
    while (!rest.empty()) {
        if (stage_ != stage::payload) {
            if (const verdict broke = read_header(rest)) {
                return {finish(*broke), used()};
            }
        }
        // A frame without a payload ends with its header, so this is not an else.
        if (stage_ == stage::payload) {
            if (const verdict broke = read_payload(rest)) {
                return {finish(*broke), used()};
            }
            if (payload_bytes_left_ > 0) {
                break;
            }
            occurrence ended = end_frame();
            if (!std::holds_alternative<need_more>(ended)) {
                return {std::move(ended), used()};
            }
        }
    }
    return {need_more{}, used()};
}

std::size_t decoder::held_bytes() const noexcept {
    return heap_bytes(message_) + heap_bytes(control_);
}

// Reads bytes until the header is whole, the input is empty, or a rule is broken.
decoder::verdict decoder::read_header(std::span<const char>& rest) noexcept {
    verdict broke;
    while (!rest.empty() && stage_ != stage::payload && !broke) {
        const auto byte = static_cast<std::uint8_t>(rest.front());
        rest = rest.subspan(1);
        switch (stage_) {
            case stage::first_byte:
                broke = read_first_byte(byte);
                break;
            case stage::second_byte:
                broke = read_second_byte(byte);
                break;
            case stage::length_bytes:
                broke = read_length_byte(byte);
                break;
            case stage::key_bytes:
                read_key_byte(byte);
                break;
            case stage::payload:
            case stage::finished:
                break;
        }
    }
    return broke;
}

decoder::verdict decoder::read_first_byte(std::uint8_t byte) noexcept {
    if (has_unclaimed_reserved_bits(byte)) {
        return broken("reserved bit set");
    }
    const auto opcode_bits = static_cast<std::uint8_t>(byte & 0x0FU);
    if (!is_known(opcode_bits)) {
        return broken("reserved opcode");
    }
    frame_kind_ = static_cast<opcode>(opcode_bits);
    frame_fin_ = (byte & 0x80U) != 0 ? fin::set : fin::clear;
    if (is_control(frame_kind_)) {
        if (frame_fin_ == fin::clear) {
            return broken("fragmented control frame");
        }
    } else if (frame_kind_ == opcode::continuation) {
        if (message_kind_ == opcode::continuation) {
            return broken("continuation without a message");
        }
    } else if (message_kind_ != opcode::continuation) {
        return broken("new message inside a fragmented one");
    } else {
        message_kind_ = frame_kind_;
    }
    stage_ = stage::second_byte;
    return {};
}

decoder::verdict decoder::read_second_byte(std::uint8_t byte) noexcept {
    const bool masked = (byte & 0x80U) != 0;
    if (masked != (options_.reads_as == role::server)) {
        return masked ? broken("masked frame from a server")
                      : broken("unmasked frame from a client");
    }
    length_form_ = byte & 0x7FU;
    payload_bytes_left_ = length_form_;
    if (length_form_ < length_form_16_bits) {
        return accept_length();
    }
    if (is_control(frame_kind_)) {
        return broken("control frame over 125 bytes");
    }
    payload_bytes_left_ = 0;
    field_bytes_left_ = length_form_ == length_form_16_bits ? 2 : 8;
    stage_ = stage::length_bytes;
    return {};
}

decoder::verdict decoder::read_length_byte(std::uint8_t byte) noexcept {
    payload_bytes_left_ = (payload_bytes_left_ << 8U) | byte;
    --field_bytes_left_;
    if (field_bytes_left_ > 0) {
        return {};
    }
    const std::uint64_t below = length_form_ == length_form_16_bits ? 125 : 0xFFFF;
    if (payload_bytes_left_ <= below) {
        return broken("length not in its shortest form");
    }
    if ((payload_bytes_left_ >> 63U) != 0) {
        return broken("length over 63 bits");
    }
    return accept_length();
}

decoder::verdict decoder::accept_length() noexcept {
    if (!is_control(frame_kind_)) {
        if (payload_bytes_left_ > options_.frame_bytes_max) {
            return too_big("frame too big");
        }
        // What is held never exceeds the limit, so the difference cannot wrap around.
        if (payload_bytes_left_ > options_.message_bytes_max - message_.size()) {
            return too_big("message too big");
        }
    }
    key_offset_ = 0;
    if (options_.reads_as == role::server) {
        field_bytes_left_ = static_cast<std::uint8_t>(key_.size());
        stage_ = stage::key_bytes;
    } else {
        stage_ = stage::payload;
    }
    return {};
}

void decoder::read_key_byte(std::uint8_t byte) noexcept {
    key_[key_.size() - field_bytes_left_] = byte;
    --field_bytes_left_;
    if (field_bytes_left_ == 0) {
        stage_ = stage::payload;
    }
}

// Takes in what there is of the payload. On invalid UTF-8 `rest` begins after the offending byte.
decoder::verdict decoder::read_payload(std::span<const char>& rest) {
    const auto piece = rest.first(
        static_cast<std::size_t>(std::min<std::uint64_t>(payload_bytes_left_, rest.size()))
    );
    std::string& target = is_control(frame_kind_) ? control_ : message_;
    if (!is_control(frame_kind_)) {
        make_room(piece.size());
    }
    const std::size_t begin = target.size();
    target.append(piece.data(), piece.size());
    const auto added = std::span(target).subspan(begin);
    if (options_.reads_as == role::server) {
        apply_mask(added, key_, key_offset_);
        key_offset_ = static_cast<std::uint8_t>((key_offset_ + piece.size()) % key_.size());
    }
    if (!is_control(frame_kind_) && message_kind_ == opcode::text) {
        const std::size_t valid = utf8_.feed({added.data(), added.size()});
        if (valid < added.size()) {
            rest = rest.subspan(valid + 1);
            return violation{status::invalid_payload, "text is not UTF-8"};
        }
    }
    payload_bytes_left_ -= piece.size();
    rest = rest.subspan(piece.size());
    return {};
}

occurrence decoder::end_frame() {
    stage_ = stage::first_byte;
    if (is_control(frame_kind_)) {
        return end_control_frame();
    }
    if (frame_fin_ == fin::clear) {
        return need_more{};
    }
    if (!utf8_.is_complete()) {
        return finish(violation{status::invalid_payload, "text ends within a code point"});
    }
    const opcode kind = std::exchange(message_kind_, opcode::continuation);
    return message{kind, std::exchange(message_, {})};
}

occurrence decoder::end_control_frame() {
    std::string payload = std::exchange(control_, {});
    if (frame_kind_ == opcode::ping) {
        return ping{std::move(payload)};
    }
    if (frame_kind_ == opcode::pong) {
        return pong{std::move(payload)};
    }
    std::variant<closed, violation> ending = parse_close_payload(payload);
    if (const auto* broke = std::get_if<violation>(&ending)) {
        return finish(*broke);
    }
    return finish(std::get<closed>(std::move(ending)));
}

// The last occurrence of the connection: nothing is interpreted after it, nothing held. Assigning
// an empty string would keep the buffer, swapping gives it back.
occurrence decoder::finish(occurrence last) {
    stage_ = stage::finished;
    std::string().swap(message_);
    std::string().swap(control_);
    return last;
}

// Doubles the message's buffer, but not past what this message can still become: all of it when
// the last frame has announced its length, the limit otherwise. A fresh string, because
// std::string::reserve() rounds up to a doubling of its own.
void decoder::make_room(std::size_t more_bytes) {
    const std::size_t needed = message_.size() + more_bytes;
    if (needed <= message_.capacity()) {
        return;
    }
    const std::uint64_t known = message_.size() + payload_bytes_left_;
    const auto bound =
        frame_fin_ == fin::set ? static_cast<std::size_t>(known) : options_.message_bytes_max;
    std::string grown;
    grown.reserve(std::max(needed, std::min(2 * message_.capacity(), bound)));
    grown.append(message_);
    message_ = std::move(grown);
}

}  // namespace clarion::websocket
