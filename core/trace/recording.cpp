#include "core/trace/recording.hpp"

#include "core/trace/clock.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <utility>

#include <elf.h>
#include <link.h>

namespace clarion::trace {

namespace {

word text_word(word_table& words, const record& of) {
    switch (of.what) {
        case event::suspended:
        case event::abandoned:
            return words.operation(of.text);
        case event::called:
        case event::passed:
            return words.place(std::bit_cast<std::source_location>(of.text));
        case event::failed:
        case event::cancelled:
            return words.type(of.text);
        default:
            return words.text(of.text);
    }
}

entry entry_of(word_table& words, const record& happened, std::uint32_t thread) {
    return {
        .at_ns = happened.at_ns,
        .what = happened.what,
        .thread = thread,
        .subject = happened.subject,
        .other = happened.other,
        .key = happened.key,
        .place = words.place(happened.place),
        .function = words.function(happened.place),
        .text = text_word(words, happened),
    };
}

// What one thread wrote stays in the order written, also where its clock changed to a virtual one
// and back in between.
void sort_by_time(std::vector<entry>& entries) {
    std::vector<std::pair<std::uint64_t, const entry*>> by_time;
    by_time.reserve(entries.size());
    std::uint64_t latest_ns = 0;
    for (const entry& each : entries) {
        const bool is_first = by_time.empty() || by_time.back().second->thread != each.thread;
        latest_ns = is_first ? each.at_ns : std::max(latest_ns, each.at_ns);
        by_time.emplace_back(latest_ns, &each);
    }
    std::ranges::stable_sort(by_time, {}, [](const auto& each) { return each.first; });
    std::vector<entry> sorted;
    sorted.reserve(entries.size());
    for (const auto& [at_ns, each] : by_time)
        sorted.push_back(*each);
    entries = std::move(sorted);
}

std::string hex(const unsigned char* bytes, std::size_t count) {
    constexpr const char* digits = "0123456789abcdef";
    std::string text;
    for (std::size_t at = 0; at < count; ++at) {
        text += digits[bytes[at] >> 4U];
        text += digits[bytes[at] & 15U];
    }
    return text;
}

// Notes are aligned to four bytes; the build id is one called "GNU".
std::string build_id_in(const unsigned char* notes, std::size_t bytes) {
    const auto aligned = [](std::size_t size) {
        return (size + 3) / 4 * 4;
    };
    std::size_t at = 0;
    while (at + sizeof(ElfW(Nhdr)) <= bytes) {
        ElfW(Nhdr) head;
        std::memcpy(&head, notes + at, sizeof head);
        const std::size_t name = at + sizeof head;
        const std::size_t content = name + aligned(head.n_namesz);
        const std::size_t end = content + aligned(head.n_descsz);
        if (end > bytes)
            break;
        if (head.n_type == NT_GNU_BUILD_ID && head.n_namesz == sizeof ELF_NOTE_GNU &&
            std::memcmp(notes + name, ELF_NOTE_GNU, sizeof ELF_NOTE_GNU) == 0)
            return hex(notes + content, head.n_descsz);
        at = end;
    }
    return {};
}

// The program itself comes first; libraries are not asked.
int look_at_program(dl_phdr_info* info, std::size_t, void* into) {
    for (unsigned at = 0; at < info->dlpi_phnum; ++at) {
        const auto& segment = info->dlpi_phdr[at];
        if (segment.p_type != PT_NOTE)
            continue;
        const auto address = info->dlpi_addr + segment.p_vaddr;
        std::string found =
            build_id_in(reinterpret_cast<const unsigned char*>(address), segment.p_memsz);
        if (!found.empty())
            *static_cast<std::string*>(into) = std::move(found);
    }
    return 1;
}

}  // namespace

bool recording::is_complete() const {
    return std::ranges::all_of(threads, [](const auto& each) { return each.lost == 0; });
}

std::uint64_t recording::complete_from_ns() const {
    std::uint64_t from = 0;
    for (const recorded_thread& each : threads)
        if (each.lost > 0)
            from = std::max(from, each.first_ns);
    return from;
}

recording take_recording(std::uint64_t window_ns) {
    recording made;
    made.build = program_build_id();
    const std::vector<ring::content> rings = read_rings();
    made.tree = take_tree();
    const std::uint64_t from_ns = made.tree.taken_ns - std::min(made.tree.taken_ns, window_ns);
    word_table& words = made.tree.words;
    for (const ring::content& one : rings) {
        recorded_thread thread{one.thread, words.text(one.thread_name), one.lost, 0};
        for (const record& each : one.records) {
            if (each.at_ns < from_ns) {
                thread.lost = 0;  // what is missing is older than the window
                continue;
            }
            if (thread.first_ns == 0)
                thread.first_ns = each.at_ns;
            made.entries.push_back(entry_of(words, each, one.thread));
        }
        if (thread.first_ns != 0)
            made.threads.push_back(thread);
    }
    sort_by_time(made.entries);
    return made;
}

std::vector<std::string> gap_lines(const recording& of) {
    std::vector<std::string> lines;
    for (const recorded_thread& each : of.threads) {
        if (each.lost == 0)
            continue;
        const std::string& name = of.text(each.name);
        lines.push_back(
            "window incomplete: thread " + std::to_string(each.number) +
            (name.empty() ? "" : " (" + name + ")") + " lost the " + std::to_string(each.lost) +
            " records before its first one here"
        );
    }
    return lines;
}

std::string program_build_id() {
    static const std::string id = [] {
        std::string found;
        dl_iterate_phdr(look_at_program, &found);
        return found.empty() ? std::string("unknown") : found;
    }();
    return id;
}

}  // namespace clarion::trace
