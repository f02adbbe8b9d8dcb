#include <algorithm>
#include <cmath>
#include <cstring>
#include <random>
#include <thread>

#include "data/memory.hpp"
#include "data/schema.hpp"
#include "tests/unit/spelling.hpp"

using namespace etl;
using namespace etl::spelling;

TEST_CASE("memory recycles buffers and counts them") {
    Memory memory(10'000);
    BufferRef first = memory.take(5000);
    CHECK(first.capacity() >= 5000);
    CHECK(reinterpret_cast<std::uintptr_t>(first.data()) % 64 == 0);
    std::memset(first.data(), 1, first.capacity() + 64);
    BufferRef second = first;
    CHECK(memory.used_bytes() == first.capacity());
    first = BufferRef();
    CHECK(memory.used_bytes() > 0);
    second = BufferRef();
    CHECK(memory.used_bytes() == 0);
    for (const std::size_t bytes : {0UL, 1UL, 4096UL, 4097UL, 5120UL, 5121UL, 8192UL, 8193UL, 67108864UL, 67108865UL}) {
        const BufferRef buffer = memory.take(bytes);
        CHECK(buffer.capacity() >= bytes);
        CHECK(buffer.capacity() <= std::max<std::size_t>(4096, bytes + bytes / 4 + 64));
    }
    CHECK(memory.reserve(10'000));
    CHECK_FALSE(memory.reserve(1));
    memory.release(10'000);
    CHECK(memory.reserve(1));
    CHECK(memory.reserved_bytes() == 1);
}

TEST_CASE("memory from two threads") {
    Memory memory;
    const auto work = [&memory] {
        std::vector<BufferRef> held;
        for (int i = 0; i < 2000; ++i) {
            held.push_back(memory.take(static_cast<std::size_t>(1000 + i * 7)));
            held.back().data()[0] = 'x';
            if (held.size() > 10) held.erase(held.begin(), held.begin() + 5);
        }
    };
    std::thread other(work);
    work();
    other.join();
    CHECK(memory.used_bytes() == 0);
}

TEST_CASE("an arena keeps what it gave") {
    Memory memory;
    std::vector<BufferRef> keep;
    {
        Arena arena(memory);
        char* small = static_cast<char*>(arena.take(3));
        std::memcpy(small, "abc", 3);
        char* text = arena.reserve_bytes(100);
        std::memcpy(text, "0123456789", 10);
        arena.commit_bytes(text + 10);
        auto* numbers = arena.array<std::int64_t>(1000);
        CHECK(reinterpret_cast<std::uintptr_t>(numbers) % 64 == 0);
        std::fill_n(numbers, 1000 + 8, 7);
        auto* large = static_cast<char*>(arena.take(1'000'000));
        std::memset(large, 'L', 1'000'064);
        auto* huge_text = arena.reserve_bytes(300'000);
        std::memset(huge_text, 'T', 300'000);
        arena.commit_bytes(huge_text + 300'000);
        CHECK(std::memcmp(small, "abc", 3) == 0);
        CHECK(std::memcmp(text, "0123456789", 10) == 0);
        CHECK(numbers[999] == 7);
        arena.hand_over(keep);
        auto* next = static_cast<char*>(arena.take(64));
        std::memset(next, 0, 64);
        CHECK(std::memcmp(small, "abc", 3) == 0);
        CHECK(huge_text[299'999] == 'T');
        arena.hand_over(keep);
    }
    CHECK(memory.used_bytes() > 1'300'000);
    keep.clear();
    CHECK(memory.used_bytes() == 0);
}

TEST_CASE("types are interned and spelled") {
    const auto* item = record_type({{"a", simple_type(TypeKind::integer)}, {"if", simple_type(TypeKind::text, true)}});
    const auto* list = list_type(item, true);
    CHECK(list ==
          list_type(record_type({{"a", simple_type(TypeKind::integer)}, {"if", simple_type(TypeKind::text, true)}}),
                    true));
    CHECK(to_string(list) == "list<record { a: int, `if`: text? }>?");
    CHECK(to_string(decimal_type(12, 2, true)) == "decimal(12, 2)?");
    CHECK(with_nullable(decimal_type(12, 2, true), false) == decimal_type(12, 2));
    CHECK(decimal_type(18, 0)->width_bytes() == 8);
    CHECK(decimal_type(19, 0)->width_bytes() == 16);
    Schema schema;
    schema.fields = {{"id", simple_type(TypeKind::integer), "", false},
                     {"id", simple_type(TypeKind::text), "c", false}};
    CHECK(schema.find("id") == 0U);
    CHECK(schema.find("id", "c") == 1U);
    CHECK_FALSE(schema.find("c.id").has_value());
    CHECK(schema.names() == std::vector<std::string>{"id", "c.id"});
}

TEST_CASE("decimal arithmetic at its limits") {
    Int128 out = 5;
    CHECK_FALSE(add_decimal(kMaxDecimal, 1, out));
    CHECK(out == 5);
    CHECK(add_decimal(kMaxDecimal, -1, out));
    CHECK(decimal_text(out, 0) == "99999999999999999999999999999999999998");
    CHECK_FALSE(subtract_decimal(-kMaxDecimal, 1, out));
    CHECK_FALSE(multiply_decimal(kPowersOfTen[19], kPowersOfTen[19], out));
    CHECK(multiply_decimal(kPowersOfTen[19], kPowersOfTen[18], out));
    CHECK(out == kPowersOfTen[37]);
    CHECK_FALSE(multiply_decimal(kMaxDecimal, kMaxDecimal, out));

    CHECK(rescale_decimal(12345, 2, 1, Rounding::half_away, out));
    CHECK(out == 1235);
    CHECK(rescale_decimal(-12345, 2, 1, Rounding::half_away, out));
    CHECK(out == -1235);
    CHECK(rescale_decimal(12345, 2, 1, Rounding::half_even, out));
    CHECK(out == 1234);
    CHECK(rescale_decimal(12355, 2, 1, Rounding::half_even, out));
    CHECK(out == 1236);
    CHECK(rescale_decimal(-12351, 2, 1, Rounding::toward_zero, out));
    CHECK(out == -1235);
    CHECK(rescale_decimal(-12351, 2, 1, Rounding::down, out));
    CHECK(out == -1236);
    CHECK(rescale_decimal(-12359, 2, 1, Rounding::up, out));
    CHECK(out == -1235);
    CHECK(rescale_decimal(12351, 2, 1, Rounding::up, out));
    CHECK(out == 1236);
    CHECK_FALSE(rescale_decimal(12345, 2, 1, Rounding::exact, out));
    CHECK(rescale_decimal(12340, 2, 1, Rounding::exact, out));
    CHECK(out == 1234);
    CHECK_FALSE(rescale_decimal(kPowersOfTen[37], 0, 1, Rounding::exact, out));

    CHECK(round_decimal(123456, 2, -1, 0, Rounding::half_away, out));
    CHECK(out == 1230);
    CHECK(round_decimal(123500, 2, -1, 2, Rounding::half_even, out));
    CHECK(out == 124000);
    CHECK(round_decimal(15, 0, -40, 0, Rounding::half_away, out));
    CHECK(out == 0);
    CHECK_FALSE(round_decimal(15, 0, -40, 0, Rounding::up, out));
    CHECK(round_decimal(15, 1, 3, 3, Rounding::half_away, out));
    CHECK(out == 1500);
}

TEST_CASE("decimal division") {
    Int128 out = 0;
    CHECK(divide_decimal(1, 0, 3, 0, 6, Rounding::half_away, out));
    CHECK(out == 333333);
    CHECK(divide_decimal(-2, 0, 3, 0, 6, Rounding::half_away, out));
    CHECK(out == -666667);
    CHECK(divide_decimal(100, 2, 8, 0, 2, Rounding::half_away, out));  // 1.00 / 8 = 0.125
    CHECK(out == 13);
    CHECK(divide_decimal(100, 2, 8, 0, 2, Rounding::half_even, out));
    CHECK(out == 12);
    CHECK_FALSE(divide_decimal(1, 0, 0, 0, 6, Rounding::half_away, out));
    // 10^37 / 3 to one place: 38 digits, by way of 10^38.
    CHECK(divide_decimal(kPowersOfTen[37], 0, 3, 0, 1, Rounding::half_away, out));
    CHECK(decimal_text(out, 1) == "3333333333333333333333333333333333333.3");
    CHECK_FALSE(divide_decimal(kPowersOfTen[37], 0, 3, 0, 2, Rounding::half_away, out));
    // (10^38 - 1) / (10^38 - 1) to 37 places needs 252 bits.
    CHECK(divide_decimal(kMaxDecimal, 0, kMaxDecimal, 0, 37, Rounding::half_away, out));
    CHECK(out == kPowersOfTen[37]);
    // 10^-38 / 10^-38 at scale 0: the dividend is scaled by 10^0; and by 10^76 for 1 / 10^-38 at scale 38.
    CHECK(divide_decimal(1, 38, 1, 38, 0, Rounding::half_away, out));
    CHECK(out == 1);
    CHECK_FALSE(divide_decimal(1, 0, 1, 38, 38, Rounding::half_away, out));
    // 22222222222222222222222222222222222222 / 7 at scale 0 = 3174603174603174603174603174603174603 rest 1
    CHECK(divide_decimal(wide("22222222222222222222222222222222222222"), 0, 7, 0, 0, Rounding::half_away, out));
    CHECK(decimal_text(out, 0) == "3174603174603174603174603174603174603");
    // 1e-38 / 5 at scale 2: 0.00; the divisor is scaled up instead.
    CHECK(divide_decimal(1, 38, 5, 0, 2, Rounding::half_away, out));
    CHECK(out == 0);
    CHECK(divide_decimal(1, 38, 5, 0, 2, Rounding::up, out));
    CHECK(out == 1);
    CHECK(divide_decimal(kMaxDecimal, 38, 2, 0, 0, Rounding::half_away, out));  // 0.4999…
    CHECK(out == 0);
    CHECK(divide_decimal(kMaxDecimal, 38, 1, 0, 0, Rounding::half_away, out));  // 0.9999…
    CHECK(out == 1);

    CHECK(divide_whole(-755, 2, 2, 0, out));  // -7.55 / 2
    CHECK(out == -3);
    CHECK(remainder_decimal(-755, 2, 2, 0, out));
    CHECK(out == -155);
    CHECK(remainder_decimal(7, 0, 25, 1, out));  // 7 % 2.5 = 2.0
    CHECK(out == 20);
    CHECK(remainder_decimal(wide("12345678901234567890123456789012345678"), 0, 7, 20, out));
    // The number is 2 modulo 7 and 10^20 is 2.
    CHECK(out == 4);
    CHECK_FALSE(remainder_decimal(7, 0, 0, 0, out));

    CHECK(compare_decimal(100, 2, 1, 0) == 0);
    CHECK(compare_decimal(101, 2, 1, 0) > 0);
    CHECK(compare_decimal(kMaxDecimal, 0, 1, 38) > 0);
    CHECK(compare_decimal(1, 38, -kMaxDecimal, 0) > 0);
    CHECK(compare_decimal(-kMaxDecimal, 0, -1, 38) < 0);
}

TEST_CASE("decimals and doubles") {
    CHECK(decimal_to_double(1, 1) == 0.1);
    CHECK(decimal_to_double(-12345, 2) == -123.45);
    CHECK(decimal_to_double(wide("12345678901234567890123456789012345678"), 20) ==
          123456789012345678.90123456789012345678);
    CHECK(decimal_to_double(kMaxDecimal, 0) == 1e38);
    Int128 out = 0;
    CHECK(decimal_from_double(0.1, 2, Rounding::exact, out));
    CHECK(out == 10);
    CHECK(decimal_from_double(2.675, 2, Rounding::half_away, out));
    CHECK(out == 268);
    CHECK_FALSE(decimal_from_double(2.675, 2, Rounding::exact, out));
    CHECK(decimal_from_double(-1.5e-300, 10, Rounding::half_away, out));
    CHECK(out == 0);
    CHECK(decimal_from_double(1e20, 0, Rounding::exact, out));
    CHECK(out == kPowersOfTen[20]);
    CHECK_FALSE(decimal_from_double(1e38, 0, Rounding::exact, out));
    CHECK_FALSE(decimal_from_double(1e37, 2, Rounding::exact, out));
    CHECK_FALSE(decimal_from_double(std::nan(""), 2, Rounding::half_away, out));
    CHECK_FALSE(decimal_from_double(INFINITY, 2, Rounding::half_away, out));
}

TEST_CASE("ints are read and printed") {
    for (const auto& [text, value] :
         std::initializer_list<std::pair<const char*, std::int64_t>>{{"0", 0},
                                                                     {"7", 7},
                                                                     {"42", 42},
                                                                     {"123", 123},
                                                                     {"1234567", 1234567},
                                                                     {"12345678", 12345678},
                                                                     {"123456789", 123456789},
                                                                     {"1234567890123456", 1234567890123456},
                                                                     {"12345678901234567", 12345678901234567},
                                                                     {"9223372036854775807", INT64_MAX},
                                                                     {"-9223372036854775808", INT64_MIN},
                                                                     {"-1", -1}}) {
        CHECK(int_of(text) == value);
        CHECK(int_text(value) == text);
        CHECK(is_canonical_int(text));
    }
    CHECK(int_of("+5") == 5);
    CHECK(int_of("000000000000000000000000000012") == 12);
    CHECK(int_of("-0") == 0);
    for (const char* text : {"+5", "05", "-0", "00", "-05", ""}) CHECK_FALSE(is_canonical_int(text));
    for (const char* text : {"", "-", "+", " 1", "1 ", "1.0", "1e3", "0x10", "12a", "a", "1_000", "--1", "+-1",
                             "12345678:", "1234567/", "١", "9223372036854775807x", "1234567890123456789012x"})
        CHECK(int_fails(text) == kMalformed);
    CHECK(int_fails(std::string_view("1\0", 2)) == kMalformed);
    for (const char* text :
         {"9223372036854775808", "-9223372036854775809", "99999999999999999999", "18446744073709551616"})
        CHECK(int_fails(text) == kRange);
    std::mt19937_64 random(1);
    for (int i = 0; i < 2000; ++i) {
        const auto value = static_cast<std::int64_t>(random() >> (random() % 64)) * (i % 2 == 0 ? 1 : -1);
        CHECK(int_of(int_text(value)) == value);
        CHECK(int_text(value) == std::to_string(value));
    }
}

TEST_CASE("decimals are read and printed") {
    CHECK(decimal_of("12.5", 12, 2) == "12.50");
    CHECK(decimal_of("12", 12, 2) == "12.00");
    CHECK(decimal_of("-0.05", 12, 2) == "-0.05");
    CHECK(decimal_of("+1234567890.12", 12, 2) == "1234567890.12");
    CHECK(decimal_of("12.5000", 12, 2) == "12.50");
    CHECK(decimal_of("000000000000000012.50", 4, 2) == "12.50");
    CHECK(decimal_of("0.99", 2, 2) == "0.99");
    CHECK(decimal_of("999999999999999999", 18, 0) == "999999999999999999");
    CHECK(decimal_of("99999999999999999999999999999999999999", 38, 0) == "99999999999999999999999999999999999999");
    CHECK(decimal_of("-0.99999999999999999999999999999999999999", 38, 38) ==
          "-0.99999999999999999999999999999999999999");
    CHECK(decimal_of("1234567890123456789.0123456789012345678", 38, 19) == "1234567890123456789.0123456789012345678");
    CHECK(decimal_of("1", 38, 37) == "1.0000000000000000000000000000000000000");
    for (const char* text :
         {"", "-", ".5", "5.", "1.2.3", "1,5", "1e2", " 1", "1 ", ".", "12.5x0", "1a.50", "12.5 ", "1x"})
        CHECK(decimal_fails(text, 12, 2) == kMalformed);
    CHECK(decimal_fails("12.505", 12, 2) == kPlaces);
    CHECK(decimal_fails("12.50x", 12, 2) == kMalformed);
    CHECK(decimal_fails("12.500x", 12, 2) == kMalformed);
    CHECK(decimal_fails("12345678901.00", 12, 2) == kRange);
    CHECK(decimal_fails("12345678901", 12, 2) == kRange);
    CHECK(decimal_fails("1234567890x", 12, 2) == kMalformed);
    CHECK(decimal_fails("1", 2, 2) == kRange);
    CHECK(decimal_fails("100000000000000000000000000000000000000", 38, 0) == kRange);
    for (const char* text : {"12.50", "0.00", "-0.01", "1234567890.12"}) CHECK(is_canonical_decimal(text, 12, 2));
    for (const char* text : {"12.5", "12", "+1.00", "01.00", "-0.00", "12.500", "x", "12345678901.00", "00.10"})
        CHECK_FALSE(is_canonical_decimal(text, 12, 2));
    CHECK(is_canonical_decimal("12", 12, 0));
    CHECK(is_canonical_decimal("0.25", 2, 2));
    CHECK(is_canonical_decimal("12345678901234567890.12", 30, 2));
    CHECK_FALSE(is_canonical_decimal("-0.00", 30, 2));
}

TEST_CASE("floats are read and printed") {
    for (const auto& [text, value] :
         std::initializer_list<std::pair<const char*, double>>{{"0.0", 0.0},
                                                               {"-0.0", -0.0},
                                                               {"1.0", 1.0},
                                                               {"0.1", 0.1},
                                                               {"-2.5", -2.5},
                                                               {"100000.0", 1e5},
                                                               {"1e300", 1e300},
                                                               {"1.5e-7", 1.5e-7},
                                                               {"0.00001", 1e-5},
                                                               {"1e-6", 1e-6},
                                                               {"1234567890123456.0", 1234567890123456.0},
                                                               {"1e16", 1e16},
                                                               {"0.1234567", 0.1234567},
                                                               {"123456.789", 123456.789},
                                                               {"3.141592653589793", 3.141592653589793},
                                                               {"5e-324", 5e-324},
                                                               {"1.7976931348623157e308", 1.7976931348623157e308},
                                                               {"0.30000000000000004", 0.1 + 0.2}}) {
        CHECK(float_text(value) == text);
        CHECK(float_of(text) == value);
        CHECK(std::signbit(float_of(text)) == std::signbit(value));
        CHECK(is_canonical_float(text));
    }
    CHECK(float_text(INFINITY) == "inf");
    CHECK(float_text(-INFINITY) == "-inf");
    CHECK(float_text(std::nan("")) == "nan");
    CHECK(float_of("+1") == 1);
    CHECK(float_of("1E5") == 1e5);
    CHECK(float_of("1e+05") == 1e5);
    CHECK(float_of("1e-999999999999999999999") == 0);
    CHECK(float_of("123456789012345678901234567890") == 123456789012345678901234567890.0);
    CHECK(float_of("0." + std::string(400, '0') + "1") == 0);
    CHECK(float_of("0e999999999") == 0);
    for (const char* text : {"1e999", "-1e99999999999999999999", "1.8e308"}) CHECK(float_fails(text) == kRange);
    CHECK(float_fails("1" + std::string(400, '0')) == kRange);
    for (const char* text : {"",   "nan",  "inf",   "-inf",  "NaN", "infinity", ".5", "5.", "1e",  "1e+",
                             "e5", "1.e5", "0x1p3", "1.2.3", " 1",  "1 ",       "+",  "-",  "--1", "1,5"})
        CHECK(float_fails(text) == kMalformed);
    for (const char* text : {"1", "1.50", "1e5", "0.10", "+1.0", "1e+300", "01.0"})
        CHECK_FALSE(is_canonical_float(text));
    std::mt19937_64 random(2);
    for (int i = 0; i < 2000; ++i) {
        const double value = static_cast<double>(static_cast<std::int64_t>(random() % 2'000'000'000) - 1'000'000'000) /
                             std::pow(10.0, static_cast<double>(random() % 9));
        CHECK(float_of(float_text(value)) == value);
        char shortest[32];
        const std::string other(shortest, static_cast<std::size_t>(std::snprintf(shortest, 32, "%.15g", value)));
        if (std::stod(other) == value) CHECK(float_text(value).size() <= other.size() + 2);
    }
}
