#include "lang/reference_stage.hpp"

namespace etl {

namespace {

std::string_view value_text(const StagePart& part) {
    switch (part.kind) {
        case PartKind::word: return "";
        case PartKind::name: return "NAME";
        case PartKind::name_list: return "(NAME, …)";
        case PartKind::path: return "COLUMN";
        case PartKind::paths: return "COLUMN, …";
        case PartKind::pick: return "SELECTOR";
        case PartKind::expr: return part.scope == PartScope::constant ? "NUMBER" : "CONDITION";
        case PartKind::sort_keys: return "EXPRESSION [desc] [nulls first], …";
        case PartKind::assigns:
            return part.scope == PartScope::aggregate  ? "{ NAME = AGGREGATE, … }"
                   : part.scope == PartScope::constant ? "{ OPTION = VALUE, … }"
                                                       : "{ NAME = EXPRESSION, … }";
        case PartKind::map_items: return "{ COLUMN, NAME = EXPRESSION, * [except (COLUMN, …)], … }";
        case PartKind::group_keys: return "COLUMN, NAME = EXPRESSION, …";
        case PartKind::columns: return "{ COLUMN: TYPE [\"FORMAT\"], … }";
        case PartKind::clean_rules: return "{ SELECTOR: RULE, RULE(ARGUMENT), … }";
        case PartKind::checks: return "{ CONDITION else \"MESSAGE\" [warn|reject|fail], … }";
        case PartKind::branches: return "{ CONDITION -> NAME, …, else -> NAME|discard }";
        case PartKind::pairs: return "COLUMN -> NAME, …";
        case PartKind::list: return "[VALUE, …]";
        case PartKind::type: return "TYPE";
        case PartKind::share: return "SHARE";
        case PartKind::literal: return "VALUE";
        case PartKind::address: return "TARGET";
        case PartKind::mode: return "MODE";
        case PartKind::keep: return "latest|earliest EXPRESSION";
    }
    return {};
}

std::string part_text(const StagePart& part) {
    std::string_view word = part.word;
    if (part.kind == PartKind::keep) word = "keep";
    if (part.kind == PartKind::type) word = ":";
    std::string text(word);
    const std::string_view value = value_text(part);
    if (!text.empty() && !value.empty()) text += ' ';
    text += value;
    if (part.repeated) text += ", …";
    return part.required ? text : "[" + text + "]";
}

/// What a word in capitals stands for, where that is more than its name says.
std::string_view legend(PartKind kind) {
    if (kind == PartKind::clean_rules)
        return "A SELECTOR is a name, `(a, b)`, `all`, `all text`, `all except (a, b)` or a pattern `r\"_date$\"`.";
    if (kind == PartKind::pick)
        return "A SELECTOR is `a, b`, `all text`, `all except (a, b)` or a pattern `r\"_date$\"`.";
    if (kind == PartKind::mode)
        return "A MODE is `append`, `append always`, `replace`, `replace where CONDITION`, or one of `replace by`, "
               "`upsert by`, `update by` and `delete by` with COLUMN, …";
    return {};
}

}  // namespace

std::string stage_syntax(const StageSpec& spec) {
    std::string text = "`| " + std::string(spec.name);
    for (const StagePart& part : spec.parts) text += " " + part_text(part);
    text += "`";
    for (const StagePart& part : spec.parts)
        if (const std::string_view meant = legend(part.kind); !meant.empty()) text += "\n\n" + std::string(meant);
    return text;
}

}  // namespace etl
