#include <algorithm>
#include <cstring>

#include "data/gather.hpp"
#include "expr/node_evaluator.hpp"
#include "expr/row_origins.hpp"

// Nodes that make values of the batch's surroundings, records and lists.

namespace etl {

namespace {

Text copy_text(std::string_view text, Arena& arena) {
    auto* bytes = static_cast<char*>(arena.take(text.size()));
    if (!text.empty()) std::memcpy(bytes, text.data(), text.size());
    return make_text(bytes, text.size());
}

Column constant_of(const DataType* type, auto data, Arena& arena) {
    Value value;
    value.type = with_nullable(type, false);
    value.data = std::move(data);
    return constant_column(value, arena);
}

}  // namespace

Column NodeEvaluator::evaluate_meta(const BoundExpr& expr, Selection rows) {
    if (expr.meta == MetaField::run) return constant_of(expr.type, context_.run_id, arena_);
    if (expr.meta == MetaField::time) return constant_of(expr.type, context_.time_us, arena_);
    RowOrigins origins(*batch_);
    Column out;
    out.type = expr.type;
    if (expr.meta == MetaField::line) {
        auto* lines = arena_.array<std::int64_t>(batch_->rows);
        for_each_row(rows, [&](std::uint32_t row) { lines[row] = static_cast<std::int64_t>(origins.at(row).line); });
        out.values = lines;
        return out;
    }
    const auto name_of = [&](std::uint32_t source, std::uint32_t file) {
        return context_.file_name == nullptr ? std::string() : context_.file_name(context_.names, source, file);
    };
    if (batch_->row_origins == nullptr)
        return constant_of(expr.type, name_of(batch_->origin.source, batch_->origin.file), arena_);
    auto* names = arena_.array<Text>(batch_->rows);
    RowOrigin last;
    Text name;
    for_each_row(rows, [&](std::uint32_t row) {
        const RowOrigin origin = unpack_origin(batch_->row_origins[row]);
        if (name.data == nullptr || origin.file != last.file || origin.source != last.source)
            name = copy_text(name_of(origin.source, origin.file), arena_);
        last = origin;
        names[row] = name;
    });
    out.values = names;
    return out;
}

Column NodeEvaluator::evaluate_field(const BoundExpr& expr, Selection rows) {
    Column storage;
    const Column& record = argument(*expr.args[0], rows, storage);
    Column out = record.children[expr.column];
    out.type = expr.type;
    if (record.encoding == Encoding::constant) {
        if (!record.is_valid(0)) return null_column(with_nullable(expr.type, true), arena_);
        out.encoding = Encoding::constant;
        return out;
    }
    if (record.valid == nullptr) return out;
    auto* valid = arena_.array<std::uint64_t>(bitmap_words(batch_->rows));
    for (std::size_t i = 0; i < bitmap_words(batch_->rows); ++i)
        valid[i] = record.valid[i] & (out.valid == nullptr ? UINT64_MAX : out.valid[i]);
    out.valid = valid;
    return out;
}

Column NodeEvaluator::evaluate_record(const BoundExpr& expr, Selection rows) {
    Column out;
    out.type = expr.type;
    const std::uint32_t before = failed_count_;
    for (std::size_t i = 0; i < expr.args.size(); ++i) {
        Column field = flatten(evaluate(*expr.args[i], still_good(rows, before)), batch_->rows, arena_);
        field.type = expr.type->fields[i].type;
        out.children.push_back(std::move(field));
    }
    return out;
}

Column NodeEvaluator::evaluate_list(const BoundExpr& expr, Selection rows) {
    const std::uint32_t before = failed_count_;
    std::vector<Column> items;
    for (const ExprPtr& arg : expr.args) items.push_back(evaluate(*arg, still_good(rows, before)));
    rows = still_good(rows, before);

    auto* offsets = arena_.array<std::uint32_t>(std::size_t{batch_->rows} + 1);
    ColumnBuilder builder(expr.type->element, arena_.memory());
    std::uint32_t row = 0;
    const auto fill = [&](std::uint32_t until) {
        while (row < until) offsets[row++] = builder.size();
    };
    for_each_row(rows, [&](std::uint32_t selected) {
        fill(selected + 1);
        for (const Column& item : items) builder.append_row(item, selected);
    });
    fill(batch_->rows + 1);

    Column out;
    out.type = expr.type;
    out.values = offsets;
    std::vector<BufferRef> keep;
    out.children.push_back(builder.finish(keep));
    arena_.keep(std::move(keep));
    return out;
}

}  // namespace etl
