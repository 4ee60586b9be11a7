#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace clarion::websocket::testing {

inline std::string from_hex(std::string_view digits) {
    std::string bytes;
    for (std::size_t i = 0; i + 1 < digits.size(); i += 2) {
        const std::string pair(digits.substr(i, 2));
        bytes += static_cast<char>(std::stoul(pair, nullptr, 16));
    }
    return bytes;
}

// A byte sequence of the conformance suite, "6.7.1" and so on. `viable` counts the bytes before the
// first impossible one; a valid sequence is viable to its end, but not every viable one is valid.
struct utf8_case {
    std::string number;
    std::string bytes;
    bool valid = false;
    std::size_t viable = 0;
};

namespace utf8_detail {

struct row {
    std::string_view number;
    std::string_view hex;
    std::size_t viable;  // all: see below
    bool valid;
};

inline constexpr std::size_t all = static_cast<std::size_t>(-1);

inline constexpr row rows[] = {
    // Correct text.
    {"6.2.1", "48656c6c6f2dc2b540c39fc3b6c3a4c3bcc3a0c3a12d5554462d382121", all, true},
    {"6.5.1", "68656c6c6f24776f726c64", all, true},
    {"6.5.2", "68656c6c6fc2a2776f726c64", all, true},
    {"6.5.3", "68656c6c6fe282ac776f726c64", all, true},
    {"6.5.4", "68656c6c6ff0a4ada2776f726c64", all, true},
    {"6.5.5", "cebae1bdb9cf83cebcceb5", all, true},
    // A surrogate, and U+110000, in the middle of correct text.
    {"6.3.1", "cebae1bdb9cf83cebcceb5eda080656469746564", 12, false},
    {"6.4.1", "cebae1bdb9cf83cebcceb5f4908080656469746564", 12, false},
    // First and last sequence of each length.
    {"6.7.1", "00", all, true},
    {"6.7.2", "c280", all, true},
    {"6.7.3", "e0a080", all, true},
    {"6.7.4", "f0908080", all, true},
    {"6.8.1", "f888808080", 0, false},
    {"6.8.2", "fc8480808080", 0, false},
    {"6.9.1", "7f", all, true},
    {"6.9.2", "dfbf", all, true},
    {"6.9.3", "efbfbf", all, true},
    {"6.9.4", "f48fbfbf", all, true},
    {"6.10.1", "f7bfbfbf", 0, false},
    {"6.10.2", "fbbfbfbfbf", 0, false},
    {"6.10.3", "fdbfbfbfbfbf", 0, false},
    {"6.11.1", "ed9fbf", all, true},
    {"6.11.2", "ee8080", all, true},
    {"6.11.3", "efbfbd", all, true},
    {"6.11.4", "f48fbfbf", all, true},
    {"6.11.5", "f4908080", 1, false},
    // Continuation bytes without a lead.
    {"6.12.1", "80", 0, false},
    {"6.12.2", "bf", 0, false},
    {"6.12.3", "80bf", 0, false},
    {"6.12.4", "80bf80", 0, false},
    {"6.12.5", "80bf80bf", 0, false},
    {"6.12.6", "80bf80bf80", 0, false},
    {"6.12.7", "80bf80bf80bf", 0, false},
    // A sequence cut short at the end of the message.
    {"6.14.1", "c0", 0, false},
    {"6.14.2", "e080", 1, false},
    {"6.14.3", "f08080", 1, false},
    {"6.14.4", "f8808080", 0, false},
    {"6.14.5", "fc80808080", 0, false},
    {"6.14.6", "df", all, false},
    {"6.14.7", "efbf", all, false},
    {"6.14.8", "f7bfbf", 0, false},
    {"6.14.9", "fbbfbfbf", 0, false},
    {"6.14.10", "fdbfbfbfbf", 0, false},
    {"6.15.1", "c0e080f08080f8808080fc80808080dfefbff7bfbffbbfbfbffdbfbfbfbf", 0, false},
    {"6.16.1", "fe", 0, false},
    {"6.16.2", "ff", 0, false},
    {"6.16.3", "fefeffff", 0, false},
    // Overlong forms.
    {"6.17.1", "c0af", 0, false},
    {"6.17.2", "e080af", 1, false},
    {"6.17.3", "f08080af", 1, false},
    {"6.17.4", "f8808080af", 0, false},
    {"6.17.5", "fc80808080af", 0, false},
    {"6.18.1", "c1bf", 0, false},
    {"6.18.2", "e09fbf", 1, false},
    {"6.18.3", "f08fbfbf", 1, false},
    {"6.18.4", "f887bfbfbf", 0, false},
    {"6.18.5", "fc83bfbfbfbf", 0, false},
    {"6.19.1", "c080", 0, false},
    {"6.19.2", "e08080", 1, false},
    {"6.19.3", "f0808080", 1, false},
    {"6.19.4", "f880808080", 0, false},
    {"6.19.5", "fc8080808080", 0, false},
    // Surrogates, single and paired.
    {"6.20.1", "eda080", 1, false},
    {"6.20.2", "edadbf", 1, false},
    {"6.20.3", "edae80", 1, false},
    {"6.20.4", "edafbf", 1, false},
    {"6.20.5", "edb080", 1, false},
    {"6.20.6", "edbe80", 1, false},
    {"6.20.7", "edbfbf", 1, false},
    {"6.21.1", "eda080edb080", 1, false},
    {"6.21.2", "eda080edbfbf", 1, false},
    {"6.21.3", "edadbfedb080", 1, false},
    {"6.21.4", "edadbfedbfbf", 1, false},
    {"6.21.5", "edae80edb080", 1, false},
    {"6.21.6", "edae80edbfbf", 1, false},
    {"6.21.7", "edafbfedb080", 1, false},
    {"6.21.8", "edafbfedbfbf", 1, false},
    // Specials; the replacement character among them.
    {"6.23.1", "efbfb9", all, true},
    {"6.23.2", "efbfba", all, true},
    {"6.23.3", "efbfbb", all, true},
    {"6.23.4", "efbfbc", all, true},
    {"6.23.5", "efbfbd", all, true},
    {"6.23.6", "efbfbe", all, true},
    {"6.23.7", "efbfbf", all, true},
};

// 6.13: each lead byte of a length, alone before a space.
inline std::string lonely_leads(unsigned first, unsigned last) {
    std::string bytes;
    for (unsigned lead = first; lead < last; ++lead) {
        bytes += static_cast<char>(lead);
        bytes += ' ';
    }
    return bytes;
}

}  // namespace utf8_detail

inline std::vector<utf8_case> utf8_cases() {
    std::vector<utf8_case> cases;
    for (const utf8_detail::row& row : utf8_detail::rows) {
        std::string bytes = from_hex(row.hex);
        const std::size_t viable = row.viable == utf8_detail::all ? bytes.size() : row.viable;
        cases.push_back({std::string(row.number), bytes, row.valid, viable});
    }
    // 6.6: every prefix of a valid text; code points end after 2, 5, 7, 9 and 11 bytes.
    const std::string kosme = from_hex("cebae1bdb9cf83cebcceb5");
    for (std::size_t n = 1; n <= kosme.size(); ++n) {
        const bool valid = n == 2 || n == 5 || n == 7 || n == 9 || n == 11;
        cases.push_back({"6.6." + std::to_string(n), kosme.substr(0, n), valid, n});
    }
    std::string continuations;
    for (unsigned byte = 0x80; byte < 0xBF; ++byte) {
        continuations += static_cast<char>(byte);
    }
    cases.push_back({"6.12.8", continuations, false, 0});
    cases.push_back({"6.13.1", utf8_detail::lonely_leads(0xC0, 0xDF), false, 0});
    cases.push_back({"6.13.2", utf8_detail::lonely_leads(0xE0, 0xEF), false, 1});
    cases.push_back({"6.13.3", utf8_detail::lonely_leads(0xF0, 0xF7), false, 1});
    cases.push_back({"6.13.4", utf8_detail::lonely_leads(0xF8, 0xFB), false, 0});
    cases.push_back({"6.13.5", utf8_detail::lonely_leads(0xFC, 0xFD), false, 0});
    // 6.22: the non-characters U+nFFFE and U+nFFFF of every plane are valid.
    std::size_t count = 0;
    for (unsigned plane = 0; plane <= 16; ++plane) {
        for (unsigned low = 0xFFFE; low <= 0xFFFF; ++low) {
            const unsigned point = plane * 0x10000 + low;
            std::string bytes;
            if (plane > 0) {
                bytes += static_cast<char>(0xF0U | (point >> 18U));
                bytes += static_cast<char>(0x80U | ((point >> 12U) & 0x3FU));
            } else {
                bytes += static_cast<char>(0xE0U | (point >> 12U));
            }
            bytes += static_cast<char>(0x80U | ((point >> 6U) & 0x3FU));
            bytes += static_cast<char>(0x80U | (point & 0x3FU));
            cases.push_back({"6.22." + std::to_string(++count), bytes, true, bytes.size()});
        }
    }
    return cases;
}

}  // namespace clarion::websocket::testing
