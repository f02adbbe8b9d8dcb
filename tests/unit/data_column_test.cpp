#include <cmath>
#include <set>
#include <string>

#include "data/compare.hpp"
#include "data/key.hpp"
#include "tests/unit/catch.hpp"
#include "tests/unit/columns.hpp"

using namespace etl;
using namespace etl::columns;

namespace {

const DataType* order_type() {
    return record_type({{"id", of(TypeKind::integer)}, {"tags", list_type(of(TypeKind::text, true), true)}}, true);
}
Value tags(std::vector<Value> items) { return {list_type(of(TypeKind::text, true), true), std::move(items)}; }
Value order(std::int64_t id, Value list) { return {order_type(), std::vector<Value>{whole(id), std::move(list)}}; }

std::vector<Value> orders() {
    return {order(1, tags({text("a"), null_of(of(TypeKind::text, true)), text("long enough")})), null_of(order_type()),
            order(2, tags({})), order(3, null_of(list_type(of(TypeKind::text, true), true)))};
}

}  // namespace

TEST_CASE("columns are built, gathered and read") {
    Bench bench;
    const Column built = bench.column(order_type(), orders());
    CHECK(joined(built, 4) ==
          R"({"id":1,"tags":["a",null,"long enough"]}|null|{"id":2,"tags":[]}|{"id":3,"tags":null})");
    const std::string first = R"({"id":1,"tags":["a",null,"long enough"]})";
    const std::uint32_t rows[] = {3, 0, 0, 1, kNoRow, 2};
    const Column gathered = gather(built, rows, 6, bench.arena);
    CHECK(joined(gathered, 6) == R"({"id":3,"tags":null}|)" + first + "|" + first + R"(|null|null|{"id":2,"tags":[]})");
    ColumnBuilder again(order_type(), bench.memory);
    again.append_rows(gathered, rows, 4);
    again.append_null();
    again.append_value(value_at(gathered, 1));
    CHECK(again.bytes() > 0);
    CHECK(joined(again.finish(bench.keep), 6) ==
          R"(null|{"id":3,"tags":null}|{"id":3,"tags":null}|)" + first + "|null|" + first);
    CHECK(again.size() == 0);
    CHECK(joined(bench.column(list_type(of(TypeKind::integer)), {}), 0).empty());

    Column constant = constant_column(order(7, tags({text("x")})), bench.arena);
    CHECK(joined(constant, 2) == R"({"id":7,"tags":["x"]}|{"id":7,"tags":["x"]})");
    CHECK(gather(constant, rows, 4, bench.arena).encoding == Encoding::constant);
    CHECK(joined(gather(constant, rows, 6, bench.arena), 6).find("}|null|{") != std::string::npos);
    CHECK(joined(flatten(constant, 2, bench.arena), 2) == joined(constant, 2));
    CHECK(joined(null_column(of(TypeKind::text, true), bench.arena), 2) == "null|null");

    const Column words = bench.column(of(TypeKind::text, true), {text("red"), text("green")});
    Column dictionary = words;
    const std::uint32_t codes[] = {1, 0, 1, 1};
    const std::uint64_t valid = 0b1011;
    dictionary.encoding = Encoding::dictionary;
    dictionary.codes = codes;
    dictionary.valid = &valid;
    CHECK(joined(dictionary, 4) == R"("green"|"red"|null|"green")");
    CHECK(joined(flatten(dictionary, 4, bench.arena), 4) == R"("green"|"red"|null|"green")");
    const std::uint32_t some[] = {3, 2, 1};
    CHECK(joined(gather(dictionary, some, 3, bench.arena), 3) == R"("green"|null|"red")");
}

TEST_CASE("a builder grows over its first buffers") {
    Bench bench;
    ColumnBuilder builder(of(TypeKind::text, true), bench.memory);
    for (int i = 0; i < 5000; ++i) {
        if (i % 7 == 3)
            builder.append_null();
        else
            builder.append_text("value " + std::to_string(i) + std::string(static_cast<std::size_t>(i % 50), 'x'));
    }
    builder.append_text(std::string(100'000, 'L'));
    const Column column = builder.finish(bench.keep);
    for (std::uint32_t i = 0; i < 5000; ++i) {
        CHECK(column.is_valid(i) == (i % 7 != 3));
        if (i % 7 != 3)
            CHECK(column.data<Text>()[i].view().substr(0, 6 + std::to_string(i).size()) ==
                  "value " + std::to_string(i));
    }
    CHECK(column.data<Text>()[5000].size == 100'000);
}

namespace {

int sign(int order) { return order < 0 ? -1 : (order > 0 ? 1 : 0); }

struct Ladder {
    const DataType* type;
    std::vector<Value> values;  // ascending, nulls apart
};

std::vector<Ladder> ladders() {
    const auto* list = list_type(of(TypeKind::integer));
    const auto* record = record_type({{"a", of(TypeKind::text, true)}, {"b", of(TypeKind::boolean)}});
    const auto rec = [&](Value a, bool b) { return Value{record, std::vector<Value>{std::move(a), flag(b)}}; };
    return {
        {of(TypeKind::boolean), {flag(false), flag(true)}},
        {of(TypeKind::integer), {whole(INT64_MIN), whole(-1), whole(0), whole(1), whole(256), whole(INT64_MAX)}},
        {of(TypeKind::date),
         {whole(kFirstDate, TypeKind::date), whole(-1, TypeKind::date), whole(0, TypeKind::date),
          whole(kLastDate, TypeKind::date)}},
        {of(TypeKind::floating),
         {real(-INFINITY), real(-1.5), real(-5e-324), real(0.0), real(5e-324), real(1.5), real(INFINITY), real(NAN)}},
        {decimal_type(18, 2), {number(-500, 18, 2), number(-1, 18, 2), number(0, 18, 2), number(7, 18, 2)}},
        {decimal_type(38, 2),
         {number(-kMaxDecimal, 38, 2), number(-1, 38, 2), number(0, 38, 2), number(kMaxDecimal, 38, 2)}},
        {of(TypeKind::text),
         {text(""), text(std::string("\0", 1)), text(std::string("\0\0", 2)), text(std::string("\0a", 2)), text("a"),
          text(std::string("a\0", 2)), text(std::string("a\0b", 3)), text("a\x01"), text("aa"), text("abcd"),
          text("abcdA"), text("abcdB"), text("abcdBc"), text("b"), text("z"), text("ä"), text("€"),
          text("\xF0\x9F\x98\x80")}},
        {list,
         {{list, std::vector<Value>{}},
          {list, std::vector<Value>{whole(-5)}},
          {list, std::vector<Value>{whole(1)}},
          {list, std::vector<Value>{whole(1), whole(0)}},
          {list, std::vector<Value>{whole(2)}}}},
        {record,
         {rec(text("a"), false), rec(text("a"), true), rec(text("ab"), false),
          rec(null_of(of(TypeKind::text, true)), false)}},
    };
}

/// The last of the rows is null, the others ascend.
void check_ordered_keys(const Column& column, std::uint32_t count) {
    const Column* columns[] = {&column};
    for (const bool descending : {false, true})
        for (const bool nulls_first : {false, true}) {
            const KeyEncoder ordered({{column.type, true, descending, nulls_first}}, KeyUse::order);
            KeyBatch keys;
            ordered.encode(columns, {nullptr, count}, keys);
            for (std::uint32_t i = 0; i < count; ++i)
                for (std::uint32_t j = 0; j < count; ++j) {
                    const bool null_i = i + 1 == count, null_j = j + 1 == count;
                    int expected = i < j ? -1 : (i > j ? 1 : 0);
                    if (null_i != null_j) {
                        if (nulls_first) expected = -expected;
                    } else if (descending) {
                        expected = -expected;
                    }
                    const int found = keys.key(i).compare(keys.key(j));
                    CHECK(sign(found) == expected);
                }
        }
}

}  // namespace

TEST_CASE("values compare, hash and become keys in one order") {
    Bench bench;
    for (const auto& ladder : ladders()) {
        INFO(to_string(ladder.type));
        const auto* nullable = with_nullable(ladder.type, true);
        auto values = ladder.values;
        values.push_back(null_of(nullable));
        const Column column = bench.column(nullable, values);
        const auto count = static_cast<std::uint32_t>(values.size());
        const Column* columns[] = {&column};
        const KeyEncoder equality({{nullable, true}}, KeyUse::equality);
        KeyBatch equal_keys;
        equality.encode(columns, {nullptr, count}, equal_keys);
        std::vector<ColumnBuilder> decoded;
        decoded.emplace_back(nullable, bench.memory);
        for (std::uint32_t i = 0; i < count; ++i) equality.decode(equal_keys.key(i), decoded);
        CHECK(joined(decoded[0].finish(bench.keep), count) == joined(column, count));
        check_ordered_keys(column, count);
        for (std::uint32_t i = 0; i < count; ++i)
            for (std::uint32_t j = 0; j < count; ++j) {
                const int found = compare_rows(column, i, column, j);
                CHECK(sign(found) == (i < j ? -1 : (i > j ? 1 : 0)));
                CHECK(equal_rows(column, i, column, j) == (i == j));
                CHECK((hash_row(column, i) == hash_row(column, j)) == (i == j));
                CHECK((equal_keys.key(i) == equal_keys.key(j)) == (i == j));
                CHECK((equal_keys.hashes[i] == equal_keys.hashes[j]) == (i == j));
                const int by_value = compare_values(value_at(column, i), value_at(column, j));
                CHECK(sign(by_value) == (i < j ? -1 : (i > j ? 1 : 0)));
            }
    }
}

TEST_CASE("keys that are a text alone are hashed where they stand") {
    Bench bench;
    std::vector<Value> values;
    for (std::size_t size = 0; size < 40; ++size) {
        values.push_back(text(std::string(size, 'k')));
        values.push_back(text(std::string(size, 'k') + "l"));
    }
    const auto count = static_cast<std::uint32_t>(values.size());
    const Column flat = bench.column(of(TypeKind::text), values);
    const Column* columns[] = {&flat};
    const KeyEncoder encoder({{flat.type}}, KeyUse::equality);
    KeyBatch standing;
    encoder.encode(columns, {nullptr, count}, standing);
    CHECK(standing.texts == flat.data<Text>());
    std::set<std::uint64_t> hashes;
    for (std::uint32_t i = 0; i < count; ++i) {
        // A constant one is written out.
        Column constant = flat;
        constant.encoding = Encoding::constant;
        constant.values = const_cast<Text*>(flat.data<Text>() + i);
        const Column* written_columns[] = {&constant};
        KeyBatch written;
        encoder.encode(written_columns, {nullptr, 1}, written);
        CHECK(written.texts == nullptr);
        CHECK(written.key(0) == standing.key(i));
        CHECK(written.hashes[0] == standing.hashes[i]);
        hashes.insert(standing.hashes[i]);
    }
    CHECK(hashes.size() == count);
}

TEST_CASE("keys of several columns") {
    Bench bench;
    const auto* word = of(TypeKind::text);
    const Column a = bench.column(word, {text("a"), text("ab"), text("a"), text("")});
    const Column b = bench.column(word, {text("bc"), text("c"), text("bc"), text("abc")});
    const Column n =
        bench.column(of(TypeKind::integer, true), {whole(1), whole(1), whole(1), null_of(of(TypeKind::integer, true))});
    const Column seven = constant_column(whole(7), bench.arena);
    const std::uint32_t selected[] = {0, 1, 2, 3};
    const Column* columns[] = {&a, &n, &seven, &b};
    const KeyEncoder encoder({{word}, {n.type, true}, {of(TypeKind::integer)}, {word}}, KeyUse::equality);
    KeyBatch keys;
    encoder.encode(columns, {selected, 4}, keys);
    CHECK(keys.fixed_size == 0);
    CHECK(keys.key(0) == keys.key(2));
    CHECK(keys.hashes[0] == keys.hashes[2]);
    CHECK(keys.key(0) != keys.key(1));
    CHECK(keys.hashes[0] != keys.hashes[1]);
    std::string one;
    encoder.append(columns, 1, one);
    CHECK(one == keys.key(1));
    const Column* fixed_columns[] = {&n, &seven};
    const KeyEncoder fixed({{n.type, true}, {of(TypeKind::integer)}}, KeyUse::equality);
    fixed.encode(fixed_columns, {nullptr, 4}, keys);
    CHECK(keys.fixed_size == 17);
    CHECK(keys.key(0) == keys.key(1));
    CHECK(keys.key(0) != keys.key(3));
    std::vector<std::uint64_t> nulls;
    mark_null_keys(fixed_columns, {nullptr, 4}, nulls);
    CHECK(nulls[0] == 0b1000);
    // -0.0 and 0.0, and the decimals 1.0 and 1.00, are one value.
    const Column zeros = bench.column(of(TypeKind::floating), {real(0.0), real(-0.0)});
    CHECK(hash_row(zeros, 0) == hash_row(zeros, 1));
    CHECK(equal_rows(zeros, 0, zeros, 1));
    const Column ten = bench.column(decimal_type(12, 1), {number(10, 12, 1)});
    const Column hundred = bench.column(decimal_type(30, 2), {number(100, 30, 2)});
    CHECK(equal_rows(ten, 0, hundred, 0));
    CHECK(hash_row(ten, 0) == hash_row(hundred, 0));
}
