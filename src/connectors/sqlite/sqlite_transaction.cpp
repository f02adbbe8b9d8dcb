#include "connectors/sqlite/sqlite_transaction.hpp"

#include "base/error.hpp"
#include "connectors/sqlite/sqlite_connector.hpp"

namespace etl {

namespace {

std::string path_key(const std::filesystem::path& path) {
    std::error_code failed;  // then the path is empty here: opening the file will say why
    return std::filesystem::weakly_canonical(path, failed).string();
}

/// How many sources read each file.
struct Readings {
    std::mutex mutex;
    std::map<std::string, int> by_path;
};

Readings& readings() {
    static Readings all;
    return all;
}

bool is_being_read(const std::filesystem::path& path) {
    const std::lock_guard lock(readings().mutex);
    return readings().by_path.contains(path_key(path));
}

}  // namespace

std::shared_ptr<void> reading_sqlite(const SourceRequest& request) {
    const std::string path = path_key(sqlite_path(request.connection, request.base_folder));
    const std::lock_guard lock(readings().mutex);
    ++readings().by_path[path];
    return {nullptr, [path](void*) {
                const std::lock_guard forget(readings().mutex);
                const auto found = readings().by_path.find(path);
                if (--found->second == 0) readings().by_path.erase(found);
            }};
}

std::shared_ptr<SqliteTransaction> SqliteTransaction::join(const SinkRequest& request, const RunContext& run) {
    static std::mutex mutex;
    static std::map<std::pair<const RunContext*, std::string>, std::weak_ptr<SqliteTransaction>> open;
    const std::lock_guard lock(mutex);
    std::erase_if(open, [](const auto& entry) { return entry.second.expired(); });
    std::weak_ptr<SqliteTransaction>& known =
        open[{&run, path_key(sqlite_path(request.connection, request.base_folder))}];
    std::shared_ptr<SqliteTransaction> transaction = known.lock();
    if (transaction == nullptr) {
        transaction = std::make_shared<SqliteTransaction>(request);
        known = transaction;
    }
    ++transaction->targets_;
    if (request.commits) ++transaction->committing_;
    return transaction;
}

SqliteTransaction::SqliteTransaction(const SinkRequest& request)
    : path_(sqlite_path(request.connection, request.base_folder)),
      name_(request.connection.text("path")),
      is_new_(is_missing(path_)) {
    const bool create = request.options.boolean("create");
    if (is_folder(path_)) throw Error("E419", name_ + " is a directory, not an SQLite file");
    if (is_new_ && !create)
        throw Error("E424", name_ + ": no such file; `create = true` behind `into` makes file and table");
    std::error_code ignored;
    if (create && path_.has_parent_path()) std::filesystem::create_directories(path_.parent_path(), ignored);
    const auto access = create ? SqliteDatabase::Access::create : SqliteDatabase::Access::write;
    database_ = std::make_unique<SqliteDatabase>(path_.string(), name_, access,
                                                 static_cast<int>(request.connection.integer("timeout")));
}

SqliteTransaction::~SqliteTransaction() { roll_back(); }

void SqliteTransaction::begin() {
    // After some failures SQLite has rolled back by itself; what is written then would be committed row by row.
    if (is_open_ && !database_->is_in_transaction()) throw Error("E425", name_ + ": its transaction was rolled back");
    if (is_open_) return;
    database_->execute("begin immediate");
    is_open_ = true;
    if (is_new_) is_new_ = database_->query_int("select count(*) from sqlite_schema") == 0;
}

void SqliteTransaction::end() {
    database_->execute("commit");
    is_open_ = false;
    is_new_ = false;
}

void SqliteTransaction::refuse_if_failed() const {
    if (has_failed_) throw Error("E503", name_ + ": nothing is written behind what failed");
}

void SqliteTransaction::commit_beginning() {
    if (is_held_back_) return;
    write([&](SqliteDatabase&) { end(); });
}

bool SqliteTransaction::commit() {
    return write([&](SqliteDatabase&) {
        if (asked_ == 0) can_commit_ = !is_held_back_ && !is_being_read(path_);
        if (++asked_ < committing_) return can_commit_;
        asked_ = 0;
        if (can_commit_) end();
        return can_commit_;
    });
}

void SqliteTransaction::publish() {
    write([&](SqliteDatabase&) {
        if (--targets_ == 0) end();
    });
}

void SqliteTransaction::roll_back() noexcept {
    const std::lock_guard lock(mutex_);
    has_failed_ = true;  // who shares it writes nothing behind this
    if (!is_open_) return;
    is_open_ = false;
    try {
        if (database_->is_in_transaction()) database_->execute("rollback");
    } catch (const Error&) {  // closing the file rolls back, too
    }
    if (!is_new_) return heal();
    std::error_code ignored;
    std::filesystem::remove(path_, ignored);
    // A disk that is full may have kept SQLite from taking its journal away.
    std::filesystem::remove(path_.string() + "-journal", ignored);
}

/// After a failed write SQLite may leave the rolling back to whoever opens the file next, who may lack the right.
void SqliteTransaction::heal() noexcept {
    try {
        database_->query_int("select count(*) from sqlite_schema");
    } catch (const Error&) {  // then it is left to them
    }
}

}  // namespace etl
