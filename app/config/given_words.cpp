#include "app/config/given_words.hpp"

#include "app/config/complaint.hpp"
#include "app/config/setting_table.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

#include <CLI/CLI.hpp>

namespace clarion::app {

namespace {

/// The flags of the table, as CLI11 wants to be told.
class parser {
public:
    parser() {
        app_.set_help_flag();
        app_.allow_extras();
        command_ = app_.add_option("command", CLI::callback_t{});
        keep_all(command_);
        help_ = app_.add_flag("-h,--help");
        version_ = app_.add_flag("--version");
        add_option(config_flag);
        for (const setting& row : all_settings())
            if (row.has_flag())
                row.rule.of == value_rule::kind::toggle ? add_toggle(flag_of(row))
                                                        : add_option(flag_of(row));
    }

    [[nodiscard]] std::variant<given_words, std::string> parse(std::vector<std::string> arguments) {
        // CLI11 would take the next word for the value of "--data=", which a script's empty
        // variable leaves behind.
        for (const auto& word : arguments)
            if (word.ends_with('=') && options_.contains(word.substr(0, word.size() - 1)))
                return without_value(word.substr(0, word.size() - 1));
        std::ranges::reverse(arguments);
        try {
            app_.parse(std::move(arguments));
        } catch (const CLI::ParseError& error) {
            const std::string_view said = error.what();
            const std::string flag(said.substr(0, said.find(':')));
            return options_.contains(flag) ? without_value(flag) : on_one_line(said);
        }
        return words();
    }

private:
    // All of what was given is kept, each once and as it was: what it means is decided elsewhere.
    static void keep_all(CLI::Option* option) {
        option->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)->allow_extra_args(false);
    }

    void add_option(const std::string& flag) {
        options_[flag] = app_.add_option(flag, CLI::callback_t{})->expected(1);
        keep_all(options_[flag]);
    }

    void add_toggle(const std::string& flag) {
        toggles_[flag] = app_.add_flag(flag);
        keep_all(toggles_[flag]);
    }

    static std::string without_value(const std::string& flag) { return flag + " needs a value"; }

    [[nodiscard]] std::variant<given_words, std::string> words() const {
        given_words given;
        if (command_->count() > 0)
            given.command = command_->results().front();
        given.wants_help = help_->count() > 0;
        given.wants_version = version_->count() > 0;
        for (const auto& word : app_.remaining())
            if (word != "--")
                given.unexpected.push_back(word);
        for (const auto& [flag, option] : toggles_)
            if (option->count() > 0)
                given.flags[flag] = option->results();
        for (const auto& [flag, option] : options_) {
            for (const auto& value : option->results())
                if (value.empty() || value.starts_with("--"))
                    return without_value(flag);
            if (option->count() > 0)
                given.flags[flag] = option->results();
        }
        return given;
    }

    CLI::App app_;
    CLI::Option* command_ = nullptr;
    CLI::Option* help_ = nullptr;
    CLI::Option* version_ = nullptr;
    std::map<std::string, CLI::Option*> options_;
    std::map<std::string, CLI::Option*> toggles_;
};

}  // namespace

std::variant<given_words, std::string> take_apart(const std::vector<std::string>& arguments) {
    return parser().parse(arguments);
}

}  // namespace clarion::app
