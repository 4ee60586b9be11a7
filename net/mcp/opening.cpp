#include "net/mcp/opening.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace clarion::mcp {

namespace json = boost::json;

namespace {

// A server of before may say nothing at all to a method that it does not know.
constexpr duration discover_patience = std::chrono::seconds(5);
// Some are still being downloaded by the command that starts them.
constexpr duration initialize_patience = std::chrono::seconds(60);
// A server that refuses a revision and names the very same as supported is asked once more.
constexpr int discoveries_max = 2;

bool is_modern(const std::vector<std::string>& revisions) {
    return std::ranges::find(revisions, modern_revision) != revisions.end();
}

bool is_legacy(std::string_view revision) {
    return std::ranges::find(legacy_revisions, revision) != legacy_revisions.end();
}

std::optional<std::vector<std::string>> texts_in(const json::object& from, std::string_view name) {
    const auto* const member = from.if_contains(name);
    const auto* const array = member == nullptr ? nullptr : member->if_array();
    if (array == nullptr)
        return std::nullopt;
    std::vector<std::string> texts;
    for (const json::value& one : *array) {
        if (!one.is_string())
            return std::nullopt;
        texts.emplace_back(one.get_string());
    }
    return texts;
}

json::object identity(const client_identity& who) {
    json::object made;
    made["name"] = who.name;
    made["version"] = who.version;
    return made;
}

agreement agreed(era spoken, std::string revision, const json::object& result) {
    agreement made;
    made.spoken = spoken;
    made.revision = std::move(revision);
    if (const auto* const info = object_in(result, "serverInfo")) {
        made.server_name = text_in(*info, "name").value_or("");
        made.server_version = text_in(*info, "version").value_or("");
    }
    const auto* const capabilities = object_in(result, "capabilities");
    const auto* const tools = capabilities ? object_in(*capabilities, "tools") : nullptr;
    if (tools != nullptr)
        if (const auto* const tells = tools->if_contains("listChanged"))
            made.tells_list_changes = tells->is_bool() && tells->get_bool();
    return made;
}

// Nothing that another greeting could change.
bool is_final(const ask_failure& failure) {
    using enum ask_failure::fault;
    if (failure.what == unreachable || failure.what == closed)
        return true;
    constexpr unsigned unauthorized = 401;
    constexpr unsigned forbidden = 403;
    constexpr unsigned server_errors = 500;
    return failure.what == refused &&
           (failure.status == unauthorized || failure.status == forbidden ||
            failure.status >= server_errors);
}

}  // namespace

json::object modern_meta(const client_identity& who) {
    json::object made;
    made["io.modelcontextprotocol/protocolVersion"] = modern_revision;
    made["io.modelcontextprotocol/clientInfo"] = identity(who);
    made["io.modelcontextprotocol/clientCapabilities"] = json::object();
    return made;
}

std::optional<std::vector<std::string>> supported_in(const rpc_error& error) {
    const auto* const data = error.data.if_object();
    return data == nullptr ? std::nullopt : texts_in(*data, "supported");
}

opening_step opening::begin() {
    return expected_ == era::modern ? discover() : initialize();
}

opening_step opening::take(const ask_outcome& came) {
    return stage_ == stage::discovering ? after_discover(came) : after_initialize(came);
}

opening_step opening::discover() {
    stage_ = stage::discovering;
    ++discoveries_;
    opening_request made;
    made.method = "server/discover";
    made.params["_meta"] = modern_meta(who_);
    made.patience = discover_patience;
    return made;
}

opening_step opening::initialize() {
    stage_ = stage::initializing;
    opening_request made;
    made.method = "initialize";
    made.params["protocolVersion"] = legacy_revisions.front();
    made.params["capabilities"] = json::object();
    made.params["clientInfo"] = identity(who_);
    made.patience = initialize_patience;
    return made;
}

opening_step opening::after_discover(const ask_outcome& came) {
    if (const auto* const failure = std::get_if<ask_failure>(&came)) {
        if (is_final(*failure))
            return opening_failure{failure->message};
        return initialize();
    }
    if (const auto* const error = std::get_if<rpc_error>(&came)) {
        if (auto step = after_refused_version(*error))
            return *std::move(step);
        return initialize();
    }
    const auto& result = std::get<json::object>(came);
    const auto supported = texts_in(result, "supportedVersions");
    if (supported && is_modern(*supported))
        return agreed(era::modern, std::string(modern_revision), result);
    return initialize();
}

std::optional<opening_step> opening::after_refused_version(const rpc_error& error) {
    const auto supported = supported_in(error);
    if (!supported)
        return std::nullopt;
    if (is_modern(*supported)) {
        if (discoveries_ < discoveries_max)
            return discover();
        return opening_failure{"refuses the revision that it says it speaks"};
    }
    if (std::ranges::any_of(*supported, is_legacy))
        return std::nullopt;
    return opening_failure{"speaks no revision of MCP that this client knows"};
}

opening_step opening::after_initialize(const ask_outcome& came) {
    if (const auto* const failure = std::get_if<ask_failure>(&came))
        return opening_failure{failure->message};
    if (const auto* const error = std::get_if<rpc_error>(&came))
        return opening_failure{"refused to begin: " + error->message};
    const auto& result = std::get<json::object>(came);
    const auto revision = text_in(result, "protocolVersion");
    if (!revision)
        return opening_failure{"did not say which revision of MCP it speaks"};
    if (!is_legacy(*revision))
        return opening_failure{
            "speaks revision " + *revision + " of MCP, which this client does not know"
        };
    return agreed(era::legacy, *revision, result);
}

}  // namespace clarion::mcp
