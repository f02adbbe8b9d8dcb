#include <atomic>
#include <charconv>
#include <cmath>
#include <cstring>

#include "base/error.hpp"
#include "base/json_writer.hpp"
#include "connectors/sqlite/sqlite_connector.hpp"
#include "data/gather.hpp"
#include "data/json.hpp"
#include "data/print.hpp"
#include "data/text_parse.hpp"

namespace etl {

namespace {

using Kind = SqliteStatement::Kind;

constexpr std::uint32_t kBlock_bytes = 256 * 1024;

/// A value as SQLite gave it. In a block: its kind in a byte, then 8 bytes, or 4 bytes of size and the bytes.
struct Cell {
    Kind kind = Kind::null;
    std::int64_t integer = 0;
    double floating = 0;
    std::string_view bytes;
};

void append_cell(std::string& out, const SqliteStatement& statement, int column) {
    const Kind kind = statement.kind(column);
    out += static_cast<char>(kind);
    const auto append = [&](const auto& value) { out.append(reinterpret_cast<const char*>(&value), sizeof value); };
    if (kind == Kind::integer) append(statement.integer(column));
    if (kind == Kind::floating) append(statement.floating(column));
    if (kind == Kind::text || kind == Kind::blob) {
        const std::string_view bytes = statement.bytes(column);
        append(static_cast<std::uint32_t>(bytes.size()));
        out += bytes;
    }
}

const char* read_cell(const char* at, Cell& cell) {
    cell.kind = static_cast<Kind>(*at++);
    std::uint32_t size = 0;
    switch (cell.kind) {
        case Kind::null: return at;
        case Kind::integer: std::memcpy(&cell.integer, at, 8); return at + 8;
        case Kind::floating: std::memcpy(&cell.floating, at, 8); return at + 8;
        default: break;
    }
    std::memcpy(&size, at, 4);
    cell.bytes = {at + 4, size};
    return at + 4 + size;
}

/// The cell as text: numbers in their one spelling.
std::string_view cell_text(const Cell& cell, char (&room)[kFloatWidth_bytes]) {
    if (cell.kind == Kind::integer) return {room, static_cast<std::size_t>(print_int(room, cell.integer) - room)};
    if (cell.kind == Kind::floating) return {room, static_cast<std::size_t>(print_float(room, cell.floating) - room)};
    return cell.bytes;
}

/// A column's value on its way from a cell into a builder.
struct Converted {
    bool null = false;
    Value value;
};

std::string convert_cell(const Cell& cell, const DataType* type, const ColumnFormat& format, Converted& out) {
    out.null = cell.kind == Kind::null;
    if (out.null) return type->nullable ? "" : "null, but " + to_string(type) + " takes none";
    char room[kFloatWidth_bytes];
    const bool is_bytes = cell.kind == Kind::text || cell.kind == Kind::blob;
    if (is_bytes && !is_valid_utf8(cell.bytes.data(), cell.bytes.size())) return "not valid UTF-8";
    if (type->is(TypeKind::integer) && cell.kind == Kind::integer) {
        out.value = {type, cell.integer};
        return {};
    }
    if (type->is(TypeKind::floating) && cell.kind == Kind::floating) {
        out.value = {type, cell.floating};
        return {};
    }
    if (type->is(TypeKind::boolean) && cell.kind == Kind::integer && (cell.integer == 0 || cell.integer == 1)) {
        out.value = {type, cell.integer == 1};
        return {};
    }
    std::string_view text = cell_text(cell, room);
    // 12.0 in a column of whole numbers is 12.
    if (type->is(TypeKind::integer) && cell.kind == Kind::floating && text.ends_with(".0")) text.remove_suffix(2);
    const ParseResult result = parse_value(text, type, format, out.value);
    return result == ParseResult::ok ? "" : parse_reason(result, type);
}

void append_converted(ColumnBuilder& builder, const Converted& cell) {
    if (cell.null)
        builder.append_null();
    else if (const auto* number = std::get_if<std::int64_t>(&cell.value.data))
        builder.append_int(*number);
    else
        builder.append_value(cell.value);
}

class SqliteReader final : public Reader {
  public:
    SqliteReader(const SourceRequest& request, RunContext& run, const std::vector<std::string>& wanted)
        : run_(run), database_(open_sqlite_source(request)) {
        statement_ = database_->prepare(sqlite_select(*database_, request));
        std::vector<std::string> names;
        for (int i = 0; i < statement_.columns(); ++i) names.push_back(statement_.column_name(i));
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
        rows_.clear();
        std::uint32_t count = 0;
        const std::uint32_t most = run_.batch_rows == 0 ? UINT32_MAX : run_.batch_rows;
        while (!ended_ && count < most && rows_.size() < kBlock_bytes) {
            if (!step()) {
                ended_ = true;
                // Lets go of the read lock, so that a target in the same file can commit.
                statement_ = SqliteStatement();
                break;
            }
            for (const int place : places_) append_cell(rows_, statement_, place);
            ++count;
        }
        if (count == 0 || interrupted_.load()) return false;
        block.bytes = run_.memory.take(rows_.size());
        std::memcpy(block.bytes.data(), rows_.data(), rows_.size());
        block.size = static_cast<std::uint32_t>(rows_.size());
        block.origin.record = record_;
        block.origin.line = 0;
        record_ += count;
        bytes_.fetch_add(rows_.size(), std::memory_order_relaxed);
        return true;
    }

    void interrupt() noexcept override {
        interrupted_ = true;
        database_->interrupt();
    }
    std::uint64_t bytes_read() const noexcept override { return bytes_; }

  private:
    /// False: no row is left, or nobody wants one.
    bool step() {
        if (interrupted_.load(std::memory_order_relaxed)) return false;
        try {
            return statement_.step();
        } catch (const Error&) {
            if (interrupted_.load()) return false;
            throw;
        }
    }

    RunContext& run_;
    std::unique_ptr<SqliteDatabase> database_;
    SqliteStatement statement_;
    std::vector<int> places_;
    std::string rows_;
    std::uint64_t record_ = 0;
    bool ended_ = false;
    std::atomic<bool> interrupted_{false};
    std::atomic<std::uint64_t> bytes_{0};
};

struct DecodeSlot final : Slot {
    DecodeSlot(const std::vector<SourceColumn>& columns, RunContext& run) : arena(run.memory) {
        for (const SourceColumn& column : columns) builders.emplace_back(column.type, run.memory);
        cells.resize(columns.size());
        converted.resize(columns.size());
    }
    Arena arena;
    std::vector<ColumnBuilder> builders;
    std::vector<Cell> cells;
    std::vector<Converted> converted;
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

    /// Rows without an order of their own have no positions: what would go on behind one must not begin again.
    std::unique_ptr<Reader> open(const Lane& /*lane*/, const std::vector<std::string>& positions,
                                 RunContext& run) override {
        for (const std::string& position : positions)
            if (!position.empty())
                throw Error("E409", request_.connection.text("path") + " cannot be read on from a stored position");
        return std::make_unique<SqliteReader>(request_, run, names_);
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
            for (Cell& cell : state.cells) at = read_cell(at, cell);
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
            batch.rejects.push_back(std::move(reject));
            return false;
        }
        for (std::size_t i = 0; i < state.converted.size(); ++i)
            append_converted(state.builders[i], state.converted[i]);
        return true;
    }

    std::string row_json(const DecodeSlot& state) const {
        JsonWriter json;
        json.begin_object();
        for (std::size_t i = 0; i < state.cells.size(); ++i) {
            const Cell& cell = state.cells[i];
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
