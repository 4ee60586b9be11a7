#include "core/trace/ring.hpp"

#include "core/trace/past_labels.hpp"

#include <algorithm>
#include <bit>
#include <mutex>

namespace clarion::trace {

namespace {

/// Of ended threads, so many rings are kept.
constexpr std::size_t ended_rings_max = 8;

std::atomic<std::size_t> ring_bytes{std::size_t{4} << 20U};
constinit std::atomic<std::uint32_t> threads_seen{0};

struct kept_ring {
    std::unique_ptr<ring> records;
    bool has_ended = false;
};

// Guards the list, not the rings in it.
struct all_rings {
    std::mutex mutex;
    std::vector<kept_ring> list;
};

all_rings& every_ring() {
    static auto* const rings = new all_rings;  // threads may end after everything static
    return *rings;
}

// The ring of an ended thread stays for a while: what it recorded may be what is looked for.
struct ring_keeper {
    ring_keeper() = default;
    ring_keeper(const ring_keeper&) = delete;
    ring_keeper& operator=(const ring_keeper&) = delete;
    ~ring_keeper() {
        all_rings& rings = every_ring();
        const std::scoped_lock lock(rings.mutex);
        for (kept_ring& each : rings.list)
            each.has_ended |= each.records.get() == this_thread.records;
        this_thread.records = nullptr;
        const auto has_ended = [](const kept_ring& each) {
            return each.has_ended;
        };
        if (std::ranges::count_if(rings.list, has_ended) > std::ptrdiff_t{ended_rings_max})
            rings.list.erase(std::ranges::find_if(rings.list, has_ended));
    }
    void be_there() const {}
};

constinit thread_local const char* name_here = nullptr;

}  // namespace

std::uint32_t number_of_this_thread() {
    if (this_thread.number == 0)
        this_thread.number = threads_seen.fetch_add(1) + 1;
    return this_thread.number;
}

void name_this_thread(const char* name) {
    name_here = name;
    if (this_thread.records != nullptr)
        this_thread.records->call_thread(name);
}

ring::ring(std::size_t records_count, std::uint32_t of_thread)
    : mask_(records_count - 1),
      thread_(of_thread),
      words_(new std::atomic<std::uint64_t>[records_count * words_per_record]) {}

record ring::read(const std::atomic<std::uint64_t>* from) noexcept {
    constexpr auto relaxed = std::memory_order_relaxed;
    const std::uint64_t head = from[0].load(relaxed);
    record happened;
    happened.at_ns = head >> event_bits;
    happened.what = static_cast<event>(head & ((1U << event_bits) - 1));
    happened.subject = from[1].load(relaxed);
    happened.other = from[2].load(relaxed);
    happened.place = std::bit_cast<std::source_location>(from[3].load(relaxed));
    happened.text = std::bit_cast<const char*>(from[4].load(relaxed));
    happened.key = from[5].load(relaxed);
    return happened;
}

ring::content ring::read_all() const {
    content shown{thread_, thread_name_.load(), {}, 0};
    const std::uint64_t changes = changes_.load(std::memory_order_acquire);
    const std::uint64_t end = written_.load(std::memory_order_acquire);
    const std::uint64_t from = std::min(from_.load(), end);
    const std::uint64_t begin = std::max(end - std::min(end, mask_ + 1), from);
    shown.records.reserve(end - begin);
    for (std::uint64_t position = begin; position < end; ++position)
        shown.records.push_back(read(place_of(position)));
    // What was overwritten meanwhile, or changed, may be half of one and half of another.
    std::atomic_thread_fence(std::memory_order_acquire);
    const bool last_is_whole =
        changes % 2 == 0 && changes_.load(std::memory_order_relaxed) == changes;
    if (!last_is_whole && !shown.records.empty())
        shown.records.pop_back();
    const std::uint64_t claimed = claimed_.load(std::memory_order_relaxed);
    const std::uint64_t whole_from = claimed - std::min(claimed, mask_ + 1);
    const std::uint64_t torn =
        std::min<std::uint64_t>(whole_from - std::min(whole_from, begin), shown.records.size());
    shown.records.erase(
        shown.records.begin(),
        shown.records.begin() + static_cast<std::ptrdiff_t>(torn)
    );
    shown.lost = begin - from + torn;
    return shown;
}

ring& detail::make_ring() {
    thread_local const ring_keeper keeper;
    keeper.be_there();
    const std::size_t bytes_per_record = ring::words_per_record * sizeof(std::uint64_t);
    const std::size_t count =
        std::bit_ceil(std::max<std::size_t>(ring_bytes / bytes_per_record, 2));
    auto made = std::make_unique<ring>(count, number_of_this_thread());
    made->call_thread(name_here);
    this_thread.records = made.get();
    all_rings& rings = every_ring();
    const std::scoped_lock lock(rings.mutex);
    rings.list.push_back({std::move(made), false});
    return *this_thread.records;
}

void set_ring_bytes(std::size_t bytes) {
    ring_bytes = bytes;
}

std::vector<ring::content> read_rings() {
    all_rings& rings = every_ring();
    const std::scoped_lock lock(rings.mutex);
    std::vector<ring::content> shown;
    for (const kept_ring& each : rings.list)
        shown.push_back(each.records->read_all());
    return shown;
}

void forget_records() {
    all_rings& rings = every_ring();
    const std::scoped_lock lock(rings.mutex);
    for (const kept_ring& each : rings.list)
        each.records->forget();
    forget_past_labels();  // their texts are kept for recordings alone
}

}  // namespace clarion::trace
