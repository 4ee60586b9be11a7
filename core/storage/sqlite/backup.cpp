#include "core/storage/sqlite/backup.hpp"

#include "core/async/random_source.hpp"
#include "core/storage/sqlite/connection.hpp"
#include "core/storage/sqlite/data_directory.hpp"
#include "core/storage/sqlite/file_copy.hpp"
#include "core/storage/sqlite/schema.hpp"

#include <algorithm>
#include <memory>
#include <optional>
#include <system_error>
#include <utility>

namespace clarion::storage::sqlite {

namespace {

using complaint = std::optional<std::string>;

// The lock file is there as soon as anybody has looked at the directory.
constexpr const char* lock_name = "clarion.lock";

bool is_unused(const std::filesystem::path& directory) {
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator(directory, error))
        if (entry.path().filename() != lock_name)
            return false;
    return true;
}

// Nothing, when the file is a log that this version can go on with.
complaint check_backup(const std::filesystem::path& backup) {
    const auto refused = [&backup](const std::string& why) {
        return complaint("the backup " + backup.string() + ' ' + why);
    };
    std::error_code error;
    if (!std::filesystem::is_regular_file(backup, error))
        return refused("is not there");
    auto opened = connection::open(backup, access::read_only, "");
    if (const auto* failure = std::get_if<sql_error>(&opened))
        return refused("cannot be opened: " + failure->text);
    connection& database = *std::get<std::unique_ptr<connection>>(opened);
    const std::int64_t id = database.integer_of("PRAGMA application_id");
    const std::int64_t version = database.integer_of("PRAGMA user_version");
    std::string pages = database.text_of("PRAGMA quick_check(1)");
    std::ranges::replace(pages, '\n', ' ');
    if (const auto failure = database.take_error())
        return refused("cannot be read: " + failure->text);
    if (id != application_id)
        return refused("is not a database of Clarion");
    if (version > static_cast<std::int64_t>(schema_steps().size()))
        return refused("was written by a newer version of Clarion");
    if (pages != "ok")
        return refused("is damaged: " + pages);
    return std::nullopt;
}

restored give_new_epochs(connection& database) {
    restored sums;
    database.execute("BEGIN IMMEDIATE");
    {
        random_source random(system_seed());
        statement next(
            database,
            "SELECT thread_rowid FROM threads WHERE thread_rowid > ? ORDER BY thread_rowid LIMIT 1"
        );
        statement change(database, "UPDATE threads SET epoch = ? WHERE thread_rowid = ?");
        std::int64_t last = 0;
        const auto step = [&] {
            auto row = next.select(last);
            const bool found = row.next();
            last = found ? row.integer(0) : last;
            return found;
        };
        while (!database.failed() && step())
            change.run(random.id("e_"), last);
    }
    database.execute("COMMIT");
    sums.threads = database.integer_of("SELECT count(*) FROM threads WHERE user_id <> ''");
    sums.events =
        database.integer_of("SELECT sum(last_seq - first_seq + 1) FROM threads WHERE user_id <> ''"
        );
    return sums;
}

}  // namespace

backup_verdict back_up(
    const std::filesystem::path& database,
    const std::filesystem::path& to,
    const std::stop_token& stop
) {
    if (!to.is_absolute())
        return relative_path{};
    std::error_code error;
    if (std::filesystem::exists(std::filesystem::symlink_status(to, error)))
        return name_taken{};
    const auto as_it_is = [](connection&) {
    };
    if (auto failure = copy_database(database, to, as_it_is, stop))
        return backup_failure{*std::move(failure)};
    return backed_up{static_cast<std::int64_t>(std::filesystem::file_size(to, error))};
}

std::variant<restored, std::string>
restore(const std::filesystem::path& backup, const std::filesystem::path& directory) {
    if (auto refusal = check_backup(backup))
        return *std::move(refusal);
    const std::string not_empty = "the data directory " + directory.string() +
                                  " is not empty: a backup is restored into a new one";
    std::error_code error;
    // One that was never a data directory stays as it is.
    if (!is_unused(directory) && !std::filesystem::exists(directory / lock_name, error))
        return not_empty;
    auto taken = data_directory::take(directory);
    if (auto* failure = std::get_if<std::string>(&taken))
        return std::move(*failure);
    const auto held = std::get<data_directory>(std::move(taken));
    if (!is_unused(directory))
        return not_empty;
    restored sums;
    const auto change = [&sums](connection& database) {
        sums = give_new_epochs(database);
    };
    if (auto failure = copy_database(backup, held.database(), change, {}))
        return *std::move(failure);
    return sums;
}

}  // namespace clarion::storage::sqlite
