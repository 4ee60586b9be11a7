#include "core/agents/tools/builtin_tools.hpp"
#include "core/agents/tools/tool_results.hpp"
#include "core/agents/typed_tool.hpp"
#include "core/protocol/json_writer.hpp"

#include <string_view>

namespace clarion::agents::tools {

namespace {

struct text_arguments {
    std::string text;

    template <class Self, class Visitor>
    static void describe(Self& self, Visitor& visit) {
        visit("text", self.text);
    }
};

bool is_blank(std::string_view character) {
    static constexpr std::string_view no_break_space = "\u00A0";
    static constexpr std::string_view ideographic_space = "\u3000";
    return character == " " ||
           (character.size() == 1 && character[0] >= '\t' && character[0] <= '\r') ||
           character == no_break_space || character == ideographic_space;
}

bool ends_a_sentence(std::string_view character) {
    return character == "." || character == "!" || character == "?" || character == "…";
}

bool closes_a_quote(std::string_view character) {
    return character == "\"" || character == "'" || character == ")" || character == "”" ||
           character == "’" || character == "»";
}

/// The first code point of a text that is valid UTF-8 and not empty.
std::string_view first_character(std::string_view text) {
    std::size_t bytes = 1;
    while (bytes < text.size() && (static_cast<unsigned char>(text[bytes]) & 0xC0U) == 0x80U)
        ++bytes;
    return text.substr(0, bytes);
}

text_counts count(std::string_view text) {
    text_counts counts;
    counts.bytes = static_cast<std::int64_t>(text.size());
    bool in_word = false;
    bool in_line = false;
    bool in_sentence = false;
    bool sentence_has_end = false;
    while (!text.empty()) {
        const std::string_view character = first_character(text);
        text.remove_prefix(character.size());
        ++counts.characters;
        counts.lines += !in_line;
        in_line = character != "\n";
        const bool blank = is_blank(character);
        counts.words += !blank && !in_word;
        in_word = !blank;
        if (blank) {
            in_sentence = in_sentence && !sentence_has_end;
            continue;
        }
        counts.sentences += !in_sentence;
        in_sentence = true;
        sentence_has_end =
            ends_a_sentence(character) || (sentence_has_end && closes_a_quote(character));
    }
    return counts;
}

class text_stats final : public typed_tool<text_arguments> {
public:
    text_stats()
        : typed_tool({
              .name = "text_stats",
              .description = "Counts the characters, bytes, words, lines and sentences of a text.",
              .parameters = {R"({"type":"object","properties":{"text":{"type":"string"}},)"
                             R"("required":["text"]})"},
          }) {}

private:
    task<tool_result> work(engine::request_scope_ptr, text_arguments arguments) const override {
        tool_value counted;
        counted.result.text = protocol::to_json(count(arguments.text));
        co_return tool_result(std::move(counted));
    }
};

}  // namespace

std::unique_ptr<tool> make_text_stats() {
    return std::make_unique<text_stats>();
}

}  // namespace clarion::agents::tools
