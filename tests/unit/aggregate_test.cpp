#include <cmath>
#include <random>

#include "data/compare.hpp"
#include "expr/exact_sum.hpp"
#include "tests/unit/catch.hpp"
#include "tests/unit/expression_text.hpp"

using namespace etl;
using namespace etl::columns;
using namespace etl::expression_text;

namespace {

/// One aggregate over one column, by groups, as two workers would do it that share the rows.
struct Aggregation {
    columns::Bench bench;
    TestContext context;
    Diagnostics diagnostics;
    BoundAggregate aggregate;
    std::vector<std::vector<char>> workers;
    std::uint32_t groups = 0;

    Aggregation(const std::string& name, const DataType* type, std::uint32_t group_count) : groups(group_count) {
        Schema schema;
        schema.fields = {{"x", type, {}, false}};
        std::vector<ExprPtr> args;
        if (type != nullptr) args.push_back(column_expr(schema, 0, {}));
        auto found = resolve_aggregate(name, args, {}, context, diagnostics);
        REQUIRE(found.has_value());
        aggregate = *found;
        workers.assign(2, std::vector<char>(aggregate.overload->state_bytes * groups));
        for (auto& states : workers)
            for (std::uint32_t g = 0; g < groups; ++g)
                aggregate.overload->init(states.data() + aggregate.overload->state_bytes * g);
    }
    void update(std::size_t worker, const Column& column, const std::vector<std::uint32_t>& group_of,
                const std::vector<std::uint64_t>& order, Selection rows) {
        const Column* in = &column;
        aggregate.overload->update({{&in, aggregate.args.size()},
                                    rows,
                                    group_of.data(),
                                    workers[worker].data(),
                                    aggregate.overload->state_bytes,
                                    order.data(),
                                    bench.arena,
                                    aggregate.prepared.get()});
    }
    /// "overflow" or the groups' values.
    std::string finish(bool second_first) {
        const std::size_t stride = aggregate.overload->state_bytes;
        char* into = workers[second_first ? 1 : 0].data();
        const char* from = workers[second_first ? 0 : 1].data();
        for (std::uint32_t g = 0; g < groups; ++g)
            aggregate.overload->merge(into + g * stride, from + g * stride, bench.arena);
        Column out;
        out.type = aggregate.type;
        std::uint32_t bad = 0;
        if (aggregate.overload->finish(into, stride, groups, aggregate.prepared.get(), bench.arena, out, &bad) !=
            AggregateStatus::ok)
            return "overflow in " + std::to_string(bad);
        std::string text;
        for (std::uint32_t g = 0; g < groups; ++g) text += (g == 0 ? "" : "|") + to_literal(value_at(out, g));
        return text;
    }
};

/// All values in one group, shared by two workers at every place and merged both ways round: always the same.
std::string over(const std::string& name, const DataType* type, const std::vector<Value>& values) {
    std::string result;
    for (std::uint32_t cut = 0; cut <= values.size(); ++cut)
        for (const bool second_first : {false, true}) {
            Aggregation run(name, type, 1);
            const Column column = run.bench.column(type, values);
            std::vector<std::uint32_t> rows;
            std::vector<std::uint64_t> order;
            for (std::uint32_t i = 0; i < values.size(); ++i) {
                rows.push_back(i);
                order.push_back(100 + i);
            }
            const std::vector<std::uint32_t> group_of(values.size(), 0);
            run.update(0, column, group_of, order, {rows.data(), cut});
            run.update(1, column, group_of, order,
                       {rows.data() + cut, static_cast<std::uint32_t>(values.size()) - cut});
            const std::string once = run.finish(second_first);
            if (result.empty()) result = once;
            CHECK(once == result);
        }
    return result;
}

std::string example(const std::string& call) {
    const std::size_t open = call.find('(');
    Diagnostics diagnostics;
    TestContext context;
    const ExprPtr list = bind_text(call.substr(open + 1, call.size() - open - 2), Schema(), context, diagnostics);
    REQUIRE(!diagnostics.has_errors());
    return over(call.substr(0, open), list->type->element, std::get<std::vector<Value>>(list->constant.data));
}

}  // namespace

TEST_CASE("every example of every aggregate holds, whoever adds it up") {
    for (const AggregateSpec* spec : Registry<AggregateSpec>::all())
        for (const Example& one : spec->examples) {
            INFO(spec->name << ": " << one.call);
            CHECK(example(std::string(one.call)) == one.result);
        }
}

TEST_CASE("aggregates by group skip nulls and rows that are not selected") {
    Aggregation sum("sum", decimal_type(12, 2, true), 3);
    const Value none = null_of(decimal_type(12, 2, true));
    const Column column = sum.bench.column(decimal_type(12, 2, true), {number(150, 12, 2), none, number(-25, 12, 2),
                                                                       number(999, 12, 2), none, number(1, 12, 2)});
    const std::uint32_t rows[] = {0, 1, 2, 4, 5};
    sum.update(0, column, {0, 1, 0, 0, 1, 2}, {}, {rows, 5});
    CHECK(sum.finish(false) == "1.25|null|0.01");
    Aggregation count("count", nullptr, 2);
    count.update(0, column, {0, 1, 0, 0, 1, 0}, {}, {nullptr, 6});
    count.update(1, column, {0, 1, 0, 0, 1, 0}, {}, {rows, 5});
    CHECK(count.finish(true) == "7|4");
}

TEST_CASE("sums of ints and decimals are exact and tell when they do not fit") {
    const DataType* integer = of(TypeKind::integer);
    CHECK(over("sum", integer, {whole(INT64_MAX), whole(5), whole(-5)}) == "9223372036854775807");
    CHECK(over("sum", integer, {whole(INT64_MAX), whole(1)}) == "overflow in 0");
    CHECK(over("avg", integer, {whole(INT64_MAX), whole(INT64_MAX)}) == "9223372036854775807.000000");
    CHECK(over("avg", integer, {whole(-1), whole(-1), whole(0)}) == "-0.666667");
    const Value most = number(kMaxDecimal, 38, 0);
    const Value least = number(-kMaxDecimal, 38, 0);
    const DataType* wide = decimal_type(38, 0);
    CHECK(over("sum", wide, {most, most, most, least, least, least}) == "0");
    CHECK(over("sum", wide, {most, most, least}) == "99999999999999999999999999999999999999");
    CHECK(over("sum", wide, {least, least, least, least}) == "overflow in 0");
    CHECK(over("avg", decimal_type(12, 2), {number(100, 12, 2), number(101, 12, 2)}) == "1.005000");
    CHECK(over("sum", integer, {}) == "null");
    CHECK(over("count", integer, {}) == "0");
}

TEST_CASE("least, greatest, first and last of every type") {
    const DataType* string = of(TypeKind::text);
    CHECK(over("min", string, {text("zebra"), text("ab"), text(""), text("abc")}) == "\"\"");
    CHECK(over("max", string, {text("a"), text("zebra and a long tail"), text("zebra")}) ==
          "\"zebra and a long tail\"");
    CHECK(over("first", string, {text("x"), text("y"), text("zz")}) == "\"x\"");
    CHECK(over("last", string, {text("x"), text("a much longer text than that"), text("")}) == "\"\"");
    CHECK(over("max", of(TypeKind::boolean), {flag(false), flag(true)}) == "true");
    CHECK(over("min", decimal_type(38, 2), {number(-kMaxDecimal, 38, 2), number(5, 38, 2)}) ==
          "-999999999999999999999999999999999999.99");
    CHECK(over("count_distinct", decimal_type(38, 2), {number(5, 38, 2), number(6, 38, 2), number(5, 38, 2)}) == "2");
    CHECK(over("count_distinct", of(TypeKind::floating), {real(0.0), real(-0.0), real(1)}) == "2");
    std::vector<Value> many;
    for (int i = 0; i < 60; ++i) many.push_back(whole(i % 37));
    CHECK(over("count_distinct", of(TypeKind::integer), many) == "37");
}

TEST_CASE("a sum of floats does not depend on their order") {
    const DataType* floating = of(TypeKind::floating);
    CHECK(over("sum", floating, {real(1e300), real(1), real(-1e300), real(1e-300)}) == "1.0");
    CHECK(over("sum", floating, {real(0.1), real(0.2), real(0.3)}) == "0.6");
    CHECK(over("sum", floating, {real(1e308), real(1e308), real(-1e308)}) == "1e308");
    CHECK(over("sum", floating, {real(1e308), real(1e308)}) == "overflow in 0");
    CHECK(over("sum", floating, {real(5e-324), real(5e-324), real(-1e-310)}) == "-9.999999999999e-311");
    CHECK(over("sum", floating, {real(9007199254740992.0), real(1.0), real(1e-30)}) == "9007199254740994.0");
}

TEST_CASE("an exact sum is the same in any order and grouping, and right") {
    Memory memory;
    Arena arena(memory);
    std::mt19937_64 random(7);
    for (int round = 0; round < 200; ++round) {
        std::vector<double> values;
        const int spread = round % 4 == 0 ? 600 : round % 40 + 1;
        for (int i = 0; i < 50; ++i) {
            const double size = std::ldexp(static_cast<double>(random()), static_cast<int>(random() % spread) - spread);
            values.push_back(random() % 2 == 0 ? size : -size);
        }
        ExactSum forward, backward, halves[2];
        for (std::size_t i = 0; i < values.size(); ++i) {
            forward.add(values[i], arena);
            backward.add(values[values.size() - 1 - i], arena);
            halves[i % 2].add(values[i], arena);
        }
        halves[1].add(halves[0], arena);
        CHECK(forward.value() == backward.value());
        CHECK(forward.value() == halves[1].value());
        // What is left when the rounded sum is taken away is at most half of its last place.
        const double sum = forward.value();
        forward.add(-sum, arena);
        CHECK(std::abs(forward.value()) <= (std::nextafter(std::abs(sum), HUGE_VAL) - std::abs(sum)) / 2);
    }
}
