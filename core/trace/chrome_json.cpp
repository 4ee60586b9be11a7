#include "core/trace/chrome_json.hpp"

#include "core/trace/coroutine_facts.hpp"
#include "core/trace/json_text.hpp"

#include <algorithm>
#include <cstdio>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace clarion::trace {

namespace {

struct argument {
    const char* name;
    std::string value;
};

class chrome_trace {
public:
    explicit chrome_trace(const recording& of) : of_(of), facts_(of) { look_ahead(); }

    std::string text() && {
        text_ = "{\"traceEvents\":[\n";
        for (const recorded_thread& each : of_.threads)
            name_thread(each);
        for (const entry& each : of_.entries)
            add(each);
        close_all();
        text_ += "\n],\"displayTimeUnit\":\"ns\",\"otherData\":{\"build\":";
        append_json_text(text_, of_.build);
        std::string gaps;
        for (const std::string& gap : gap_lines(of_))
            gaps += (gaps.empty() ? "" : "; ") + gap;
        text_ += ",\"window\":";
        append_json_text(text_, gaps.empty() ? "complete" : gaps);
        text_ += "}}\n";
        return std::move(text_);
    }

private:
    struct where {
        std::uint64_t at_ns = 0;
        std::uint32_t thread = 0;
    };

    // An arrow begins only where the recording has its end, too.
    void look_ahead() {
        std::unordered_set<std::uint64_t> goes_on;
        for (auto each = of_.entries.rbegin(); each != of_.entries.rend(); ++each) {
            if (each->what == event::resumed)
                goes_on.insert(each->subject);
            else if (each->what == event::suspended && goes_on.erase(each->subject) > 0)
                goes_on_.insert(&*each);
            else if (each->what == event::begun && each->other == 0)
                begins_.insert(each->subject);
        }
    }

    void name_thread(const recorded_thread& thread) {
        const std::string& name = of_.text(thread.name);
        open("M", "thread_name", {0, thread.number});
        text_ += ",\"args\":{\"name\":";
        append_json_text(text_, name.empty() ? "thread " + std::to_string(thread.number) : name);
        text_ += "}}";
    }

    void add(const entry& at) {
        const where here{at.at_ns, at.thread};
        switch (at.what) {
            case event::made:
                if (begins_.contains(at.subject) && !stacks_[at.thread].empty()) {
                    made_.insert(at.subject);
                    arrow("s", at.subject * 2, here);
                }
                break;
            case event::begun:
                begin(at, here);
                break;
            case event::called:
                begin_slice(at.subject, here);
                break;
            case event::passed:
                begin_slice(at.subject, here);
                end_slice(at.subject, {at.at_ns + at.key, at.thread}, {});
                break;
            case event::suspended:
                suspend(at, here);
                break;
            case event::resumed:
                resume(at, here);
                break;
            case event::ended:
                end_slice(at.subject, here, {});
                end_track(at.subject, here);
                break;
            case event::abandoned:
                end_track(at.subject, here);
                break;
            case event::marked:
            case event::failed:
            case event::cancelled:
                add_instant(at, here);
                break;
            default:
                break;
        }
    }

    // The slices of those that wait for it are open, or come open again when it goes on.
    void begin(const entry& at, const where& here) {
        if (at.other == 0) {
            open("b", facts_.name_of(at.subject), here);
            text_ += ",\"cat\":\"coroutine\",\"id\":" + std::to_string(at.subject) + "}";
            tracks_.insert(at.subject);
        }
        begin_slice(at.subject, here);
        if (made_.erase(at.subject) > 0)
            arrow("f", at.subject * 2, here);
    }

    void begin_slice(std::uint64_t subject, const where& here) {
        open("B", facts_.name_of(subject), here);
        const std::string label = of_.tree.label_of(facts_.of(subject).tag);
        if (!label.empty()) {
            text_ += ",\"args\":{\"for\":";
            append_json_text(text_, label);
            text_ += '}';
        }
        text_ += '}';
        stacks_[here.thread].push_back(subject);
    }

    // Ends the slice with all that stand in it; nothing when it began before the recording.
    void end_slice(std::uint64_t subject, const where& here, const std::vector<argument>& about) {
        std::vector<std::uint64_t>& stack = stacks_[here.thread];
        const bool is_there = std::ranges::count(stack, subject) > 0;
        while (is_there && !stack.empty()) {
            const bool is_last = stack.back() == subject;
            open("E", {}, here);
            close_with(is_last ? about : std::vector<argument>{});
            stack.pop_back();
            if (is_last)
                return;
        }
    }

    // It leaves its thread together with all that wait for it.
    void suspend(const entry& at, const where& here) {
        const std::uint64_t root = root_of(at.subject);
        if (goes_on_.contains(&at) && is_on(here.thread, root)) {
            arrow_from_.insert(at.subject);
            arrow("s", arrow_of(at), here);
        }
        end_slice(at.subject, here, {{"waits for", of_.text(at.text)}, {"at", of_.text(at.place)}});
        end_slice(root, here, {});
        waits_[at.subject] = at.text;
        open("b", "waits for " + of_.text(at.text), here);
        text_ += ",\"cat\":\"coroutine\",\"id\":" + std::to_string(root) + "}";
    }

    void resume(const entry& at, const where& here) {
        end_wait(at.subject, here);
        for (const std::uint64_t each : chain_of(at.subject))
            begin_slice(each, here);
        if (arrow_from_.erase(at.subject) > 0)
            arrow("f", arrow_of(at), here);
        ++turns_[at.subject];
    }

    std::uint64_t arrow_of(const entry& at) const {
        const auto turn = turns_.find(at.subject);
        return (at.subject << 20U) + (turn == turns_.end() ? 0 : turn->second) * 2 + 1;
    }

    bool is_on(std::uint32_t thread, std::uint64_t subject) const {
        const auto stack = stacks_.find(thread);
        return stack != stacks_.end() && std::ranges::count(stack->second, subject) > 0;
    }

    // The spawned one, those that it awaits in turn, `id` last.
    std::vector<std::uint64_t> chain_of(std::uint64_t id) const {
        std::vector<std::uint64_t> chain;
        for (std::uint64_t each = id; each != 0 && chain.size() < 64; each = facts_.of(each).caller)
            chain.push_back(each);
        std::ranges::reverse(chain);
        return chain;
    }

    std::uint64_t root_of(std::uint64_t id) const { return chain_of(id).front(); }

    void end_wait(std::uint64_t subject, const where& here) {
        const auto wait = waits_.find(subject);
        if (wait == waits_.end())
            return;
        open("e", "waits for " + of_.text(wait->second), here);
        text_ += ",\"cat\":\"coroutine\",\"id\":" + std::to_string(root_of(subject)) + "}";
        waits_.erase(wait);
    }

    void end_track(std::uint64_t subject, const where& here) {
        end_wait(subject, here);
        if (tracks_.erase(subject) == 0)
            return;
        open("e", facts_.name_of(subject), here);
        text_ += ",\"cat\":\"coroutine\",\"id\":" + std::to_string(subject) + "}";
    }

    void add_instant(const entry& at, const where& here) {
        open(
            "i",
            at.what == event::marked ? of_.text(at.text) : "throws " + of_.text(at.text),
            here
        );
        text_ += ",\"s\":\"t\"";
        close_with({{"of", of_.tree.label_of(at.key)}, {"at", of_.text(at.place)}});
    }

    void arrow(const char* phase, std::uint64_t id, const where& here) {
        open(phase, "then", here);
        text_ += ",\"cat\":\"flow\",\"id\":" + std::to_string(id);
        if (*phase == 'f')
            text_ += ",\"bp\":\"e\"";
        text_ += '}';
    }

    // What has no end in the recording ends with it.
    void close_all() {
        const std::uint64_t end = of_.entries.empty() ? 0 : of_.entries.back().at_ns;
        for (const auto& [thread, stack] : stacks_)
            for (std::size_t left = stack.size(); left > 0; --left) {
                open("E", {}, {end, thread});
                text_ += '}';
            }
    }

    void close_with(const std::vector<argument>& about) {
        if (!about.empty()) {
            text_ += ",\"args\":{";
            for (const argument& each : about) {
                append_json_text(text_, each.name);
                text_ += ':';
                append_json_text(text_, each.value);
                text_ += &each == &about.back() ? "}" : ",";
            }
        }
        text_ += '}';
    }

    void open(const char* phase, const std::string& name, const where& here) {
        char head[96];
        std::snprintf(
            head,
            sizeof head,
            "%s{\"ph\":\"%s\",\"pid\":1,\"tid\":%u,\"ts\":%.3f",
            separator_,
            phase,
            static_cast<unsigned>(here.thread),
            static_cast<double>(here.at_ns) / 1e3
        );
        separator_ = ",\n";
        text_ += head;
        if (!name.empty()) {
            text_ += ",\"name\":";
            append_json_text(text_, name);
        }
    }

    const recording& of_;
    coroutine_facts facts_;
    std::string text_;
    const char* separator_ = "";
    /// Whose slices are open on each thread, innermost last.
    std::unordered_map<std::uint32_t, std::vector<std::uint64_t>> stacks_;
    std::unordered_set<std::uint64_t> begins_;
    std::unordered_set<const entry*> goes_on_;
    std::unordered_set<std::uint64_t> made_;
    std::unordered_set<std::uint64_t> arrow_from_;
    std::unordered_map<std::uint64_t, std::uint64_t> turns_;
    std::unordered_map<std::uint64_t, word> waits_;
    std::unordered_set<std::uint64_t> tracks_;
};

}  // namespace

std::string to_chrome_json(const recording& of) {
    return chrome_trace(of).text();
}

}  // namespace clarion::trace
