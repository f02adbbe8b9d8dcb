#include <algorithm>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <random>
#include <sstream>
#include <string>

#include "tests/fuzz/fuzz_entry.hpp"

// fuzz_replay FOLDER [ENTRY [CHANGES]]: runs the entries over their corpora in FOLDER/ENTRY: each file, each of its
// beginnings, and CHANGES random changes of it, the same in every run.

using namespace etl;

namespace {

constexpr std::size_t kMostBeginnings = 2000;

std::string changed(const std::string& bytes, const std::vector<std::string>& corpus, std::mt19937& random) {
    std::string out = bytes;
    const auto below = [&](std::size_t limit) { return limit == 0 ? 0 : random() % limit; };
    for (std::size_t left = 1 + below(4); left > 0; --left) {
        const std::size_t at = below(out.size() + 1);
        const std::size_t length = std::min(below(16) + 1, out.size() - at);
        switch (below(5)) {
            case 0: out.erase(at, length); break;
            case 1: out.insert(at, out.substr(at, length)); break;
            case 2: out.insert(at, 1, static_cast<char>(below(256))); break;
            case 3:
                if (at < out.size()) out[at] = static_cast<char>(out[at] ^ (1 << below(8)));
                break;
            default: {
                const std::string& other = corpus[below(corpus.size())];
                const std::size_t from = below(other.size() + 1);
                out.insert(at, other, from, below(40));
            }
        }
    }
    return out;
}

std::vector<std::string> read_folder(const std::filesystem::path& folder) {
    std::vector<std::filesystem::path> paths;
    for (const auto& file : std::filesystem::directory_iterator(folder)) paths.push_back(file.path());
    std::sort(paths.begin(), paths.end());
    std::vector<std::string> corpus;
    for (const auto& path : paths) {
        std::ostringstream held;
        held << std::ifstream(path, std::ios::binary).rdbuf();
        corpus.push_back(held.str());
    }
    return corpus;
}

std::size_t replay(const FuzzEntry& entry, const std::vector<std::string>& corpus, std::size_t changes) {
    std::size_t runs = 0;
    std::mt19937 random(1);
    for (const std::string& bytes : corpus) {
        entry.run(bytes);
        const std::size_t step = bytes.size() / kMostBeginnings + 1;
        for (std::size_t size = 0; size < bytes.size(); size += step, ++runs)
            entry.run(std::string_view(bytes).substr(0, size));
        for (std::size_t i = 0; i < changes; ++i, ++runs) entry.run(changed(bytes, corpus, random));
        ++runs;
    }
    return runs;
}

}  // namespace

int main(int count, char** arguments) {
    if (count < 2) {
        std::cerr << "usage: fuzz_replay FOLDER [ENTRY [CHANGES]]\n";
        return 2;
    }
    const std::size_t changes = count > 3 ? std::stoul(arguments[3]) : 100;
    bool found = false;
    for (const FuzzEntry* entry : FuzzEntry::all()) {
        if (count > 2 && std::strcmp(arguments[2], entry->name) != 0) continue;
        found = true;
        const auto folder = std::filesystem::path(arguments[1]) / entry->name;
        const std::vector<std::string> corpus = read_folder(folder);
        if (corpus.empty()) {
            std::cerr << folder.string() << " is empty\n";
            return 1;
        }
        std::cout << entry->name << ": " << replay(*entry, corpus, changes) << " inputs of " << corpus.size()
                  << " files\n";
    }
    return found ? 0 : 1;
}
