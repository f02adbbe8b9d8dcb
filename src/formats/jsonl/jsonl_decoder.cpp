#include <simdjson.h>

#include <algorithm>
#include <cstring>

#include "base/error.hpp"
#include "base/quantity.hpp"
#include "data/scan.hpp"
#include "formats/jsonl/json_column.hpp"
#include "formats/jsonl/jsonl_format.hpp"

namespace etl {

namespace {

bool is_blank(std::string_view line) { return line.find_first_not_of(" \t\r") == std::string_view::npos; }

struct Line {
    std::uint32_t begin;
    std::uint32_t end;  // without the line end
};

struct DecodeSlot final : Slot {
    DecodeSlot(const std::vector<JsonField>& fields, RunContext& run) : arena(run.memory) {
        for (const JsonField& field : fields) members.columns.emplace_back(field, run.memory);
    }
    Arena arena;
    simdjson::dom::parser parser;
    JsonMembers members;
    bool has_escapes = false;
    std::vector<Line> lines;
    std::vector<std::uint32_t> good;  // rows
};

/// simdjson's first stage over bytes: the places of tokens; false where quotes, UTF-8 or control characters are wrong.
bool find_tokens(simdjson::dom::parser& parser, const char* bytes, std::size_t size) {
    if (parser.capacity() < size && parser.allocate(std::max<std::size_t>(size, 1 << 16)) != simdjson::SUCCESS)
        throw Error("E502", "the machine has no memory left for a line of JSON");
    return parser.implementation->stage1(reinterpret_cast<const std::uint8_t*>(bytes), size,
                                         simdjson::stage1_mode::regular) == simdjson::SUCCESS;
}

class JsonlDecoder final : public Decoder {
  public:
    explicit JsonlDecoder(const SourceRequest& request)
        : source_(request.source), span_(request.span), most_bytes_(request.options.integer("max_record")) {
        const TimeZone zone = TimeZone::find(request.timezone).value_or(TimeZone());
        for (const SourceColumn& column : request.columns) fields_.push_back(make_json_field(column, zone));
    }

    std::optional<std::size_t> begin_file(std::span<const char> head, bool at_end, CutState& /*state*/,
                                          std::string_view /*file_name*/) override {
        if (head.size() < 3 && !at_end) return std::nullopt;
        return std::string_view(head.data(), head.size()).starts_with("\xEF\xBB\xBF") ? 3 : 0;
    }

    std::size_t cut(std::span<const char> bytes, bool at_end, std::uint32_t most_records, CutState& state) override {
        const std::size_t end = most_records == 0 ? last_line_end(bytes) : line_end_of(bytes, most_records);
        const bool rest = at_end && end < bytes.size() && (most_records == 0 || end == 0);
        state.lines = scan_kernels().count_lines(bytes.data(), end);
        state.records = state.lines + (rest ? 1 : 0);
        if (end == 0 && !rest && static_cast<std::int64_t>(bytes.size()) > most_bytes_)
            throw Error("E431", "line " + std::to_string(state.line) + " is longer than `max_record` (" +
                                    format_bytes(static_cast<std::uint64_t>(most_bytes_)) + ")");
        state.line += state.lines;
        state.record += state.records;
        return rest ? bytes.size() : end;
    }

    std::unique_ptr<Slot> make_slot(RunContext& run) override { return std::make_unique<DecodeSlot>(fields_, run); }

    void decode(Block&& block, Batch& batch, Slot& slot, std::uint32_t stage) override {
        auto& state = static_cast<DecodeSlot&>(slot);
        const char* bytes = block.bytes.data();
        index_lines(block, state);
        const auto rows = static_cast<std::uint32_t>(state.lines.size());
        set_records(block, batch, state);
        for (JsonColumn& column : state.members.columns) column.start(rows, state.arena);
        state.good.clear();
        state.has_escapes = std::memchr(bytes + block.begin, '\\', block.size - block.begin) != nullptr;
        if (find_tokens(state.parser, bytes + block.begin, block.size - block.begin)) {
            const auto& tokens = *state.parser.implementation;
            const std::uint32_t* at = tokens.structural_indexes.get();
            const std::uint32_t* const end = at + tokens.n_structural_indexes;
            for (std::uint32_t row = 0; row < rows; ++row) {
                const std::uint32_t limit = state.lines[row].end - block.begin;
                at = read_line(state, batch, bytes + block.begin, at, end, limit, row, stage);
            }
        } else {
            // Somewhere quotes, UTF-8 or control characters are wrong: line by line, so that the others come through.
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

  private:
    static std::size_t last_line_end(std::span<const char> bytes) {
        const void* found = ::memrchr(bytes.data(), '\n', bytes.size());
        return found == nullptr ? 0 : static_cast<std::size_t>(static_cast<const char*>(found) - bytes.data()) + 1;
    }

    /// Behind the n-th line end, or the last there is.
    static std::size_t line_end_of(std::span<const char> bytes, std::uint32_t lines) {
        std::size_t end = 0;
        for (; lines > 0; --lines) {
            const void* found = std::memchr(bytes.data() + end, '\n', bytes.size() - end);
            if (found == nullptr) break;
            end = static_cast<std::size_t>(static_cast<const char*>(found) - bytes.data()) + 1;
        }
        return end;
    }

    static void index_lines(const Block& block, DecodeSlot& state) {
        state.lines.clear();
        const char* const bytes = block.bytes.data();
        for (std::uint32_t at = block.begin; at < block.size;) {
            const void* found = std::memchr(bytes + at, '\n', block.size - at);
            const auto stop =
                found == nullptr ? block.size : static_cast<std::uint32_t>(static_cast<const char*>(found) - bytes);
            if (stop > at && (bytes[at] == '{' || !is_blank({bytes + at, stop - at})))
                state.lines.push_back({at, stop});
            at = stop + 1;
        }
    }

    static void set_records(const Block& block, Batch& batch, DecodeSlot& state) {
        const std::size_t count = state.lines.size();
        auto* starts = state.arena.array<std::uint32_t>(count + 1);
        auto* ends = state.arena.array<std::uint32_t>(count + 1);
        for (std::size_t i = 0; i < count; ++i) {
            starts[i] = state.lines[i].begin;
            ends[i] = state.lines[i].end;
        }
        auto* index = new (state.arena.take(sizeof(RecordIndex))) RecordIndex;
        index->block = block.bytes.data();
        index->starts = starts;
        index->ends = ends;
        index->columns = 1;
        index->records = static_cast<std::uint32_t>(count);
        index->begin = block.begin;
        batch.records = index;
    }

    /// Returns the place of the first token behind the line.
    const std::uint32_t* read_line(DecodeSlot& state, Batch& batch, const char* base, const std::uint32_t* at,
                                   const std::uint32_t* end, std::uint32_t limit, std::uint32_t row,
                                   std::uint32_t stage) const {
        JsonCursor cursor(base, at, end, limit);
        JsonBatch shared{state.arena, state.has_escapes, {}};
        bool good = read_members(cursor, state.members, row, shared);
        if (good && cursor.peek() != '\0') {
            shared.failure = {nullptr, "", "not valid JSON: text behind the object"};
            good = false;
        }
        if (good)
            state.good.push_back(row);
        else
            refuse(batch, row, stage, shared.failure);
        at = cursor.place();
        while (at < end && *at < limit) ++at;
        return at;
    }

    void read_alone(DecodeSlot& state, Batch& batch, const char* bytes, std::uint32_t row, std::uint32_t stage) const {
        const Line line = state.lines[row];
        if (!find_tokens(state.parser, bytes + line.begin, line.end - line.begin)) {
            refuse(batch, row, stage,
                   {nullptr, "", "not valid JSON: a string does not end, or holds control characters or wrong UTF-8"});
            return;
        }
        const auto& tokens = *state.parser.implementation;
        const std::uint32_t* at = tokens.structural_indexes.get();
        read_line(state, batch, bytes + line.begin, at, at + tokens.n_structural_indexes, line.end - line.begin, row,
                  stage);
    }

    void refuse(Batch& batch, std::uint32_t row, std::uint32_t stage, const JsonFailure& failure) const {
        Reject reject;
        reject.stage = stage;
        reject.span = failure.field != nullptr ? failure.field->span : span_;
        if (failure.field != nullptr) reject.column = failure.field->path;
        reject.value = failure.value;
        reject.reason = failure.reason;
        reject.origin = batch.origin_of(row);
        const bool hidden =
            std::any_of(fields_.begin(), fields_.end(), [](const JsonField& f) { return f.is_private; });
        reject.row = hidden ? "***" : std::string(batch.records->record(row));
        batch.rejects.push_back(std::move(reject));
    }

    std::uint32_t source_;
    SourceSpan span_;
    std::int64_t most_bytes_;
    std::vector<JsonField> fields_;
};

}  // namespace

std::unique_ptr<Decoder> make_jsonl_decoder(const SourceRequest& request) {
    return std::make_unique<JsonlDecoder>(request);
}

}  // namespace etl
