// The first byte chooses what the rest is: a token as it is (even), or header and claims, divided
// by the first newline, that get a good signature (odd). Properties under any bytes: nothing
// crashes; a refusal is a sentence in UTF-8 that fits a close frame; what is accepted names a valid
// user, has not expired, and carries the one good signature; base64url has one spelling for each
// value.

#include "core/protocol/ids.hpp"
#include "core/protocol/utf8.hpp"
#include "core/session/base64url.hpp"
#include "core/session/jwt.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace {

using namespace clarion::session;

constexpr std::int64_t now_ms = 1'790'000'000'000;
constexpr std::size_t close_reason_bytes_max = 123;

void require(bool holds) {
    if (!holds) {
        __builtin_trap();
    }
}

void check_spelling(const std::string& text) {
    const std::optional<std::string> bytes = from_base64url(text);
    require(!bytes || to_base64url(*bytes) == text);
    require(from_base64url(to_base64url(text)) == text);
}

void check_verdict(std::string_view token, const secret_ptr& secret, const token_rules& rules) {
    const token_verdict verdict = check_token(token, {secret, nullptr}, rules, now_ms);
    if (const auto* const refused = std::get_if<token_refused>(&verdict)) {
        require(!refused->why.empty() && refused->why.size() <= close_reason_bytes_max);
        require(clarion::protocol::is_utf8(refused->why));
        return;
    }
    const auto& claims = std::get<token_claims>(verdict);
    require(clarion::protocol::is_valid_id(claims.user_id));
    require(claims.expires_ms > now_ms);
    require(!claims.issued_ms || *claims.issued_ms <= now_ms + token_leeway_ms);
    const std::size_t last = token.rfind('.');
    require(token.substr(last + 1) == to_base64url(secret->sign(token.substr(0, last))));
}

std::string signed_token(std::string_view text, const token_secret& secret) {
    const std::size_t line = text.find('\n');
    std::string token = to_base64url(text.substr(0, line)) + '.';
    if (line != std::string_view::npos) {
        token += to_base64url(text.substr(line + 1));
    }
    return token + '.' + to_base64url(secret.sign(token));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) {
        return 0;
    }
    const auto secret = std::make_shared<const token_secret>(std::string(secret_bytes_min, 's'));
    const std::string text(data + 1, data + size);
    check_spelling(text);
    const std::string token = data[0] % 2 == 0 ? text : signed_token(text, *secret);
    check_verdict(token, secret, {});
    check_verdict(token, secret, {"us", "here"});
    return 0;
}
