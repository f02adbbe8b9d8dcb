#include "state/state_file.hpp"

#include <chrono>
#include <string>
#include <system_error>
#include <thread>

namespace etl {

namespace {

constexpr int kBusy_ms = 2000;
constexpr std::uintmax_t kPage_bytes = 4096;
constexpr int kLog_pages = 100;                    // of some ten runs
constexpr std::int64_t kApplication = 0x45544C53;  // what SQLite calls application_id: "ETLS"
constexpr std::int64_t kVersion = 1;

constexpr const char* kSchema[] = {
    "create table runs (id integer primary key, run text not null unique, pipeline text not null, file text not null, "
    "profile text not null, parameters text not null, started_us integer not null, process integer not null, "
    "host text not null, version text not null, status text not null, seconds real, bytes_read integer, "
    "peak_memory_bytes integer, rows_read integer, rows_written integer, rejects integer, rejects_file text, "
    "kept integer, error_code text, error text, grown integer, shrunk integer, checksum integer not null)",
    "create index runs_by_pipeline on runs (pipeline, id)",
    "create table stages (run integer, place integer, name text not null, kind integer not null, "
    "rows_in integer not null, made integer not null, rows_out integer not null, filtered integer not null, "
    "rejected integer not null, merged integer not null, cut integer not null, warned integer not null, "
    "primary key (run, place)) without rowid",
    "create table workers (run integer, place integer, stages text not null, most integer not null, "
    "breaches integer not null, primary key (run, place)) without rowid",
    "create table causes (run integer, place integer, kind text not null, cause text not null, rows integer not null, "
    "primary key (run, place)) without rowid",
    "create table offsets (run integer, place integer, target text not null, source text not null, "
    "shard text not null, position text not null, primary key (run, place)) without rowid",
};

}  // namespace

std::filesystem::path StateFile::path_in(const std::filesystem::path& state_folder) {
    return state_folder / "state.db";
}

StateFile::StateFile(const std::filesystem::path& state_folder, Use use) : path_(path_in(state_folder)) {
    try {
        open(use);
    } catch (const Error& error) {
        throw translated(error);
    }
}

Error StateFile::damaged(const std::string& how) const {
    return Error("E541", path_.string() + " holds no history that can be trusted: " + how +
                             "; move it away, and the next run begins a new one");
}

Error StateFile::translated(const Error& error) const {
    const std::string& code = error.code();
    const std::string said = error.what();
    if (code.starts_with("E54")) return error;
    if (code == "E420") return Error("E540", path_.string() + " is locked by another program");
    if (code == "E421") return damaged("it is no SQLite database");
    const bool is_damage = code == "E438" || (code == "E425" && said.find("I/O") == std::string::npos);
    if (!is_damage) return Error("E540", said);
    const std::string before = path_.string() + ": ";
    return damaged(said.starts_with(before) ? said.substr(before.size()) : said);
}

void StateFile::open(Use use) {
    std::error_code failed;
    if (use == Use::record) std::filesystem::create_directories(path_.parent_path(), failed);
    const std::uintmax_t size = std::filesystem::file_size(path_, failed);
    if (!failed && size == 0 && use == Use::read) throw damaged("it is empty");
    // SQLite takes the rest of a page for zeros, and less than a header for nothing.
    if (!failed && size % kPage_bytes != 0) throw damaged("it is cut off, or no SQLite database");
    const std::string name = path_.string();
    database_ = std::make_unique<SqliteDatabase>(
        name, name, use == Use::record ? SqliteDatabase::Access::create : SqliteDatabase::Access::write, kBusy_ms);
    // With the log that journal_mode=wal means, this loses the last runs at most when the power goes, never the file.
    database_->execute("pragma synchronous = normal");
    // Whoever may only read needs the log's files there: the last one to close it leaves them.
    database_->keep_log_at_close();
    if (use == Use::record) database_->execute("pragma wal_autocheckpoint = " + std::to_string(kLog_pages));
    has_runs_ = has_schema();
    if (use == Use::read) look_through();
    if (use == Use::read || has_runs_) return;
    make_schema();
    take_in_log();
    has_runs_ = true;
}

bool StateFile::has_schema() {
    const std::int64_t application = database_->query_int("pragma application_id");
    const std::int64_t version = database_->query_int("pragma user_version");
    if (application == 0 && version == 0) {
        if (database_->query_int("select count(*) from sqlite_schema") == 0) return false;
    } else if (application == kApplication && version == kVersion) {
        return true;
    } else if (application == kApplication && version > kVersion) {
        throw Error("E542", path_.string() + " was made by a newer version of the program (its form is " +
                                std::to_string(version) + ", this one knows " + std::to_string(kVersion) +
                                "); use that version, or move the file away");
    }
    throw damaged("it is a database of another program");
}

/// Two first runs at once: one makes it, the other waits.
void StateFile::make_schema() {
    database_->execute("pragma page_size = " + std::to_string(kPage_bytes));
    for (int attempt = 1;; ++attempt) {
        try {
            database_->execute("pragma journal_mode = wal");
            break;
        } catch (const Error& error) {
            if (error.code() != std::string("E420") || attempt == 100) throw;
            std::this_thread::sleep_for(std::chrono::milliseconds(10));
        }
    }
    database_->execute("begin immediate");
    if (!has_schema()) {
        for (const char* statement : kSchema) database_->execute(statement);
        database_->execute("pragma application_id = " + std::to_string(kApplication));
        database_->execute("pragma user_version = " + std::to_string(kVersion));
    }
    database_->execute("commit");
}

void StateFile::look_through() {
    SqliteStatement check = database_->prepare("pragma integrity_check(1)");
    if (!check.step()) throw damaged("it cannot be checked");
    if (const std::string said(check.bytes(0)); said != "ok") throw damaged(said);
}

void StateFile::take_in_log() {
    try {
        database_->execute("pragma wal_checkpoint(passive)");  // the others are not waited for
    } catch (const Error&) {
        return;  // they are as safe in the log
    }
}

}  // namespace etl
