#pragma once

#include "core/storage/sqlite/connection.hpp"

#include <optional>
#include <span>
#include <string>

namespace clarion::storage::sqlite {

/// Stands in the file's header, so that a file of another program is told apart ("CLRN").
inline constexpr int application_id = 0x434c524e;

/// What leads from one version of the schema to the next: step n, counted from 1, makes version n.
/// A step that has been released is never changed; what it lacks comes with another one.
std::span<const char* const> schema_steps();

/// Brings the database to the newest of `steps`, each in a transaction of its own; an empty file
/// gets them all. The string says why it cannot be used: of another program, from a newer version
/// of this one, damaged, not writable.
std::optional<std::string> migrate(connection& database, std::span<const char* const> steps);

}  // namespace clarion::storage::sqlite
