#include "net/websocket/handshake_key.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <string_view>

#include <openssl/evp.h>

namespace clarion::websocket {
namespace {

// RFC 6455 section 1.3: proves to the client that its peer speaks this protocol and no other.
constexpr std::string_view protocol_guid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

constexpr std::size_t key_characters = 24;
constexpr std::size_t sha1_bytes = 20;
constexpr std::size_t accept_characters = 28;

bool is_base64(char c) noexcept {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' ||
           c == '/';
}

}  // namespace

bool is_valid_key(std::string_view sec_websocket_key) noexcept {
    return sec_websocket_key.size() == key_characters && sec_websocket_key.ends_with("==") &&
           std::ranges::all_of(sec_websocket_key.substr(0, key_characters - 2), is_base64);
}

std::string accept_key(std::string_view sec_websocket_key) {
    std::string proof(sec_websocket_key);
    proof += protocol_guid;

    std::array<unsigned char, sha1_bytes> digest{};
    const int digested =
        EVP_Digest(proof.data(), proof.size(), digest.data(), nullptr, EVP_sha1(), nullptr);
    if (digested != 1) {
        return {};
    }
    std::array<unsigned char, accept_characters + 1> encoded{};  // OpenSSL appends a NUL
    EVP_EncodeBlock(encoded.data(), digest.data(), static_cast<int>(digest.size()));
    return {encoded.begin(), encoded.end() - 1};
}

}  // namespace clarion::websocket
