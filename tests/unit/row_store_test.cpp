#include <map>
#include <random>

#include "component/key_table.hpp"
#include "component/radix_sort.hpp"
#include "component/row_pages.hpp"
#include "component/row_reader.hpp"
#include "tests/unit/catch.hpp"
#include "tests/unit/columns.hpp"

using namespace etl;
using columns::of;

namespace {

KeyBatch keys_of(const std::vector<std::string>& keys, std::uint32_t fixed_size) {
    KeyBatch batch;
    batch.count = static_cast<std::uint32_t>(keys.size());
    batch.fixed_size = fixed_size;
    batch.offsets = {0};
    for (const std::string& key : keys) {
        batch.bytes.insert(batch.bytes.end(), key.begin(), key.end());
        batch.offsets.push_back(static_cast<std::uint32_t>(batch.bytes.size()));
        batch.hashes.push_back(hash_bytes(key.data(), key.size()));
    }
    batch.bytes.resize(batch.bytes.size() + 16);
    return batch;
}

/// Keys of `size` bytes, or of up to -size, of which about `count` differ.
std::vector<std::string> random_keys(std::size_t rows, std::uint32_t count, int size, std::uint32_t seed) {
    std::mt19937 random(seed);
    std::vector<std::string> keys;
    for (std::size_t i = 0; i < rows; ++i) {
        std::mt19937 of_key(static_cast<std::uint32_t>(random() % count));
        std::string key(
            static_cast<std::size_t>(size > 0 ? size : static_cast<int>(of_key() % static_cast<unsigned>(1 - size))),
            '\0');
        for (char& byte : key) byte = static_cast<char>(of_key());
        keys.push_back(std::move(key));
    }
    return keys;
}

void check_table(int size) {
    INFO("keys of " << size);
    Memory memory;
    StageMemory account(memory, "a stage");
    const auto fixed = static_cast<std::uint32_t>(std::max(0, size));
    KeyTable table(fixed, 8, account), other(fixed, 8, account);
    std::map<std::string, std::uint32_t> known;
    for (std::uint32_t round = 0; round < 20; ++round) {
        const auto keys = random_keys(round * 97, 3000, size, round);
        std::vector<std::uint32_t> numbers(keys.size());
        table.put(keys_of(keys, fixed), numbers.data());
        for (std::size_t i = 0; i < keys.size(); ++i) {
            const auto place = known.try_emplace(keys[i], static_cast<std::uint32_t>(known.size())).first;
            REQUIRE(numbers[i] == place->second);
            REQUIRE(table.key(numbers[i]) == keys[i]);
            ++table.payload_as<std::uint64_t>(numbers[i]);
        }
    }
    CHECK(table.size() == known.size());
    const auto asked = random_keys(2000, 6000, size, 99);
    std::vector<std::uint32_t> found(asked.size());
    table.find(keys_of(asked, fixed), found.data());
    for (std::size_t i = 0; i < asked.size(); ++i)
        REQUIRE(found[i] == (known.count(asked[i]) != 0 ? known[asked[i]] : KeyTable::kNone));
    other.put(keys_of(asked, fixed), found.data());
    std::vector<std::uint32_t> moved;
    const std::uint32_t before = table.size();
    table.put_all(other, moved);
    REQUIRE(moved.size() == other.size());
    std::uint32_t added = 0;
    for (std::uint32_t i = 0; i < other.size(); ++i) {
        REQUIRE(table.key(moved[i]) == other.key(i));
        added += known.count(std::string(other.key(i))) == 0 ? 1 : 0;
    }
    CHECK(table.size() == before + added);
}

}  // namespace

TEST_CASE("a key table numbers keys of any size") {
    for (const int size : {1, 4, 8, 9, 12, 16, 17, 40, -3, -13, -30}) check_table(size);
}

TEST_CASE("a radix sort is stable") {
    std::mt19937_64 random(5);
    for (const std::size_t count : {0, 1, 2, 47, 300, 100000})
        for (const unsigned bits : {1U, 7U, 8U, 20U, 64U}) {
            std::vector<SortItem> items(count), scratch(count);
            for (std::size_t i = 0; i < count; ++i) items[i] = {random() >> (64 - bits), i};
            if (bits == 20)
                for (std::size_t i = 0; i < count; ++i) items[i].key &= 0xF0F;
            std::vector<SortItem> expected = items;
            const auto less = [](const SortItem& a, const SortItem& b) { return a.key < b.key; };
            std::stable_sort(expected.begin(), expected.end(), less);
            radix_sort(items.data(), scratch.data(), count, bits);
            const auto same = [](const SortItem& a, const SortItem& b) { return a.key == b.key && a.value == b.value; };
            CHECK(std::equal(items.begin(), items.end(), expected.begin(), same));
        }
}

TEST_CASE("stored rows come back as they were, lists and records too") {
    columns::Bench bench;
    const DataType* const pair = record_type({{"a", of(TypeKind::integer, true)}, {"b", of(TypeKind::text)}}, true);
    const std::vector<const DataType*> types = {of(TypeKind::boolean, true), of(TypeKind::date, true),
                                                of(TypeKind::integer, true), decimal_type(30, 2, true),
                                                of(TypeKind::text, true),    list_type(pair, true)};
    Schema schema;
    Batch batch;
    batch.rows = 3;
    batch.selected = {nullptr, 3};
    batch.origin = {2, 3, 10, 11, 0};
    const Value record{pair, std::vector<Value>{columns::null_of(types[2]), columns::text("x")}};
    const std::vector<std::vector<Value>> values = {
        {columns::flag(true), columns::null_of(types[0]), columns::flag(false)},
        {columns::whole(-5, TypeKind::date), columns::whole(20000, TypeKind::date), columns::null_of(types[1])},
        {columns::null_of(types[2]), columns::whole(INT64_MIN), columns::whole(7)},
        {columns::number(kMaxDecimal / 1000000000, 30, 2), columns::null_of(types[3]), columns::number(-1, 30, 2)},
        {columns::text(""), columns::text(std::string(300000, 'y')), columns::null_of(types[4])},
        {Value{types[5], std::vector<Value>{record, columns::null_of(pair)}}, columns::null_of(types[5]),
         Value{types[5], std::vector<Value>{}}}};
    for (std::size_t i = 0; i < types.size(); ++i) {
        schema.fields.push_back({"c" + std::to_string(i), types[i], {}, false});
        batch.columns.push_back(bench.column(types[i], values[i]));
    }
    RowLayouts layouts(std::make_shared<const Schema>(schema));
    StageMemory account(bench.memory, "a stage");
    RowPages pages(layouts, account);
    std::vector<const char*> rows(3);
    pages.append(batch, batch.selected, nullptr, rows.data());
    std::reverse(rows.begin(), rows.end());
    rows.push_back(pages.append_copy(rows[1]));
    Batch read;
    RowReader(layouts).read(rows, bench.arena, read);
    for (std::size_t c = 0; c < types.size(); ++c)
        for (const auto& [place, row] : {std::pair(0, 2), std::pair(1, 1), std::pair(2, 0), std::pair(3, 1)}) {
            std::string expected, found;
            append_json(expected, batch.columns[c], static_cast<std::uint32_t>(row));
            append_json(found, read.columns[c], static_cast<std::uint32_t>(place));
            CHECK(found == expected);
        }
    CHECK(unpack_origin(read.row_origins[0]).file == 3);
    CHECK(unpack_origin(read.row_origins[0]).line == 13);
    const Column some = RowReader(layouts).read_column(4, rows.data(), 4, {nullptr, 4}, bench.arena, bench.keep);
    CHECK(some.data<Text>()[2].size == 0);
    CHECK_FALSE(some.is_valid(0));
}

TEST_CASE("raw fields of any columns of a record stay raw") {
    columns::Bench bench;
    const std::string wide(70000, 'w');
    const columns::Block block("1,\"a,b\",x\n2," + wide + ",\n3,c,\"q\n\"\n", 3);
    Schema schema;
    Batch batch;
    for (const std::uint32_t field : {2U, 0U, 1U}) {
        schema.fields.push_back({"c" + std::to_string(field), of(TypeKind::text), {}, field == 0});
        batch.columns.push_back(block.raw(of(TypeKind::text), field));
    }
    batch.rows = 3;
    batch.selected = {nullptr, 3};
    batch.records = &block.index;
    RowLayouts layouts(std::make_shared<const Schema>(schema));
    StageMemory account(bench.memory, "a stage");
    RowPages pages(layouts, account);
    std::vector<const char*> rows(3);
    pages.append(batch, batch.selected, nullptr, rows.data());
    std::swap(rows[0], rows[2]);
    Batch read;
    RowReader(layouts).read(rows, bench.arena, read);
    CHECK(read.records->record(0) == "\"q\n\",3,c");
    CHECK(read.records->record(1) == ",2," + wide);
    CHECK(read.records->field(2, read.columns[2].raw_field) == "\"a,b\"");
    CHECK(read.row_text(2) == R"({"c2":"x","c0":"***","c1":"a,b"})");
}
