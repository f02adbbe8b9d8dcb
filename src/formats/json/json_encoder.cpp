#include "base/error.hpp"
#include "base/json_writer.hpp"
#include "component/flat_column.hpp"
#include "data/print.hpp"
#include "data/scan.hpp"
#include "data/text_output.hpp"
#include "formats/json/json_format.hpp"

namespace etl {

namespace {

/// Writes the values of a batch's rows. One thread at a time.
class JsonRowWriter {
  public:
    /// keys: what stands before each value. Must outlive the writer.
    JsonRowWriter(Memory& memory, const std::vector<std::string>& keys) : arena_(memory), keys_(keys) {}

    /// Looks at the batch's columns; the batch must live until release().
    void prepare(const Batch& batch);
    /// The selected row number i, with the keys.
    void write(std::uint32_t i, TextOutput& out);
    /// What prepare() took goes with the batch.
    void release(std::vector<BufferRef>& keep) { arena_.hand_over(keep); }

  private:
    enum class Kind : std::uint8_t { field, text, integer, decimal, other };
    struct Piece {
        Kind kind;
        const std::uint8_t* escaped = nullptr;  // by selected row: the text is not written as it stands
        Column values;
    };

    Piece piece_of(const Batch& batch, const Column& column);
    void write_field(const Piece& piece, std::uint32_t row, TextOutput& out) const;
    void write_text(const Piece& piece, std::uint32_t i, std::size_t at, TextOutput& out);
    void write_scratch(TextOutput& out) const;

    Arena arena_;
    const std::vector<std::string>& keys_;
    const Batch* batch_ = nullptr;
    std::vector<Piece> pieces_;
    std::size_t widths_bytes_ = 0;  // of all keys, and of values but texts
    std::string scratch_;
};

constexpr std::string_view kNull = "null";

/// A number that stands in a CSV file as it stands in JSON.
bool is_spelled_the_same(const Column& column) {
    return column.encoding == Encoding::raw && column.canonical && column.spelling == RawSpelling::csv &&
           (column.type->is(TypeKind::integer) || column.type->is(TypeKind::decimal));
}

void JsonRowWriter::prepare(const Batch& batch) {
    batch_ = &batch;
    pieces_.clear();
    widths_bytes_ = 0;
    for (const std::string& key : keys_) widths_bytes_ += key.size();
    for (const Column& column : batch.columns) pieces_.push_back(piece_of(batch, column));
}

JsonRowWriter::Piece JsonRowWriter::piece_of(const Batch& batch, const Column& column) {
    if (is_spelled_the_same(column)) return {Kind::field, nullptr, column};
    Piece piece{Kind::other, nullptr, flat_column(batch, column, arena_)};
    const DataType& type = *column.type;
    if (type.is(TypeKind::text)) {
        piece.kind = Kind::text;
        auto* const escaped = arena_.array<std::uint8_t>(batch.selected.size);
        scan_kernels().find_escapes(piece.values, batch.selected, escaped);
        piece.escaped = escaped;
        widths_bytes_ += kNull.size();
    } else if (type.is(TypeKind::integer)) {
        piece.kind = Kind::integer;
        widths_bytes_ += kIntWidth_bytes;
    } else if (type.is(TypeKind::decimal) && !type.is_wide_decimal()) {
        piece.kind = Kind::decimal;
        widths_bytes_ += kDecimalWidth_bytes;
    }
    return piece;
}

void JsonRowWriter::write(std::uint32_t i, TextOutput& out) {
    const std::uint32_t row = batch_->selected[i];
    out.need(widths_bytes_);
    for (std::size_t number = 0; number < pieces_.size(); ++number) {
        out.at = copy_short(out.at, keys_[number].data(), keys_[number].size());
        const Piece& piece = pieces_[number];
        if (piece.kind == Kind::field) {
            write_field(piece, row, out);
            continue;
        }
        const Column& column = piece.values;
        const std::size_t at = column.index_of(row);
        if (column.valid != nullptr && !column.is_valid(row)) {
            out.need(kNull.size() + widths_bytes_);
            out.at = copy_short(out.at, kNull.data(), kNull.size());
            continue;
        }
        switch (piece.kind) {
            case Kind::text: write_text(piece, i, at, out); break;
            case Kind::integer: out.at = print_int(out.at, column.data<std::int64_t>()[at]); break;
            case Kind::decimal:
                out.at = print_decimal(out.at, column.data<std::int64_t>()[at], column.type->scale);
                break;
            default:
                scratch_.clear();
                append_json(scratch_, column, row);
                write_scratch(out);
        }
    }
}

void JsonRowWriter::write_field(const Piece& piece, std::uint32_t row, TextOutput& out) const {
    const std::string_view field = batch_->records->field(batch_->record_number(row), piece.values.raw_field);
    const std::string_view text = field.empty() ? kNull : field;
    out.need(text.size() + widths_bytes_);
    out.at = copy_short(out.at, text.data(), text.size());
}

void JsonRowWriter::write_text(const Piece& piece, std::uint32_t i, std::size_t at, TextOutput& out) {
    const Text& text = piece.values.data<Text>()[at];
    if (piece.escaped[i] != 0) [[unlikely]] {
        scratch_.clear();
        append_json_string(scratch_, text.view());
        return write_scratch(out);
    }
    out.need(text.size + 2 + widths_bytes_);
    *out.at++ = '"';
    out.at = copy_short(out.at, text.data, text.size);
    *out.at++ = '"';
}

void JsonRowWriter::write_scratch(TextOutput& out) const {
    out.need(scratch_.size() + widths_bytes_);
    out.at = copy_short(out.at, scratch_.data(), scratch_.size());
}

struct EncodeSlot final : Slot {
    EncodeSlot(Memory& memory, const std::vector<std::string>& keys) : writer(memory, keys), output(memory) {}
    JsonRowWriter writer;
    TextOutput output;
};

/// How rows stand in a file.
struct RowFrame {
    std::string_view prologue;
    std::string_view before_row;
    std::string_view behind_row;
    std::string_view between_rows;
    std::string_view epilogue;
};

constexpr RowFrame kLines = {"", "", "\n", "", ""};
constexpr RowFrame kDocument = {"[", "\n", "", ",", "\n]\n"};

class JsonEncoder final : public Encoder {
  public:
    JsonEncoder(const SinkRequest& request, const RowFrame& frame) : frame_(frame) {
        for (const std::string_view name : {"encoding", "max_record", "rows"})
            if (request.options.given(name)) throw Error("E415", "`" + std::string(name) + "` is an option of reading");
        for (const Field& field : request.schema->fields) {
            std::string key = keys_.empty() ? std::string(frame.before_row) + "{" : ",";
            append_json_string(key, field.name);
            keys_.push_back(key + ":");
        }
        end_ = "}" + std::string(frame.behind_row);
    }

    std::unique_ptr<Slot> make_slot(RunContext& run) override {
        return std::make_unique<EncodeSlot>(run.memory, keys_);
    }

    void encode(Batch&& batch, Slot& slot, std::uint32_t /*stage*/, Chunk& chunk) override {
        auto& state = static_cast<EncodeSlot&>(slot);
        TextOutput& out = state.output;
        state.writer.prepare(batch);
        out.start();
        for (std::uint32_t i = 0; i < batch.selected.size; ++i) {
            append(out, i == 0 ? std::string_view() : frame_.between_rows);
            state.writer.write(i, out);
            append(out, end_);
        }
        chunk.size = out.size();
        chunk.bytes = out.take();
        chunk.rows = batch.selected.size;
        state.writer.release(batch.keep);
        chunk.batch = std::move(batch);
        chunk.batch.columns.clear();
        chunk.batch.keep.clear();
    }

    void prologue(std::string& out) const override { out += frame_.prologue; }
    void epilogue(std::string& out) const override { out += frame_.epilogue; }
    std::string_view separator() const override { return frame_.between_rows; }

  private:
    static void append(TextOutput& out, std::string_view text) {
        out.need(text.size());
        out.at = copy_short(out.at, text.data(), text.size());
    }

    const RowFrame& frame_;
    std::vector<std::string> keys_;
    std::string end_;
};

}  // namespace

std::unique_ptr<Encoder> make_jsonl_encoder(const SinkRequest& request) {
    return std::make_unique<JsonEncoder>(request, kLines);
}

std::unique_ptr<Encoder> make_json_encoder(const SinkRequest& request) {
    return std::make_unique<JsonEncoder>(request, kDocument);
}

}  // namespace etl
