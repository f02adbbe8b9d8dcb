#include "connectors/files/file_plan.hpp"

#include <algorithm>
#include <numeric>
#include <set>
#include <string_view>

#include "base/error.hpp"
#include "connectors/files/renamed_files.hpp"

namespace etl {

namespace {

constexpr std::uint64_t kAll = UINT64_MAX;

/// What one position holds of one file that is there.
struct Holding {
    std::uint64_t until_byte = 0;  // kAll: wants no more of it
    FileEntry entry;
    Fingerprint fingerprint;
};

struct FoundFile {
    InputFile file;
    InputFileState state;
    std::vector<Holding> by_position;
};

class Planner {
  public:
    Planner(const std::vector<std::string>& positions, const Incremental& clause)
        : clause_(clause), by_offset_(clause.kind == Incremental::Kind::offset) {
        for (const std::string& position : positions) held_.push_back(parse_entries(position, clause.kind));
        if (held_.empty()) held_.emplace_back();
    }
    FilePlan plan(std::vector<InputFile> files);

  private:
    void look_at_file(const InputFile& file);
    Holding holding_of(const FoundFile& found, const FileEntry& entry) const;
    bool keeps_what_changed(const InputFile& file) const;
    void order_positions();
    void adopt_vanished(FileEntries& held) const;
    void add_part(const FoundFile& found, std::size_t from, std::uint64_t until, FilePlan& plan) const;

    const Incremental& clause_;
    bool by_offset_;
    std::vector<FileEntries> held_;  // by position
    std::vector<FoundFile> found_;
    std::vector<std::size_t> order_;  // positions, the least first
};

FilePlan Planner::plan(std::vector<InputFile> files) {
    if (by_offset_) {
        // The rest of a rotated file is older than what stands under its name now.
        const std::set<std::string> renamed = follow_renames(held_, files);
        std::stable_partition(files.begin(), files.end(),
                              [&](const InputFile& file) { return renamed.contains(file.name); });
    }
    for (const InputFile& file : files) look_at_file(file);
    order_positions();
    FilePlan plan;
    plan.held = held_[order_.front()];
    for (const FoundFile& found : found_) {
        // What was changed and is read again counts as never loaded.
        if (found.by_position[order_.front()].until_byte == 0) plan.held.erase(found.file.name);
    }
    adopt_vanished(plan.held);
    for (std::size_t i = 0; i < order_.size(); ++i)
        for (const FoundFile& found : found_) {
            const bool last = i + 1 == order_.size();
            const std::uint64_t until = last ? kAll : found.by_position[order_[i + 1]].until_byte;
            if (found.by_position[order_[i]].until_byte < until) add_part(found, order_[i], until, plan);
        }
    return plan;
}

void Planner::look_at_file(const InputFile& file) {
    FoundFile found{file, look_at(file), {}};
    if (!found.state.is_regular)
        throw Error("E417", file.name +
                                " is a pipe or a device, of which nobody can say what was loaded before; take "
                                "`incremental` away, or read a file");
    bool is_known = false;
    for (const FileEntries& entries : held_) {
        const auto at = entries.find(file.name);
        found.by_position.push_back(at == entries.end() ? Holding() : holding_of(found, at->second));
        is_known |= at != entries.end();
    }
    // An empty file is one that somebody is about to write.
    if (is_known || found.state.size_bytes > 0) found_.push_back(std::move(found));
}

Holding Planner::holding_of(const FoundFile& found, const FileEntry& entry) const {
    Holding holding;
    holding.entry = entry;
    bool changed = false;
    if (by_offset_) {
        changed = found.state.size_bytes < entry.place.byte;
        if (!changed) holding.fingerprint = Fingerprint::of_file(found.file, entry.place.byte);
        changed = changed || holding.fingerprint.text() != entry.fingerprint;
    } else {
        changed = found.state.size_bytes != entry.size_bytes || found.state.modified_ns != entry.modified_ns;
    }
    if (!changed) {
        holding.until_byte = entry.state == FileEntry::State::done ? kAll : entry.place.byte;
        return holding;
    }
    if (!keeps_what_changed(found.file)) return {};
    holding.until_byte = kAll;
    return holding;
}

/// Of the clause `changed`: true leaves the file as it was loaded, false loads it again.
bool Planner::keeps_what_changed(const InputFile& file) const {
    if (clause_.changed == Incremental::Changed::ignore) return true;
    if (clause_.changed == Incremental::Changed::load) return false;
    if (by_offset_)
        throw Error("E532", file.name +
                                " is not the file any more that was read before: it was cut, replaced or "
                                "rotated; write `changed load` behind `incremental by offset` to read it from "
                                "its beginning, or `changed ignore` to leave it out");
    throw Error("E532", file.name +
                            " has changed since it was loaded; write `changed load` behind `incremental by "
                            "file` to load all of it again, or `changed ignore` to keep what was loaded");
}

/// Targets are committed one after the other, so that of two positions one holds all that the other holds.
void Planner::order_positions() {
    order_.resize(held_.size());
    std::iota(order_.begin(), order_.end(), std::size_t{0});
    const auto untils = [&](std::size_t position) {
        std::vector<std::uint64_t> all;
        for (const FoundFile& found : found_) all.push_back(found.by_position[position].until_byte);
        return all;
    };
    std::stable_sort(order_.begin(), order_.end(), [&](std::size_t a, std::size_t b) { return untils(a) < untils(b); });
    for (std::size_t i = 1; i < order_.size(); ++i)
        for (const FoundFile& found : found_)
            if (found.by_position[order_[i - 1]].until_byte > found.by_position[order_[i]].until_byte)
                throw Error("E532",
                            "the targets hold different files of this source, none of them all that another "
                            "holds (as " +
                                found.file.name + "); load everything again with `--full`");
}

/// Files that are gone stay known, and must not be missed by anyone.
void Planner::adopt_vanished(FileEntries& held) const {
    std::set<std::string_view> there;
    for (const FoundFile& found : found_) there.insert(found.file.name);
    for (const FileEntries& entries : held_)
        for (const auto& [name, entry] : entries) {
            if (there.contains(name)) continue;
            const bool everyone = std::all_of(held_.begin(), held_.end(),
                                              [&, &known = name](const auto& other) { return other.contains(known); });
            const bool whole = everyone && (by_offset_ || entry.state == FileEntry::State::done);
            if (!whole && clause_.changed == Incremental::Changed::fail)
                throw Error("E532", name +
                                        " is gone, but not all of it was loaded into every target; put it back, or "
                                        "write `changed ignore` behind `incremental by " +
                                        (by_offset_ ? "offset" : "file") + "` to go on without its rest");
            held.insert({name, entry});
        }
}

void Planner::add_part(const FoundFile& found, std::size_t from, std::uint64_t until, FilePlan& plan) const {
    const Holding& begin = found.by_position[from];
    PlannedPart planned;
    planned.part.file = found.file;
    if (begin.until_byte > 0) {
        planned.part.from = begin.entry.place;
        planned.fingerprint = begin.fingerprint;
    }
    if (until != kAll) {
        planned.part.until_byte = until;
        planned.part.end = PartEnd::record;
    } else if (by_offset_) {
        if (found.state.size_bytes <= planned.part.from.byte) return;
        planned.part.until_byte = found.state.size_bytes;
        planned.part.end = PartEnd::open;
    }
    for (std::size_t i = 0; i < held_.size(); ++i)
        if (begin.until_byte < found.by_position[i].until_byte && until <= found.by_position[i].until_byte)
            planned.part.known |= std::uint64_t{1} << i;
    planned.entry.state = by_offset_ ? FileEntry::State::tail : FileEntry::State::part;
    planned.entry.place = planned.part.from;
    planned.entry.size_bytes = found.state.size_bytes;
    planned.entry.modified_ns = found.state.modified_ns;
    plan.parts.push_back(std::move(planned));
}

}  // namespace

FilePlan plan_files(const std::vector<InputFile>& files, const std::vector<std::string>& positions,
                    const Incremental& clause) {
    return Planner(positions, clause).plan(files);
}

}  // namespace etl
