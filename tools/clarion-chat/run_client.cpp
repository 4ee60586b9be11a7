#include "core/async/shard.hpp"
#include "tools/clarion-chat/client.hpp"

#include <boost/asio/co_spawn.hpp>

#include <exception>
#include <utility>

#include <unistd.h>

namespace clarion::chat {

exit_status run_client(client_options options) {
    server_address to;
    to.url = options.url;
    to.bearer = options.token;
    if (to.url.how == websocket_url::scheme::wss)
        to.tls = options.check == certificate_check::none
                     ? net::make_unchecked_tls_client_context()
                     : net::make_tls_client_context(options.authorities);

    shard home(0);
    std::optional<line_source> lines;
    // A single message is given by someone who can be asked only at a terminal.
    if (!options.text || (::isatty(STDIN_FILENO) != 0 && ::isatty(STDOUT_FILENO) != 0))
        lines.emplace(STDIN_FILENO, home.get_executor());
    client person(std::move(options), std::move(to), lines ? &*lines : nullptr, home.random());
    exit_status status = exit_status::failed;
    std::exception_ptr failure;
    const auto ended = [&](const std::exception_ptr& thrown, exit_status with) {
        failure = thrown;
        status = with;
        home.stop();
    };
    asio::co_spawn(home.get_executor(), person.run(), ended);
    home.run();
    if (failure)
        std::rethrow_exception(failure);
    return status;
}

}  // namespace clarion::chat
