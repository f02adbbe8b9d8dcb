#include <algorithm>

#include "expr/regex.hpp"
#include "lang/bind/expression.hpp"
#include "lang/bind/stage.hpp"
#include "lang/bind/type.hpp"

namespace etl::bind {

std::optional<std::uint32_t> own_column(StageWork& work, const ast::Name& name) {
    if (name.is_param) {
        work.error("E226", name.span, "`$" + name.text + "` cannot stand for a column", "a column's name is wanted");
        work.failed = true;
        return std::nullopt;
    }
    const Schema& schema = *work.inputs[0].schema;
    if (const auto number = schema.find(name.text); number) return number;
    work.failed = true;
    if (work.streams[0].open) return std::nullopt;
    std::vector<std::string> own;
    std::vector<std::string> notes;
    for (const Field& field : schema.fields) {
        if (field.qualifier.empty()) own.push_back(field.name);
        if (!field.qualifier.empty() && (field.name == name.text || field.qualifier == name.text))
            notes = {"a column of a join is read only: name it before: `set { " + field.name + " = " + field.qualifier +
                     "." + field.name + " }`"};
    }
    if (std::string near = did_you_mean(name.text, own); notes.empty() && !near.empty())
        notes.push_back(std::move(near));
    work.error("E203", name.span, "unknown column `" + name.text + "`",
               "the stage before has " + list_names(schema.names()), std::move(notes));
    return std::nullopt;
}

namespace {

std::vector<std::uint32_t> all_of_type(StageWork& work, const ast::Selector& selector) {
    const Schema& schema = *work.inputs[0].schema;
    std::optional<TypeKind> kind;
    if (selector.type) {
        kind = kind_of_word(selector.type->text);
        if (!kind) {
            std::vector<std::string> notes = nearest_type(selector.type->text);
            work.error("E225", selector.type->span, "unknown type `" + selector.type->text + "`",
                       "there are " + list_types(), std::move(notes));
            work.failed = true;
            return {};
        }
    }
    std::vector<std::uint32_t> except;
    for (const ast::Name& name : selector.except)
        if (const auto number = own_column(work, name); number) except.push_back(*number);
    std::vector<std::uint32_t> columns;
    for (std::uint32_t i = 0; i < schema.size(); ++i) {
        const Field& field = schema.fields[i];
        if (!field.qualifier.empty() || std::find(except.begin(), except.end(), i) != except.end()) continue;
        if (!kind || (field.type != nullptr && field.type->is(*kind))) columns.push_back(i);
    }
    return columns;
}

std::vector<std::uint32_t> matching(StageWork& work, const ast::Literal& pattern) {
    std::string why;
    const auto regex = Regex::compile(pattern.text, why);
    if (!regex) {
        work.error("E332", pattern.span, "this is no pattern", why);
        work.failed = true;
        return {};
    }
    const Schema& schema = *work.inputs[0].schema;
    std::vector<std::uint32_t> columns;
    for (std::uint32_t i = 0; i < schema.size(); ++i)
        if (schema.fields[i].qualifier.empty() && regex->found_in(schema.fields[i].name)) columns.push_back(i);
    return columns;
}

}  // namespace

std::vector<std::uint32_t> selected_columns(StageWork& work, const ast::Selector& selector) {
    using Kind = ast::Selector::Kind;
    std::vector<std::uint32_t> columns;
    const std::size_t before = work.context.diagnostics.errors();
    if (selector.kind == Kind::names) {
        for (const ast::Name& name : selector.names)
            if (const auto number = own_column(work, name); number) columns.push_back(*number);
    } else if (selector.kind == Kind::all) {
        columns = all_of_type(work, selector);
    } else if (selector.pattern) {
        columns = matching(work, *selector.pattern);
    }
    if (columns.empty() && !work.failed && !work.streams[0].open && work.context.diagnostics.errors() == before)
        work.context.diagnostics.warning("W202", selector.span, "no column is meant by this",
                                         "the stage before has " + list_names(work.inputs[0].schema->names()));
    return columns;
}

BoundPart bind_pick(StageWork& work, const ast::Selector& selector) {
    std::vector<std::uint32_t> columns = selected_columns(work, selector);
    std::sort(columns.begin(), columns.end());
    columns.erase(std::unique(columns.begin(), columns.end()), columns.end());
    return columns;
}

}  // namespace etl::bind
