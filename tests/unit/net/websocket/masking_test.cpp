#include "net/websocket/masking.hpp"

#include <boost/test/unit_test.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

using clarion::websocket::apply_mask;
using clarion::websocket::masking_key;

namespace {

constexpr masking_key key{0x37, 0xFA, 0x21, 0x3D};

std::string sample(std::size_t size) {
    std::string bytes;
    for (std::size_t i = 0; i < size; ++i) {
        bytes += static_cast<char>((i * 37 + 11) & 0xFFU);
    }
    return bytes;
}

// RFC 6455 section 5.3, to the letter.
std::string masked_by_definition(std::string bytes) {
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        bytes[i] = static_cast<char>(static_cast<std::uint8_t>(bytes[i]) ^ key[i % 4]);
    }
    return bytes;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(masking)

BOOST_AUTO_TEST_CASE(the_rfc_example_unmasks_to_hello) {
    std::string bytes = "\x7f\x9f\x4d\x51\x58";
    apply_mask(bytes, key, 0);
    BOOST_TEST(bytes == "Hello");
}

BOOST_AUTO_TEST_CASE(every_size_cut_at_every_place_equals_the_definition) {
    for (std::size_t size = 0; size <= 67; ++size) {
        const std::string expected = masked_by_definition(sample(size));
        for (std::size_t cut = 0; cut <= size; ++cut) {
            std::string bytes = sample(size);
            apply_mask(std::span(bytes).first(cut), key, 0);
            apply_mask(std::span(bytes).subspan(cut), key, cut);
            if (bytes != expected) {
                BOOST_TEST_ERROR("size " << size << " cut at " << cut);
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(masking_twice_is_the_identity) {
    std::string bytes = sample(1000);
    apply_mask(bytes, key, 3);
    BOOST_TEST(bytes != sample(1000));
    apply_mask(bytes, key, 3);
    BOOST_TEST(bytes == sample(1000));
}

BOOST_AUTO_TEST_SUITE_END()
