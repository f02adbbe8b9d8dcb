#include <algorithm>

#include "lang/bind/expression.hpp"
#include "lang/parser.hpp"

namespace etl::bind {

namespace {

std::vector<std::string> own_names(const Schema& schema) {
    std::vector<std::string> names;
    for (const Field& field : schema.fields)
        if (field.qualifier.empty()) names.push_back(field.name);
    return names;
}

std::vector<std::string> names_of(const Schema& schema, std::string_view qualifier) {
    std::vector<std::string> names;
    for (const Field& field : schema.fields)
        if (field.qualifier == qualifier) names.push_back(field.name);
    return names;
}

std::vector<std::string> near(std::string_view name, const std::vector<std::string>& candidates) {
    std::string found = did_you_mean(name, candidates);
    return found.empty() ? std::vector<std::string>() : std::vector<std::string>{std::move(found)};
}

struct MetaName {
    std::string_view name;
    MetaField field;
    TypeKind type;
};
constexpr MetaName kMeta[] = {{"file", MetaField::file, TypeKind::text},
                              {"line", MetaField::line, TypeKind::integer},
                              {"run", MetaField::run, TypeKind::text},
                              {"time", MetaField::time, TypeKind::timestamp}};

}  // namespace

ExprPtr ExpressionBinder::reference(const ast::Name& name) {
    if (scope_.formals != nullptr) {
        const auto formal = scope_.formals->find(name.text);
        if (formal != scope_.formals->end()) return formal->second;
        std::vector<std::string> formals;
        for (const auto& [each, value] : *scope_.formals) formals.push_back(each);
        return error("E203", name.span, "unknown parameter `" + name.text + "`",
                     "a function sees its parameters only: " + list_names(formals), near(name.text, formals));
    }
    return column(name, {});
}

/// A column of the scope; its type is not null where that is proven.
ExprPtr ExpressionBinder::column(const ast::Name& name, std::string_view qualifier) {
    if (name.is_param)
        return error("E226", name.span, "`$" + name.text + "` cannot stand for a column", "a column's name");
    if (scope_.aggregates != nullptr) return key_column(name, qualifier);
    if (scope_.schema == nullptr)
        return error("E213", name.span, "`" + name.text + "` cannot be read here",
                     scope_.no_columns.empty() ? "no column is visible" : scope_.no_columns, {"a param is `$name`"});
    const auto number = scope_.schema->find(name.text, qualifier);
    if (!number) return qualifier.empty() ? unknown_column(name) : nullptr;
    if (scope_.schema->fields[*number].type == nullptr) return nullptr;
    ExprPtr found = column_expr(*scope_.schema, *number, name.span);
    if (!found->type->nullable || !std::binary_search(scope_.not_null.begin(), scope_.not_null.end(), *number))
        return found;
    auto narrowed = std::make_shared<BoundExpr>(*found);
    narrowed->type = with_nullable(narrowed->type, false);
    return narrowed;
}

ExprPtr ExpressionBinder::key_column(const ast::Name& name, std::string_view qualifier) {
    const AggregateScope& aggregates = *scope_.aggregates;
    const Scope& input = *aggregates.input;
    for (std::uint32_t key = 0; key < aggregates.keys && qualifier.empty(); ++key)
        if (const Field& field = aggregates.columns.fields[key]; field.name == name.text)
            return field.type == nullptr ? nullptr : column_expr(aggregates.columns, key, name.span);
    const bool is_column = input.schema != nullptr && input.schema->find(name.text, qualifier).has_value();
    if (!is_column && qualifier.empty() &&
        std::find(scope_.new_names.begin(), scope_.new_names.end(), name.text) != scope_.new_names.end())
        return error("E211", name.span, "`" + name.text + "` is new in this block",
                     "the right sides see the incoming rows only",
                     {"put what uses `" + name.text + "` into a `set` behind the group"});
    if (!is_column) {
        const Scope saved = scope_;
        scope_ = input;
        scope_.new_names = saved.new_names;
        ExprPtr reported = qualifier.empty() ? unknown_column(name) : nullptr;
        scope_ = saved;
        return reported;
    }
    return error("E214", name.span, "`" + name.text + "` is neither a key nor within an aggregate",
                 "a group has many values of it",
                 {"add it to `by`, or write an aggregate: first(" + name.text + "), max(" + name.text + ")"});
}

ExprPtr ExpressionBinder::unknown_column(const ast::Name& name) {
    if (scope_.open) return nullptr;
    if (std::find(scope_.new_names.begin(), scope_.new_names.end(), name.text) != scope_.new_names.end())
        return error("E211", name.span, "`" + name.text + "` is new in this block",
                     "the right sides see the incoming row only",
                     {"put `" + name.text + " = ...` into a `set` before"});
    if (is_qualifier(name.text))
        return error("E203", name.span, "`" + name.text + "` is a joined flow, not a column",
                     "it has " + list_names(names_of(*scope_.schema, name.text)),
                     {"write `" + name.text + ".` and a column"});
    std::vector<std::string> notes = near(name.text, own_names(*scope_.schema));
    if (notes.empty() && !did_you_mean(name.text, scope_.new_names).empty())
        notes = {did_you_mean(name.text, scope_.new_names) + " It is new in this block: put it into a `set` before"};
    for (const Field& field : scope_.schema->fields)
        if (field.name == name.text && !field.qualifier.empty())
            notes = {"write `" + field.qualifier + "." + field.name + "`"};
    if (std::string small = small_letters_hint(name.text); !small.empty()) notes = {std::move(small)};
    if (notes.empty() && (knows_function(name.text) || is_aggregate(name.text)))
        notes = {"`" + name.text + "` is a function: its arguments stand in brackets right behind it"};
    return error("E203", name.span, "unknown column `" + name.text + "`",
                 (scope_.alias.empty() ? "the stage before has " : "`" + scope_.alias + "` has ") +
                     list_names(scope_.schema->names()),
                 std::move(notes));
}

bool ExpressionBinder::is_qualifier(std::string_view name) const {
    const Schema* schema = scope_.aggregates != nullptr ? scope_.aggregates->input->schema : scope_.schema;
    return schema != nullptr && std::any_of(schema->fields.begin(), schema->fields.end(),
                                            [&](const Field& field) { return field.qualifier == name; });
}

ExprPtr ExpressionBinder::qualified(const ast::Name& qualifier, const ast::Name& name) {
    const Schema& schema = *(scope_.aggregates != nullptr ? scope_.aggregates->input->schema : scope_.schema);
    if (schema.find(name.text, qualifier.text)) return column(name, qualifier.text);
    if (scope_.open) return nullptr;
    const std::vector<std::string> names = names_of(schema, qualifier.text);
    return error("E203", name.span, "unknown column `" + name.text + "` of `" + qualifier.text + "`",
                 "`" + qualifier.text + "` has " + list_names(names), near(name.text, names));
}

ExprPtr ExpressionBinder::member(const ast::Member& member, SourceSpan span) {
    const auto* object = member.object->as<ast::Reference>();
    if (object != nullptr && scope_.formals == nullptr) {
        const std::string& name = object->name.text;
        if (!scope_.alias.empty() && name == scope_.alias && !scope_.schema->find(name)) return column(member.name, {});
        if (is_qualifier(name)) {
            ExprPtr found = qualified(object->name, member.name);
            if (found == nullptr) return nullptr;
            auto spanned = std::make_shared<BoundExpr>(*found);
            spanned->span = span;
            return spanned;
        }
        const bool has_column = scope_.schema != nullptr && scope_.schema->find(name).has_value();
        if (name == "meta" && !has_column) return meta(member.name, span);
    }
    return field(bind(*member.object), member.name, span);
}

ExprPtr ExpressionBinder::field(ExprPtr object, const ast::Name& name, SourceSpan span) {
    if (object == nullptr) return nullptr;
    if (!object->type->is(TypeKind::record))
        return error("E223", name.span, "`." + name.text + "` needs a record or a function",
                     "before it stands " + to_string(object->type),
                     {"a function is called with brackets: `." + name.text + "()`"});
    std::vector<std::string> names;
    for (std::uint32_t i = 0; i < object->type->fields.size(); ++i) {
        const RecordField& each = object->type->fields[i];
        names.push_back(each.name);
        if (each.name != name.text) continue;
        auto made = std::make_shared<BoundExpr>();
        made->kind = ExprKind::field;
        made->type = with_nullable(each.type, each.type->nullable || object->type->nullable);
        made->span = span;
        made->column = i;
        made->name = object->name.empty() ? name.text : object->name + "." + name.text;
        made->is_private = object->is_private;
        made->args = {std::move(object)};
        return made;
    }
    return error("E203", name.span, "unknown field `" + name.text + "`", "the record has " + list_names(names),
                 near(name.text, names));
}

ExprPtr ExpressionBinder::meta(const ast::Name& name, SourceSpan span) {
    const Scope& scope = scope_.aggregates != nullptr ? *scope_.aggregates->input : scope_;
    if (scope.schema == nullptr)
        return error("E213", span, "`meta." + name.text + "` cannot be read here",
                     scope.no_columns.empty() ? "no row is visible" : scope.no_columns);
    std::vector<std::string> names;
    for (const MetaName& each : kMeta) {
        names.emplace_back(each.name);
        if (each.name != name.text) continue;
        const bool of_run = each.field == MetaField::run || each.field == MetaField::time;
        if (scope_.aggregates != nullptr && !of_run)
            return error("E214", span, "`meta." + name.text + "` is neither a key nor within an aggregate",
                         "a group has many values of it", {"write an aggregate: min(meta." + name.text + ")"});
        if (!scope.has_meta && !of_run && !scope.open)
            return error("E220", span, "`meta." + name.text + "` is not known here", scope.no_meta,
                         {"keep it in a column before: `set { " + name.text + " = meta." + name.text + " }`"});
        auto made = std::make_shared<BoundExpr>();
        made->kind = ExprKind::meta;
        made->meta = each.field;
        made->type = simple_type(each.type);
        made->span = span;
        made->name = "meta." + name.text;
        return made;
    }
    return error("E203", name.span, "unknown `meta." + name.text + "`", "there are " + list_names(names),
                 near(name.text, names));
}

ExprPtr ExpressionBinder::path(const ast::Path& path) {
    const ast::Name& first = path.names.front();
    ExprPtr value;
    std::size_t next = 1;
    if (path.names.size() > 1 && !scope_.alias.empty() && first.text == scope_.alias &&
        !scope_.schema->find(first.text)) {
        value = column(path.names[1], {});
        next = 2;
    } else if (path.names.size() > 1 && is_qualifier(first.text)) {
        value = qualified(first, path.names[1]);
        next = 2;
    } else if (path.names.size() > 1 && first.text == "meta" &&
               !(scope_.schema != nullptr && scope_.schema->find("meta").has_value())) {
        value = meta(path.names[1], path.span);
        next = 2;
    } else {
        value = reference(first);
    }
    for (; next < path.names.size() && value != nullptr; ++next) {
        const SourceSpan span{path.span.file, path.span.begin, path.names[next].span.end};
        value = field(std::move(value), path.names[next], span);
    }
    return value;
}

}  // namespace etl::bind
