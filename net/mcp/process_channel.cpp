#include "net/mcp/process_channel.hpp"

#include "core/async/first_of.hpp"
#include "net/mcp/line_channel.hpp"

#include <utility>

namespace clarion::mcp {

namespace {

constexpr std::size_t noise_bytes_max = 200;

class process_channel final : public channel {
public:
    process_channel(std::unique_ptr<child_process> process, heard_sink heard, chatter_sink chatter)
        : process_(std::move(process)),
          chatter_(std::move(chatter)),
          lines_(process_->pipes(), std::move(heard), [this](std::string_view line) {
              chatter_(
                  "wrote to its output what is no message: " +
                  std::string(line.substr(0, noise_bytes_max))
              );
          }) {}

    task<std::string> run() override {
        auto first = co_await first_of(lines_.run(), read_errors());
        co_return std::get<0>(std::move(first));
    }
    task<ask_outcome> ask(question asked) override { return lines_.ask(std::move(asked)); }
    task<> tell(rpc_notification told) override { return lines_.tell(std::move(told)); }
    void forget() override {}
    void agree(const agreement&) override {}
    task<> close() override {
        co_await lines_.close();
        co_await process_->stop();
    }

private:
    // Ends by its sibling's end only: a program may close its standard error and go on.
    task<> read_errors() {
        co_await process_->read_errors(chatter_);
        co_await sleep_until(time_point::never());
    }

    std::unique_ptr<child_process> process_;
    chatter_sink chatter_;
    line_channel lines_;
};

}  // namespace

std::variant<channel_ptr, std::string> start_process_channel(
    const executor& on,
    const command_line& what,
    heard_sink heard,
    chatter_sink chatter
) {
    auto started = child_process::start(on, what);
    if (auto* const failed = std::get_if<std::string>(&started))
        return std::move(*failed);
    auto& process = std::get<std::unique_ptr<child_process>>(started);
    return std::make_shared<process_channel>(
        std::move(process),
        std::move(heard),
        std::move(chatter)
    );
}

}  // namespace clarion::mcp
