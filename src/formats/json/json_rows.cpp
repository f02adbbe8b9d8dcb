#include "formats/json/json_rows.hpp"

#include <simdjson.h>

#include <algorithm>
#include <cstring>

#include "base/error.hpp"
#include "data/scan.hpp"

namespace etl {

struct JsonRowDecoder::Rows final : Slot {
    Rows(const std::vector<JsonField>& fields, RunContext& run) : arena(run.memory) {
        for (const JsonField& field : fields) members.columns.emplace_back(field, run.memory);
    }

    /// The tokens of other bytes than before.
    bool find_tokens(const char* bytes, std::size_t size);
    /// Whether a backslash stands in the record. Records come in their order: each byte is looked at once.
    bool has_escapes(JsonSpan record) {
        if (next_escape_ < record.begin) {
            const void* found = std::memchr(bytes_ + record.begin, '\\', size_ - record.begin);
            next_escape_ =
                found == nullptr ? static_cast<std::int64_t>(size_) : static_cast<const char*>(found) - bytes_;
        }
        return next_escape_ < record.end;
    }
    const char* bytes() const { return bytes_; }
    /// Where tokens begin, and behind the last the size of the bytes.
    const std::uint32_t* tokens() const { return parser_.implementation->structural_indexes.get(); }

    Arena arena;
    JsonMembers members;
    std::vector<JsonSpan> spans;
    std::vector<std::uint32_t> good;  // rows

  private:
    simdjson::dom::parser parser_;
    const char* bytes_ = nullptr;
    std::size_t size_ = 0;
    std::int64_t next_escape_ = -1;
};

/// By simdjson's first stage; false where quotes, UTF-8 or control characters are wrong.
bool JsonRowDecoder::Rows::find_tokens(const char* bytes, std::size_t size) {
    bytes_ = bytes;
    size_ = size;
    next_escape_ = -1;
    if (parser_.capacity() < size && parser_.allocate(std::max<std::size_t>(size, 1 << 16)) != simdjson::SUCCESS)
        throw Error("E502", "the machine has no memory left for a record of JSON");
    auto& found = *parser_.implementation;
    const auto* const text = reinterpret_cast<const std::uint8_t*>(bytes);
    if (found.stage1(text, size, simdjson::stage1_mode::regular) != simdjson::SUCCESS) return false;
    found.structural_indexes[found.n_structural_indexes] = static_cast<std::uint32_t>(size);
    return true;
}

JsonRowDecoder::JsonRowDecoder(const SourceRequest& request) : span_(request.span) {
    const TimeZone zone = TimeZone::find(request.timezone).value_or(TimeZone());
    for (const SourceColumn& column : request.columns) fields_.push_back(make_json_field(column, zone));
}

std::unique_ptr<Slot> JsonRowDecoder::make_slot(RunContext& run) { return std::make_unique<Rows>(fields_, run); }

void JsonRowDecoder::decode(Block&& block, Batch& batch, Slot& slot, std::uint32_t stage) {
    auto& state = static_cast<Rows&>(slot);
    const char* bytes = block.bytes.data();
    state.spans.clear();
    index(block, state.spans);
    const auto rows = static_cast<std::uint32_t>(state.spans.size());
    set_records(block, batch, state);
    for (JsonColumn& column : state.members.columns) column.start(rows, state.arena);
    state.good.clear();
    if (state.find_tokens(bytes + block.begin, block.size - block.begin)) {
        const std::uint32_t* at = state.tokens();
        for (std::uint32_t row = 0; row < rows; ++row) {
            const JsonSpan record{state.spans[row].begin - block.begin, state.spans[row].end - block.begin};
            while (*at < record.begin) ++at;
            at = read_row(state, batch, at, record, row, stage);
        }
    } else {
        // Somewhere quotes, UTF-8 or control characters are wrong: one by one, so that the others come through.
        for (std::uint32_t row = 0; row < rows; ++row) read_alone(state, batch, bytes, row, stage);
    }
    for (JsonColumn& column : state.members.columns) batch.columns.push_back(column.finish(batch.keep));
    batch.rows = rows;
    batch.selected = {nullptr, rows};
    if (state.good.size() != rows) {
        auto* good = state.arena.array<std::uint32_t>(state.good.size() + 1);
        std::copy(state.good.begin(), state.good.end(), good);
        batch.selected = {good, static_cast<std::uint32_t>(state.good.size())};
    }
    batch.keep.push_back(std::move(block.bytes));
    state.arena.hand_over(batch.keep);
}

/// Private columns: their members may stand anywhere in a record.
bool JsonRowDecoder::hides() const {
    return std::any_of(fields_.begin(), fields_.end(), [](const JsonField& f) { return f.is_private; });
}

void JsonRowDecoder::set_records(const Block& block, Batch& batch, Rows& state) const {
    static constexpr std::uint8_t kMasked = 1;
    const std::size_t count = state.spans.size();
    auto* starts = state.arena.array<std::uint32_t>(count + 1);
    auto* ends = state.arena.array<std::uint32_t>(count + 1);
    for (std::size_t i = 0; i < count; ++i) {
        starts[i] = state.spans[i].begin;
        ends[i] = state.spans[i].end;
    }
    auto* index = new (state.arena.take(sizeof(RecordIndex))) RecordIndex;
    index->block = block.bytes.data();
    index->starts = starts;
    index->ends = ends;
    index->columns = 1;
    index->records = static_cast<std::uint32_t>(count);
    index->begin = block.begin;
    if (hides()) index->masked = &kMasked;
    batch.records = index;
    if (count == 0 || starts[0] == block.begin) return;
    const char* const first = block.bytes.data() + block.begin;
    batch.origin.line += scan_kernels().count_lines(first, starts[0] - block.begin);
    batch.origin.byte += starts[0] - block.begin;
}

/// Returns the place of the first token behind the record.
const std::uint32_t* JsonRowDecoder::read_row(Rows& state, Batch& batch, const std::uint32_t* at, JsonSpan record,
                                              std::uint32_t row, std::uint32_t stage) const {
    JsonCursor cursor(state.bytes(), at, record.end);
    JsonBatch shared{state.arena, state.has_escapes(record), {}};
    bool good = read_members(cursor, state.members, row, shared);
    if (good && !cursor.has_ended()) {
        shared.failure = {nullptr, "", "not valid JSON: text behind the object"};
        good = false;
    }
    if (good)
        state.good.push_back(row);
    else
        refuse(batch, row, stage, shared.failure);
    at = cursor.place();
    while (*at < record.end) ++at;
    return at;
}

void JsonRowDecoder::read_alone(Rows& state, Batch& batch, const char* bytes, std::uint32_t row,
                                std::uint32_t stage) const {
    const JsonSpan span = state.spans[row];
    if (!state.find_tokens(bytes + span.begin, span.end - span.begin)) {
        refuse(batch, row, stage,
               {nullptr, "", "not valid JSON: a string does not end, or holds control characters or wrong UTF-8"});
        return;
    }
    read_row(state, batch, state.tokens(), {0, span.end - span.begin}, row, stage);
}

void JsonRowDecoder::refuse(Batch& batch, std::uint32_t row, std::uint32_t stage, const JsonFailure& failure) const {
    Reject reject;
    reject.stage = stage;
    reject.span = failure.field != nullptr ? failure.field->span : span_;
    if (failure.field != nullptr) reject.column = failure.field->path;
    reject.value = failure.value;
    reject.reason = failure.reason;
    reject.origin = batch.origin_of(row);
    const bool hidden = hides();
    reject.row = hidden ? "***" : std::string(batch.records->record(row));
    if (!hidden) reject.form = RowForm::record;
    batch.rejects.push_back(std::move(reject));
}

}  // namespace etl
