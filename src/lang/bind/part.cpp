#include <algorithm>

#include "expr/narrowing.hpp"
#include "lang/bind/expression.hpp"
#include "lang/bind/stage.hpp"
#include "lang/bind/type.hpp"

namespace etl::bind {

namespace {

template <typename Value>
const Value& get(const ast::StagePartValue& value) {
    return std::get<Value>(value.value);
}

/// A column of the scope by its path; -1 where it failed or is no column of its own.
std::int64_t column_number(StageWork& work, ExpressionBinder& binder, const ast::Path& path) {
    const ExprPtr bound = binder.path(path);
    if (bound == nullptr) return -1;
    if (bound->kind == ExprKind::column) return bound->column;
    const std::string& name = path.names.back().text;
    work.error("E230", path.span, "`" + name + "` is no column of its own", "a part of another value",
               {"put it into a column before: `set { " + name + " = " +
                std::string(work.context.texts.text(path.span)) + " }`"});
    return -1;
}

}  // namespace

BoundPart bind_names(StageWork& /*work*/, const ast::StagePartValue& value) {
    std::vector<BoundName> names;
    if (const auto* name = std::get_if<ast::Name>(&value.value)) names.push_back({name->text, name->span});
    if (const auto* several = std::get_if<ast::Names>(&value.value))
        for (const ast::Name& name : *several) names.push_back({name.text, name.span});
    if (const auto* paths = std::get_if<ast::Paths>(&value.value))
        for (const ast::Path& path : *paths) names.push_back({path.names.front().text, path.span});
    return names;
}

BoundPart bind_columns_named(StageWork& work, const StagePart& part, const ast::StagePartValue& value) {
    ExpressionBinder binder(work.context, work.scope(part.scope));
    std::vector<std::uint32_t> columns;
    const auto add = [&](const ast::Path& path) {
        const std::int64_t number = column_number(work, binder, path);
        if (number < 0)
            work.failed = true;
        else
            columns.push_back(static_cast<std::uint32_t>(number));
    };
    if (const auto* path = std::get_if<ast::Path>(&value.value)) add(*path);
    if (const auto* paths = std::get_if<ast::Paths>(&value.value))
        for (const ast::Path& path : *paths) add(path);
    if (columns.empty()) work.hopeless = true;
    return columns;
}

BoundPart bind_expression_part(StageWork& work, const StagePart& part, const ast::StagePartValue& value) {
    ExpressionBinder binder(work.context, work.scope(part.scope));
    if (const auto* literal = std::get_if<ast::Literal>(&value.value)) {
        ast::Expr expr;
        expr.span = literal->span;
        expr.node = *literal;
        ExprPtr bound = binder.bind(expr);
        return bound != nullptr ? bound : work.stand_in(TypeKind::null, literal->span);
    }
    const ast::Expr& expr = *get<ast::ExprPtr>(value);
    if (part.scope == PartScope::constant || part.kind == PartKind::list) {
        ExprPtr bound = binder.bind(expr);
        if (bound == nullptr) work.hopeless = true;
        return bound != nullptr ? bound : work.stand_in(TypeKind::null, expr.span);
    }
    ExprPtr condition = binder.condition(expr);
    if (condition == nullptr) return work.stand_in(TypeKind::boolean, expr.span);
    if (part.scope == PartScope::input) work.proven = proven_not_null(*condition);
    return condition;
}

BoundPart bind_sort_keys(StageWork& work, const StagePart& part, const std::vector<ast::SortKey>& keys) {
    ExpressionBinder binder(work.context, work.scope(part.scope));
    std::vector<BoundSortKey> bound;
    for (const ast::SortKey& key : keys) {
        BoundSortKey made;
        made.value = binder.bind(*key.value);
        if (made.value == nullptr) made.value = work.stand_in(TypeKind::text, key.span);
        made.descending = key.direction && key.direction->text == "desc";
        made.nulls_first = key.nulls && key.nulls->text == "first";
        bound.push_back(std::move(made));
    }
    return bound;
}

BoundPart bind_renames(StageWork& work, const std::vector<ast::Pair>& pairs) {
    ExpressionBinder binder(work.context, work.scope(PartScope::input));
    std::vector<BoundRename> renames;
    for (const ast::Pair& pair : pairs) {
        const std::int64_t number = column_number(work, binder, pair.from);
        if (number < 0) {
            work.failed = true;
            work.hopeless = true;  // the new name stands for a column that is not known
            continue;
        }
        const auto column = static_cast<std::uint32_t>(number);
        if (std::any_of(renames.begin(), renames.end(),
                        [&](const BoundRename& each) { return each.column == column; })) {
            work.error("E217", pair.from.span, "`" + pair.from.names.back().text + "` is renamed twice",
                       "named before");
            work.hopeless = true;
            continue;
        }
        renames.push_back({column, pair.to.text, pair.to.span});
    }
    return renames;
}

BoundPart bind_branches(StageWork& work, const ast::Block<ast::Branch>& block) {
    ExpressionBinder binder(work.context, work.scope(PartScope::input));
    std::vector<BoundBranch> branches;
    std::vector<std::string> ports;
    Narrowed narrowed(binder, nullptr, true);
    for (const ast::Branch& branch : block.items) {
        BoundBranch made;
        made.name = branch.target.text;
        made.span = branch.span;
        std::vector<std::uint32_t> proven = binder.scope().not_null;
        if (branch.condition != nullptr) {
            made.condition = binder.condition(*branch.condition);
            if (made.condition != nullptr) {
                const Narrowed within(binder, made.condition, true);
                proven = binder.scope().not_null;
            } else {
                made.condition = work.stand_in(TypeKind::boolean, branch.condition->span);
            }
            narrowed.add(made.condition, false);
        }
        if (made.name != "discard") {
            const auto known = std::find(ports.begin(), ports.end(), made.name);
            if (known == ports.end()) {
                ports.push_back(made.name);
                work.proven_by_port.push_back(std::move(proven));
            } else {
                std::vector<std::uint32_t>& both = work.proven_by_port[static_cast<std::size_t>(known - ports.begin())];
                std::erase_if(both, [&](std::uint32_t column) {
                    return !std::binary_search(proven.begin(), proven.end(), column);
                });
            }
        }
        branches.push_back(std::move(made));
    }
    return branches;
}

BoundPart bind_checks(StageWork& work, const ast::Block<ast::Check>& block) {
    ExpressionBinder binder(work.context, work.scope(PartScope::input));
    std::vector<BoundCheck> checks;
    for (const ast::Check& check : block.items) {
        BoundCheck made;
        made.span = check.condition->span;
        if (check.action && check.action->text == "warn") made.action = CheckAction::warn;
        if (check.action && check.action->text == "fail") made.action = CheckAction::fail;
        made.condition = binder.condition(*check.condition);
        made.message = binder.text(*check.message);
        if (made.condition != nullptr && made.condition->type->nullable)
            work.context.diagnostics.warning("W201", made.span, "this condition can be null, which counts as false",
                                             made.action == CheckAction::warn ? "a row for which it is null is counted"
                                                                              : "a row for which it is null is refused",
                                             {"say what a null means: `x is null or ...`, or `x is not null and ...`"});
        if (made.message != nullptr && made.message->is_private)
            work.error("E232", made.message->span, "a message cannot hold a private value",
                       "it would stand in the rejects",
                       {"leave the value out; the rejects tell the file and the line of the row"});
        if (made.condition == nullptr)
            made.condition = work.stand_in(TypeKind::boolean, check.span);
        else if (made.action != CheckAction::warn)
            for (const std::uint32_t column : proven_not_null(*made.condition)) work.proven.push_back(column);
        if (made.message == nullptr) made.message = work.stand_in(TypeKind::text, check.span);
        checks.push_back(std::move(made));
    }
    return checks;
}

BoundPart bind_casts(StageWork& work, const ast::Block<ast::Column>& block) {
    std::vector<BoundAssign> casts;
    for (const ast::Column& column : block.items) {
        if (column.from || column.is_key || column.is_private) {
            const SourceSpan span =
                column.from ? column.from->span : (column.is_key ? column.key_span : column.private_span);
            work.error("E331", span, "`cast` takes a type and formats only", "this belongs to a source's column",
                       {"leave it out"});
            work.failed = true;
        }
        const auto number = own_column(work, column.name);
        const DataType* type = bind_type(column.type, work.context.diagnostics);
        const bool twice = std::any_of(casts.begin(), casts.end(),
                                       [&](const BoundAssign& each) { return each.name == column.name.text; });
        if (twice) work.error("E217", column.name.span, "`" + column.name.text + "` is cast twice", "named before");
        if (!number || twice) {
            work.failed = true;
            continue;
        }
        const Schema& schema = *work.inputs[0].schema;
        std::vector<std::string> formats;
        for (const ast::Literal& format : column.formats) formats.push_back(format.text);
        ExprPtr value;
        if (type != nullptr && schema.fields[*number].type != nullptr) {
            const SourceSpan span = column.formats.empty() ? column.span : column.formats.front().span;
            value = convert(column_expr(schema, *number, column.name.span), type, formats, span, work.context.tables,
                            work.context.diagnostics);
        }
        if (value == nullptr) {
            work.unknown.push_back(column.name.text);
            value = work.stand_in(TypeKind::text, column.span);
        }
        casts.push_back({column.name.text, column.name.span, std::move(value)});
    }
    return casts;
}

void bind_part(StageWork& work, std::size_t number) {
    const StagePart& part = work.stage.spec->parts[number];
    const ast::StagePartValue& value = work.stage.parts[number];
    BoundPart& out = work.parts[number];
    if (!value.given) return;
    switch (part.kind) {
        case PartKind::word:
        case PartKind::name:
        case PartKind::name_list: out = bind_names(work, value); break;
        case PartKind::path:
        case PartKind::paths:
            out = part.role == PartRole::input ? bind_names(work, value) : bind_columns_named(work, part, value);
            break;
        case PartKind::pick: out = bind_pick(work, get<ast::Selector>(value)); break;
        case PartKind::expr:
        case PartKind::list:
        case PartKind::share:
        case PartKind::literal: out = bind_expression_part(work, part, value); break;
        case PartKind::sort_keys: out = bind_sort_keys(work, part, get<std::vector<ast::SortKey>>(value)); break;
        case PartKind::assigns:
            out = part.scope == PartScope::aggregate ? bind_aggregates(work, get<ast::Block<ast::Assign>>(value))
                                                     : bind_assigns(work, get<ast::Block<ast::Assign>>(value));
            break;
        case PartKind::map_items: out = bind_map_items(work, get<ast::Block<ast::Item>>(value)); break;
        case PartKind::group_keys: out = bind_group_keys(work, get<std::vector<ast::Item>>(value)); break;
        case PartKind::columns: out = bind_casts(work, get<ast::Block<ast::Column>>(value)); break;
        case PartKind::clean_rules: out = bind_clean_rules(work, get<ast::Block<ast::CleanItem>>(value)); break;
        case PartKind::checks: out = bind_checks(work, get<ast::Block<ast::Check>>(value)); break;
        case PartKind::branches: out = bind_branches(work, get<ast::Block<ast::Branch>>(value)); break;
        case PartKind::pairs: out = bind_renames(work, get<std::vector<ast::Pair>>(value)); break;
        case PartKind::keep: {
            const auto& keep = get<ast::Keep>(value);
            ExprPtr bound = ExpressionBinder(work.context, work.scope(part.scope)).bind(*keep.value);
            if (bound == nullptr) bound = work.stand_in(TypeKind::text, keep.span);
            out = BoundKeep{keep.latest, std::move(bound)};
            break;
        }
        case PartKind::type:
        case PartKind::address:
        case PartKind::mode: break;  // of `into`, which is bound as a target
    }
}

}  // namespace etl::bind
