#include "core/trace/labels.hpp"

#include "core/trace/past_labels.hpp"

#include <deque>
#include <mutex>
#include <unordered_map>

namespace clarion::trace {

namespace {

struct borne_label {
    label shown;
    std::size_t bearers = 0;
};

struct label_table {
    std::mutex mutex;
    std::unordered_map<std::uint64_t, borne_label> all;
    std::deque<std::uint64_t> dropped;  // oldest first; may have bearers again
};

label_table& table() {
    static auto* const labels = new label_table;  // coroutines may end after everything static
    return *labels;
}

void forget_oldest(label_table& labels) {
    const auto oldest = labels.all.find(labels.dropped.front());
    labels.dropped.pop_front();
    if (oldest != labels.all.end() && oldest->second.bearers == 0)
        labels.all.erase(oldest);
}

}  // namespace

std::map<std::uint64_t, label> known_labels() {
    label_table& labels = table();
    const std::scoped_lock lock(labels.mutex);
    std::map<std::uint64_t, label> shown;
    for (const auto& [key, one] : labels.all)
        shown.emplace(key, one.shown);
    return shown;
}

void detail::add_label(std::uint64_t key, const char* kind, std::string_view text) {
    label_table& labels = table();
    const std::scoped_lock lock(labels.mutex);
    borne_label& one = labels.all[key];
    if (one.bearers++ == 0)
        one.shown = {kind, std::string(text.substr(0, label_bytes_max))};
}

void detail::drop_label(std::uint64_t key) noexcept {
    label_table& labels = table();
    const std::scoped_lock lock(labels.mutex);
    const auto one = labels.all.find(key);
    if (one == labels.all.end() || --one->second.bearers > 0)
        return;
    labels.dropped.push_back(key);
    if (labels.dropped.size() > past_labels_max)
        forget_oldest(labels);
}

void forget_past_labels() {
    label_table& labels = table();
    const std::scoped_lock lock(labels.mutex);
    while (!labels.dropped.empty())
        forget_oldest(labels);
}

}  // namespace clarion::trace
