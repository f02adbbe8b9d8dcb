#include "connectors/files/partition_encoder.hpp"

#include <algorithm>
#include <cstring>
#include <unordered_map>
#include <vector>

#include "base/error.hpp"
#include "component/flat_column.hpp"
#include "data/print.hpp"

namespace etl {

namespace {

// The name that other programs that read such folders know for a null.
constexpr std::string_view kNull = "__HIVE_DEFAULT_PARTITION__";
constexpr std::size_t kMostFolderName_bytes = 255;
constexpr std::string_view kHexDigits = "0123456789ABCDEF";

void append_escaped(std::string& out, std::string_view text) {
    constexpr std::string_view kUnsafe = "\"#%'*/:<=>?\\[]^`{|}\x7F";
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto byte = static_cast<unsigned char>(text[i]);
        const bool is_null_name = i == 0 && text == kNull;
        if (byte >= 0x20 && !is_null_name && kUnsafe.find(text[i]) == std::string_view::npos) {
            out += text[i];
        } else {
            out += '%';
            out += kHexDigits[byte >> 4];
            out += kHexDigits[byte & 15];
        }
    }
}

struct Piece {
    std::string folders;
    std::vector<std::uint32_t> rows;
};

struct PartitionSlot : Slot {
    explicit PartitionSlot(RunContext& run) : memory(run.memory), arena(run.memory) {}
    Memory& memory;
    Arena arena;
    std::unique_ptr<Slot> inner;
    std::unordered_map<std::string, std::size_t> by_folders;
    std::vector<Piece> pieces;
    std::string folders;
    std::string out;
};

void append_number(std::string& out, std::uint64_t number) {
    char bytes[sizeof number];
    std::memcpy(bytes, &number, sizeof number);
    out.append(bytes, sizeof bytes);
}

class PartitionEncoder : public Encoder {
  public:
    explicit PartitionEncoder(const SinkRequest& request)
        : schema_(request.schema), partitions_(request.partitions), span_(request.span) {
        const SinkRequest one = without_partitions(request);
        inner_schema_ = one.schema;
        inner_ = one.format->make_encoder(one);
    }

    std::unique_ptr<Slot> make_slot(RunContext& run) override {
        auto slot = std::make_unique<PartitionSlot>(run);
        slot->inner = inner_->make_slot(run);
        return slot;
    }
    void encode(Batch&& batch, Slot& slot, std::uint32_t stage, Chunk& chunk) override;
    void prologue(std::string& out) const override { inner_->prologue(out); }
    void epilogue(std::string& out) const override { inner_->epilogue(out); }
    std::string_view separator() const override { return inner_->separator(); }

  private:
    bool is_partition(std::uint32_t column) const {
        return std::find(partitions_.begin(), partitions_.end(), column) != partitions_.end();
    }
    void divide(Batch& batch, PartitionSlot& slot, std::uint32_t stage) const;
    bool name_folders(const std::vector<Column>& values, std::uint32_t row, std::string& folders) const;
    void refuse(Batch& batch, std::uint32_t row, std::uint32_t stage) const;

    SchemaPtr schema_;
    SchemaPtr inner_schema_;
    std::vector<std::uint32_t> partitions_;
    SourceSpan span_;
    std::unique_ptr<Encoder> inner_;
};

void PartitionEncoder::encode(Batch&& batch, Slot& slot, std::uint32_t stage, Chunk& chunk) {
    auto& state = static_cast<PartitionSlot&>(slot);
    const std::size_t rejected = batch.rejects.size();
    divide(batch, state, stage);
    state.out.clear();
    chunk.rows = 0;
    for (Piece& piece : state.pieces) {
        Batch part;
        part.schema = inner_schema_.get();
        for (std::uint32_t i = 0; i < batch.columns.size(); ++i)
            if (!is_partition(i)) part.columns.push_back(batch.columns[i]);
        part.rows = batch.rows;
        part.selected = {piece.rows.data(), static_cast<std::uint32_t>(piece.rows.size())};
        part.sequence = batch.sequence;
        part.origin = batch.origin;
        part.records = batch.records;
        part.record_of = batch.record_of;
        part.siblings = batch.siblings;
        part.row_origins = batch.row_origins;
        part.keep = batch.keep;
        Chunk made;
        inner_->encode(std::move(part), *state.inner, stage, made);
        chunk.rows += made.rows;
        for (Reject& reject : made.batch.rejects) batch.rejects.push_back(std::move(reject));
        if (made.size == 0) continue;
        append_number(state.out, piece.folders.size());
        append_number(state.out, made.size);
        state.out += piece.folders;
        state.out.append(made.bytes.data() + made.begin, made.size);
    }
    std::stable_sort(batch.rejects.begin() + static_cast<std::ptrdiff_t>(rejected), batch.rejects.end(),
                     [](const Reject& a, const Reject& b) { return a.record_number < b.record_number; });
    chunk.begin = 0;
    chunk.size = state.out.size();
    chunk.bytes = state.memory.take(std::max<std::size_t>(chunk.size, 1));
    std::memcpy(chunk.bytes.data(), state.out.data(), chunk.size);
    chunk.batch = std::move(batch);
    chunk.batch.columns.clear();
    chunk.batch.keep.clear();
    chunk.batch.records = nullptr;
}

/// In the order in which the folders first come; rows keep theirs.
void PartitionEncoder::divide(Batch& batch, PartitionSlot& slot, std::uint32_t stage) const {
    slot.pieces.clear();
    slot.by_folders.clear();
    if (batch.selected.size == 0) return;
    std::vector<Column> values;
    for (const std::uint32_t column : partitions_)
        values.push_back(flat_column(batch, batch.columns[column], slot.arena));
    for_each_row(batch.selected, [&](std::uint32_t row) {
        slot.folders.clear();
        if (!name_folders(values, row, slot.folders)) return refuse(batch, row, stage);
        const auto [at, is_new] = slot.by_folders.try_emplace(slot.folders, slot.pieces.size());
        if (is_new) slot.pieces.push_back({slot.folders, {}});
        slot.pieces[at->second].rows.push_back(row);
    });
    slot.arena.hand_over(batch.keep);
}

bool PartitionEncoder::name_folders(const std::vector<Column>& values, std::uint32_t row, std::string& folders) const {
    std::string text;
    for (std::size_t i = 0; i < values.size(); ++i) {
        text.clear();
        const bool valid = values[i].is_valid(row);
        if (valid) append_text(text, values[i], values[i].encoding == Encoding::constant ? 0 : row);
        const std::string name = partition_folder(schema_->fields[partitions_[i]].name, valid ? &text : nullptr);
        if (name.size() > kMostFolderName_bytes) return false;
        if (i > 0) folders += '/';
        folders += name;
    }
    return true;
}

void PartitionEncoder::refuse(Batch& batch, std::uint32_t row, std::uint32_t stage) const {
    Reject reject;
    reject.stage = stage;
    reject.span = span_;
    reject.reason = "a value of `partition by` is too long for a folder's name";
    reject.origin = batch.origin_of(row);
    reject.record_number = batch.record_number(row);
    batch.keep_row(row, reject);
    batch.rejects.push_back(std::move(reject));
}

}  // namespace

std::string partition_folder(std::string_view column, const std::string* value) {
    std::string name;
    append_escaped(name, column);
    name += '=';
    if (value == nullptr)
        name += kNull;
    else
        append_escaped(name, *value);
    return name;
}

SinkRequest without_partitions(const SinkRequest& request) {
    SinkRequest one = request;
    one.partitions.clear();
    auto schema = std::make_shared<Schema>();
    for (std::uint32_t i = 0; i < request.schema->size(); ++i)
        if (std::find(request.partitions.begin(), request.partitions.end(), i) == request.partitions.end())
            schema->fields.push_back(request.schema->fields[i]);
    if (schema->fields.empty())
        throw Error("E417", request.address + ": `partition by` leaves no column for the files; name fewer columns");
    one.schema = std::move(schema);
    return one;
}

std::unique_ptr<Encoder> make_partition_encoder(const SinkRequest& request) {
    return std::make_unique<PartitionEncoder>(request);
}

void for_each_partition(const Chunk& chunk, const std::function<void(std::string_view, std::string_view)>& body) {
    std::string_view rest(chunk.bytes.data() + chunk.begin, chunk.size);
    while (!rest.empty()) {
        std::uint64_t sizes[2];
        std::memcpy(sizes, rest.data(), sizeof sizes);
        rest.remove_prefix(sizeof sizes);
        body(rest.substr(0, sizes[0]), rest.substr(sizes[0], sizes[1]));
        rest.remove_prefix(sizes[0] + sizes[1]);
    }
}

}  // namespace etl
