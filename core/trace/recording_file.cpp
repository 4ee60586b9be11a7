#include "core/trace/recording_file.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace clarion::trace {

namespace {

constexpr std::string_view magic = "clarion-trace 1\n";

// Numbers as LEB128, because most are small; texts with their length in front.
class writer {
public:
    void number(std::uint64_t value) {
        while (value >= 0x80U) {
            bytes_ += static_cast<char>(value | 0x80U);
            value >>= 7U;
        }
        bytes_ += static_cast<char>(value);
    }
    void text(std::string_view value) {
        number(value.size());
        bytes_ += value;
    }
    std::string take() { return std::move(bytes_); }

private:
    std::string bytes_{magic};
};

// What is wrong is remembered; from then on everything is 0 and nothing is left.
class reader {
public:
    explicit reader(std::string_view bytes) : left_(bytes) {}

    std::uint64_t number() {
        std::uint64_t value = 0;
        for (unsigned shift = 0; shift < 64; shift += 7) {
            if (left_.empty())
                return fail("it ends early");
            const auto byte = static_cast<unsigned char>(left_.front());
            left_.remove_prefix(1);
            value |= static_cast<std::uint64_t>(byte & 0x7FU) << shift;
            if (byte < 0x80U)
                return value;
        }
        return fail("a number is too long");
    }
    std::uint32_t small() {
        const std::uint64_t value = number();
        return static_cast<std::uint32_t>(
            value <= 0xFFFFFFFFU ? value : fail("a number is too large")
        );
    }
    // Each element takes a byte at least.
    std::size_t count() {
        const std::uint64_t value = number();
        return value <= left_.size() ? value : fail("a count is larger than the file");
    }
    std::string text() {
        const std::size_t size = count();
        std::string value(left_.substr(0, size));
        left_.remove_prefix(std::min(size, left_.size()));
        return value;
    }
    template <class Enum>
    Enum one_of(std::size_t values_count) {
        const std::uint64_t value = number();
        return static_cast<Enum>(value < values_count ? value : fail("a kind is unknown"));
    }
    void expect(bool holds, const char* otherwise) {
        if (!holds)
            fail(otherwise);
    }
    bool at_end() const { return left_.empty(); }
    const std::optional<std::string>& wrong() const { return wrong_; }

private:
    std::uint64_t fail(const char* why) {
        if (!wrong_)
            wrong_ = why;
        left_ = {};
        return 0;
    }

    std::string_view left_;
    std::optional<std::string> wrong_;
};

void write_tree(writer& to, const live_tree& tree) {
    to.number(tree.taken_ns);
    to.number(tree.words.all().size() - 1);
    for (std::size_t at = 1; at < tree.words.all().size(); ++at)
        to.text(tree.words.all()[at]);
    to.number(tree.labels.size());
    for (const auto& [tag, label] : tree.labels)
        for (const std::uint64_t field :
             {tag, std::uint64_t{label.kind}, std::uint64_t{label.text}})
            to.number(field);
    to.number(tree.frames.size());
    for (const tree_frame& each : tree.frames)
        for (const std::uint64_t field :
             {each.id,
              each.parent_id,
              each.caller_id,
              each.tag,
              each.made_ns,
              each.since_ns,
              std::uint64_t{each.turns},
              std::uint64_t{each.thread},
              static_cast<std::uint64_t>(each.state),
              std::uint64_t{each.name},
              std::uint64_t{each.place},
              std::uint64_t{each.operation}})
            to.number(field);
}

live_tree read_tree(reader& from) {
    live_tree tree;
    tree.taken_ns = from.number();
    const std::size_t words = from.count();
    for (std::size_t at = 1; at <= words && !from.wrong(); ++at)
        from.expect(tree.words.add(from.text()) == at, "a text stands there twice, or is empty");
    for (std::size_t left = from.count(); left > 0 && !from.wrong(); --left) {
        const std::uint64_t tag = from.number();
        const word kind = from.small();
        tree.labels[tag] = {kind, from.small()};
    }
    for (std::size_t left = from.count(); left > 0 && !from.wrong(); --left) {
        tree_frame& each = tree.frames.emplace_back();
        for (std::uint64_t* field :
             {&each.id, &each.parent_id, &each.caller_id, &each.tag, &each.made_ns, &each.since_ns})
            *field = from.number();
        each.turns = from.small();
        each.thread = from.small();
        each.state = from.one_of<frame_state>(static_cast<std::size_t>(frame_state::ended) + 1);
        for (word* field : {&each.name, &each.place, &each.operation})
            *field = from.small();
    }
    std::ranges::sort(tree.frames, {}, &tree_frame::id);
    return tree;
}

void write_entry(writer& to, const entry& each, std::uint64_t before_ns) {
    for (const std::uint64_t field :
         {each.at_ns - before_ns,
          static_cast<std::uint64_t>(each.what),
          std::uint64_t{each.thread},
          each.subject,
          each.other,
          each.key,
          std::uint64_t{each.place},
          std::uint64_t{each.function},
          std::uint64_t{each.text}})
        to.number(field);
}

entry read_entry(reader& from, std::uint64_t before_ns) {
    entry each;
    each.at_ns = before_ns + from.number();
    each.what = from.one_of<event>(events_count);
    each.thread = from.small();
    each.subject = from.number();
    each.other = from.number();
    each.key = from.number();
    for (word* field : {&each.place, &each.function, &each.text})
        *field = from.small();
    return each;
}

recording read_all(reader& from) {
    recording made;
    made.build = from.text();
    made.wall_ms = static_cast<std::int64_t>(from.number());
    made.tree = read_tree(from);
    for (std::size_t left = from.count(); left > 0 && !from.wrong(); --left) {
        recorded_thread each;
        each.number = from.small();
        each.name = from.small();
        each.lost = from.number();
        each.first_ns = from.number();
        made.threads.push_back(each);
    }
    std::uint64_t at_ns = 0;
    for (std::size_t left = from.count(); left > 0 && !from.wrong(); --left) {
        made.entries.push_back(read_entry(from, at_ns));
        at_ns = made.entries.back().at_ns;
    }
    from.expect(from.at_end(), "something stands behind the end");
    return made;
}

}  // namespace

std::string to_bytes(const recording& of) {
    writer to;
    to.text(of.build);
    to.number(static_cast<std::uint64_t>(of.wall_ms));
    write_tree(to, of.tree);
    to.number(of.threads.size());
    for (const recorded_thread& each : of.threads)
        for (const std::uint64_t field :
             {std::uint64_t{each.number}, std::uint64_t{each.name}, each.lost, each.first_ns})
            to.number(field);
    to.number(of.entries.size());
    std::uint64_t before_ns = 0;
    for (const entry& each : of.entries) {
        write_entry(to, each, before_ns);
        before_ns = each.at_ns;
    }
    return to.take();
}

std::variant<recording, bad_file> read_recording(std::string_view bytes) {
    if (!bytes.starts_with(magic))
        return bad_file{"the file is no recording of clarion-trace, version 1"};
    reader from(bytes.substr(magic.size()));
    recording made = read_all(from);
    if (from.wrong())
        return bad_file{"the file is damaged: " + *from.wrong()};
    return made;
}

}  // namespace clarion::trace
