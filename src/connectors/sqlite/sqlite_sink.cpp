#include <algorithm>

#include "base/error.hpp"
#include "component/flat_column.hpp"
#include "connectors/sqlite/sqlite_connector.hpp"
#include "connectors/sqlite/sqlite_offsets.hpp"
#include "connectors/sqlite/sqlite_transaction.hpp"
#include "data/print.hpp"

namespace etl {

namespace {

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
    SqliteWriter(std::shared_ptr<SqliteTransaction> transaction, std::string insert, std::uint64_t& rows)
        : transaction_(std::move(transaction)), text_(std::move(insert)), rows_(rows) {}

    std::uint64_t write(Chunk&& chunk) override {
        const Batch& batch = chunk.batch;
        if (batch.selected.size == 0) return 0;
        transaction_->write([&](SqliteDatabase& database) {
            if (!std::exchange(is_prepared_, true)) insert_ = database.prepare(text_);
            for_each_row(batch.selected, [&](std::uint32_t row) {
                for (std::size_t i = 0; i < batch.columns.size(); ++i)
                    bind(static_cast<int>(i) + 1, batch.columns[i], row);
                insert_.step();
                insert_.reset();
            });
        });
        rows_ += batch.selected.size;
        return 0;
    }

    void abort() noexcept override {}
    void interrupt() noexcept override { transaction_->interrupt(); }

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

    std::shared_ptr<SqliteTransaction> transaction_;
    std::string text_;
    bool is_prepared_ = false;
    SqliteStatement insert_;
    std::uint64_t& rows_;
};

const char* created_type(const DataType* type) {
    if (type->is(TypeKind::integer) || type->is(TypeKind::boolean)) return "INTEGER";
    return type->is(TypeKind::floating) ? "REAL" : "TEXT";
}

class SqliteSink final : public Sink {
  public:
    explicit SqliteSink(const SinkRequest& request)
        : request_(request), table_(request.member_argument), offsets_(request.pipeline, request.member_argument) {
        for (const Field& field : request_.schema->fields) columns_.push_back(field.name);
        for (const std::uint32_t key : request_.keys) keys_.push_back(columns_[key]);
    }

    std::unique_ptr<Encoder> make_encoder() override { return std::make_unique<SqliteEncoder>(); }

    std::vector<StoredPosition> begin(RunContext& run) override {
        transaction_ = SqliteTransaction::join(request_, run);
        stage_ = "temp." + quote_sql_name("etl_stage_" + std::to_string(transaction_->next_number()) + "_" + table_);
        if (!request_.commits || request_.full) transaction_->hold_back();
        std::vector<StoredPosition> held;
        transaction_->write([&](SqliteDatabase& database) {
            if (request_.commits) held = take_over_target(database, run);
            prepare_table(database);
            if (request_.mode == WriteMode::upsert) make_stage(database);
        });
        if (request_.commits) transaction_->commit_beginning();
        if (request_.mode == WriteMode::replace || request_.full)
            transaction_->write([&](SqliteDatabase& database) {
                rows_before_ = database.query_int("select count(*) from " + quote_sql_name(table_));
                database.execute("delete from " + quote_sql_name(table_));
            });
        return held;
    }

    std::unique_ptr<Writer> open() override {
        const bool staged = request_.mode == WriteMode::upsert;
        return std::make_unique<SqliteWriter>(transaction_,
                                              insert_text(staged ? stage_ : quote_sql_name(table_), staged), rows_);
    }

    void commit(const Checkpoint& checkpoint) override {
        store(checkpoint);
        transaction_->commit();
    }

    void prepare() override {
        if (request_.mode == WriteMode::replace && rows_ == 0 && rows_before_ > 0 &&
            !request_.options.boolean("allow_empty"))
            throw Error("E427", name() + ": no row came, so the table keeps its " + std::to_string(rows_before_) +
                                    " rows; `allow_empty = true` lets `replace` empty it");
        store({});
    }

    void publish(const Checkpoint& checkpoint) override {
        if (request_.commits) store(checkpoint);
        transaction_->publish();
    }

    void discard() noexcept override {
        if (transaction_ != nullptr) transaction_->roll_back();
    }

    std::uint64_t merged_rows() const override { return merged_; }
    std::string name() const override { return request_.connection.text("path") + ": table " + table_; }

  private:
    /// From here on no other run of the pipeline commits to the table.
    std::vector<StoredPosition> take_over_target(SqliteDatabase& database, RunContext& run) {
        offsets_.make_table(database);
        std::int64_t& epoch = transaction_->epochs()[request_.pipeline + "\n" + table_];
        if (epoch == 0) epoch = offsets_.take_epoch(database, run.run_id);
        offsets_.set_epoch(epoch);
        if (request_.full) offsets_.forget(database);
        return offsets_.read(database);
    }

    /// Rows written so far go from the stage into the table, beside them the positions.
    void store(const Checkpoint& checkpoint) {
        transaction_->write([&](SqliteDatabase& database) {
            if (request_.commits) offsets_.store(database, checkpoint.positions);
            if (request_.mode == WriteMode::upsert) take_over(database);
        });
    }

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
        std::string sql = "create table " + stage_ + " (";
        for (std::size_t i = 0; i < columns_.size(); ++i)
            sql += (i == 0 ? "" : ", ") + quote_sql_name(columns_[i]) + " " +
                   created_type(request_.schema->fields[i].type);
        database.execute(sql + ", unique (" + name_list(keys_) + "))");
    }

    void take_over(SqliteDatabase& database) {
        const auto staged = static_cast<std::uint64_t>(database.query_int("select count(*) from " + stage_));
        merged_ += rows_ - rows_taken_over_ - staged;
        rows_taken_over_ = rows_;
        database.execute("insert into " + quote_sql_name(table_) + " (" + name_list(columns_) + ") select " +
                         name_list(columns_) + " from " + stage_ + " where true order by rowid" + conflict_text());
        database.execute("delete from " + stage_);
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

    SinkRequest request_;
    std::string table_;
    std::vector<std::string> columns_;
    std::vector<std::string> keys_;
    SqliteOffsets offsets_;
    std::string stage_;
    std::shared_ptr<SqliteTransaction> transaction_;
    std::int64_t rows_before_ = 0;
    std::uint64_t rows_ = 0;
    std::uint64_t rows_taken_over_ = 0;
    std::uint64_t merged_ = 0;
};

}  // namespace

std::unique_ptr<Sink> make_sqlite_sink(const SinkRequest& request) { return std::make_unique<SqliteSink>(request); }

}  // namespace etl
