#include <algorithm>
#include <map>
#include <mutex>

#include "base/error.hpp"
#include "component/flat_column.hpp"
#include "connectors/sqlite/sqlite_connector.hpp"
#include "data/print.hpp"

namespace etl {

namespace {

/// The transaction of one file, which all targets of a run in that file share: it is committed when the last of them
/// is published, and rolled back for all when one is discarded.
class Transaction {
  public:
    static std::shared_ptr<Transaction> join(const std::filesystem::path& path, const std::string& name, bool create,
                                             int busy_ms) {
        static std::mutex mutex;
        static std::map<std::string, std::weak_ptr<Transaction>> open;
        const std::lock_guard lock(mutex);
        std::error_code failed;  // then the path is empty here: opening the file will say why
        std::weak_ptr<Transaction>& known = open[std::filesystem::weakly_canonical(path, failed).string()];
        std::shared_ptr<Transaction> transaction = known.lock();
        if (transaction == nullptr) {
            transaction = std::make_shared<Transaction>(path, name, create, busy_ms);
            known = transaction;
        }
        ++transaction->targets_;
        return transaction;
    }

    Transaction(const std::filesystem::path& path, const std::string& name, bool create, int busy_ms)
        : path_(path), is_new_(is_missing(path)) {
        if (is_folder(path)) throw Error("E419", name + " is a directory, not an SQLite file");
        if (is_new_ && !create)
            throw Error("E424", name + ": no such file; `create = true` behind `into` makes file and table");
        std::error_code ignored;
        if (create && path.has_parent_path()) std::filesystem::create_directories(path.parent_path(), ignored);
        const auto access = create ? SqliteDatabase::Access::create : SqliteDatabase::Access::write;
        database_ = std::make_unique<SqliteDatabase>(path.string(), name, access, busy_ms);
        database_->execute("begin immediate");
    }
    ~Transaction() { roll_back(); }

    SqliteDatabase& database() { return *database_; }
    std::mutex& mutex() { return mutex_; }

    void publish() {
        if (--targets_ > 0) return;
        database_->execute("commit");
        done_ = true;
    }

    void roll_back() noexcept {
        if (done_) return;
        done_ = true;
        try {
            database_->execute("rollback");
        } catch (const Error&) {  // closing the file rolls back, too
        }
        std::error_code ignored;
        if (!is_new_) return heal();
        std::filesystem::remove(path_, ignored);
        // A disk that is full may have kept SQLite from taking its journal away.
        std::filesystem::remove(path_.string() + "-journal", ignored);
    }

  private:
    /// After a failed write SQLite may leave the rolling back to whoever opens the file next, who may lack the right.
    void heal() noexcept {
        try {
            database_->query_int("select count(*) from sqlite_schema");
        } catch (const Error&) {  // then it is left to them
        }
    }

    std::filesystem::path path_;
    bool is_new_;
    std::unique_ptr<SqliteDatabase> database_;
    std::mutex mutex_;
    int targets_ = 0;
    bool done_ = false;
};

struct EncodeSlot final : Slot {
    explicit EncodeSlot(RunContext& run) : arena(run.memory) {}
    Arena arena;
    std::string text;
};

/// Makes of each column what SQLite binds: int64, double or Text.
class SqliteEncoder final : public Encoder {
  public:
    std::unique_ptr<Slot> make_slot(RunContext& run) override { return std::make_unique<EncodeSlot>(run); }

    void encode(Batch&& batch, Slot& slot, std::uint32_t /*stage*/, Chunk& chunk) override {
        auto& state = static_cast<EncodeSlot&>(slot);
        for (Column& column : batch.columns) {
            column = flat_column(batch, column, state.arena);
            const TypeKind kind = column.type->kind;
            if (kind != TypeKind::integer && kind != TypeKind::boolean && kind != TypeKind::floating &&
                kind != TypeKind::text)
                column = printed(column, batch, state);
        }
        state.arena.hand_over(batch.keep);
        chunk.rows = batch.selected.size;
        chunk.batch = std::move(batch);
    }

    void prologue(std::string& /*out*/) const override {}
    void epilogue(std::string& /*out*/) const override {}

  private:
    static Column printed(const Column& column, const Batch& batch, EncodeSlot& state) {
        Column out;
        out.type = simple_type(TypeKind::text, column.type->nullable);
        out.encoding = column.encoding;
        out.valid = column.valid;
        const std::uint32_t rows = column.encoding == Encoding::constant ? 1 : batch.rows;
        auto* texts = state.arena.array<Text>(std::max(1U, rows));
        const auto print = [&](std::uint32_t row) {
            if (!column.is_valid(row)) return;
            state.text.clear();
            append_text(state.text, column, row);
            char* bytes = state.arena.array<char>(std::max<std::size_t>(1, state.text.size()));
            std::copy(state.text.begin(), state.text.end(), bytes);
            texts[row] = make_text(bytes, state.text.size());
        };
        if (column.encoding == Encoding::constant)
            print(0);
        else
            for_each_row(batch.selected, print);
        out.values = texts;
        return out;
    }
};

class SqliteWriter final : public Writer {
  public:
    SqliteWriter(std::shared_ptr<Transaction> transaction, const std::string& insert, std::uint64_t& rows)
        : transaction_(std::move(transaction)), rows_(rows) {
        const std::lock_guard lock(transaction_->mutex());
        insert_ = transaction_->database().prepare(insert);
    }

    std::uint64_t write(Chunk&& chunk) override {
        const std::lock_guard lock(transaction_->mutex());
        const Batch& batch = chunk.batch;
        for_each_row(batch.selected, [&](std::uint32_t row) {
            for (std::size_t i = 0; i < batch.columns.size(); ++i) bind(static_cast<int>(i) + 1, batch.columns[i], row);
            insert_.step();
            insert_.reset();
        });
        rows_ += batch.selected.size;
        return 0;
    }

    void abort() noexcept override {}
    void interrupt() noexcept override { transaction_->database().interrupt(); }

  private:
    void bind(int place, const Column& column, std::uint32_t row) {
        if (!column.is_valid(row)) return insert_.bind_null(place);
        if (column.encoding == Encoding::constant) row = 0;
        switch (column.type->kind) {
            case TypeKind::integer: return insert_.bind_int(place, column.data<std::int64_t>()[row]);
            case TypeKind::boolean: return insert_.bind_int(place, column.data<std::uint8_t>()[row]);
            case TypeKind::floating: return insert_.bind_float(place, column.data<double>()[row]);
            default: return insert_.bind_text(place, column.data<Text>()[row].view());
        }
    }

    std::shared_ptr<Transaction> transaction_;
    SqliteStatement insert_;
    std::uint64_t& rows_;
};

const char* created_type(const DataType* type) {
    if (type->is(TypeKind::integer) || type->is(TypeKind::boolean)) return "INTEGER";
    return type->is(TypeKind::floating) ? "REAL" : "TEXT";
}

class SqliteSink final : public Sink {
  public:
    explicit SqliteSink(const SinkRequest& request) : request_(request), table_(request.member_argument) {
        for (const Field& field : request_.schema->fields) columns_.push_back(field.name);
        for (const std::uint32_t key : request_.keys) keys_.push_back(columns_[key]);
    }

    std::unique_ptr<Encoder> make_encoder() override { return std::make_unique<SqliteEncoder>(); }

    std::vector<StoredPosition> begin(RunContext& /*run*/) override {
        transaction_ = Transaction::join(sqlite_path(request_.connection, request_.base_folder),
                                         request_.connection.text("path"), request_.options.boolean("create"),
                                         static_cast<int>(request_.connection.integer("timeout")));
        const std::lock_guard lock(transaction_->mutex());
        SqliteDatabase& database = transaction_->database();
        prepare_table(database);
        if (request_.mode == WriteMode::replace) {
            rows_before_ = database.query_int("select count(*) from " + quote_sql_name(table_));
            database.execute("delete from " + quote_sql_name(table_));
        }
        if (request_.mode == WriteMode::upsert) make_stage(database);
        return {};
    }

    std::unique_ptr<Writer> open() override {
        const bool staged = request_.mode == WriteMode::upsert;
        return std::make_unique<SqliteWriter>(
            transaction_, insert_text(staged ? stage_name() : quote_sql_name(table_), staged), rows_);
    }

    void commit(const Checkpoint& /*checkpoint*/) override {
        throw Error("E427", name() + ": a table is loaded as a whole at the end of a run, never on the way");
    }

    void prepare() override {
        const std::lock_guard lock(transaction_->mutex());
        if (request_.mode == WriteMode::replace && rows_ == 0 && rows_before_ > 0 &&
            !request_.options.boolean("allow_empty"))
            throw Error("E427", name() + ": no row came, so the table keeps its " + std::to_string(rows_before_) +
                                    " rows; `allow_empty = true` lets `replace` empty it");
        if (request_.mode == WriteMode::upsert) take_over(transaction_->database());
    }

    void publish(const Checkpoint& /*checkpoint*/) override {
        const std::lock_guard lock(transaction_->mutex());
        transaction_->publish();
    }

    void discard() noexcept override {
        if (transaction_ == nullptr) return;
        const std::lock_guard lock(transaction_->mutex());
        transaction_->roll_back();
    }

    std::uint64_t merged_rows() const override { return merged_; }
    std::string name() const override { return request_.connection.text("path") + ": table " + table_; }

  private:
    void prepare_table(SqliteDatabase& database) {
        const auto existing = database.table_columns(table_);
        if (existing.empty()) {
            if (!request_.options.boolean("create"))
                throw Error("E428", database.name() + " has no table `" + table_ + "`; it has " +
                                        list_names(database.tables()) + "; `create = true` behind `into` makes it");
            create_table(database);
            return;
        }
        std::vector<std::string> names;
        for (const auto& column : existing) names.push_back(column.name);
        for (const std::string& column : columns_)
            if (std::find(names.begin(), names.end(), column) == names.end())
                throw Error("E426", name() + " has no column `" + column + "`; it has " + list_names(names));
        for (const auto& column : existing)
            if (column.not_null && !column.has_default && column.key_place == 0 &&
                std::find(columns_.begin(), columns_.end(), column.name) == columns_.end())
                throw Error("E426",
                            name() + ": column `" + column.name + "` must not be null, but the flow does not have it");
        if (request_.mode == WriteMode::upsert && !database.has_unique_index(table_, keys_))
            throw Error("E430", name() + ": `upsert by " + list_names(keys_) +
                                    "` needs a primary key or unique index over exactly these columns");
    }

    void create_table(SqliteDatabase& database) const {
        std::string sql = "create table " + quote_sql_name(table_) + " (";
        for (std::size_t i = 0; i < columns_.size(); ++i) {
            const DataType* type = request_.schema->fields[i].type;
            sql += (i == 0 ? "" : ", ") + quote_sql_name(columns_[i]) + " " + created_type(type);
            if (!type->nullable) sql += " not null";
        }
        if (!keys_.empty()) sql += ", primary key (" + name_list(keys_) + ")";
        database.execute(sql + ")");
    }

    void make_stage(SqliteDatabase& database) const {
        std::string sql = "create temp table " + stage_name().substr(5) + " (";
        for (std::size_t i = 0; i < columns_.size(); ++i)
            sql += (i == 0 ? "" : ", ") + quote_sql_name(columns_[i]) + " " +
                   created_type(request_.schema->fields[i].type);
        database.execute(sql + ", unique (" + name_list(keys_) + "))");
    }

    void take_over(SqliteDatabase& database) {
        const auto staged = static_cast<std::uint64_t>(database.query_int("select count(*) from " + stage_name()));
        merged_ = rows_ - staged;
        database.execute("insert into " + quote_sql_name(table_) + " (" + name_list(columns_) + ") select " +
                         name_list(columns_) + " from " + stage_name() + " where true order by rowid" +
                         conflict_text());
        database.execute("drop table " + stage_name());
    }

    std::string insert_text(const std::string& table, bool staged) const {
        std::string sql = "insert into " + table + " (" + name_list(columns_) + ") values (";
        for (std::size_t i = 0; i < columns_.size(); ++i) sql += i == 0 ? "?" : ", ?";
        return sql + ")" + (staged ? conflict_text() : "");
    }

    std::string conflict_text() const {
        std::string sets;
        for (const std::string& column : columns_) {
            if (std::find(keys_.begin(), keys_.end(), column) != keys_.end()) continue;
            sets += (sets.empty() ? "" : ", ") + quote_sql_name(column) + " = excluded." + quote_sql_name(column);
        }
        return " on conflict (" + name_list(keys_) + ") do " + (sets.empty() ? "nothing" : "update set " + sets);
    }

    static std::string name_list(const std::vector<std::string>& names) {
        std::string out;
        for (const std::string& column : names) out += (out.empty() ? "" : ", ") + quote_sql_name(column);
        return out;
    }

    std::string stage_name() const { return "temp." + quote_sql_name("etl_stage_" + table_); }

    SinkRequest request_;
    std::string table_;
    std::vector<std::string> columns_;
    std::vector<std::string> keys_;
    std::shared_ptr<Transaction> transaction_;
    std::int64_t rows_before_ = 0;
    std::uint64_t rows_ = 0;
    std::uint64_t merged_ = 0;
};

}  // namespace

std::unique_ptr<Sink> make_sqlite_sink(const SinkRequest& request) { return std::make_unique<SqliteSink>(request); }

}  // namespace etl
