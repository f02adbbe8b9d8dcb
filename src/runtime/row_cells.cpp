#include "runtime/row_cells.hpp"

#include <algorithm>
#include <functional>

#include "base/json_writer.hpp"
#include "data/print.hpp"

namespace etl {

Cell CellMaker::make(const Column& column, std::uint32_t row, bool is_private) const {
    Cell cell;
    cell.is_null = column.type->is(TypeKind::null) || !column.is_valid(row);
    if (cell.is_null) {
        cell.json = "null";
        return cell;
    }
    std::string text;
    append_text(text, column, row);
    cell.digest = std::hash<std::string>{}(text);
    if (is_private) {
        cell.text = "***";
    } else {
        cell.text = secrets_.redact_data(text);
        cell.is_text = column.type->is(TypeKind::text);
        if (cell.text == text) {
            append_json(cell.json, column, row);
            return cell;
        }
    }
    append_json_string(cell.json, cell.text);
    return cell;
}

BatchCells::BatchCells(const Batch& batch, const Schema& schema, Memory& memory)
    : schema_(schema), evaluator_(memory, {}), batch_(batch) {
    batch_.rejects.clear();
    batch_.schema = &schema;
}

const Column& BatchCells::column(std::uint32_t number) {
    Column& column = batch_.columns[number];
    if (column.encoding == Encoding::raw) {
        // One value that cannot be read would leave all as they are; the source has checked them.
        Column typed = evaluator_.evaluate(*column_expr(schema_, number, {}), batch_, batch_.selected);
        evaluator_.failures().clear();
        column = std::move(typed);
    }
    return column;
}

std::vector<Cell> BatchCells::row(std::uint32_t row, const CellMaker& maker) {
    std::vector<Cell> cells;
    for (std::uint32_t i = 0; i < batch_.columns.size(); ++i)
        cells.push_back(maker.make(column(i), row, i < schema_.size() && schema_.fields[i].is_private));
    return cells;
}

bool is_same_value(const Column& a, std::uint32_t a_row, const Column& b, std::uint32_t b_row) {
    const bool a_is_null = a.type->is(TypeKind::null) || !a.is_valid(a_row);
    const bool b_is_null = b.type->is(TypeKind::null) || !b.is_valid(b_row);
    if (a_is_null || b_is_null) return a_is_null == b_is_null;
    std::string a_text, b_text;
    append_text(a_text, a, a_row);
    append_text(b_text, b, b_row);
    return a_text == b_text;
}

std::uint64_t RowPairs::key(const Batch& batch, std::uint32_t row) const {
    return batch.record_of == nullptr ? row : batch.record_of[row];
}

RowPairs::RowPairs(BatchCells& before, BatchCells& after)
    : before_(before),
      after_(after),
      same_rows_(before.batch().rows == after.batch().rows && before.batch().record_of == after.batch().record_of) {
    if (same_rows_) return;
    for_each_row(before.batch().selected,
                 [&](std::uint32_t row) { rows_.emplace_back(key(before.batch(), row), row); });
    std::sort(rows_.begin(), rows_.end());
}

std::optional<std::uint32_t> RowPairs::before(std::uint32_t after_row) {
    if (same_rows_) return after_row;
    const std::uint64_t wanted = key(after_.batch(), after_row);
    const auto first = std::lower_bound(rows_.begin(), rows_.end(), std::pair(wanted, std::uint32_t{0}));
    std::optional<std::uint32_t> found;
    // Rows that a join before made of one have one record number: those with other values are not meant.
    for (auto at = first; at != rows_.end() && at->first == wanted; ++at) {
        const auto columns =
            static_cast<std::uint32_t>(std::min(before_.batch().columns.size(), after_.batch().columns.size()));
        std::uint32_t same = 0;
        while (same < columns && is_same_value(before_.column(same), at->second, after_.column(same), after_row))
            ++same;
        if (!found || same == columns) found = at->second;
        if (same == columns) break;
    }
    return found;
}

std::vector<BoundNode> outline_of(const Plan& plan) {
    std::vector<BoundNode> nodes;
    for (const PlanNode& node : plan.nodes) {
        nodes.push_back(node.bound);
        nodes.back().stage.op = nullptr;
    }
    return nodes;
}

RowPlaces::RowPlaces(const Plan& plan) {
    for (const PlanNode& node : plan.nodes) {
        if (node.source == nullptr) continue;
        const std::uint32_t number = node.bound.source.source;
        if (number >= sources_.size()) sources_.resize(number + 1);
        sources_[number] = node.source.get();
    }
}

RowPlace RowPlaces::of(RowOrigin origin) const {
    if (origin.source >= sources_.size() || sources_[origin.source] == nullptr) return {};
    return {sources_[origin.source]->file_name(origin.file), origin.line};
}

}  // namespace etl
