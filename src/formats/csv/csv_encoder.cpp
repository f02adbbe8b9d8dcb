#include "formats/csv/csv_encoder.hpp"

#include <algorithm>
#include <cstring>

#include "base/error.hpp"
#include "data/print.hpp"
#include "data/unpack.hpp"
#include "formats/csv/csv_fields.hpp"
#include "formats/csv/csv_options.hpp"
#include "io/encoding.hpp"

namespace etl {

namespace {

constexpr std::string_view kMask = "***";

struct CsvEncoderSlot : Slot {
    CsvRowWriter writer;
    TextOutput output;
    std::unique_ptr<TextEncoder> text_encoder;  // nullptr: UTF-8
    std::vector<std::uint32_t> written;         // rows, and
    std::vector<std::size_t> ends;              // where they end: only with text_encoder
    std::string converted;

    CsvEncoderSlot(Memory& memory, const CsvSpelling& spelling) : writer(memory, spelling), output(memory) {}
};

class CsvEncoder : public Encoder {
  public:
    explicit CsvEncoder(const SinkRequest& request);

    std::unique_ptr<Slot> make_slot(RunContext& run) override;
    void encode(Batch&& batch, Slot& slot, std::uint32_t stage, Chunk& chunk) override;
    void prologue(std::string& out) const override;
    void epilogue(std::string&) const override {}

  private:
    bool pass_block_on(const Batch& batch, Chunk& chunk) const;
    void copy_records(const Batch& batch, TextOutput& out) const;
    void write_rows(Batch& batch, CsvEncoderSlot& slot, std::uint32_t stage, std::uint64_t& rows) const;
    void convert(Batch& batch, CsvEncoderSlot& slot, std::uint32_t stage, std::uint64_t& rows) const;
    void refuse(Batch& batch, std::uint32_t row, std::uint32_t stage, std::string reason,
                std::int64_t column = -1) const;

    CsvSpelling spelling_;
    CsvOptions options_;
    SchemaPtr schema_;
    SourceSpan span_;
};

CsvEncoder::CsvEncoder(const SinkRequest& request)
    : options_(read_csv_options(request.options)), schema_(request.schema), span_(request.span) {
    for (const std::string_view name : {"skip", "footer", "comment", "max_record"})
        if (request.options.given(name)) throw Error("E415", "`" + std::string(name) + "` is an option of reading");
    if (options_.header > 1) throw Error("E415", "`header` of a target is 1, or 0 for none");
    spelling_ = {options_.marks, options_.null_text};
}

std::unique_ptr<Slot> CsvEncoder::make_slot(RunContext& run) {
    auto slot = std::make_unique<CsvEncoderSlot>(run.memory, spelling_);
    if (!options_.encoding.empty()) slot->text_encoder = std::make_unique<TextEncoder>(options_.encoding);
    return slot;
}

void CsvEncoder::encode(Batch&& batch, Slot& slot, std::uint32_t stage, Chunk& chunk) {
    auto& state = static_cast<CsvEncoderSlot&>(slot);
    chunk.rows = batch.selected.size;
    chunk.size = 0;
    chunk.begin = 0;
    if (chunk.rows > 0) {
        state.writer.prepare(batch);
        const bool as_it_stands = state.writer.copies_records() && !state.text_encoder;
        if (!as_it_stands || !pass_block_on(batch, chunk)) {
            state.output.start();
            if (as_it_stands)
                copy_records(batch, state.output);
            else
                write_rows(batch, state, stage, chunk.rows);
            if (state.text_encoder) convert(batch, state, stage, chunk.rows);
            chunk.size = state.output.size();
            chunk.bytes = state.output.take();
        }
        state.writer.release(batch.keep);
    }
    chunk.batch = std::move(batch);
    chunk.batch.columns.clear();
    chunk.batch.keep.clear();
    chunk.batch.records = nullptr;
}

/// A block whose rows are all written as they were read is not even copied.
bool CsvEncoder::pass_block_on(const Batch& batch, Chunk& chunk) const {
    const RecordIndex& index = *batch.records;
    if (index.starts != nullptr || batch.record_of != nullptr || batch.selected.rows != nullptr ||
        batch.selected.size != index.records)
        return false;
    const std::uint32_t end = index.record_end(index.records - 1);
    if (index.block[end] != '\n') return false;
    for (const BufferRef& kept : batch.keep) {
        if (index.block < kept.data() || index.block >= kept.data() + kept.capacity()) continue;
        chunk.bytes = kept;
        chunk.begin = static_cast<std::size_t>(index.block - kept.data()) + index.begin;
        chunk.size = end + 1 - index.begin;
        return true;
    }
    return false;
}

void CsvEncoder::copy_records(const Batch& batch, TextOutput& out) const {
    const RecordIndex& index = *batch.records;
    const auto number = [&](std::uint32_t i) { return batch.record_number(batch.selected[i]); };
    for (std::uint32_t i = 0; i < batch.selected.size;) {
        const std::uint32_t first = number(i);
        std::uint32_t last = first;
        // Records that follow each other are one piece, with the line ends between them.
        for (++i; index.starts == nullptr && i < batch.selected.size && number(i) == last + 1; ++i) ++last;
        const std::uint32_t begin = index.record_begin(first);
        const std::size_t size = index.record_end(last) - begin;
        out.need(size + 1);
        std::memcpy(out.at, index.block + begin, size);
        out.at += size;
        *out.at++ = '\n';
    }
}

void CsvEncoder::write_rows(Batch& batch, CsvEncoderSlot& slot, std::uint32_t stage, std::uint64_t& rows) const {
    slot.written.clear();
    slot.ends.clear();
    for (std::uint32_t i = 0; i < batch.selected.size; ++i) {
        const std::size_t before = slot.output.size();
        if (!slot.writer.write(i, slot.output)) {
            slot.output.cut(before);
            --rows;
            refuse(batch, batch.selected[i], stage, "cannot be written without quotes", slot.writer.failed_column);
        } else if (slot.text_encoder) {
            slot.written.push_back(batch.selected[i]);
            slot.ends.push_back(slot.output.size());
        }
    }
}

/// Whole at first; only where that fails row by row.
void CsvEncoder::convert(Batch& batch, CsvEncoderSlot& slot, std::uint32_t stage, std::uint64_t& rows) const {
    const std::string_view text(slot.output.data(), slot.output.size());
    slot.converted.clear();
    if (!slot.text_encoder->encode(text, slot.converted)) {
        std::size_t from = 0;
        for (std::size_t i = 0; i < slot.written.size(); ++i) {
            if (!slot.text_encoder->encode(text.substr(from, slot.ends[i] - from), slot.converted)) {
                --rows;
                refuse(batch, slot.written[i], stage, "a character that " + options_.encoding + " does not have");
            }
            from = slot.ends[i];
        }
    }
    slot.output.cut(0);
    slot.output.need(slot.converted.size());
    std::memcpy(slot.output.at, slot.converted.data(), slot.converted.size());
    slot.output.at += slot.converted.size();
}

void CsvEncoder::refuse(Batch& batch, std::uint32_t row, std::uint32_t stage, std::string reason,
                        std::int64_t column) const {
    Reject reject;
    reject.stage = stage;
    reject.span = span_;
    reject.reason = std::move(reason);
    if (column >= 0) {
        const Field& field = schema_->fields[static_cast<std::size_t>(column)];
        const Column& values = batch.columns[static_cast<std::size_t>(column)];
        std::string scratch;
        reject.column = field.name;
        if (field.is_private)
            reject.value = kMask;
        else if (values.encoding != Encoding::raw)
            append_text(reject.value, values, row);
        else
            reject.value =
                unquote_csv(batch.records->field(batch.record_number(row), values.raw_field), values.quote, scratch);
    }
    reject.origin = batch.origin_of(row);
    reject.record_number = batch.record_number(row);
    batch.keep_row(row, reject);
    batch.rejects.push_back(std::move(reject));
}

void CsvEncoder::prologue(std::string& out) const {
    std::string header;
    const auto is_mark = [&](char c) {
        return c == options_.marks.delimiter || (c == options_.marks.quote && c != 0) || c == '\n' || c == '\r';
    };
    for (const Field& field : schema_->fields) {
        if (options_.header == 0) break;
        const bool quoted = field.name.empty() || std::any_of(field.name.begin(), field.name.end(), is_mark);
        if (quoted && options_.marks.quote == 0)
            throw Error("E415", "the column name `" + field.name + "` cannot be written without quotes");
        if (quoted) header += options_.marks.quote;
        for (const char c : field.name) header.append(quoted && c == options_.marks.quote ? 2 : 1, c);
        if (quoted) header += options_.marks.quote;
        header += &field == &schema_->fields.back() ? '\n' : options_.marks.delimiter;
    }
    if (options_.encoding.empty()) {
        out += header;
        return;
    }
    TextEncoder encoder(options_.encoding);
    out += encoder.byte_order_mark();
    if (!encoder.encode(header, out))
        throw Error("E408", "a column name has a character that " + options_.encoding + " does not have");
}

}  // namespace

std::unique_ptr<Encoder> make_csv_encoder(const SinkRequest& request) { return std::make_unique<CsvEncoder>(request); }

}  // namespace etl
