#include "plan/replay/replay_source.hpp"

#include <algorithm>
#include <atomic>
#include <bit>
#include <cstring>
#include <fstream>
#include <map>

#include "base/error.hpp"
#include "base/registry.hpp"
#include "data/gather.hpp"
#include "data/json_value.hpp"
#include "plan/replay/row_numbers.hpp"

namespace etl {

namespace {

constexpr std::size_t kBlock_bytes = 256 * 1024;

struct NextRow {
    std::uint32_t place;      // in RejectFile::rows
    std::uint64_t known = 0;  // bits of the targets that hold it
};

/// What the source shares with its reader.
struct ReplayContext {
    ReplayRows rows;
    std::map<std::uint32_t, std::uint32_t> files;  // of the rejects: number in the decoder
    std::uint32_t source = 0;
};

class ReplayReader final : public Reader {
  public:
    ReplayReader(const ReplayContext& context, const std::vector<std::string>& positions, RunContext& run)
        : context_(context), run_(run), in_(context.rows.rejects->path, std::ios::binary) {
        choose(positions);
    }

    bool next(Block& block) override {
        if (at_ == next_.size() || interrupted_) return false;
        const NextRow first = next_[at_];
        const RejectedRow& row = row_of(first);
        const std::uint32_t most = run_.batch_rows == 0 ? UINT32_MAX : run_.batch_rows;
        std::string bytes;
        std::uint64_t line = row.line;
        // Lines are counted by line ends: rows go together if they stood together.
        for (std::uint32_t count = 0; count < most && at_ < next_.size() && bytes.size() < kBlock_bytes;
             ++count, ++at_) {
            const RejectedRow& other = row_of(next_[at_]);
            if (count > 0 && (other.file != row.file || other.line != line || next_[at_].known != first.known ||
                              path_of(other) != path_of(row)))
                break;
            const std::string text = read(other);
            line += static_cast<std::uint64_t>(std::count(text.begin(), text.end(), '\n')) + 1;
            bytes += text + "\n";
            held_.add(other.number);
        }
        block.bytes = run_.memory.take(bytes.size());
        std::memcpy(block.bytes.data(), bytes.data(), bytes.size());
        block.size = static_cast<std::uint32_t>(bytes.size());
        block.known = first.known;
        block.path = path_of(row);
        block.origin = {context_.source, context_.files.at(row.file), 0, row.line, 0};
        block.scalar = true;
        bytes_.fetch_add(bytes.size(), std::memory_order_relaxed);
        return true;
    }

    void interrupt() noexcept override { interrupted_ = true; }
    std::uint64_t bytes_read() const noexcept override { return bytes_; }
    std::string position() const override { return held_.text(); }

  private:
    const RejectedRow& row_of(const NextRow& next) const { return context_.rows.rejects->rows[next.place]; }
    std::uint32_t path_of(const RejectedRow& row) const { return context_.rows.paths[row.group]; }

    /// First what some targets hold already, in the order in which they came to hold it: position() holds for all.
    void choose(const std::vector<std::string>& positions) {
        std::vector<RowNumbers> held;
        for (const std::string& position : positions) held.push_back(RowNumbers::parse(position));
        held_ = held.front();
        for (const RowNumbers& numbers : held) held_ = held_.common(numbers);
        RowNumbers told = held_;
        for (const std::uint32_t place : context_.rows.rows) {
            const RejectedRow& row = context_.rows.rejects->rows[place];
            if (held_.contains(row.number)) continue;
            std::uint64_t known = 0;
            for (std::size_t bit = 0; bit < held.size(); ++bit)
                if (held[bit].contains(row.number)) known |= std::uint64_t{1} << bit;
            if (known != 0) told.add(row.number);
            if (known != 0 || row.is_chosen) next_.push_back({place, known});
        }
        std::stable_sort(next_.begin(), next_.end(), [](const NextRow& a, const NextRow& b) {
            return std::popcount(a.known) > std::popcount(b.known);
        });
        bool differ = std::any_of(held.begin(), held.end(),
                                  [&](const RowNumbers& numbers) { return numbers.common(told) != numbers; });
        for (std::size_t i = 1; i < next_.size(); ++i) differ = differ || (next_[i].known & ~next_[i - 1].known) != 0;
        if (differ)
            throw Error("E537", "the targets hold different rejects of run " + context_.rows.rejects->run +
                                    "; the pipeline has changed since they were sent through first");
    }

    std::string read(const RejectedRow& row) {
        std::string line;
        in_.clear();
        in_.seekg(static_cast<std::streamoff>(row.offset));
        std::getline(in_, line);
        const auto object = parse_json(line);
        const JsonValue* text = object ? object->find("row", JsonValue::Kind::text) : nullptr;
        if (text == nullptr)
            throw Error("E538", context_.rows.rejects->path.string() + " was changed while it was read");
        std::string bytes = text->text;
        while (!bytes.empty() && (bytes.back() == '\n' || bytes.back() == '\r')) bytes.pop_back();
        return bytes;
    }

    const ReplayContext& context_;
    RunContext& run_;
    std::ifstream in_;
    std::vector<NextRow> next_;
    std::size_t at_ = 0;
    RowNumbers held_;  // by all targets, or given out
    std::atomic<bool> interrupted_{false};
    std::atomic<std::uint64_t> bytes_{0};
};

/// What the rows' columns are read by: as they were printed.
SourceRequest columns_request(const SourceRequest& request, const FormatSpec& format) {
    SourceRequest made = request;
    made.options = {};
    fill_defaults(format.options, made.options);
    for (SourceColumn& column : made.columns) column.source_name = column.name;
    made.uses.assign(made.columns.size(), ColumnUse::typed);
    return made;
}

struct ReplaySlot final : Slot {
    ReplaySlot(std::unique_ptr<Slot> inner, Memory& memory) : of_decoder(std::move(inner)), arena(memory) {}
    std::unique_ptr<Slot> of_decoder;
    Arena arena;
};

class ReplaySource final : public Source {
  public:
    ReplaySource(const SourceRequest& request, ReplayRows rows) {
        context_.rows = std::move(rows);
        context_.source = request.source;
        if (context_.rows.rows.empty()) return;
        const FormatSpec* format = context_.rows.has_columns ? Registry<FormatSpec>::find("jsonl") : request.format;
        if (format == nullptr) throw Error("E538", "source `" + request.name + "` is not one of files any more");
        decoder_ = format->make_decoder(context_.rows.has_columns ? columns_request(request, *format) : request);
        for (const std::uint32_t place : context_.rows.rows) {
            const std::uint32_t file = context_.rows.rejects->rows[place].file;
            if (!context_.files.try_emplace(file, names_.size()).second) continue;
            const RejectedFile& read = context_.rows.rejects->files[file];
            names_.push_back(read.name);
            decoder_->begin_again(read.head, read.name);
        }
    }

    std::vector<Lane> lanes() override { return {Lane()}; }
    std::unique_ptr<Reader> open(const Lane&, const std::vector<std::string>& positions, RunContext& run) override {
        return std::make_unique<ReplayReader>(context_, positions, run);
    }
    std::unique_ptr<Slot> make_slot(RunContext& run) override {
        return std::make_unique<ReplaySlot>(decoder_ == nullptr ? nullptr : decoder_->make_slot(run), run.memory);
    }
    void decode(Block&& block, Batch& batch, Slot& slot, std::uint32_t stage) override {
        auto& state = static_cast<ReplaySlot&>(slot);
        decoder_->decode(std::move(block), batch, *state.of_decoder, stage);
        if (!context_.rows.has_columns) return;
        // What refuses such a row is to show the columns that it has there, not those that it came with.
        auto* const origins = state.arena.array<std::uint64_t>(batch.rows + 1);
        for (std::uint32_t row = 0; row < batch.rows; ++row) origins[row] = pack_origin(batch.origin_of(row));
        batch.row_origins = origins;
        state.arena.hand_over(batch.keep);
    }
    std::string file_name(std::uint32_t file) const override { return file < names_.size() ? names_[file] : ""; }
    std::string head(std::uint32_t file) const override { return decoder_ == nullptr ? "" : decoder_->head(file); }

  private:
    ReplayContext context_;
    std::vector<std::string> names_;
    std::unique_ptr<Decoder> decoder_;
};

}  // namespace

std::unique_ptr<Source> make_replay_source(const SourceRequest& request, ReplayRows rows) {
    return std::make_unique<ReplaySource>(request, std::move(rows));
}

}  // namespace etl
