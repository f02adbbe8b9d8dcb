#include <algorithm>
#include <atomic>
#include <cstring>

#include "base/error.hpp"
#include "base/json_writer.hpp"
#include "connectors/sqlite/sqlite_cell.hpp"
#include "connectors/sqlite/sqlite_connector.hpp"
#include "connectors/sqlite/sqlite_rows.hpp"
#include "connectors/sqlite/sqlite_transaction.hpp"
#include "data/gather.hpp"

namespace etl {

namespace {

using Kind = SqliteStatement::Kind;

constexpr std::uint32_t kBlock_bytes = 256 * 1024;

class SqliteReader final : public Reader {
  public:
    SqliteReader(const SourceRequest& request, const std::vector<std::string>& positions, RunContext& run,
                 const std::vector<std::string>& wanted)
        : run_(run), database_(open_sqlite_source(request)), reading_(reading_sqlite(request)) {
        const bool by_column = request.incremental.kind == Incremental::Kind::column;
        rows_ = by_column ? new_sqlite_rows(*database_, request, positions) : all_sqlite_rows(*database_, request);
        std::vector<std::string> names;
        const SqliteStatement& row = rows_->row();
        for (int i = 0; i < row.columns(); ++i) names.push_back(row.column_name(i));
        for (const std::string& name : wanted) {
            const auto place = std::find(names.begin(), names.end(), name);
            if (place == names.end()) {
                const std::string near = did_you_mean(name, names);
                throw Error("E426", database_->name() + ": no column `" + name + "`; there are " + list_names(names) +
                                        (near.empty() ? "" : "; " + near));
            }
            places_.push_back(static_cast<int>(place - names.begin()));
        }
        if (request.strict && names.size() != wanted.size())
            throw Error("E426", database_->name() + ": `strict` names " + std::to_string(wanted.size()) +
                                    " columns, but there are " + list_names(names));
    }

    bool next(Block& block) override {
        bytes_of_block_.clear();
        std::uint32_t count = 0;
        const std::uint32_t most = run_.batch_rows == 0 ? UINT32_MAX : run_.batch_rows;
        while (count < most && bytes_of_block_.size() < kBlock_bytes && find_row()) {
            if (count > 0 && rows_->known() != block.known) break;
            block.known = rows_->known();
            for (const int place : places_) append_cell(bytes_of_block_, cell_of(rows_->row(), place));
            rows_->taken();
            has_row_ = false;
            ++count;
        }
        // Rows that are in position() already must come, whoever interrupts.
        if (count == 0) return false;
        block.bytes = run_.memory.take(bytes_of_block_.size());
        std::memcpy(block.bytes.data(), bytes_of_block_.data(), bytes_of_block_.size());
        block.size = static_cast<std::uint32_t>(bytes_of_block_.size());
        block.origin.record = record_;
        block.origin.line = 0;
        record_ += count;
        bytes_.fetch_add(bytes_of_block_.size(), std::memory_order_relaxed);
        return true;
    }

    void interrupt() noexcept override {
        interrupted_ = true;
        database_->interrupt();
    }
    std::uint64_t bytes_read() const noexcept override { return bytes_; }
    std::string position() const override { return rows_->position(); }

  private:
    /// False: no row is left, or nobody wants one.
    bool find_row() {
        if (has_row_) return true;
        if (ended_ || interrupted_.load(std::memory_order_relaxed)) return false;
        try {
            has_row_ = rows_->step();
            ended_ = !has_row_;
            if (ended_) reading_.reset();
            return has_row_;
        } catch (const Error&) {
            if (interrupted_.load()) return false;
            throw;
        }
    }

    RunContext& run_;
    std::unique_ptr<SqliteDatabase> database_;
    std::shared_ptr<void> reading_;
    std::unique_ptr<SqliteRows> rows_;
    std::vector<int> places_;
    std::string bytes_of_block_;
    std::uint64_t record_ = 0;
    bool has_row_ = false;
    bool ended_ = false;
    std::atomic<bool> interrupted_{false};
    std::atomic<std::uint64_t> bytes_{0};
};

void append_converted(ColumnBuilder& builder, const Value& value) {
    if (const auto* number = std::get_if<std::int64_t>(&value.data))
        builder.append_int(*number);
    else
        builder.append_value(value);
}

struct DecodeSlot final : Slot {
    DecodeSlot(const std::vector<SourceColumn>& columns, RunContext& run) : arena(run.memory) {
        for (const SourceColumn& column : columns) builders.emplace_back(column.type, run.memory);
        cells.resize(columns.size());
        converted.resize(columns.size());
    }
    Arena arena;
    std::vector<ColumnBuilder> builders;
    std::vector<SqliteCell> cells;
    std::vector<Value> converted;
    std::vector<std::uint64_t> origins;
};

class SqliteSource final : public Source {
  public:
    explicit SqliteSource(const SourceRequest& request) : request_(request) {
        const std::optional<TimeZone> zone = TimeZone::find(request.timezone);
        for (const SourceColumn& column : request_.columns) {
            std::string error;
            auto format = compile_column_format(column.type, column.formats, zone.value_or(TimeZone()), error);
            if (!format) throw Error("E429", "column " + column.name + ": " + error);
            formats_.push_back(std::move(*format));
            names_.push_back(column.source_name);
        }
    }

    std::vector<Lane> lanes() override { return {Lane{}}; }

    /// Rows without a column that orders them have no positions: what would go on behind one must not begin again.
    std::unique_ptr<Reader> open(const Lane& /*lane*/, const std::vector<std::string>& positions,
                                 RunContext& run) override {
        for (const std::string& position : positions)
            if (!position.empty() && request_.incremental.kind != Incremental::Kind::column)
                throw Error("E409", request_.connection.text("path") + " cannot be read on from a stored position");
        return std::make_unique<SqliteReader>(request_, positions, run, names_);
    }

    std::unique_ptr<Slot> make_slot(RunContext& run) override {
        return std::make_unique<DecodeSlot>(request_.columns, run);
    }

    void decode(Block&& block, Batch& batch, Slot& slot, std::uint32_t stage) override {
        auto& state = static_cast<DecodeSlot&>(slot);
        state.origins.clear();
        std::uint64_t record = block.origin.record;
        const char* at = block.bytes.data();
        for (const char* end = at + block.size; at < end;) {
            for (SqliteCell& cell : state.cells) at = read_cell(at, cell);
            ++record;
            if (decode_row(state, batch, stage, record))
                state.origins.push_back(pack_origin({request_.source, 0, record}));
        }
        batch.rows = static_cast<std::uint32_t>(state.origins.size());
        batch.selected = {nullptr, batch.rows};
        auto* origins = state.arena.array<std::uint64_t>(std::max<std::size_t>(1, batch.rows));
        std::copy(state.origins.begin(), state.origins.end(), origins);
        batch.row_origins = origins;
        batch.columns.clear();
        for (ColumnBuilder& builder : state.builders) batch.columns.push_back(builder.finish(batch.keep));
        state.arena.hand_over(batch.keep);
    }

    std::string file_name(std::uint32_t /*file*/) const override { return request_.connection.text("path"); }

  private:
    bool decode_row(DecodeSlot& state, Batch& batch, std::uint32_t stage, std::uint64_t record) const {
        for (std::size_t i = 0; i < state.cells.size(); ++i) {
            const SourceColumn& column = request_.columns[i];
            const std::string wrong = convert_cell(state.cells[i], column.type, formats_[i], state.converted[i]);
            if (wrong.empty()) continue;
            char room[kFloatWidth_bytes];
            Reject reject;
            reject.stage = stage;
            reject.span = column.span;
            reject.column = column.name;
            reject.value = column.is_private ? "***" : std::string(cell_text(state.cells[i], room));
            reject.reason = wrong;
            reject.origin = {request_.source, 0, record};
            reject.row = row_json(state);
            if (!has_private()) reject.form = RowForm::columns;
            batch.rejects.push_back(std::move(reject));
            return false;
        }
        for (std::size_t i = 0; i < state.converted.size(); ++i)
            append_converted(state.builders[i], state.converted[i]);
        return true;
    }

    bool has_private() const {
        return std::any_of(request_.columns.begin(), request_.columns.end(),
                           [](const SourceColumn& column) { return column.is_private; });
    }

    std::string row_json(const DecodeSlot& state) const {
        JsonWriter json;
        json.begin_object();
        for (std::size_t i = 0; i < state.cells.size(); ++i) {
            const SqliteCell& cell = state.cells[i];
            json.key(request_.columns[i].name);
            if (request_.columns[i].is_private)
                json.value("***");
            else if (cell.kind == Kind::null)
                json.null();
            else if (cell.kind == Kind::integer)
                json.value(cell.integer);
            else if (cell.kind == Kind::floating)
                json.value(cell.floating);
            else
                json.value(cell.bytes);
        }
        return json.end_object().take();
    }

    SourceRequest request_;
    std::vector<ColumnFormat> formats_;
    std::vector<std::string> names_;
};

}  // namespace

std::unique_ptr<Source> make_sqlite_source(const SourceRequest& request) {
    return std::make_unique<SqliteSource>(request);
}

}  // namespace etl
