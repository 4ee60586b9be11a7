#include "tests/support/faulty_vfs.hpp"

#include <cstddef>
#include <new>
#include <stdexcept>

namespace clarion::support {

namespace {

faulty_vfs* current = nullptr;

sqlite3_vfs* real_vfs() {
    return sqlite3_vfs_find("unix");
}

// SQLite allocates `szOsFile` bytes: this, and behind it the file of the real VFS.
struct shim_file {
    sqlite3_file base;
    int flags;

    sqlite3_file* real() { return reinterpret_cast<sqlite3_file*>(this + 1); }
};

shim_file& shim(sqlite3_file* opened) {
    return *reinterpret_cast<shim_file*>(opened);
}
sqlite3_file* real(sqlite3_file* opened) {
    return shim(opened).real();
}

int admit(sqlite3_file* opened, faulty_vfs::operation what) {
    const int flags = shim(opened).flags;
    if ((flags & SQLITE_OPEN_WAL) != 0)
        return current->admit(faulty_vfs::file::log, what);
    if ((flags & SQLITE_OPEN_MAIN_DB) != 0)
        return current->admit(faulty_vfs::file::database, what);
    return SQLITE_OK;
}

int read(sqlite3_file* opened, void* bytes, int size, sqlite3_int64 at) {
    if (const int result = admit(opened, faulty_vfs::operation::read); result != SQLITE_OK)
        return result;
    return real(opened)->pMethods->xRead(real(opened), bytes, size, at);
}

int write(sqlite3_file* opened, const void* bytes, int size, sqlite3_int64 at) {
    if (const int result = admit(opened, faulty_vfs::operation::write); result != SQLITE_OK)
        return result;
    return real(opened)->pMethods->xWrite(real(opened), bytes, size, at);
}

int sync(sqlite3_file* opened, int flags) {
    if (const int result = admit(opened, faulty_vfs::operation::sync); result != SQLITE_OK)
        return result;
    return real(opened)->pMethods->xSync(real(opened), flags);
}

// All the other methods are those of the real file.
template <auto Method, class... Arguments>
auto pass(sqlite3_file* opened, Arguments... arguments) {
    return (real(opened)->pMethods->*Method)(real(opened), arguments...);
}

using methods = sqlite3_io_methods;

constexpr methods shim_methods{
    .iVersion = 2,
    .xClose = pass<&methods::xClose>,
    .xRead = read,
    .xWrite = write,
    .xTruncate = pass<&methods::xTruncate, sqlite3_int64>,
    .xSync = sync,
    .xFileSize = pass<&methods::xFileSize, sqlite3_int64*>,
    .xLock = pass<&methods::xLock, int>,
    .xUnlock = pass<&methods::xUnlock, int>,
    .xCheckReservedLock = pass<&methods::xCheckReservedLock, int*>,
    .xFileControl = pass<&methods::xFileControl, int, void*>,
    .xSectorSize = pass<&methods::xSectorSize>,
    .xDeviceCharacteristics = pass<&methods::xDeviceCharacteristics>,
    .xShmMap = pass<&methods::xShmMap, int, int, int, volatile void**>,
    .xShmLock = pass<&methods::xShmLock, int, int, int>,
    .xShmBarrier = pass<&methods::xShmBarrier>,
    .xShmUnmap = pass<&methods::xShmUnmap, int>,
    .xFetch = nullptr,
    .xUnfetch = nullptr,
};

int open(sqlite3_vfs*, const char* path, sqlite3_file* opened, int flags, int* flags_out) {
    shim_file& made = *new (opened) shim_file{};
    made.flags = flags;
    const int result = real_vfs()->xOpen(real_vfs(), path, made.real(), flags, flags_out);
    // SQLite closes whatever has methods, also after a failed open.
    made.base.pMethods = made.real()->pMethods != nullptr ? &shim_methods : nullptr;
    return result;
}

sqlite3_vfs shim_vfs{};

}  // namespace

faulty_vfs::faulty_vfs() {
    if (current != nullptr)
        throw std::logic_error("one faulty_vfs at a time");
    current = this;
    shim_vfs = *real_vfs();
    shim_vfs.zName = name;
    shim_vfs.szOsFile = static_cast<int>(sizeof(shim_file)) + real_vfs()->szOsFile;
    shim_vfs.xOpen = open;
    shim_vfs.pNext = nullptr;
    sqlite3_vfs_register(&shim_vfs, 0);
}

faulty_vfs::~faulty_vfs() {
    let_syncs_go();
    sqlite3_vfs_unregister(&shim_vfs);
    current = nullptr;
}

void faulty_vfs::fail(file which, operation what, int result) {
    const std::lock_guard lock(mutex_);
    results_[static_cast<std::size_t>(which)][static_cast<std::size_t>(what)] = result;
}

void faulty_vfs::hold_syncs() {
    const std::lock_guard lock(mutex_);
    held_ = true;
}

void faulty_vfs::wait_for_held_sync() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return waiting_; });
}

void faulty_vfs::let_syncs_go() {
    const std::lock_guard lock(mutex_);
    held_ = false;
    changed_.notify_all();
}

std::int64_t faulty_vfs::log_syncs() const {
    const std::lock_guard lock(mutex_);
    return syncs_[static_cast<std::size_t>(file::log)];
}

std::int64_t faulty_vfs::database_syncs() const {
    const std::lock_guard lock(mutex_);
    return syncs_[static_cast<std::size_t>(file::database)];
}

int faulty_vfs::admit(file which, operation what) {
    std::unique_lock lock(mutex_);
    if (which == file::log && what == operation::sync && held_) {
        waiting_ = true;
        changed_.notify_all();
        changed_.wait(lock, [this] { return !held_; });
        waiting_ = false;
    }
    const int result = results_[static_cast<std::size_t>(which)][static_cast<std::size_t>(what)];
    if (result == SQLITE_OK && what == operation::sync)
        ++syncs_[static_cast<std::size_t>(which)];
    return result;
}

}  // namespace clarion::support
