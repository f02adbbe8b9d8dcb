#include "component/row_keys.hpp"

#include "data/gather.hpp"

namespace etl {

namespace {

std::vector<KeyPart> key_parts(const std::vector<RowKeys::Part>& parts) {
    std::vector<KeyPart> made;
    for (const RowKeys::Part& part : parts)
        made.push_back({part.value->type, part.value->type->nullable, part.descending, part.nulls_first});
    return made;
}

}  // namespace

std::string stage_label(std::string_view stage, const std::vector<std::string>& names) {
    std::string label(stage);
    for (std::size_t i = 0; i < names.size(); ++i) label += (i == 0 ? " by " : ", ") + names[i];
    return label;
}

std::string key_name(const BoundExpr& expr) { return bare_column(expr) >= 0 ? expr.name : "…"; }

RowKeys::RowKeys(std::vector<Part> parts, KeyUse use) : parts_(std::move(parts)), encoder_(key_parts(parts_), use) {}

void RowKeys::evaluate(Evaluator& evaluator, Batch& batch, std::vector<Column>& values) const {
    values.clear();
    for (const Part& part : parts_) values.push_back(evaluate_flat(*part.value, evaluator, batch));
}

void RowKeys::encode(const std::vector<Column>& values, Selection rows, KeyBatch& keys) const {
    std::vector<const Column*> columns;
    for (const Column& value : values) columns.push_back(&value);
    encoder_.encode(columns, rows, keys);
}

Column evaluate_flat(const BoundExpr& expr, Evaluator& evaluator, Batch& batch) {
    Column value = evaluator.evaluate(expr, batch, batch.selected);
    return value.encoding == Encoding::dictionary ? flatten(value, batch.rows, evaluator.arena()) : value;
}

}  // namespace etl
