#include "core/failure/ledger.hpp"
#include "core/failure/legible_text.hpp"
#include "core/protocol/json_writer.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace clarion::failure {

namespace {

std::string valid(std::string_view text) {
    std::string out;
    append_utf8(out, text);
    return out;
}

void append_tally(std::string& out, const tally& counted) {
    protocol::object_writer object(out);
    object("count", counted.count);
    object("first", counted.first);
    object("last", counted.last);
    object.end();
}

void append_record(std::string& out, const record& failed) {
    const code_traits& row = traits_of(failed.what);
    std::vector<std::string> stack;
    for (const std::string& frame : failed.stack)
        stack.push_back(valid(frame));
    protocol::object_writer object(out);
    object("ts", failed.ts);
    object("code", row.name);
    object("severity", failed.how);
    object("class", row.of);
    object("impact", row.impact);
    object("remedy", row.remedy);
    object("connection_id", valid(failed.connection_id));
    object("user_id", valid(failed.user_id));
    object("thread_id", valid(failed.thread_id));
    object("run_id", valid(failed.run_id));
    object("seq", failed.seq);
    object("detail", valid(failed.detail));
    object("stack", stack);
    object.end();
}

/// Appends `each(element)` for all elements, with commas between.
template <class Elements, class Each>
void append_separated(std::string& out, const Elements& elements, Each each) {
    const char* separator = "";
    for (const auto& element : elements) {
        out += separator;
        each(element);
        separator = ",";
    }
}

}  // namespace

std::string to_json(const ledger_snapshot& shown) {
    std::string out = R"({"codes":{)";
    append_separated(out, shown.tallies, [&out](const tally& counted) {
        protocol::append_json_string(out, traits_of(counted.what).name);
        out += ':';
        append_tally(out, counted);
    });
    out += R"(},"records":[)";
    append_separated(out, shown.records, [&out](const record& failed) {
        append_record(out, failed);
    });
    out += "]}";
    return out;
}

}  // namespace clarion::failure
