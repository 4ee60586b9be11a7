// The table of core/failure/codes.cpp as JSON, for tools/docs/failures.py.
#include "core/failure/codes.hpp"
#include "core/protocol/json_writer.hpp"

#include <cstdint>
#include <iostream>
#include <optional>
#include <string>

int main() {
    using namespace clarion;
    std::string out = "[";
    for (const failure::code_traits& row : failure::all_codes()) {
        out += out.size() > 1 ? ",\n" : "";
        std::optional<std::int64_t> close;
        if (row.closes_with)
            close = static_cast<std::int64_t>(*row.closes_with);
        protocol::object_writer object(out);
        object("code", row.name);
        object("severity", row.how);
        object("class", row.of);
        object("close", close);
        object("impact", row.impact);
        object("remedy", row.remedy);
        object.end();
    }
    std::cout << out << "]\n";
}
