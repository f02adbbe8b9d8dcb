#include "connectors/sqlite/sqlite_writer.hpp"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "connectors/sqlite/sqlite_affinity.hpp"
#include "data/print.hpp"
#include "expr/row_origins.hpp"

namespace etl {

namespace {

constexpr const char* kNoRow = "no row of the table has this key";

class SqliteWriter final : public Writer {
  public:
    SqliteWriter(const SinkRequest& request, const SqliteTable& table, std::shared_ptr<SqliteTransaction> transaction,
                 SqliteWritten& written)
        : request_(request), table_(table), transaction_(std::move(transaction)), written_(written) {}

    std::uint64_t write(Chunk&& chunk) override {
        Batch& batch = chunk.batch;
        if (batch.selected.size == 0) return 0;
        std::vector<Refusal> refused;
        transaction_->write([&](SqliteDatabase& database) {
            prepare(database);
            for_each_row(batch.selected, [&](std::uint32_t row) {
                if (auto change = guards_.find(batch, row))
                    refused.push_back({row, std::move(change->why), change->column});
                else if (rows_together_ == 1)
                    write_row(database, batch, row, refused);
                else
                    gather(database, batch, row, refused);
            });
            for (const std::uint32_t row : std::exchange(gathered_, {})) write_row(database, batch, row, refused);
        });
        if (!refused.empty()) refuse(batch, refused);
        written_.rows += batch.selected.size - refused.size();
        return 0;
    }

    void abort() noexcept override {}
    void interrupt() noexcept override { transaction_->interrupt(); }

  private:
    /// Not before there is a row, so that a target without any keeps nobody from writing.
    void prepare(SqliteDatabase& database) {
        if (std::exchange(is_prepared_, true)) return;
        for (std::uint32_t i = 0; i < request_.schema->size(); ++i) columns_.push_back(i);
        if (request_.mode == WriteMode::remove) columns_ = request_.keys;
        guards_ = SqliteGuards(database.table_columns(request_.member_argument), *request_.schema, columns_);
        row_ = database.prepare(table_.row_statement());
        has_gone_ = request_.delete_when != nullptr;
        const std::string gone = table_.gone_statement();
        deletes_ = !gone.empty();
        if (deletes_) gone_ = database.prepare(gone);
        rows_together_ = deletes_ ? 1 : table_.rows_together(database);
        if (rows_together_ > 1) rows_ = database.prepare(table_.row_statement(rows_together_));
        float_texts_.resize(std::max<std::size_t>(std::size_t{rows_together_} * width(), request_.schema->size()));
    }
    /// Places of a row in a statement.
    std::uint32_t width() const { return static_cast<std::uint32_t>(columns_.size()) + (has_gone_ ? 1 : 0); }

    struct Refusal {
        std::uint32_t row;
        std::string why;
        std::optional<std::uint32_t> column;
    };

    void write_row(const SqliteDatabase& database, const Batch& batch, std::uint32_t row,
                   std::vector<Refusal>& refused) {
        const std::uint32_t flag = request_.schema->size();
        if (deletes_ && batch.columns[flag].data<std::uint8_t>()[row] != 0) {
            for (const std::uint32_t key : request_.keys) bind(gone_, key, 0, batch.columns[key], row);
            gone_.step();
            gone_.reset();
        }
        bind_row(row_, 0, batch, row);
        if (std::string why = step(database, row_); !why.empty())
            refused.push_back({row, "the table does not take it: " + why, std::nullopt});
        else if (request_.mode == WriteMode::update && database.changes() == 0)
            refused.push_back({row, kNoRow, request_.keys.front()});
    }

    /// Inserts the gathered rows once there are enough of them; one by one where one of them is refused, which undoes
    /// the statement.
    void gather(const SqliteDatabase& database, const Batch& batch, std::uint32_t row, std::vector<Refusal>& refused) {
        gathered_.push_back(row);
        if (gathered_.size() < rows_together_) return;
        for (std::uint32_t i = 0; i < rows_together_; ++i) bind_row(rows_, i * width(), batch, gathered_[i]);
        if (!step(database, rows_).empty())
            for (const std::uint32_t each : gathered_) write_row(database, batch, each, refused);
        gathered_.clear();
    }

    /// Why what is bound is refused; empty where it is not.
    static std::string step(const SqliteDatabase& database, SqliteStatement& statement) {
        std::string why = statement.step_row();
        statement.reset();
        if (!why.empty() && !database.is_in_transaction()) throw Error("E425", database.name() + ": " + why);
        return why;
    }

    void bind_row(SqliteStatement& statement, std::uint32_t before, const Batch& batch, std::uint32_t row) {
        for (const std::uint32_t column : columns_) bind(statement, column, before, batch.columns[column], row);
        const std::uint32_t flag = request_.schema->size();
        if (has_gone_) bind(statement, flag, before, batch.columns[flag], row);
    }

    /// before: places of the statement that belong to rows before.
    void bind(SqliteStatement& statement, std::uint32_t number, std::uint32_t before, const Column& column,
              std::uint32_t row) {
        const int place = static_cast<int>(before + number) + 1;
        if (!column.is_valid(row)) return statement.bind_null(place);
        if (column.encoding == Encoding::constant) row = 0;
        switch (column.type->kind) {
            case TypeKind::integer: return statement.bind_int(place, column.data<std::int64_t>()[row]);
            case TypeKind::boolean: return statement.bind_int(place, column.data<std::uint8_t>()[row]);
            case TypeKind::floating: {
                const double value = column.data<double>()[row];
                if (!guards_.writes_text(number)) return statement.bind_float(place, value);
                char room[kFloatWidth_bytes];
                std::string& text = float_texts_[before + number];
                text.assign(room, print_float(room, value));
                return statement.bind_text(place, text);
            }
            default: return statement.bind_text(place, column.data<Text>()[row].view());
        }
    }

    void refuse(Batch& batch, std::vector<Refusal>& refused) const {
        std::sort(refused.begin(), refused.end(), [](const auto& a, const auto& b) { return a.row < b.row; });
        RowOrigins origins(batch);
        for (auto& [row, why, column] : refused) {
            Reject reject;
            reject.span = request_.span;
            if (column) {
                const Field& field = request_.schema->fields[*column];
                reject.column = field.name;
                append_text(reject.value, batch.columns[*column], row);
                if (field.is_private) reject.value = "***";
            }
            reject.reason = std::move(why);
            reject.origin = origins.at(row);
            reject.record_number = batch.record_number(row);
            batch.keep_row(row, reject);
            batch.rejects.push_back(std::move(reject));
        }
    }

    const SinkRequest& request_;
    const SqliteTable& table_;
    std::shared_ptr<SqliteTransaction> transaction_;
    SqliteWritten& written_;
    std::vector<std::uint32_t> columns_;  // that the statement binds
    SqliteGuards guards_;
    std::vector<std::string> float_texts_;  // bound until the next rows, by place
    bool is_prepared_ = false;
    bool has_gone_ = false;
    bool deletes_ = false;
    SqliteStatement row_;
    SqliteStatement rows_;  // so many at once:
    std::uint32_t rows_together_ = 1;
    std::vector<std::uint32_t> gathered_;  // rows of the batch
    SqliteStatement gone_;
};

}  // namespace

std::unique_ptr<Writer> make_sqlite_writer(const SinkRequest& request, const SqliteTable& table,
                                           std::shared_ptr<SqliteTransaction> transaction, SqliteWritten& written) {
    return std::make_unique<SqliteWriter>(request, table, std::move(transaction), written);
}

}  // namespace etl
