#pragma once

#include "core/ports/tool_source.hpp"

#include <string>
#include <utility>

namespace clarion::agents::test {

/// A source whose tools answer `null`.
class silent_source final : public ports::tool_source {
public:
    explicit silent_source(std::string name = "files") : name_(std::move(name)) {}

    const std::string& name() const override { return name_; }
    task<ports::source_answer> call(ports::source_call, ports::progress_sink) override {
        co_return ports::source_answer(protocol::json_text{"null"});
    }

private:
    std::string name_;
};

inline ports::source_tool
described(std::string name, std::string description = "Does it", bool read_only = true) {
    ports::source_tool made;
    made.name = std::move(name);
    made.description = std::move(description);
    made.parameters = {R"({"type":"object"})"};
    made.read_only = read_only;
    return made;
}

}  // namespace clarion::agents::test
