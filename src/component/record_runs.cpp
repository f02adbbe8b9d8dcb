#include "component/record_runs.hpp"

#include <algorithm>
#include <cstring>

#include "base/error.hpp"
#include "component/record_keys.hpp"

namespace etl {

namespace {

constexpr std::size_t kLeastBlock_bytes = 4096;
constexpr std::size_t kMostBlock_bytes = 64 * 1024;
constexpr std::size_t kBlocksInMemory = 256;
constexpr std::size_t kLeastFanIn = 4;
constexpr std::size_t kMostFanIn = 256;
constexpr std::uint32_t kNobody = UINT32_MAX;

/// A record begins with this; behind it stand the value, the key, and what is missing to a multiple of 8.
struct RecordHead {
    std::uint32_t value_bytes;
    std::uint32_t key_bytes;
};

}  // namespace

SpillSizes spill_sizes(const Memory& memory) {
    const std::size_t limit = memory.limit_bytes() == 0 ? SIZE_MAX : memory.limit_bytes();
    const std::size_t block = std::clamp(limit / kBlocksInMemory, kLeastBlock_bytes, kMostBlock_bytes);
    return {block, std::clamp(limit / 4 / block, kLeastFanIn, kMostFanIn)};
}

std::filesystem::path spill_folder(const RunContext& run) {
    return run.spill_folder.empty() ? std::filesystem::temp_directory_path() : run.spill_folder;
}

std::shared_ptr<SpillFile> make_spill_file(const RunContext& run) {
    return std::make_shared<SpillFile>(spill_folder(run));
}

void RunWriter::add(std::string_view key, std::string_view value) {
    if (value.size() > UINT32_MAX || key.size() > UINT32_MAX)
        throw Error("E505", "a row or group of more than 4 GiB cannot be written into the spill folder");
    const RecordHead head{static_cast<std::uint32_t>(value.size()), static_cast<std::uint32_t>(key.size())};
    const std::size_t begin = block_.size();
    const std::size_t bytes = (sizeof head + value.size() + key.size() + 7) / 8 * 8;
    if (begin == 0) block_.reserve(std::max(block_bytes_, bytes));
    block_.resize(begin + bytes);
    char* to = block_.data() + begin;
    std::memcpy(to, &head, sizeof head);
    to += sizeof head;
    if (!value.empty()) std::memcpy(to, value.data(), value.size());
    if (!key.empty()) std::memcpy(to + value.size(), key.data(), key.size());
    if (block_.size() >= block_bytes_) write_block();
}

void RunWriter::write_block() {
    blocks_.push_back(file_->append(block_));
    block_.clear();
    if (block_.capacity() > 2 * block_bytes_) block_.shrink_to_fit();
}

RecordRun RunWriter::finish() {
    if (!block_.empty()) write_block();
    return {file_, std::move(blocks_)};
}

/// Reads one run. Its block comes from the system, so that what a merge of many runs had does not stay with the heap.
struct RunMerge::Cursor {
    Cursor(RecordRun from, StageMemory& memory, std::vector<char>& scratch)
        : run(std::move(from)), block(memory), packed(scratch) {}
    RecordRun run;
    std::size_t next_block = 0;
    GrowingBytes block;
    std::vector<char>& packed;
    std::size_t block_end = 0;
    std::size_t at = 0;
    std::size_t after = 0;
    std::uint64_t prefix = 0;
    bool ended = false;

    const RecordHead& head() const { return *reinterpret_cast<const RecordHead*>(block.data() + at); }
    std::string_view value() const { return {block.data() + at + sizeof(RecordHead), head().value_bytes}; }
    std::string_view key() const {
        return {block.data() + at + sizeof(RecordHead) + head().value_bytes, head().key_bytes};
    }
    void step() {
        if (after == block_end && !read_block()) {
            ended = true;
            return;
        }
        at = after;
        after = at + (sizeof(RecordHead) + head().value_bytes + head().key_bytes + 7) / 8 * 8;
        prefix = key_prefix(key());
    }
    bool read_block() {
        if (next_block == run.blocks.size()) {
            run = {};
            next_block = 0;
            block.reset();
            return false;
        }
        const SpilledBlock& from = run.blocks[next_block++];
        block.grow(from.raw_bytes, GrowingBytes::Use::soon);
        run.file->read(from, block.data(), packed);
        block_end = from.raw_bytes;
        after = 0;
        return true;
    }
};

RunMerge::RunMerge(std::vector<RecordRun> runs, const RunContext& run, StageMemory& memory) : memory_(memory) {
    const SpillSizes sizes = spill_sizes(run.memory);
    while (runs.size() > sizes.fan_in) {
        // As many rounds as must be, and no run more than need be: the first ones make room for the others.
        const std::shared_ptr<SpillFile> file = make_spill_file(run);
        std::vector<RecordRun> longer;
        for (std::size_t first = 0; first < runs.size(); first += sizes.fan_in) {
            const auto begin = runs.begin() + static_cast<std::ptrdiff_t>(first);
            const auto end = runs.begin() + static_cast<std::ptrdiff_t>(std::min(runs.size(), first + sizes.fan_in));
            open({std::move_iterator(begin), std::move_iterator(end)});
            RunWriter writer(file, sizes.block_bytes);
            while (next()) writer.add(key(), value());
            longer.push_back(writer.finish());
            if (run.cancelled != nullptr && run.cancelled->load(std::memory_order_relaxed)) break;
        }
        runs = std::move(longer);
    }
    open(std::move(runs));
}

RunMerge::~RunMerge() = default;

void RunMerge::open(std::vector<RecordRun> runs) {
    cursors_.clear();
    for (RecordRun& run : runs) {
        cursors_.push_back(std::make_unique<Cursor>(std::move(run), memory_, packed_));
        cursors_.back()->step();
    }
    started_ = false;
    losers_.assign(cursors_.size(), kNobody);
    for (auto leaf = static_cast<std::uint32_t>(cursors_.size()); leaf-- > 0;) play(leaf);
}

bool RunMerge::is_before(std::uint32_t a, std::uint32_t b) const {
    // Who is not there yet beats all, so that every leaf gets its place at first.
    if (a == kNobody || b == kNobody) return a == kNobody;
    const Cursor& left = *cursors_[a];
    const Cursor& right = *cursors_[b];
    if (left.ended || right.ended) return !left.ended;
    if (left.prefix != right.prefix) return left.prefix < right.prefix;
    const int compared = left.key().compare(right.key());
    return compared != 0 ? compared < 0 : a < b;
}

/// Lets a leaf that has changed play up to the top.
void RunMerge::play(std::uint32_t leaf) {
    std::uint32_t winner = leaf;
    for (std::size_t node = (leaf + losers_.size()) / 2; node > 0; node /= 2)
        if (is_before(losers_[node], winner)) std::swap(losers_[node], winner);
    losers_[0] = winner;
}

bool RunMerge::next() {
    if (cursors_.empty()) return false;
    if (started_) {
        cursors_[losers_[0]]->step();
        play(losers_[0]);
    }
    started_ = true;
    return !cursors_[losers_[0]]->ended;
}

std::string_view RunMerge::key() const { return cursors_[losers_[0]]->key(); }
std::string_view RunMerge::value() const { return cursors_[losers_[0]]->value(); }

}  // namespace etl
