// Any bytes as a key set, and as the signature that each of its keys is asked about. Properties:
// nothing crashes; a refusal and every note are one line of UTF-8; a set that is taken has keys
// within its bounds; nothing is signed by a token's saying so.

#include "core/protocol/utf8.hpp"
#include "core/session/key_set.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace {

using namespace clarion::session;

void require(bool holds) {
    if (!holds) {
        __builtin_trap();
    }
}

void check_sentence(const std::string& said) {
    require(!said.empty() && said.find('\n') == std::string::npos);
    require(clarion::protocol::is_utf8(said));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text(data, data + size);
    const key_set_result read = parse_key_set(text);
    if (const auto* const refused = std::get_if<key_set_refused>(&read)) {
        check_sentence(refused->why);
        return 0;
    }
    const auto& set = std::get<key_set_read>(read);
    require(set.keys->size() > 0 && set.keys->size() <= key_set_keys_max);
    for (const std::string& note : set.notes) {
        check_sentence(note);
    }
    for (const auto algorithm :
         {jws_algorithm::rs256, jws_algorithm::ps256, jws_algorithm::es256, jws_algorithm::eddsa}) {
        const std::string signature = text.substr(0, 64);
        const key_verdict verdict = set.keys->check({algorithm, std::nullopt, "text", signature});
        require(verdict != key_verdict::signed_by_a_key);
        require(set.keys->has(algorithm) == (verdict != key_verdict::algorithm_of_no_key));
    }
    return 0;
}
