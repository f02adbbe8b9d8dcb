#include <algorithm>
#include <cstring>

#include "base/error.hpp"
#include "base/json_writer.hpp"
#include "component/flat_column.hpp"
#include "data/print.hpp"
#include "formats/json/json_format.hpp"

namespace etl {

namespace {

struct EncodeSlot final : Slot {
    explicit EncodeSlot(RunContext& run) : memory(run.memory), arena(run.memory) {}
    Memory& memory;
    Arena arena;
    std::string scratch;
};

/// Bytes that grow in a recycled buffer.
class Output {
  public:
    Output(Memory& memory, std::size_t bytes) : memory_(memory), buffer_(memory.take(bytes)), at_(buffer_.data()) {}

    /// Room for that many bytes more; returns where they go.
    char* room(std::size_t bytes) {
        const auto size = static_cast<std::size_t>(at_ - buffer_.data());
        if (size + bytes > buffer_.capacity()) {
            BufferRef larger = memory_.take(std::max(size + bytes, buffer_.capacity() * 2));
            std::memcpy(larger.data(), buffer_.data(), size);
            buffer_ = std::move(larger);
            at_ = buffer_.data() + size;
        }
        return at_;
    }
    void advance(char* end) { at_ = end; }
    void append(std::string_view text) {
        char* out = room(text.size());
        std::memcpy(out, text.data(), text.size());
        at_ = out + text.size();
    }
    void finish(Chunk& chunk) {
        chunk.size = static_cast<std::size_t>(at_ - buffer_.data());
        chunk.bytes = std::move(buffer_);
    }

  private:
    Memory& memory_;
    BufferRef buffer_;
    char* at_;
};

/// No byte below a space, no quote and no backslash: eight at a time (bit tricks after S. E. Anderson's "Bit Twiddling
/// Hacks", haszero and hasless).
bool is_plain(std::string_view text) {
    constexpr std::uint64_t kOnes = 0x0101010101010101ULL;
    constexpr std::uint64_t kHighs = 0x8080808080808080ULL;
    std::size_t at = 0;
    for (; at + 8 <= text.size(); at += 8) {
        std::uint64_t word = 0;
        std::memcpy(&word, text.data() + at, 8);
        const std::uint64_t quote = word ^ (kOnes * '"');
        const std::uint64_t slash = word ^ (kOnes * '\\');
        const std::uint64_t low = (word - kOnes * 0x20) & ~word;
        if (((((quote - kOnes) & ~quote) | ((slash - kOnes) & ~slash) | low) & kHighs) != 0) return false;
    }
    for (; at < text.size(); ++at)
        if (static_cast<unsigned char>(text[at]) < 0x20 || text[at] == '"' || text[at] == '\\') return false;
    return true;
}

void append_string(Output& out, std::string_view text, std::string& scratch) {
    if (is_plain(text)) {
        char* at = out.room(text.size() + 2);
        *at++ = '"';
        std::memcpy(at, text.data(), text.size());
        at += text.size();
        *at++ = '"';
        out.advance(at);
        return;
    }
    scratch.clear();
    append_json_string(scratch, text);
    out.append(scratch);
}

void append_value(Output& out, const Column& column, std::uint32_t row, std::string& scratch) {
    if (!column.is_valid(row)) return out.append("null");
    const std::uint32_t place = column.encoding == Encoding::constant ? 0 : row;
    switch (column.type->kind) {
        case TypeKind::text: return append_string(out, column.data<Text>()[place].view(), scratch);
        case TypeKind::integer:
            return out.advance(print_int(out.room(kIntWidth_bytes), column.data<std::int64_t>()[place]));
        case TypeKind::decimal:
            if (column.type->is_wide_decimal()) break;
            return out.advance(
                print_decimal(out.room(kDecimalWidth_bytes), column.data<std::int64_t>()[place], column.type->scale));
        default: break;
    }
    scratch.clear();
    append_json(scratch, column, row);
    out.append(scratch);
}

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

    std::unique_ptr<Slot> make_slot(RunContext& run) override { return std::make_unique<EncodeSlot>(run); }

    void encode(Batch&& batch, Slot& slot, std::uint32_t /*stage*/, Chunk& chunk) override {
        auto& state = static_cast<EncodeSlot&>(slot);
        for (Column& column : batch.columns) column = flat_column(batch, column, state.arena);
        Output out(state.memory,
                   std::max<std::size_t>(4096, std::size_t{batch.selected.size} * 40 * (keys_.size() + 1)));
        bool is_first = true;
        for_each_row(batch.selected, [&](std::uint32_t row) {
            if (!is_first) out.append(frame_.between_rows);
            is_first = false;
            for (std::size_t i = 0; i < keys_.size(); ++i) {
                out.append(keys_[i]);
                append_value(out, batch.columns[i], row, state.scratch);
            }
            out.append(end_);
        });
        out.finish(chunk);
        chunk.rows = batch.selected.size;
        state.arena.hand_over(batch.keep);
        chunk.batch = std::move(batch);
        chunk.batch.columns.clear();
        chunk.batch.keep.clear();
    }

    void prologue(std::string& out) const override { out += frame_.prologue; }
    void epilogue(std::string& out) const override { out += frame_.epilogue; }
    std::string_view separator() const override { return frame_.between_rows; }

  private:
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
