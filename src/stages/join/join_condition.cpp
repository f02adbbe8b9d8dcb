#include "stages/join/join_condition.hpp"

#include <algorithm>
#include <cstring>

#include "component/row_keys.hpp"
#include "data/decimal.hpp"

namespace etl {

namespace {

constexpr unsigned kNarrowPrecision = 18;
constexpr unsigned kIntDigits = 19;

void collect(const ExprPtr& condition, std::vector<ExprPtr>& parts) {
    if (condition->kind != ExprKind::logic_and) {
        parts.push_back(condition);
        return;
    }
    for (const ExprPtr& arg : condition->args) collect(arg, parts);
}

ExprPtr both(const ExprPtr& a, const ExprPtr& b) {
    auto expr = std::make_shared<BoundExpr>();
    expr->kind = ExprKind::logic_and;
    expr->type = simple_type(TypeKind::boolean, a->type->nullable || b->type->nullable);
    expr->span = a->span;
    expr->args = {a, b};
    expr->is_private = a->is_private || b->is_private;
    return expr;
}

/// Whether it reads columns of the left, of the right.
void find_sides(const BoundExpr& expr, std::uint32_t left_columns, bool& left, bool& right) {
    if (expr.kind == ExprKind::column) (expr.column < left_columns ? left : right) = true;
    // meta is the row's of the flow.
    if (expr.kind == ExprKind::meta) left = true;
    for (const ExprPtr& arg : expr.args) find_sides(*arg, left_columns, left, right);
}

ExprPtr renumber(const ExprPtr& expr, std::uint32_t left_columns) {
    auto copy = std::make_shared<BoundExpr>(*expr);
    if (copy->kind == ExprKind::column) copy->column -= left_columns;
    for (ExprPtr& arg : copy->args) arg = renumber(arg, left_columns);
    return copy;
}

unsigned scale_of(const DataType* type) { return type->is(TypeKind::decimal) ? type->scale : 0; }
unsigned digits_before_point(const DataType* type) {
    return type->is(TypeKind::decimal) ? unsigned{type->precision} - type->scale : kIntDigits;
}

/// The type that keys of both types are brought to; nullptr: they have none that equal values share.
const DataType* key_type(const DataType* left, const DataType* right) {
    left = with_nullable(left, false);
    right = with_nullable(right, false);
    if (left == right) return left;
    const auto is_exact = [](const DataType* type) {
        return type->is(TypeKind::integer) || type->is(TypeKind::decimal);
    };
    if (!is_exact(left) || !is_exact(right)) return nullptr;
    const unsigned scale = std::max(scale_of(left), scale_of(right));
    const unsigned digits = std::max(digits_before_point(left), digits_before_point(right));
    return decimal_type(digits + scale <= kNarrowPrecision ? kNarrowPrecision : kMaxPrecision, scale);
}

Int128 exact_value(const Column& column, std::size_t at) {
    return column.type->is_wide_decimal() ? column.data<Int128>()[at] : Int128{column.data<std::int64_t>()[at]};
}

/// The column as that type. A value that does not fit it equals none of the other side: it becomes a null.
Column bring_to(const Column& column, const DataType* type, Selection rows, std::uint32_t row_count, Arena& arena) {
    if (column.type->kind == type->kind && column.type->scale == type->scale &&
        column.type->is_wide_decimal() == type->is_wide_decimal())
        return column;
    Column made;
    made.type = with_nullable(type, true);
    made.values = arena.take(row_count * type->width_bytes());
    auto* const valid = arena.array<std::uint64_t>(bitmap_words(row_count) + 1);
    std::memset(valid, 0, (bitmap_words(row_count) + 1) * sizeof(std::uint64_t));
    for_each_row(rows, [&](std::uint32_t row) {
        Int128 value;
        if (!column.is_valid(row) || !rescale_decimal(exact_value(column, column.index_of(row)), scale_of(column.type),
                                                      type->scale, Rounding::exact, value))
            return;
        valid[row >> 6] |= std::uint64_t{1} << (row & 63);
        if (type->is_wide_decimal())
            static_cast<Int128*>(made.values)[row] = value;
        else
            static_cast<std::int64_t*>(made.values)[row] = static_cast<std::int64_t>(value);
    });
    made.valid = valid;
    return made;
}

std::vector<KeyPart> key_parts(const JoinCondition& condition) {
    std::vector<KeyPart> parts;
    for (const JoinCondition::Equality& equality : condition.equalities) parts.push_back({equality.type});
    return parts;
}

}  // namespace

JoinCondition split_condition(const ExprPtr& condition, std::uint32_t left_columns) {
    std::vector<ExprPtr> parts;
    collect(condition, parts);
    JoinCondition split;
    for (const ExprPtr& part : parts) {
        const bool is_equality =
            part->kind == ExprKind::call && part->function != nullptr && part->function->name == "==";
        bool reads[2][2] = {};  // by side of the sign: the left's columns, the right's
        for (std::size_t i = 0; is_equality && i < 2; ++i)
            find_sides(*part->args[i], left_columns, reads[i][0], reads[i][1]);
        const bool straight = reads[0][0] && !reads[0][1] && !reads[1][0] && reads[1][1];
        const bool crossed = !reads[0][0] && reads[0][1] && reads[1][0] && !reads[1][1];
        const DataType* const type = straight || crossed ? key_type(part->args[0]->type, part->args[1]->type) : nullptr;
        if (type != nullptr)
            split.equalities.push_back(
                {part->args[straight ? 0 : 1], renumber(part->args[straight ? 1 : 0], left_columns), type});
        else
            split.rest = split.rest == nullptr ? part : both(split.rest, part);
    }
    return split;
}

JoinKeys::JoinKeys(const JoinCondition& condition, ExprPtr JoinCondition::Equality::* side)
    : encoder_(key_parts(condition), KeyUse::equality) {
    for (const JoinCondition::Equality& equality : condition.equalities) keys_.push_back(equality.*side);
}

void JoinKeys::evaluate(Evaluator& evaluator, Batch& batch, std::vector<Column>& values) const {
    values.clear();
    for (std::size_t i = 0; i < keys_.size(); ++i)
        values.push_back(bring_to(evaluate_flat(*keys_[i], evaluator, batch), encoder_.parts()[i].type, batch.selected,
                                  batch.rows, evaluator.arena()));
}

Selection JoinKeys::encode(const std::vector<Column>& values, Selection rows, KeyBatch& keys, Arena& arena) const {
    std::vector<const Column*> columns;
    bool may_be_null = false;
    for (const Column& value : values) {
        columns.push_back(&value);
        may_be_null |= value.valid != nullptr;
    }
    if (may_be_null) {
        auto* const whole = arena.array<std::uint32_t>(rows.size + std::size_t{1});
        std::uint32_t count = 0;
        for_each_row(rows, [&](std::uint32_t row) {
            const bool none = std::all_of(columns.begin(), columns.end(),
                                          [row](const Column* column) { return column->is_valid(row); });
            whole[count] = row;
            count += none ? 1 : 0;
        });
        rows = {whole, count};
    }
    encoder_.encode(columns, rows, keys);
    return rows;
}

}  // namespace etl
