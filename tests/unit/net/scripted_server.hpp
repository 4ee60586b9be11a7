#pragma once

#include "core/async/sleep.hpp"
#include "core/sim/world.hpp"
#include "net/http/client.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace clarion::net::test {

/// What a server does in answer to one request, in virtual time.
struct server_step {
    enum class kind { send, end, reset };
    duration after{0};  ///< since the step before
    std::string bytes{};
    kind what = kind::send;
};
using server_script = std::vector<server_step>;

/// An HTTP server on a virtual clock: answers each request with the next script, on as many
/// connections as are dialled, and remembers what came of them.
class scripted_server {
public:
    explicit scripted_server(sim::world& on) : world_(on) {}

    struct connection_record {
        std::string received{};
        std::size_t requests = 0;
        bool is_dropped = false;
        time_point dropped_at{};
    };

    // What the next requests are answered with; past the end a request gets no answer.
    std::deque<server_script> scripts{};
    // What happens to the next dials: true connects; past the end all do.
    std::deque<bool> dials{};
    // What came.
    std::vector<std::string> requests{};
    std::vector<destination> dialled{};
    std::vector<std::shared_ptr<connection_record>> connections{};

    http::dialler dial() {
        return [this](destination where, time_point deadline) {
            return connect(std::move(where), deadline);
        };
    }

private:
    class stream final : public byte_stream {
    public:
        stream(scripted_server& of, std::shared_ptr<connection_record> record)
            : of_(of), record_(std::move(record)) {}
        ~stream() override { note_drop(); }

        task<io_result> read_some(std::span<char> into) override {
            while (coming_.empty())
                co_await sleep_until(time_point::never());
            co_await sleep_until(coming_.front().first);
            server_step& step = coming_.front().second;
            if (step.what == server_step::kind::end)
                co_return io_result(stream_closed{stream_end::end_of_stream, "end of file"});
            if (step.what == server_step::kind::reset)
                co_return io_result(stream_closed{stream_end::reset, "connection reset by peer"});
            const std::size_t bytes = std::min(into.size(), step.bytes.size());
            step.bytes.copy(into.data(), bytes);
            step.bytes.erase(0, bytes);
            if (step.bytes.empty())
                coming_.pop_front();
            co_return io_result(bytes);
        }

        task<io_result> write(std::span<const char> from) override {
            if (!coming_.empty() && coming_.front().second.what != server_step::kind::send &&
                coming_.front().first <= of_.world_.now())
                co_return io_result(stream_closed{stream_end::reset, "broken pipe"});
            record_->received.append(from.data(), from.size());
            ++record_->requests;
            of_.requests.emplace_back(from.data(), from.size());
            if (!of_.scripts.empty()) {
                time_point when = of_.world_.now();
                for (server_step& step : of_.scripts.front()) {
                    when = when + step.after;
                    coming_.emplace_back(when, std::move(step));
                }
                of_.scripts.pop_front();
            }
            co_return io_result(from.size());
        }

        task<> finish(linger_limits) override { co_return; }
        void abort() noexcept override { note_drop(); }
        const std::string& remote_address() const noexcept override { return address_; }

    private:
        void note_drop() {
            if (!std::exchange(record_->is_dropped, true))
                record_->dropped_at = of_.world_.now();
        }

        scripted_server& of_;
        std::shared_ptr<connection_record> record_;
        std::deque<std::pair<time_point, server_step>> coming_;
        std::string address_ = "192.0.2.1";
    };

    task<dial_result> connect(destination where, time_point deadline) {
        dialled.push_back(std::move(where));
        bool connects = true;
        if (!dials.empty()) {
            connects = dials.front();
            dials.pop_front();
        }
        if (!connects) {
            co_await sleep_until(deadline);
            co_return dial_result(dial_failure{"cannot connect: no answer in time"});
        }
        connections.push_back(std::make_shared<connection_record>());
        co_return dial_result(std::make_unique<stream>(*this, connections.back()));
    }

    sim::world& world_;
};

/// A whole answer that keeps the connection.
inline std::string whole_answer(
    unsigned status,
    std::string_view body,
    std::string_view type = "application/json",
    std::string_view more_headers = ""
) {
    std::string answer = "HTTP/1.1 " + std::to_string(status) + " X\r\nContent-Type: ";
    answer.append(type) += "\r\n";
    answer.append(more_headers) += "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n";
    return answer.append(body);
}

/// The head of an event stream in chunks, and one chunk of it.
inline const std::string stream_head =
    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n";
inline const std::string stream_tail = "0\r\n\r\n";
inline std::string stream_chunk(std::string_view data) {
    constexpr char digits[] = "0123456789abcdef";
    std::string size;
    for (std::size_t rest = data.size(); rest > 0; rest /= 16)
        size.insert(size.begin(), digits[rest % 16]);
    return size + "\r\n" + std::string(data) + "\r\n";
}

}  // namespace clarion::net::test
