#include "core/storage/sqlite/reader.hpp"

#include <utility>

namespace clarion::storage::sqlite {

reader::reader(std::unique_ptr<connection> database, const sqlite_options& options)
    : queue_max_(options.queue_reads_max), database_(std::move(database)), reads_(*database_) {}

std::optional<sql_error> reader::start() {
    auto error = database_->take_error();
    if (!error)
        thread_ = std::thread([this] { work(); });
    return error;
}

reader::~reader() {
    {
        const std::lock_guard lock(mutex_);
        closing_ = true;
    }
    arrived_.notify_one();
    if (thread_.joinable())
        thread_.join();
}

bool reader::reserve() {
    const std::lock_guard lock(mutex_);
    if (waiting_ >= queue_max_)
        return false;
    ++waiting_;
    return true;
}

void reader::queue(std::unique_ptr<deferred_work> question) {
    {
        const std::lock_guard lock(mutex_);
        queue_.push_back(std::move(question));
    }
    arrived_.notify_one();
}

void reader::count() {
    const std::lock_guard lock(mutex_);
    --waiting_;
    ++answered_;
    steps_ = reads_.steps();
}

void reader::report(sqlite_figures& figures) const {
    const std::lock_guard lock(mutex_);
    figures.reads = answered_;
    figures.read_steps = steps_;
}

std::vector<std::unique_ptr<deferred_work>> reader::take() {
    std::unique_lock lock(mutex_);
    arrived_.wait(lock, [this] { return !queue_.empty() || closing_; });
    return std::exchange(queue_, {});
}

void reader::work() {
    for (auto taken = take(); !taken.empty(); taken = take())
        for (const auto& question : taken)
            question->run();
}

}  // namespace clarion::storage::sqlite
