// Nanoseconds a row of KeyTable::put, keys and hashes made before: for several numbers of keys, a hot key and texts.
// Usage: key_table_bench [ROWS]

#include <time.h>

#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "component/key_table.hpp"

using namespace etl;

namespace {

constexpr std::uint32_t kBatchRows = 2048;

std::uint64_t scramble(std::uint64_t word) {
    word = (word ^ (word >> 30)) * 0xBF58476D1CE4E5B9ULL;
    word = (word ^ (word >> 27)) * 0x94D049BB133111EBULL;
    return word ^ (word >> 31);
}

enum class KeyShape { number, nullable_number, short_text, long_text };

/// One batch's keys; key i is that of group number_of(row).
class KeyMaker {
  public:
    KeyMaker(KeyShape shape, std::uint64_t groups, bool hot)
        : shape_(shape), groups_(groups), hot_(hot), encoder_(parts(shape), KeyUse::equality) {}

    std::uint32_t key_bytes() const { return encoder_.fixed_size(); }
    void fill(std::uint64_t first_row, KeyBatch& keys) {
        Column column;
        numbers_.resize(kBatchRows);
        texts_.resize(kBatchRows);
        spellings_.resize(kBatchRows);
        for (std::uint32_t i = 0; i < kBatchRows; ++i) {
            const std::uint64_t random = scramble(first_row + i + 1);
            const std::uint64_t group = hot_ && random % 10 != 0 ? 0 : (random >> 8) % groups_;
            numbers_[i] = static_cast<std::int64_t>(group);
            if (shape_ != KeyShape::short_text && shape_ != KeyShape::long_text) continue;
            spellings_[i] = (shape_ == KeyShape::long_text ? "customers/of/all/years/" : "c") + std::to_string(group);
            texts_[i] = make_text(spellings_[i].data(), spellings_[i].size());
        }
        const bool is_text = shape_ == KeyShape::short_text || shape_ == KeyShape::long_text;
        column.type = encoder_.parts()[0].type;
        column.values = is_text ? static_cast<void*>(texts_.data()) : numbers_.data();
        const Column* const columns[] = {&column};
        encoder_.encode(columns, {nullptr, kBatchRows}, keys);
    }

  private:
    static std::vector<KeyPart> parts(KeyShape shape) {
        const bool is_text = shape == KeyShape::short_text || shape == KeyShape::long_text;
        const bool nullable = shape == KeyShape::nullable_number;
        return {{simple_type(is_text ? TypeKind::text : TypeKind::integer, nullable), nullable}};
    }
    KeyShape shape_;
    std::uint64_t groups_;
    bool hot_;
    KeyEncoder encoder_;
    std::vector<std::int64_t> numbers_;
    std::vector<Text> texts_;
    std::vector<std::string> spellings_;
};

/// Of this thread's processor time: other programs do not matter.
double seconds_now() {
    timespec time{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

void measure(const char* name, KeyShape shape, std::uint64_t groups, bool hot, std::uint64_t rows) {
    Memory memory;
    StageMemory account(memory, "bench");
    KeyMaker maker(shape, groups, hot);
    KeyTable table(maker.key_bytes(), 8, account);
    KeyBatch keys;
    std::vector<std::uint32_t> numbers(kBatchRows);
    double put_seconds = 0, make_seconds = 0;
    for (std::uint64_t row = 0; row < rows; row += kBatchRows) {
        const double start = seconds_now();
        maker.fill(row, keys);
        const double made = seconds_now();
        table.put(keys, numbers.data());
        for (const std::uint32_t number : numbers) ++table.payload_as<std::uint64_t>(number);
        make_seconds += made - start;
        put_seconds += seconds_now() - made;
    }
    const double start = seconds_now();
    KeyTable merged(maker.key_bytes(), 8, account);
    std::vector<std::uint32_t> moved;
    merged.put_all(table, moved);
    const double merge_seconds = seconds_now() - start;
    std::printf("%-16s %10llu keys %9u found %7.1f ns a row put and count %7.1f ns a key merged %8.1f MiB\n", name,
                static_cast<unsigned long long>(groups), table.size(), put_seconds * 1e9 / static_cast<double>(rows),
                merge_seconds * 1e9 / table.size(), static_cast<double>(account.kept_bytes()) / 2 / (1 << 20));
}

}  // namespace

int main(int argc, char** argv) {
    const std::uint64_t rows = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 20'000'000;
    for (const std::uint64_t groups : {1'000ULL, 100'000ULL, 1'000'000ULL, 10'000'000ULL})
        measure("int", KeyShape::number, groups, false, rows);
    measure("int, a hot key", KeyShape::number, 1'000'000, true, rows);
    measure("int?", KeyShape::nullable_number, 100'000, false, rows);
    measure("short text", KeyShape::short_text, 100'000, false, rows);
    measure("long text", KeyShape::long_text, 100'000, false, rows);
    measure("long text", KeyShape::long_text, 1'000'000, false, rows);
}
