// Instead of tls_context.cpp and tls_stream.cpp in a build without TLS (CLARION_TLS=OFF): whoever
// asks for a context is told so by name, and without one nobody gets as far as a handshake.
#include "net/tls_stream.hpp"

namespace clarion::net {

/// There is none: `tls_context_ptr` is always empty here.
class tls_context {};

namespace {

tls_result refused() {
    return stream_closed{stream_end::failed, "this build has no TLS"};
}

}  // namespace

tls_context_ptr make_tls_server_context(const certificate_files& files) {
    throw tls_error(
        "cannot use the TLS certificate " + files.chain +
        ": this build has no TLS (CLARION_TLS=OFF, with_tls=False)"
    );
}

tls_context_ptr make_tls_client_context(const std::string& /*authorities*/) {
    throw tls_error("wss:// cannot be dialled: this build has no TLS (CLARION_TLS=OFF)");
}

tls_context_ptr make_unchecked_tls_client_context() {
    return make_tls_client_context("");
}

tls_context_ptr make_pinned_tls_client_context(const tls_context_ptr& /*server*/) {
    return make_tls_client_context("");
}

std::optional<std::string>
objection_to_certificate(const tls_context_ptr& /*server*/, std::int64_t /*wall_ms*/) {
    return std::nullopt;
}

task<tls_result> accept_tls(tcp_socket, tls_context_ptr, time_point) {
    co_return refused();
}

task<tls_result> connect_tls(tcp_socket, tls_context_ptr, std::string, time_point) {
    co_return refused();
}

}  // namespace clarion::net
