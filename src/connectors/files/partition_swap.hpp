#pragma once

#include <filesystem>
#include <set>
#include <string>
#include <vector>

namespace etl {

/// Puts staged files into the places of others: all of them, or none. A journal beside the staged files tells what is
/// to be done, so that the next run ends what a killed one has begun. The target's lock is held. All but give_up()
/// throw Error naming the file.
class PartitionSwap {
  public:
    /// path: "in/out.csv" has its places in "in/a=1/out.csv" and the like.
    PartitionSwap(std::filesystem::path path, std::string name);

    /// Where files are staged; their names are numbers.
    const std::filesystem::path& folder() const { return folder_; }
    /// Ends or undoes what was left of another run; what is staged but no more goes.
    void recover();
    /// The file of that number, which is durable, is to stand in these folders.
    void put(std::string number, const std::string& folders);
    /// No file is to stand there.
    void remove(const std::string& folders);
    /// After the last of these: what may well fail is behind it.
    void prepare();
    /// Does all that; durable on return. Where it cannot be done, all is as it was.
    void publish();
    /// Removes what is staged, unless the next run has to go on with it.
    void give_up() noexcept;

  private:
    enum class Kind : char { is_new = 'n', replaced = 'o', removed = 'r' };
    struct Entry {
        Kind kind;
        std::string number;
        std::string folders;
    };

    std::filesystem::path place_of(const Entry& entry) const;
    std::filesystem::path staged(const Entry& entry) const { return folder_ / entry.number; }
    std::filesystem::path kept(const Entry& entry) const { return folder_ / (entry.number + ".old"); }
    std::string name_of(const Entry& entry) const;
    [[noreturn]] void fail(const Entry& entry, int reason) const;
    void begin_journal() const;
    bool read_journal(const char* file);
    void make_place(const Entry& entry);
    void keep_old(const Entry& entry) const;
    void go_forward();
    bool go_back() noexcept;
    bool undo(const Entry& entry);
    void remove_empty(std::filesystem::path folder);
    void sync_all();

    std::filesystem::path path_;
    std::string name_;
    std::filesystem::path folder_;
    bool may_remove_ = false;  // the folder: no journal in it counts
    std::vector<Entry> entries_;
    std::set<std::filesystem::path> changed_;  // folders
};

}  // namespace etl
