#include "core/agents/outside/tool_pins.hpp"

#include "core/protocol/json_writer.hpp"

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>
#include <utility>

namespace clarion::agents::outside {

namespace {

// Stands for every tool that the file does not name. No tool is called so: their names have a dot.
constexpr std::string_view every_other = "*";
// Of a tool that says what nobody has trusted, whatever it says.
constexpr std::string_view of_nothing;

}  // namespace

tool_pins::tool_pins(std::string path) : path_(std::move(path)) {
    if (!path_.empty())
        read();
}

void tool_pins::read() {
    std::error_code missing;
    if (!std::filesystem::exists(path_, missing) && !missing)
        return;
    std::ifstream file(path_, std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    boost::system::error_code error;
    const boost::json::value parsed = boost::json::parse(text, error);
    if (error || !parsed.is_object()) {
        trouble_ = path_ + " cannot be read: every tool needs approval for its next call";
        digests_.emplace(every_other, of_nothing);
        return;
    }
    for (const auto& [name, digest] : parsed.get_object())
        digests_.insert_or_assign(
            std::string(name),
            digest.is_string() ? std::string(digest.get_string()) : std::string(of_nothing)
        );
}

std::optional<std::string> tool_pins::find(std::string_view tool) const {
    auto found = digests_.find(tool);
    if (found == digests_.end())
        found = digests_.find(every_other);
    return found == digests_.end() ? std::nullopt : std::optional(found->second);
}

void tool_pins::set(const std::string& tool, const std::string& digest) {
    std::string& kept = digests_[tool];
    is_changed_ = is_changed_ || kept != digest;
    kept = digest;
}

std::optional<std::string> tool_pins::save() {
    if (!is_changed_ || path_.empty())
        return std::nullopt;
    const std::string beside = path_ + ".new";
    std::string text;
    protocol::append_json(
        text,
        std::map<std::string, std::string>(digests_.begin(), digests_.end())
    );
    std::ofstream file(beside, std::ios::binary | std::ios::trunc);
    file << text << '\n';
    file.close();
    // Whoever reads it finds the old one or the new one, never a part.
    if (!file || std::rename(beside.c_str(), path_.c_str()) != 0)
        return path_ + " cannot be written: " + std::generic_category().message(errno);
    is_changed_ = false;
    return std::nullopt;
}

}  // namespace clarion::agents::outside
