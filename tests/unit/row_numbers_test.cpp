#include "plan/replay/row_numbers.hpp"

#include <random>
#include <set>

#include "base/error.hpp"
#include "tests/unit/catch.hpp"

namespace {

using etl::RowNumbers;

TEST_CASE("numbers of rows: as text, together where they touch") {
    RowNumbers numbers;
    CHECK(numbers.text().empty());
    for (const std::uint64_t number : {5, 3, 9, 4, 4, 0}) numbers.add(number);
    CHECK(numbers.text() == "0 3-5 9");
    CHECK(RowNumbers::parse("0 3-5 9").text() == "0 3-5 9");
    numbers.add(RowNumbers::parse("1-2 6-8 20"));
    CHECK(numbers.text() == "0-9 20");
    CHECK(numbers.common(RowNumbers::parse("4-11 19-30")).text() == "4-9 20");
    CHECK(numbers.common(RowNumbers()).text().empty());
    CHECK_THROWS_AS(RowNumbers::parse("1-"), etl::Error);
    CHECK_THROWS_AS(RowNumbers::parse("done x"), etl::Error);
}

TEST_CASE("numbers of rows are a set") {
    std::mt19937 random(7);
    RowNumbers numbers;
    std::set<std::uint64_t> expected;
    for (int i = 0; i < 400; ++i) {
        const std::uint64_t number = random() % 600;
        numbers.add(number);
        expected.insert(number);
        if (i % 40 == 0) numbers = RowNumbers::parse(numbers.text());
    }
    for (std::uint64_t number = 0; number < 610; ++number) CHECK(numbers.contains(number) == expected.contains(number));
}

}  // namespace
