#include "core/protocol/payload_text.hpp"

#include "core/protocol/json_writer.hpp"

#include <boost/json/monotonic_resource.hpp>
#include <boost/json/parse.hpp>

#include <array>
#include <utility>

namespace clarion::protocol {

namespace {

using read_result = std::variant<payload, field_error>;

// What a field may hold is checked where it comes in; here it must be read again, whatever it is,
// with the levels of the event around it.
constexpr std::size_t depth_max = 512;

template <std::size_t Index>
read_result read_alternative(const boost::json::value& from) {
    std::variant_alternative_t<Index, payload> value;
    if (auto error = object_reader::read(from, value, rules::any, {}))
        return *std::move(error);
    return payload(std::in_place_index<Index>, std::move(value));
}

template <std::size_t... Indices>
read_result
read_payload(event_type type, const boost::json::value& from, std::index_sequence<Indices...>) {
    static constexpr std::array readers{&read_alternative<Indices>...};
    return readers[static_cast<std::size_t>(type)](from);
}

}  // namespace

std::string payload_to_json(const payload& value) {
    return std::visit([](const auto& typed) { return to_json(typed); }, value);
}

event uncommitted(const payload& value) {
    event result;
    result.type = type_of(value);
    result.payload_json = payload_to_json(value);
    return result;
}

std::variant<payload, field_error> payload_from_json(event_type type, std::string_view json) {
    std::array<unsigned char, 2048> buffer;
    boost::json::monotonic_resource memory(buffer.data(), buffer.size());
    boost::json::parse_options with;
    with.max_depth = depth_max;
    boost::system::error_code error;
    const boost::json::value parsed = boost::json::parse(json, error, &memory, with);
    if (error)
        return field_error{"", "is not JSON: " + error.message()};
    return read_payload(type, parsed, std::make_index_sequence<event_types_count>());
}

std::optional<field_error> check_payload(const payload& value) {
    return std::visit([](const auto& typed) { return check_fields(typed); }, value);
}

}  // namespace clarion::protocol
