#include "core/trace/timeline.hpp"

#include "core/trace/coroutine_facts.hpp"
#include "core/trace/tree_text.hpp"

#include <algorithm>
#include <cstdio>
#include <map>
#include <vector>

namespace clarion::trace {

namespace {

class timeline {
public:
    explicit timeline(const recording& of) : of_(of), facts_(of) {}

    std::string text() && {
        for (const std::string& gap : gap_lines(of_))
            text_ += gap + '\n';
        text_ += "program " + of_.build + '\n';
        const std::uint64_t from_ns = of_.entries.empty() ? 0 : of_.entries.front().at_ns;
        std::map<std::uint64_t, std::vector<const entry*>> by_tag;
        for (const entry& each : of_.entries)
            if (each.what != event::posted && each.what != event::turn_began &&
                each.what != event::turn_ended)
                by_tag[facts_.of(each.subject).tag].push_back(&each);
        for (const auto& [tag, entries] : by_tag) {
            const std::string label = of_.tree.label_of(tag);
            text_ += "\n== " +
                     (tag == 0        ? "without a tag"
                      : label.empty() ? "a tag that is gone"
                                      : label) +
                     '\n';
            for (const entry* each : entries)
                add(*each, from_ns);
        }
        return std::move(text_);
    }

private:
    void add(const entry& at, std::uint64_t from_ns) {
        char head[48];
        std::snprintf(
            head,
            sizeof head,
            "%14.3f us  thread %-3u ",
            static_cast<double>(at.at_ns - from_ns) / 1e3,
            static_cast<unsigned>(at.thread)
        );
        text_ += head + facts_.name_of(at.subject) + ' ' + what_happened(at) + '\n';
    }

    std::string at_place(const entry& at) const {
        const std::string& place = of_.text(at.place);
        return place.empty() ? place : " at " + place;
    }

    std::string what_happened(const entry& at) const {
        const std::string& text = of_.text(at.text);
        switch (at.what) {
            case event::made:
                return "made by " + facts_.name_of(at.other);
            case event::begun:
                return at.other == 0
                           ? "begins"
                           : "begins, awaited by " + facts_.name_of(at.other) + at_place(at);
            case event::called:
                return "called by " + facts_.name_of(at.other) + " at " + text;
            case event::passed:
                return "called by " + facts_.name_of(at.other) + " at " + text + ", ended after " +
                       time_text(at.key);
            case event::suspended:
                return "waits for " + text + at_place(at);
            case event::resumed:
                return "goes on";
            case event::ended:
                return "ends";
            case event::failed:
                return "throws " + text + " (" + std::to_string(at.key) + ")";
            case event::cancelled:
                return "throws: cancelled";
            case event::abandoned:
                return "is destroyed unfinished" + at_place(at);
            case event::named:
                return "is called so from now on";
            case event::tagged:
                return "works for " + of_.tree.label_of(at.key);
            case event::marked:
                return "MARK " + text + ' ' + subject_of_mark(at) + at_place(at);
            case event::released:
                return "releases " + text + at_place(at);
            case event::acquired:
                return "acquires " + text + at_place(at);
            default:
                return {};
        }
    }

    std::string subject_of_mark(const entry& at) const {
        const std::string label = of_.tree.label_of(at.key);
        const std::string key = label.empty() ? std::to_string(at.key) : label;
        return at.other == 0 ? key : key + " (" + std::to_string(at.other) + ')';
    }

    const recording& of_;
    coroutine_facts facts_;
    std::string text_;
};

}  // namespace

std::string to_timeline(const recording& of) {
    return timeline(of).text();
}

}  // namespace clarion::trace
