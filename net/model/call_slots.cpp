#include "net/model/call_slots.hpp"

#include "net/model/surrogates.hpp"

#include <boost/json/parse.hpp>

#include <algorithm>
#include <ranges>
#include <string_view>
#include <utility>

namespace clarion::model {

namespace {

namespace json = boost::json;

bool is_whole_object(std::string_view text) {
    boost::system::error_code error;
    const json::value parsed = json::parse(text, error);
    return !error && parsed.is_object();
}

/// What stands for arguments: nothing and null are none, a string may hold the object.
void settle_arguments(std::string written, ports::model_call& call) {
    if (written.find_first_not_of(" \t\r\n") == std::string::npos)
        return;
    boost::system::error_code error;
    const json::value parsed = json::parse(written, error);
    if (!error && parsed.is_null())
        return;
    if (!error && parsed.is_string() && is_whole_object(parsed.get_string()))
        written = std::string(parsed.get_string());
    else if (error || !parsed.is_object())
        call.is_malformed = true;
    call.arguments = std::move(written);
}

}  // namespace

call_slots::slot* call_slots::place_of(const call_piece& piece) {
    const auto newest_first = std::views::reverse(slots_);
    if (!piece.id.empty()) {
        const auto known = std::ranges::find(newest_first, piece.id, &slot::id);
        if (known != newest_first.end())
            return &*known;
    }
    const auto same_index = [&piece](const slot& one) {
        return !piece.index || one.index == piece.index;
    };
    const auto newest = std::ranges::find_if(newest_first, same_index);
    if (newest == newest_first.end())
        return nullptr;
    // An id that comes late belongs to a call that has none yet and goes on.
    if (!piece.id.empty() && (!newest->id.empty() || !piece.name.empty()))
        return nullptr;
    // A name for a call that has one and all its arguments begins the next one.
    const bool is_next = !piece.name.empty() && !newest->name.empty() &&
                         (piece.name != newest->name || is_whole_object(newest->arguments));
    return is_next ? nullptr : &*newest;
}

call_slots::taken call_slots::take(call_piece piece) {
    slot* place = place_of(piece);
    if (place == nullptr) {
        if (slots_.size() >= limits_.calls_max)
            return taken::too_large;
        place = &slots_.emplace_back();
        place->index = piece.index;
    }
    if (!piece.id.empty())
        place->id = std::move(piece.id);
    // Later pieces may repeat the name, whole.
    if (place->name != piece.name)
        place->name += piece.name;
    if (piece.is_object)
        place->arguments.clear();
    if (place->arguments.size() + piece.arguments.size() > limits_.arguments_bytes_max ||
        place->name.size() > limits_.arguments_bytes_max)
        return taken::too_large;
    place->arguments += piece.arguments;
    return taken::taken;
}

std::optional<std::vector<ports::model_call>> call_slots::finish() {
    std::vector<ports::model_call> calls;
    for (slot& one : slots_) {
        if (one.name.empty() && one.arguments.empty())
            continue;  // a place that was never filled
        if (one.name.empty())
            return std::nullopt;
        ports::model_call& call = calls.emplace_back();
        call.id = std::move(one.id);
        call.name = std::move(one.name);
        settle_arguments(join_halves(std::move(one.arguments)), call);
    }
    slots_.clear();
    return calls;
}

}  // namespace clarion::model
