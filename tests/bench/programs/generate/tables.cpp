#include "kinds.hpp"
#include "output.hpp"
#include "random.hpp"

namespace bench {

namespace {

std::string field(Random& random, int column) {
    if (random.below(20) == 0) return {};
    switch (column % 5) {
        case 1: return std::to_string(random.below(1'000'000));
        case 2: return cents(random.below(100'000));
        case 3: return random.pick(kWords);
        case 4: return instant(random.below(700 * 86400)).substr(0, 10);
        default: return "AB-" + std::to_string(10'000 + random.below(90'000));
    }
}

std::string name_of(int column) { return "c" + std::to_string(1000 + column).substr(1); }

}  // namespace

void write_narrow(const std::string& folder, uint64_t rows) {
    Output csv(folder + "/narrow_" + std::to_string(rows) + ".csv");
    csv << "id,shop,quantity,price,discount\n";
    for (uint64_t number = 1; number <= rows; ++number) {
        Random random{number * 11};
        const uint32_t price = 1 + random.below(99'999);
        csv << std::to_string(number) << "," << std::to_string(1 + random.below(500)) << ","
            << std::to_string(1 + random.below(20)) << "," << cents(price) << "," << cents(random.below(price)) << "\n";
        csv.end_record();
    }
}

// c001 is the number of the record.
void write_wide(const std::string& folder, uint64_t rows) {
    constexpr int kColumns = 100;
    Output csv(folder + "/wide_" + std::to_string(rows) + ".csv");
    for (int column = 1; column <= kColumns; ++column) csv << name_of(column) << (column < kColumns ? "," : "\n");
    for (uint64_t number = 1; number <= rows; ++number) {
        Random random{number * 101};
        csv << std::to_string(number);
        for (int column = 2; column <= kColumns; ++column) csv << "," << field(random, column);
        csv << "\n";
        csv.end_record();
    }
}

}  // namespace bench
