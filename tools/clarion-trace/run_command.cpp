#include "tools/clarion-trace/run_command.hpp"

#include "core/trace/chrome_json.hpp"
#include "core/trace/recording_file.hpp"
#include "core/trace/timeline.hpp"
#include "core/trace/tree_text.hpp"
#include "tools/clarion-trace/admin_client.hpp"

#include <fstream>
#include <iterator>
#include <string>
#include <utility>
#include <variant>

namespace clarion::trace_tool {

namespace {

constexpr int failure_status = 1;
constexpr int usage_status = 2;

answer write_file(const std::string& path, const std::string& bytes) {
    std::ofstream file(path, std::ios::binary | std::ios::trunc);
    file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    file.close();
    if (!file)
        return failure{path + " cannot be written"};
    return std::string();
}

std::variant<trace::recording, failure> read_file(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file)
        return failure{path + " cannot be read"};
    const std::string bytes{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    auto read = trace::read_recording(bytes);
    if (const auto* bad = std::get_if<trace::bad_file>(&read))
        return failure{path + ": " + bad->why};
    return std::get<trace::recording>(std::move(read));
}

// What is of an id's charset needs no escape, and another one is no id.
bool is_id(const std::string& text) {
    return text.find_first_not_of(
               "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.:-"
           ) == std::string::npos;
}

answer tree_of(const command& wanted, const admin_address& server) {
    if (!is_id(wanted.tag))
        return failure{"'" + wanted.tag + "' is no id"};
    const std::string only = wanted.tag.empty() ? std::string() : "&tag=" + wanted.tag;
    return get(server, "/debug/coroutines?format=text" + only);
}

answer recorded(const command& wanted, const admin_address& server) {
    if (wanted.what == verb::record)
        return post(
            server,
            "/debug/trace/record",
            "{\"seconds\":" + std::to_string(wanted.seconds.value_or(1)) + "}"
        );
    if (wanted.seconds)
        return get(server, "/debug/trace?seconds=" + std::to_string(*wanted.seconds));
    return get(server, "/debug/trace");
}

answer ask(const command& wanted, const admin_address& server) {
    switch (wanted.what) {
        case verb::ps:
            return get(server, "/debug/coroutines?format=text&view=places");
        case verb::tree:
            return tree_of(wanted, server);
        case verb::level: {
            const answer changed =
                post(server, "/debug/trace/level", "{\"level\":\"" + wanted.level + "\"}");
            return std::holds_alternative<failure>(changed) ? changed : std::string();
        }
        default:
            break;
    }
    const answer bytes = recorded(wanted, server);
    if (const auto* text = std::get_if<std::string>(&bytes))
        return write_file(wanted.file, *text);
    return bytes;
}

answer convert(const command& wanted, const trace::recording& recorded) {
    const std::string text =
        wanted.to == form::chrome ? trace::to_chrome_json(recorded) : trace::to_timeline(recorded);
    return wanted.out.empty() ? text : write_file(wanted.out, text);
}

int lint(const command& wanted, const trace::recording& recorded, streams to) {
    for (const std::string& gap : trace::gap_lines(recorded))
        to.out << gap << '\n';
    const std::uint64_t from_ns = recorded.entries.empty() ? 0 : recorded.entries.front().at_ns;
    const auto found = trace::lint(recorded, wanted.lints);
    for (const trace::finding& each : found) {
        const std::uint64_t after = each.at_ns > from_ns ? each.at_ns - from_ns : 0;
        to.out << trace::to_string(each.broken) << " at " << each.place << ", after "
               << trace::time_text(after) << ": " << each.text << '\n';
    }
    to.out << found.size() << " findings in " << recorded.entries.size() << " records of program "
           << recorded.build << '\n';
    return found.empty() ? 0 : failure_status;
}

int tell(const answer& how, streams to) {
    if (const auto* failed = std::get_if<failure>(&how)) {
        to.complaints << "clarion-trace: " << failed->why << '\n';
        return failure_status;
    }
    to.out << std::get<std::string>(how);
    return 0;
}

}  // namespace

int run(const command& wanted, streams to) {
    if (wanted.what == verb::convert || wanted.what == verb::lint) {
        const auto read = read_file(wanted.file);
        if (const auto* failed = std::get_if<failure>(&read))
            return tell(*failed, to);
        const auto& recorded = std::get<trace::recording>(read);
        if (wanted.what == verb::lint)
            return lint(wanted, recorded, to);
        return tell(convert(wanted, recorded), to);
    }
    const auto server = parse_address(wanted.admin);
    if (const auto* wrong = std::get_if<std::string>(&server)) {
        to.complaints << "clarion-trace: --admin " << *wrong << '\n';
        return usage_status;
    }
    return tell(ask(wanted, std::get<admin_address>(server)), to);
}

}  // namespace clarion::trace_tool
