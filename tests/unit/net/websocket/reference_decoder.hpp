#pragma once

#include "tests/unit/net/websocket/wire.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace clarion::websocket::testing {

struct byte_range {
    std::uint8_t low;
    std::uint8_t high;
};
using utf8_row = std::vector<byte_range>;

// The grammar of RFC 3629 section 4, row by row as printed there.
inline const std::vector<utf8_row>& utf8_grammar() {
    static const std::vector<utf8_row> rows{
        {{0x00, 0x7F}},
        {{0xC2, 0xDF}, {0x80, 0xBF}},
        {{0xE0, 0xE0}, {0xA0, 0xBF}, {0x80, 0xBF}},
        {{0xE1, 0xEC}, {0x80, 0xBF}, {0x80, 0xBF}},
        {{0xED, 0xED}, {0x80, 0x9F}, {0x80, 0xBF}},
        {{0xEE, 0xEF}, {0x80, 0xBF}, {0x80, 0xBF}},
        {{0xF0, 0xF0}, {0x90, 0xBF}, {0x80, 0xBF}, {0x80, 0xBF}},
        {{0xF1, 0xF3}, {0x80, 0xBF}, {0x80, 0xBF}, {0x80, 0xBF}},
        {{0xF4, 0xF4}, {0x80, 0x8F}, {0x80, 0xBF}, {0x80, 0xBF}},
    };
    return rows;
}

// How far `bytes` can be read: `valid` whole code points' bytes, and `viable` bytes before the
// first that rules out every continuation.
struct utf8_extent {
    std::size_t valid = 0;
    std::size_t viable = 0;
};

// How many bytes of `row` the text begins with.
inline std::size_t matching_bytes(const utf8_row& row, std::string_view text) {
    std::size_t matched = 0;
    while (matched < row.size() && matched < text.size()) {
        const auto byte = static_cast<std::uint8_t>(text[matched]);
        if (byte < row[matched].low || byte > row[matched].high) {
            break;
        }
        ++matched;
    }
    return matched;
}

inline utf8_extent reference_utf8(std::string_view bytes) {
    utf8_extent extent;
    while (extent.valid < bytes.size()) {
        std::size_t best = 0;
        bool whole = false;
        for (const utf8_row& row : utf8_grammar()) {
            const std::size_t matched = matching_bytes(row, bytes.substr(extent.valid));
            best = std::max(best, matched);
            whole = whole || matched == row.size();
        }
        extent.viable = extent.valid + best;
        if (!whole) {
            break;
        }
        extent.valid = extent.viable;
    }
    return extent;
}

// A second, slow reading of RFC 6455: the whole wire at hand, byte by byte, no state machine.
class reference_decoder {
public:
    reference_decoder(const decoder_options& options, std::string_view bytes)
        : options_(options), bytes_(bytes) {}

    std::vector<seen> run() {
        while (!over_ && frame()) {
        }
        return out_;
    }

private:
    struct header {
        unsigned opcode_bits = 0;
        bool fin = false;
        std::uint64_t length = 0;
        std::array<std::uint8_t, 4> key{};
    };

    // One frame; false when the wire ends before the frame does.
    bool frame() {
        header head;
        if (!start(head) || over_ || !length(head) || over_ || !key(head)) {
            return false;
        }
        const bool data = head.opcode_bits < 8;
        std::string control_payload;
        std::string& payload = data ? assembled_ : control_payload;
        for (std::uint64_t i = 0; i < head.length; ++i) {
            std::uint8_t byte = 0;
            if (!take(byte)) {
                return false;
            }
            payload += static_cast<char>(byte ^ head.key[i % 4]);
            if (data && open_ == 1U && !is_viable_text()) {
                fail(1007);
                return false;
            }
        }
        end(head, control_payload);
        return true;
    }

    bool start(header& head) {
        std::uint8_t byte = 0;
        if (!take(byte)) {
            return false;
        }
        head.opcode_bits = byte % 16U;
        head.fin = byte >= 0x80;
        const bool data = head.opcode_bits == 1 || head.opcode_bits == 2;
        const bool control = head.opcode_bits >= 8 && head.opcode_bits <= 10;
        if ((byte / 16U) % 8U != 0 || !(data || control || head.opcode_bits == 0) ||
            (control && !head.fin) || (data && open_) || (head.opcode_bits == 0 && !open_)) {
            fail(1002);
        } else if (data) {
            open_ = head.opcode_bits;
        }
        return true;
    }

    bool length(header& head) {
        std::uint8_t byte = 0;
        if (!take(byte)) {
            return false;
        }
        const bool masked = byte >= 0x80;
        const unsigned form = byte % 128U;
        const bool control = head.opcode_bits >= 8;
        if (masked != (options_.reads_as == role::server) || (control && form > 125)) {
            fail(1002);
            return true;
        }
        head.length = form;
        if (form > 125) {
            head.length = 0;
            for (unsigned i = 0; i < (form == 126 ? 2U : 8U); ++i) {
                if (!take(byte)) {
                    return false;
                }
                head.length = head.length * 256U + byte;
            }
            const bool fits_shorter = head.length < (form == 126 ? 126U : 65536U);
            if (fits_shorter || head.length > INT64_MAX) {
                fail(1002);
                return true;
            }
        }
        const bool too_big = head.length > options_.frame_bytes_max ||
                             head.length + assembled_.size() > options_.message_bytes_max;
        if (!control && too_big) {
            fail(1009);
        }
        return true;
    }

    bool key(header& head) {
        if (options_.reads_as == role::client) {
            return true;
        }
        return std::ranges::all_of(head.key, [this](std::uint8_t& byte) { return take(byte); });
    }

    bool is_viable_text() {
        const std::string_view unread = std::string_view(assembled_).substr(checked_);
        const utf8_extent extent = reference_utf8(unread);
        checked_ += extent.valid;
        return extent.viable == unread.size();
    }

    void end(const header& head, const std::string& payload) {
        if (head.opcode_bits == 9 || head.opcode_bits == 10) {
            out_.push_back({at_, (head.opcode_bits == 9 ? "ping " : "pong ") + payload});
            return;
        }
        if (head.opcode_bits == 8) {
            end_connection(payload);
            return;
        }
        if (!head.fin) {
            return;
        }
        if (open_ == 1U && checked_ < assembled_.size()) {
            fail(1007);
            return;
        }
        out_.push_back({at_, (open_ == 1U ? "text " : "binary ") + assembled_});
        open_.reset();
        assembled_.clear();
        checked_ = 0;
    }

    void end_connection(const std::string& payload) {
        const auto byte = [&](std::size_t i) {
            return static_cast<std::uint8_t>(payload[i]);
        };
        if (payload.size() == 1) {
            fail(1002);
            return;
        }
        const unsigned code = payload.empty() ? 1005U : byte(0) * 256U + byte(1);
        static const std::vector<unsigned>
            rfc{1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014};
        const bool known = std::ranges::find(rfc, code) != rfc.end();
        if (!payload.empty() && !known && (code < 3000 || code > 4999)) {
            fail(1002);
            return;
        }
        const std::string reason = payload.empty() ? payload : payload.substr(2);
        if (reference_utf8(reason).valid < reason.size()) {
            fail(1007);
            return;
        }
        out_.push_back({at_, "close " + std::to_string(code) + " " + reason});
        over_ = true;
    }

    bool take(std::uint8_t& byte) {
        if (at_ == bytes_.size()) {
            return false;
        }
        byte = static_cast<std::uint8_t>(bytes_[at_++]);
        return true;
    }

    void fail(unsigned code) {
        out_.push_back({at_, "violation " + std::to_string(code)});
        over_ = true;
    }

    decoder_options options_;
    std::string_view bytes_;
    std::size_t at_ = 0;
    bool over_ = false;
    std::optional<unsigned> open_ = {};
    std::string assembled_ = {};
    std::size_t checked_ = 0;  // whole code points at the start of assembled_
    std::vector<seen> out_ = {};
};

inline std::vector<seen> reference_decode(const decoder_options& options, std::string_view bytes) {
    return reference_decoder(options, bytes).run();
}

}  // namespace clarion::websocket::testing
