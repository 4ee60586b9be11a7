#include "core/session/token_secret.hpp"

#include "core/session/base64url.hpp"
#include "tests/support/temporary_directory.hpp"

#include <boost/test/unit_test.hpp>

#include <filesystem>
#include <fstream>
#include <string>

#include <sys/stat.h>

namespace {

using namespace clarion::session;
namespace fs = std::filesystem;

const std::string sound(32, 's');

struct secret_folder {
    std::string file(const std::string& bytes, fs::perms allowed = fs::perms::owner_read) const {
        const fs::path path = folder.path() / "secret";
        fs::remove(path);
        std::ofstream(path, std::ios::binary) << bytes;
        fs::permissions(path, allowed);
        return path.string();
    }

    clarion::support::temporary_directory folder;
};

std::string why_not(const std::string& path) {
    const secret_result read = read_token_secret(path);
    const auto* refused = std::get_if<secret_refused>(&read);
    return refused == nullptr ? "" : refused->why;
}

std::string signature_with(const std::string& path) {
    const secret_result read = read_token_secret(path);
    BOOST_REQUIRE(std::holds_alternative<secret_ptr>(read));
    return std::get<secret_ptr>(read)->sign("text");
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(token_secret_file, secret_folder)

// RFC 4231, test case 2; its short key is only possible by the constructor.
BOOST_AUTO_TEST_CASE(a_signature_is_hmac_sha256) {
    const token_secret secret("Jefe");
    const std::string text = "what do ya want for nothing?";
    // 5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843
    const std::string expected = *from_base64url("W9zBRr9gdU5qBCQmCJV1x1oAPwidJzmDnexYuWTsOEM");
    BOOST_TEST(secret.sign(text) == expected);
    BOOST_TEST(secret.has_signed(text, expected));
    for (std::size_t at = 0; at < expected.size(); ++at) {
        std::string other = expected;
        other[at] = static_cast<char>(other[at] ^ 1);
        BOOST_TEST(!secret.has_signed(text, other));
    }
    BOOST_TEST(!secret.has_signed(text, ""));
    BOOST_TEST(!secret.has_signed(text, expected.substr(0, 31)));
    BOOST_TEST(!secret.has_signed(text, expected + "x"));
}

BOOST_AUTO_TEST_CASE(one_newline_at_the_end_is_not_of_the_secret) {
    const std::string bare = signature_with(file(sound));
    BOOST_TEST(signature_with(file(sound + "\n")) == bare);
    BOOST_TEST(signature_with(file(sound + "\r\n")) == bare);
    BOOST_TEST(signature_with(file(sound + "\n\n")) != bare);
    BOOST_TEST(signature_with(file(" " + sound)) != bare);
}

BOOST_AUTO_TEST_CASE(its_length_has_two_bounds_without_the_newline) {
    const std::string path = file(std::string(31, 's') + "\n");
    BOOST_TEST(
        why_not(path) == path +
                             " is too short for a secret: it has 31 bytes and needs 32, for "
                             "instance from openssl rand -hex 32"
    );
    for (const char* nothing : {"", "\n"})
        BOOST_TEST(
            why_not(file(nothing)) ==
            path + " is empty: fill it, for instance with openssl rand -hex 32"
        );
    BOOST_TEST(why_not(file(std::string(secret_bytes_max, 's'))) == "");
    BOOST_TEST(
        why_not(file(std::string(secret_bytes_max + 1, 's'))) ==
        path + " is too long for a secret: at most 65536 bytes"
    );
}

BOOST_AUTO_TEST_CASE(a_file_that_everybody_may_read_or_write_is_refused_with_what_to_do) {
    using fs::perms;
    for (const perms open : {perms::others_read, perms::others_write}) {
        const std::string path = file(sound, perms::owner_read | open);
        BOOST_TEST(
            why_not(path) == path + " is open to every user of this machine: run chmod 600 on it"
        );
    }
    BOOST_TEST(why_not(file(sound, perms::owner_read | perms::group_read)) == "");
}

BOOST_AUTO_TEST_CASE(what_cannot_be_read_is_named_with_the_reason) {
    BOOST_TEST(why_not("/no/secret") == "/no/secret cannot be read: No such file or directory");
    const std::string here = folder.path().string();
    BOOST_TEST(why_not(here) == here + " cannot be read: it is not a plain file");
    const std::string pipe = here + "/pipe";
    BOOST_REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
    BOOST_TEST(why_not(pipe) == pipe + " cannot be read: it is not a plain file");
}

BOOST_AUTO_TEST_SUITE_END()
