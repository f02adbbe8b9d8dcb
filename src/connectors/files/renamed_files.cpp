#include "connectors/files/renamed_files.hpp"

#include <algorithm>
#include <map>

namespace etl {

namespace {

constexpr std::uint64_t kEnough_bytes = 1024;

class Renames {
  public:
    Renames(std::vector<FileEntries>& held, const std::vector<InputFile>& files) : held_(held) {
        for (const InputFile& file : files) {
            const InputFileState state = look_at(file);
            if (state.is_regular) files_.emplace(file.name, Candidate{&file, state.size_bytes});
        }
    }

    std::set<std::string> follow() {
        for (const FileEntries& entries : held_)
            for (const auto& [name, entry] : entries) names_.insert(name);
        std::set<std::string> strays;  // names whose bytes do not stand there any more
        for (const std::string& name : names_) {
            const auto at = files_.find(name);
            if (at == files_.end() || !is_file(name, at->second)) strays.insert(name);
        }
        std::map<std::string, std::string> renames;
        std::set<std::string> taken;
        for (const std::string& name : strays)
            for (const auto& [other, candidate] : files_) {
                const bool is_free = !taken.contains(other) && (!names_.contains(other) || strays.contains(other));
                if (other == name || !is_free || !is_enough(name) || !is_file(name, candidate)) continue;
                renames[name] = other;
                taken.insert(other);
                break;
            }
        for (FileEntries& entries : held_) rename(entries, renames);
        return taken;
    }

  private:
    struct Candidate {
        const InputFile* file;
        std::uint64_t size_bytes;
    };

    /// What every position has read of the name stands in the file.
    bool is_file(const std::string& name, const Candidate& candidate) const {
        return std::all_of(held_.begin(), held_.end(), [&](const FileEntries& entries) {
            const auto at = entries.find(name);
            if (at == entries.end()) return true;
            const FileEntry& entry = at->second;
            return candidate.size_bytes >= entry.place.byte &&
                   Fingerprint::of_file(*candidate.file, entry.place.byte).text() == entry.fingerprint;
        });
    }

    bool is_enough(const std::string& name) const {
        const std::uint64_t least = files_.contains(name) ? 1 : kEnough_bytes;
        return std::all_of(held_.begin(), held_.end(), [&](const FileEntries& entries) {
            const auto at = entries.find(name);
            return at == entries.end() || at->second.place.byte >= least;
        });
    }

    static void rename(FileEntries& entries, const std::map<std::string, std::string>& renames) {
        FileEntries moved;
        for (auto& [name, entry] : entries)
            if (const auto at = renames.find(name); at != renames.end()) moved[at->second] = std::move(entry);
        for (const auto& [from, to] : renames) entries.erase(from);
        for (auto& [name, entry] : moved) entries[name] = std::move(entry);
    }

    std::vector<FileEntries>& held_;
    std::map<std::string, Candidate> files_;
    std::set<std::string> names_;
};

}  // namespace

std::set<std::string> follow_renames(std::vector<FileEntries>& held, const std::vector<InputFile>& files) {
    return Renames(held, files).follow();
}

}  // namespace etl
