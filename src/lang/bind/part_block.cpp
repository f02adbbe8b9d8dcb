#include <algorithm>
#include <utility>

#include "lang/bind/expression.hpp"
#include "lang/bind/stage.hpp"

namespace etl::bind {

namespace {

std::vector<std::string> names_of(const ast::Block<ast::Assign>& block) {
    std::vector<std::string> names;
    for (const ast::Assign& assign : block.items) names.push_back(assign.name.text);
    return names;
}

bool has_name(const std::vector<BoundAssign>& assigns, const std::string& name) {
    return std::any_of(assigns.begin(), assigns.end(), [&](const BoundAssign& each) { return each.name == name; });
}

/// A value without a type of its own, the literal null, makes no column.
ExprPtr typed(StageWork& work, ExprPtr value, const std::string& name) {
    if (value == nullptr || !value->type->is(TypeKind::null)) return value;
    work.error("E205", value->span, "this null has no type", "of which type is `" + name + "`?",
               {"write a conversion: text(null)"});
    return nullptr;
}

/// Adds `name = value`, of which there is none yet.
void add_new(StageWork& work, std::vector<BoundAssign>& assigns, const std::string& name, SourceSpan span,
             ExprPtr value) {
    value = typed(work, std::move(value), name);
    if (value == nullptr) {
        work.unknown.push_back(name);
        value = work.stand_in(TypeKind::text, span);
    }
    assigns.push_back({name, span, std::move(value)});
}

/// The same; E217 for a name that is there.
void add_assign(StageWork& work, std::vector<BoundAssign>& assigns, const std::string& name, SourceSpan span,
                ExprPtr value) {
    if (!has_name(assigns, name)) return add_new(work, assigns, name, span, std::move(value));
    work.error("E217", span, "`" + name + "` stands twice in the block", "named before");
    work.failed = true;
}

bool is_plain(StageWork& work, const ast::Name& name) {
    if (!name.is_param) return true;
    work.error("E226", name.span, "`$" + name.text + "` cannot stand for a column", "a column's name is wanted");
    work.failed = true;
    return false;
}

}  // namespace

BoundPart bind_assigns(StageWork& work, const ast::Block<ast::Assign>& block) {
    Scope scope = work.scope(PartScope::input);
    scope.new_names = names_of(block);
    ExpressionBinder binder(work.context, std::move(scope));
    std::vector<BoundAssign> assigns;
    for (const ast::Assign& assign : block.items)
        if (is_plain(work, assign.name))
            add_assign(work, assigns, assign.name.text, assign.name.span, binder.bind(*assign.value));
    return assigns;
}

BoundPart bind_map_items(StageWork& work, const ast::Block<ast::Item>& block) {
    Scope scope = work.scope(PartScope::input);
    for (const ast::Item& item : block.items)
        if (item.kind == ast::Item::Kind::assign) scope.new_names.push_back(item.name.text);
    const Schema& schema = *work.inputs[0].schema;
    ExpressionBinder binder(work.context, std::move(scope));
    std::vector<BoundAssign> assigns;
    std::vector<std::uint32_t> starred;
    std::vector<bool> is_starred(schema.size());
    work.closes = true;
    for (const ast::Item& item : block.items) {
        if (item.kind != ast::Item::Kind::star) continue;
        if (work.streams[0].open) work.closes = false;
        std::vector<std::uint32_t> except;
        for (const ast::Name& name : item.except)
            if (const auto number = own_column(work, name); number) except.push_back(*number);
        for (std::uint32_t i = 0; i < schema.size(); ++i)
            if (!is_starred[i] && schema.fields[i].qualifier.empty() &&
                std::find(except.begin(), except.end(), i) == except.end()) {
                is_starred[i] = true;
                starred.push_back(i);
            }
    }
    bool is_star_taken = false;
    for (const ast::Item& item : block.items) {
        if (item.kind == ast::Item::Kind::star) {
            if (std::exchange(is_star_taken, true)) continue;
            for (const std::uint32_t number : starred) {
                const Field& field = schema.fields[number];
                const bool known = field.type != nullptr;
                add_new(work, assigns, field.name, item.span, known ? column_expr(schema, number, item.span) : nullptr);
            }
            continue;
        }
        const ast::Name& name = item.kind == ast::Item::Kind::path ? item.path.names.back() : item.name;
        if (!is_plain(work, name)) continue;
        ExprPtr value = item.kind == ast::Item::Kind::path ? binder.path(item.path) : binder.bind(*item.value);
        if (std::any_of(starred.begin(), starred.end(),
                        [&](std::uint32_t number) { return schema.fields[number].name == name.text; })) {
            work.error("E309", name.span, "`*` takes `" + name.text + "` already", "two columns would have this name",
                       {"write `set { " + name.text + " = ... }`, or `* except (" + name.text + ")`"});
            work.failed = true;
            continue;
        }
        add_assign(work, assigns, name.text, name.span, std::move(value));
    }
    if (assigns.empty()) work.hopeless = true;
    return assigns;
}

BoundPart bind_group_keys(StageWork& work, const std::vector<ast::Item>& keys) {
    ExpressionBinder binder(work.context, work.scope(PartScope::input));
    std::vector<BoundAssign> assigns;
    for (const ast::Item& key : keys) {
        const bool is_path = key.kind == ast::Item::Kind::path;
        const ast::Name& name = is_path ? key.path.names.back() : key.name;
        if (!is_plain(work, name)) continue;
        add_assign(work, assigns, name.text, name.span, is_path ? binder.path(key.path) : binder.bind(*key.value));
    }
    return assigns;
}

BoundPart bind_aggregates(StageWork& work, const ast::Block<ast::Assign>& block) {
    const Scope input = work.scope(PartScope::input);
    AggregateScope aggregates;
    aggregates.input = &input;
    std::vector<std::string> taken;
    for (std::size_t i = 0; i < work.parts.size(); ++i) {
        const auto* keys = std::get_if<std::vector<BoundAssign>>(&work.parts[i]);
        if (keys == nullptr || work.stage.spec->parts[i].kind != PartKind::group_keys) continue;
        for (const BoundAssign& key : *keys) {
            const bool known = std::find(work.unknown.begin(), work.unknown.end(), key.name) == work.unknown.end();
            aggregates.columns.fields.push_back(
                {key.name, known ? key.value->type : nullptr, {}, key.value->is_private});
            taken.push_back(key.name);
        }
    }
    aggregates.keys = aggregates.columns.size();
    Scope scope = input;
    scope.aggregates = &aggregates;
    scope.new_names = names_of(block);
    ExpressionBinder binder(work.context, std::move(scope));
    BoundAggregates bound;
    work.closes = true;
    for (const ast::Assign& assign : block.items) {
        if (!is_plain(work, assign.name)) continue;
        ExprPtr value = binder.bind(*assign.value);
        if (std::find(taken.begin(), taken.end(), assign.name.text) != taken.end()) {
            work.error("E217", assign.name.span, "`" + assign.name.text + "` is a key of the group",
                       "two columns would have this name", {"keys come out by themselves"});
            work.failed = true;
            continue;
        }
        add_assign(work, bound.results, assign.name.text, assign.name.span, std::move(value));
    }
    bound.aggregates = std::move(aggregates.aggregates);
    return bound;
}

}  // namespace etl::bind
