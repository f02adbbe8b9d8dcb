#include <sys/resource.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <random>

#include "base/error.hpp"
#include "base/machine_memory.hpp"
#include "component/record_sorter.hpp"
#include "expr/exact_sum.hpp"
#include "tests/unit/catch.hpp"
#include "tests/unit/stage_trial.hpp"

using namespace etl;
using namespace etl::trial;
namespace fs = std::filesystem;

namespace {

struct Folder {
    Folder() {
        std::string name = (fs::temp_directory_path() / "etl-spill-test-XXXXXX").string();
        REQUIRE(mkdtemp(name.data()) != nullptr);
        path = name;
    }
    ~Folder() {
        std::error_code ignored;
        fs::remove_all(path, ignored);
    }
    fs::path path;
};

/// Files may not grow beyond that as long as this lives.
class SmallFiles {
  public:
    explicit SmallFiles(rlim_t bytes) : handler_(std::signal(SIGXFSZ, SIG_IGN)) {
        getrlimit(RLIMIT_FSIZE, &before_);
        const rlimit small{bytes, before_.rlim_max};
        setrlimit(RLIMIT_FSIZE, &small);
    }
    ~SmallFiles() {
        setrlimit(RLIMIT_FSIZE, &before_);
        std::signal(SIGXFSZ, handler_);
    }

  private:
    void (*handler_)(int);
    rlimit before_{};
};

std::string big_endian(std::uint64_t value) {
    std::string bytes;
    for (int shift = 56; shift >= 0; shift -= 8) bytes += static_cast<char>(value >> shift);
    return bytes;
}

}  // namespace

TEST_CASE("blocks come back from a file that has no name") {
    const Folder folder;
    SpillFile file(folder.path / "spill");
    std::mt19937_64 random(1);
    std::vector<std::string> texts = {std::string(100'000, 'a'), "x", {}};
    for (int i = 0; i < 5000; ++i) texts[2] += static_cast<char>(random());
    std::vector<SpilledBlock> blocks;
    for (const std::string& text : texts) blocks.push_back(file.append(text));
    CHECK(blocks[0].packed_bytes < 2000);
    CHECK(blocks[2].packed_bytes == 5000);
    CHECK(fs::is_empty(folder.path / "spill"));
    std::vector<char> packed;
    for (std::size_t i = texts.size(); i-- > 0;) {
        std::string raw(blocks[i].raw_bytes, ' ');
        file.read(blocks[i], raw.data(), packed);
        CHECK(raw == texts[i]);
    }
}

TEST_CASE("more runs than can be open at once are merged in rounds, the first of equal keys first") {
    const Folder folder;
    Memory memory(1);
    trial::Run context(memory);
    context.spill_folder = folder.path;
    const std::size_t fan_in = spill_sizes(memory).fan_in;
    REQUIRE(fan_in < 10);
    for (const std::size_t runs : {std::size_t{0}, std::size_t{1}, fan_in, fan_in + 1, fan_in * fan_in * fan_in + 3}) {
        std::mt19937 random(static_cast<unsigned>(runs));
        std::vector<RecordRun> written;
        std::vector<std::pair<std::string, std::string>> expected;
        const auto file = make_spill_file(context);
        for (std::size_t run = 0; run < runs; ++run) {
            std::vector<std::string> keys;
            for (std::uint32_t i = 0; i < random() % 60; ++i) keys.push_back(std::string(random() % 12, 'k') + "!");
            std::sort(keys.begin(), keys.end());
            RunWriter writer(file, 64);
            for (const std::string& key : keys) {
                const std::string value = std::to_string(run) + std::string(random() % 100, 'v');
                writer.add(key, value);
                expected.emplace_back(key, value);
            }
            written.push_back(writer.finish());
        }
        std::stable_sort(expected.begin(), expected.end(),
                         [](const auto& a, const auto& b) { return a.first < b.first; });
        StageMemory account(memory, "merge", StageMemory::Beyond::spilled);
        RunMerge merge(std::move(written), context, account);
        std::vector<std::pair<std::string, std::string>> found;
        while (merge.next()) found.emplace_back(merge.key(), merge.value());
        CHECK(found == expected);
    }
    CHECK(memory.reserved_bytes() == 0);
}

TEST_CASE("a sorter of records keeps to its memory, ten times and a hundred times as much too") {
    const Folder folder;
    constexpr std::size_t kLimit_bytes = 1 << 20;
    for (const std::size_t times : {0U, 1U, 10U, 100U}) {
        Memory memory(kLimit_bytes);
        trial::Run context(memory);
        context.spill_folder = folder.path;
        RecordSorter sorter(context, "records");
        std::mt19937_64 random(times);
        std::vector<std::uint64_t> keys(times * kLimit_bytes / 128);
        std::size_t most = 0;
        for (std::uint64_t& key : keys) {
            key = random();
            sorter.add(big_endian(key), std::to_string(key) + std::string(80, 'v'));
            most = std::max(most, memory.reserved_bytes());
        }
        std::sort(keys.begin(), keys.end());
        sorter.finish();
        bool same = true;
        for (const std::uint64_t key : keys)
            same = same && sorter.next() && sorter.key() == big_endian(key) &&
                   sorter.value() == std::to_string(key) + std::string(80, 'v');
        CHECK(same);
        CHECK_FALSE(sorter.next());
        CHECK(most <= kLimit_bytes + 300 * 1024);
    }
}

TEST_CASE("a spill folder that takes no more is named; what was kept is given back") {
    const Folder folder;
    Memory memory(1 << 20);
    trial::Run context(memory);
    context.spill_folder = folder.path / "spill";
    std::string code, message;
    {
        RecordSorter sorter(context, "records");
        const SmallFiles limited(64 * 1024);
        try {
            std::mt19937_64 random(1);
            for (int i = 0; i < 200'000; ++i) sorter.add(big_endian(random()), big_endian(random()));
            sorter.finish();
        } catch (const Error& error) {
            code = error.code();
            message = error.what();
        }
    }
    CHECK(code == "E405");
    CHECK(message == "cannot write into the spill folder " + context.spill_folder.string() +
                         ": it would become larger than is allowed");
    CHECK(memory.reserved_bytes() == 0);
    CHECK(fs::is_empty(context.spill_folder));
}

TEST_CASE("an exact sum is exact when it was written out, however wide") {
    Memory memory;
    for (const std::vector<double>& values : {std::vector<double>{}, {0.1, 0.2, 0.3}, {1e300, 1e-300, -1e300, 0.5}}) {
        Arena arena(memory);
        ExactSum sum, half, loaded;
        for (std::size_t i = 0; i < values.size(); ++i) {
            sum.add(values[i], arena);
            if (i < values.size() / 2) half.add(values[i], arena);
        }
        std::string saved;
        half.save(saved);
        loaded.load(saved, arena);
        for (std::size_t i = values.size() / 2; i < values.size(); ++i) loaded.add(values[i], arena);
        CHECK(loaded.value() == sum.value());
    }
}

TEST_CASE("a container's memory is that of its cgroup or of one about it") {
    const Folder folder;
    const auto put = [&](const fs::path& path, std::string_view text) {
        fs::create_directories((folder.path / path).parent_path());
        std::ofstream(folder.path / path) << text;
    };
    CHECK(cgroup_memory_bytes("0::/\n", folder.path) == UINT64_MAX);
    put("a/memory.max", "4096000\n");
    put("a/b/memory.max", "max\n");
    CHECK(cgroup_memory_bytes("0::/a/b\n", folder.path) == 4096000);
    CHECK(cgroup_memory_bytes("0::/c\n", folder.path) == UINT64_MAX);
    put("memory/x/memory.limit_in_bytes", "1000\n");
    CHECK(cgroup_memory_bytes("3:cpu,memory:/x\n1:pids:/a\n", folder.path) == 1000);
    CHECK(cgroup_memory_bytes("3:cpuset:/x\n", folder.path) == UINT64_MAX);
    CHECK(machine_memory_bytes() > 0);
}
