#include "formats/csv/csv_decoder.hpp"

#include <algorithm>
#include <mutex>

#include "base/error.hpp"
#include "data/unpack.hpp"
#include "formats/csv/csv_cut.hpp"
#include "formats/csv/csv_records.hpp"
#include "formats/csv/csv_rejects.hpp"

namespace etl {

namespace {

struct CsvDecoderSlot : Slot {
    Arena arena;
    CsvIndexer indexer;
    CsvRecords records;
    std::vector<ParseFailure> failures;
    CsvRejects rejects;

    CsvDecoderSlot(Memory& memory, CsvMarks marks) : arena(memory), indexer(memory, marks) {}
};

class CsvDecoder : public Decoder {
  public:
    explicit CsvDecoder(const SourceRequest& request);

    std::optional<std::size_t> begin_file(std::span<const char> head, bool at_end, CutState& state,
                                          std::string_view file_name) override;
    std::size_t cut(std::span<const char> bytes, bool at_end, std::uint32_t most_records, CutState& state) override {
        return cut_csv_records(bytes, at_end, most_records, options_, file_name_, state);
    }
    std::uint32_t footer_records() const override { return options_.footer; }
    std::string head(std::uint32_t file) const override;
    void begin_again(std::string_view head, std::string_view file_name) override;
    std::unique_ptr<Slot> make_slot(RunContext& run) override {
        return std::make_unique<CsvDecoderSlot>(run.memory, options_.marks);
    }
    void decode(Block&& block, Batch& batch, Slot& slot, std::uint32_t stage) override;

  private:
    void add_file(const CsvHead& head, std::string_view file_name);
    const CsvLayout& layout_of(std::uint32_t file);
    void decode_column(std::uint32_t number, const CsvRecords& records, const CsvLayout& layout, Batch& batch,
                       CsvDecoderSlot& slot) const;
    void read_nulls(Column& column, const RawRows& rows, CsvDecoderSlot& slot) const;

    CsvOptions options_;
    std::vector<SourceColumn> columns_;
    std::vector<ColumnFormat> formats_;
    std::vector<ColumnUse> uses_;
    bool strict_;
    CsvRejectWriter reject_writer_;
    std::string file_name_;     // of the file that is being cut
    mutable std::mutex mutex_;  // of what follows: the reader adds, workers look up
    std::vector<std::shared_ptr<const CsvLayout>> layouts_;
    std::vector<std::shared_ptr<const std::string>> heads_;
};

CsvDecoder::CsvDecoder(const SourceRequest& request)
    : options_(read_csv_options(request.options)),
      columns_(request.columns),
      uses_(request.uses),
      strict_(request.strict),
      reject_writer_(request, options_) {
    uses_.resize(columns_.size(), ColumnUse::typed);
    const auto zone = TimeZone::find(request.timezone);
    for (const SourceColumn& column : columns_) {
        if (column.type->is(TypeKind::list) || column.type->is(TypeKind::record))
            throw Error("E416", "column `" + column.name + "`: a field of a CSV file is no " + to_string(column.type) +
                                    "; declare it as text, or read JSON");
        std::string error = "the time zone " + request.timezone + " is not known";
        auto format = zone ? compile_column_format(column.type, column.formats, *zone, error) : std::nullopt;
        if (!format) throw Error("E416", "column `" + column.name + "`: " + error);
        formats_.push_back(std::move(*format));
    }
}

std::optional<std::size_t> CsvDecoder::begin_file(std::span<const char> head, bool at_end, CutState& state,
                                                  std::string_view file_name) {
    const auto found = read_csv_head(head, at_end, options_, file_name);
    if (!found) return std::nullopt;
    file_name_ = file_name;
    add_file(*found, file_name);
    state = CutState();
    state.line = 1 + found->lines;
    return found->size;
}

void CsvDecoder::add_file(const CsvHead& head, std::string_view file_name) {
    auto layout = std::make_shared<const CsvLayout>(make_csv_layout(head, columns_, strict_, file_name));
    auto text = std::make_shared<const std::string>(csv_head_text(head, options_));
    const std::lock_guard lock(mutex_);
    if (!layouts_.empty() && *layouts_.back() == *layout) layout = layouts_.back();
    if (!heads_.empty() && *heads_.back() == *text) text = heads_.back();
    layouts_.push_back(std::move(layout));
    heads_.push_back(std::move(text));
}

std::string CsvDecoder::head(std::uint32_t file) const {
    const std::lock_guard lock(mutex_);
    return file < heads_.size() ? *heads_[file] : std::string();
}

void CsvDecoder::begin_again(std::string_view head, std::string_view file_name) {
    CsvOptions options = options_;
    options.skip = 0;
    options.header = std::min(options.header, 1U);
    const auto found = read_csv_head(head, true, options, file_name);
    if (found) add_file(*found, file_name);
}

const CsvLayout& CsvDecoder::layout_of(std::uint32_t file) {
    const std::lock_guard lock(mutex_);
    return *layouts_[file];
}

void CsvDecoder::decode(Block&& block, Batch& batch, Slot& slot, std::uint32_t stage) {
    auto& state = static_cast<CsvDecoderSlot&>(slot);
    const CsvLayout& layout = layout_of(block.origin.file);
    CsvRecords& records = state.records;
    state.indexer.index(block, layout.columns, records);
    records.index->masked = layout.masked.empty() ? nullptr : layout.masked.data();
    batch.records = records.index;
    batch.rows = records.index->records;
    batch.selected = {nullptr, batch.rows};
    batch.columns.resize(columns_.size());
    state.rejects.clear();
    for (std::uint32_t number = 0; number < columns_.size(); ++number) {
        state.failures.clear();
        decode_column(number, records, layout, batch, state);
        state.rejects.add(number, state.failures);
    }
    reject_writer_.write(block, records, layout, state.rejects, stage, state.arena, batch);
    state.arena.hand_over(batch.keep);
    batch.keep.push_back(std::move(records.keep));
    if (records.starts) batch.keep.push_back(std::move(records.starts));
    batch.keep.push_back(std::move(block.bytes));
}

void CsvDecoder::decode_column(std::uint32_t number, const CsvRecords& records, const CsvLayout& layout, Batch& batch,
                               CsvDecoderSlot& slot) const {
    const RawRows rows{batch.records, nullptr, batch.rows, batch.selected};
    const ColumnFormat& format = formats_[number];
    Column raw;
    raw.type = columns_[number].type;
    raw.encoding = Encoding::raw;
    raw.quote = options_.marks.quote;
    raw.delimiter = options_.marks.delimiter;
    raw.raw_field = layout.fields[number];
    if (!format.is_default() || !format.zone.is_utc()) raw.format = &format;
    const bool is_text = raw.type->is(TypeKind::text);
    if (!options_.null_text.empty() && raw.type->nullable) {
        read_nulls(raw, rows, slot);
        batch.columns[number] = std::move(raw);
        return;
    }
    if (uses_[number] == ColumnUse::passed || is_text) {
        // `""` is how an empty text? is printed, but not an empty text: those have been told apart as needless quotes.
        raw.canonical = is_text && records.plain_texts;
        if (!raw.canonical && uses_[number] == ColumnUse::passed)
            raw.canonical = check_raw(raw, rows, format, slot.failures);
        if (raw.canonical || is_text) {
            batch.columns[number] = std::move(raw);
            return;
        }
        slot.failures.clear();
    }
    unpack(raw, rows, format, slot.arena, batch.columns[number], slot.failures);
}

/// A column in which `null_text` stands for null, too: such fields are left out when the others are read.
void CsvDecoder::read_nulls(Column& column, const RawRows& rows, CsvDecoderSlot& slot) const {
    auto* const others = slot.arena.array<std::uint32_t>(rows.rows);
    auto* const valid = slot.arena.array<std::uint64_t>(bitmap_words(rows.rows));
    std::fill_n(valid, bitmap_words(rows.rows), ~std::uint64_t{0});
    std::uint32_t count = 0;
    for (std::uint32_t row = 0; row < rows.rows; ++row) {
        if (rows.records->field(row, column.raw_field) == options_.null_text)
            valid[row >> 6] &= ~(std::uint64_t{1} << (row & 63));
        else
            others[count++] = row;
    }
    Column out;
    const RawRows read{rows.records, nullptr, rows.rows, {others, count}};
    static const ColumnFormat kDefault;
    unpack(column, read, column.format != nullptr ? *column.format : kDefault, slot.arena, out, slot.failures);
    if (count < rows.rows) {
        for (std::size_t word = 0; out.valid != nullptr && word < bitmap_words(rows.rows); ++word)
            valid[word] &= out.valid[word];
        out.valid = valid;
    }
    column = std::move(out);
}

}  // namespace

std::unique_ptr<Decoder> make_csv_decoder(const SourceRequest& request) {
    return std::make_unique<CsvDecoder>(request);
}

}  // namespace etl
