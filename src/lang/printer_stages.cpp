#include "lang/printer_tree.hpp"

namespace etl {

namespace {

/// The parts in braces begin on the line of what stands before them, wherever the source has them.
bool is_block(PartKind kind) {
    switch (kind) {
        case PartKind::assigns:
        case PartKind::map_items:
        case PartKind::columns:
        case PartKind::clean_rules:
        case PartKind::checks:
        case PartKind::branches: return true;
        default: return false;
    }
}

/// Where the value of a part begins in the source.
template <typename Held>
std::uint32_t begin_of(const Held& held) {
    if constexpr (requires { held.span; })
        return held.span.begin;
    else if constexpr (requires { held->span; })
        return held->span.begin;
    else if constexpr (requires { held.front().span; })
        return held.front().span.begin;
    else
        return 0;
}

bool has_several_items(const ast::StagePartValue& value) {
    return std::visit(
        [](const auto& held) {
            if constexpr (requires { held.items.size(); })
                return held.items.size() > 1;
            else
                return false;
        },
        value.value);
}

}  // namespace

void TreePrinter::type(const ast::Type& type) {
    name(type.name);
    if (!type.element.empty()) {
        writer_.put("<");
        writer_.tight(type.element.front().span.begin);
        this->type(type.element.front());
        writer_.tight(type.span.end);
        writer_.put(">");
    } else if (type.precision) {
        writer_.put("(");
        writer_.tight(type.precision->span.begin);
        literal(*type.precision);
        writer_.put(",");
        writer_.space(type.scale->span.begin);
        literal(*type.scale);
        writer_.tight(type.span.end);
        writer_.put(")");
    } else if (type.columns.span.end > 0) {
        writer_.space(type.columns.span.begin);
        columns(type.columns);
    } else if (type.choices_span.end > 0) {
        arguments(type.choices, type.choices_span);
    }
    if (type.nullable) writer_.put("?");
}

void TreePrinter::column(const ast::Column& column) {
    const bool on_line = aligner_ != nullptr;
    name(column.name);
    writer_.put(":");
    mark();
    writer_.space(column.type.span.begin);
    type(column.type);
    bool is_first = true;
    const auto next = [&] {
        if (is_first && on_line) mark();
        is_first = false;
        writer_.put(on_line ? "  " : " ");
    };
    if (column.from) {
        next();
        writer_.put("from ");
        literal(*column.from);
        if (on_line && (!column.formats.empty() || column.is_key || column.is_private)) mark();
    }
    if (column.formats_listed) {
        next();
        sequence("[", column.formats, "]", column.formats_span, [&](const ast::Literal& format) { literal(format); });
    } else if (!column.formats.empty()) {
        next();
        literal(column.formats.front());
    }
    if (column.is_key) {
        next();
        writer_.put("key");
    }
    if (column.is_private) {
        next();
        writer_.put("private");
    }
}

void TreePrinter::columns(const ast::Block<ast::Column>& columns) {
    block(columns, [&](const ast::Column& one) { column(one); });
}

/// Whether the stages stand on lines of their own.
bool TreePrinter::on_lines(const std::vector<ast::Stage>& stages, std::uint32_t before) const {
    return !stages.empty() && writer_.has_line_end(before, stages.back().span.end);
}

void TreePrinter::chain(const ast::Chain& chain) {
    writer_.put("from");
    writer_.space(chain.from.span.begin);
    name(chain.from);
    stages(chain.stages, chain.from.span.end);
}

void TreePrinter::stages(const std::vector<ast::Stage>& stages, std::uint32_t before) {
    const PrintWriter::Place place = writer_.place();
    if (!on_lines(stages, before)) {
        for (const ast::Stage& one : stages) {
            writer_.put(" | ");
            stage(one);
        }
        const bool breaks = writer_.breaks_since(place);
        if (!breaks && !writer_.has_long_line(place.size)) return;
        writer_.go_back(place);
    }
    for (const ast::Stage& one : stages) {
        writer_.break_item(before, one.span.begin, 0, false);
        writer_.set_continuation(kIndent);
        writer_.put("| ");
        fitting([&] { stage(one); });
        before = one.span.end;
    }
}

void TreePrinter::stage(const ast::Stage& stage) {
    if (stage.is_broken) return writer_.put_source(stage.span);
    name(stage.word);
    if (stage.is_call) arguments(stage.arguments, stage.arguments_span);
    std::uint32_t before = stage.word.span.end;
    bool is_first = true;
    for (std::size_t i = 0; i < stage.parts.size(); ++i) {
        const ast::StagePartValue& value = stage.parts[i];
        if (!value.given) continue;
        // What stands right behind the word stays on its line.
        if (!is_first && !is_block(stage.spec->parts[i].kind) && stage.spec->parts[i].kind != PartKind::type)
            writer_.gap(before, value.span.begin);
        else if (stage.spec->parts[i].kind != PartKind::type)
            writer_.space(value.span.begin);
        is_first = false;
        part(value, stage.spec->parts[i]);
        before = value.span.end;
    }
}

void TreePrinter::part(const ast::StagePartValue& value, const StagePart& spec) {
    if (spec.kind == PartKind::type) {
        writer_.put(": ");
        type(std::get<ast::Type>(value.value));
        return;
    }
    const std::string_view word = spec.kind == PartKind::word ? "" : spec.kind == PartKind::keep ? "keep" : spec.word;
    if (!word.empty()) {
        writer_.put(word);
        writer_.space(std::visit([](const auto& held) { return begin_of(held); }, value.value));
    }
    const bool is_braced = is_block(spec.kind);
    const PrintWriter::Place place = writer_.place();
    breaks_block_ = is_braced && is_too_long_;
    part_value(value);
    // Several items of which one goes over lines are easier to read on a line each.
    if (is_braced && !breaks_block_ && has_several_items(value) && writer_.breaks_since(place)) {
        writer_.go_back(place);
        breaks_block_ = true;
        part_value(value);
    }
    breaks_block_ = false;
}

void TreePrinter::part_value(const ast::StagePartValue& value) {
    const auto print = [&](const auto& held) {
        using Held = std::decay_t<decltype(held)>;
        if constexpr (std::is_same_v<Held, ast::Name>)
            name(held);
        else if constexpr (std::is_same_v<Held, ast::Path>)
            path(held);
        else if constexpr (std::is_same_v<Held, ast::Paths>)
            paths(held);
        else if constexpr (std::is_same_v<Held, ast::Selector>)
            selector(held);
        else if constexpr (std::is_same_v<Held, ast::ExprPtr>)
            expr(held);
        else if constexpr (std::is_same_v<Held, std::vector<ast::SortKey>>)
            comma_list(held, [&](const ast::SortKey& key) { sort_key(key); });
        else if constexpr (std::is_same_v<Held, std::vector<ast::Item>>)
            comma_list(held, [&](const ast::Item& one) { item(one); });
        else if constexpr (std::is_same_v<Held, std::vector<ast::Pair>>)
            comma_list(held, [&](const ast::Pair& pair) {
                path(pair.from);
                writer_.put(" ->");
                writer_.gap(pair.from.span.end, pair.to.span.begin);
                name(pair.to);
            });
        else if constexpr (std::is_same_v<Held, ast::Block<ast::Assign>>)
            assigns(held);
        else if constexpr (std::is_same_v<Held, ast::Block<ast::Item>>)
            block(held, [&](const ast::Item& one) { item(one); });
        else if constexpr (std::is_same_v<Held, ast::Block<ast::Column>>)
            columns(held);
        else if constexpr (std::is_same_v<Held, ast::Block<ast::CleanItem>>)
            block(held, [&](const ast::CleanItem& one) { clean_item(one); });
        else if constexpr (std::is_same_v<Held, ast::Block<ast::Check>>)
            block(held, [&](const ast::Check& one) { check(one); });
        else if constexpr (std::is_same_v<Held, ast::Block<ast::Branch>>)
            block(held, [&](const ast::Branch& one) { branch(one); });
        else if constexpr (std::is_same_v<Held, ast::Literal>)
            literal(held);
        else if constexpr (std::is_same_v<Held, ast::Mode>)
            mode(held);
        else if constexpr (std::is_same_v<Held, ast::Keep>) {
            writer_.put(held.latest ? "latest" : "earliest");
            writer_.gap(held.word_span.end, held.value->span.begin);
            expr(held.value);
        } else if constexpr (std::is_same_v<Held, ast::Names>) {
            value.is_listed ? listed_names(held) : names(held);
        }
    };
    std::visit(print, value.value);
}

void TreePrinter::selector(const ast::Selector& selector) {
    if (selector.kind == ast::Selector::Kind::pattern) return literal(*selector.pattern);
    if (selector.kind == ast::Selector::Kind::names)
        return selector.parenthesized ? listed_names(selector.names) : names(selector.names);
    writer_.put("all");
    if (selector.type) {
        writer_.put(" ");
        name(*selector.type);
    }
    if (selector.except.empty()) return;
    writer_.put(" except ");
    listed_names(selector.except);
}

void TreePrinter::item(const ast::Item& item) {
    if (item.kind == ast::Item::Kind::path) return path(item.path);
    if (item.kind == ast::Item::Kind::star) {
        writer_.put("*");
        if (item.except.empty()) return;
        writer_.put(" except ");
        return listed_names(item.except);
    }
    name(item.name);
    mark();
    writer_.put(" =");
    writer_.gap(item.name.span.end, item.value->span.begin);
    expr(item.value);
}

void TreePrinter::clean_item(const ast::CleanItem& item) {
    selector(item.selector);
    writer_.put(":");
    mark();
    writer_.gap(item.selector.span.end, item.rules.front().span.begin);
    comma_list(item.rules, [&](const ast::CleanRule& rule) {
        name(rule.name);
        if (rule.has_arguments) arguments(rule.arguments, rule.arguments_span);
    });
}

void TreePrinter::check(const ast::Check& check) {
    expr(check.condition);
    const bool breaks = writer_.has_line_end(check.condition->span.end, check.message->span.begin);
    if (!breaks) mark();
    writer_.gap(check.condition->span.end, check.message->span.begin, aligner_ == nullptr ? " " : "  ");
    writer_.put("else ");
    expr(check.message);
    if (!check.action) return;
    writer_.put(" ");
    name(*check.action);
}

void TreePrinter::branch(const ast::Branch& branch) {
    if (branch.condition == nullptr)
        writer_.put("else");
    else
        expr(branch.condition);
    mark();
    writer_.put(" ->");
    writer_.gap(branch.condition == nullptr ? branch.span.begin : branch.condition->span.end, branch.target.span.begin);
    name(branch.target);
}

void TreePrinter::sort_key(const ast::SortKey& key) {
    expr(key.value);
    if (key.direction) {
        writer_.put(" ");
        name(*key.direction);
    }
    if (key.nulls) {
        writer_.put(" nulls ");
        name(*key.nulls);
    }
}

void TreePrinter::mode(const ast::Mode& mode) {
    writer_.put_source(mode.word_span);
    std::uint32_t before = mode.word_span.end;
    if (mode.always) writer_.put(" always");
    if (!mode.keys.empty()) {
        writer_.gap(before, mode.keys.front().span.begin);
        writer_.put("by");
        writer_.space(mode.keys.front().span.begin);
        names(mode.keys);
        before = mode.keys.back().span.end;
    }
    const auto clause = [&](std::string_view words, const ast::ExprPtr& value) {
        if (value == nullptr) return;
        writer_.gap(before, value->span.begin);
        writer_.put(words);
        writer_.space(value->span.begin);
        expr(value);
    };
    clause("where", mode.where);
    clause("delete when", mode.delete_when);
    if (!mode.at) return;
    writer_.gap(before, mode.at->span.begin);
    writer_.put("at");
    writer_.space(mode.at->span.begin);
    path(*mode.at);
}

}  // namespace etl
