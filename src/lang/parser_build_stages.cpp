#include "lang/parser_build.hpp"

namespace etl {

namespace {

/// The spelling of a name's first use, without quotes.
std::string_view word_at(std::string_view text, std::uint32_t begin) {
    std::size_t end = begin;
    const auto is_word = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
    };
    while (end < text.size() && is_word(text[end])) ++end;
    return text.substr(begin, end - begin);
}

}  // namespace

ast::Chain TreeBuilder::chain(const Node& node) {
    ast::Chain chain;
    chain.from = name(node.children.front());
    chain.span = span(node);
    chain.stages = stages(node, 1);
    return chain;
}

std::vector<ast::Stage> TreeBuilder::stages(const Node& node, std::size_t first) {
    std::vector<ast::Stage> result;
    for (std::size_t i = first; i < node.children.size(); ++i) {
        const Node& child = node.children[i];
        result.push_back(child.kind == Kind::stage ? stage(child) : broken_stage(child));
    }
    return result;
}

ast::Stage TreeBuilder::broken_stage(const Node& node) const {
    ast::Stage stage;
    stage.span = span(node);
    stage.is_broken = true;
    stage.word.text = word_at(text_, node.begin);
    stage.word.span = {file_, node.begin, static_cast<std::uint32_t>(node.begin + stage.word.text.size())};
    return stage;
}

ast::Stage TreeBuilder::stage(const Node& node) {
    ast::Stage stage;
    stage.span = span(node);
    stage.word = name(node.children.front());
    if (node.children.size() > 1 && node.children[1].kind == Kind::broken) return broken_stage(node);
    stage.spec = stages_.find(text(node.children.front()));
    if (stage.spec == nullptr) {
        stage.is_call = true;
        stage.arguments = arguments(node.children[1]);
        stage.arguments_span = span(node.children[1]);
        return stage;
    }
    stage.parts.resize(stage.spec->parts.size());
    for (const Node& child : node.children) {
        if (child.kind != Kind::part) continue;
        const StagePart& spec = stage.spec->parts[child.number];
        stage.parts[child.number] = part(child, spec.kind, spec.repeated);
    }
    return stage;
}

ast::StagePartValue TreeBuilder::part(const Node& node, PartKind kind, bool repeated) {
    ast::StagePartValue part;
    part.given = true;
    part.span = span(node);
    if (node.children.front().kind == Kind::part_word) part.word_span = span(node.children.front());
    part_value(node.children.back(), kind, repeated, part);
    return part;
}

void TreeBuilder::part_value(const Node& value, PartKind kind, bool repeated, ast::StagePartValue& part) {
    switch (kind) {
        case PartKind::word: part.value = ast::Name{std::string(text(value)), span(value), false}; break;
        case PartKind::name:
            if (repeated)
                part.value = names(value);
            else
                part.value = name(value);
            break;
        case PartKind::name_list:
            part.value = names(value);
            part.is_listed = true;
            break;
        case PartKind::path:
            if (repeated)
                part.value = paths(value);
            else
                part.value = path(value);
            break;
        case PartKind::paths: part.value = paths(value); break;
        case PartKind::pick: part.value = selector(value); break;
        case PartKind::expr:
        case PartKind::address:
        case PartKind::list: part.value = expression(value); break;
        case PartKind::sort_keys: {
            std::vector<ast::SortKey> keys;
            for (const Node& key : value.children) keys.push_back(sort_key(key));
            part.value = std::move(keys);
            break;
        }
        case PartKind::group_keys: {
            std::vector<ast::Item> keys;
            for (const Node& key : value.children) keys.push_back(item(key));
            part.value = std::move(keys);
            break;
        }
        case PartKind::pairs: {
            std::vector<ast::Pair> pairs;
            for (const Node& pair : value.children)
                pairs.push_back({path(pair.children[0]), name(pair.children[1]), span(pair)});
            part.value = std::move(pairs);
            break;
        }
        case PartKind::assigns: part.value = assigns(value); break;
        case PartKind::map_items:
            part.value = block<ast::Item>(value, [&](const Node& child) { return item(child); });
            break;
        case PartKind::columns: part.value = columns(value); break;
        case PartKind::clean_rules:
            part.value = block<ast::CleanItem>(value, [&](const Node& child) { return clean_item(child); });
            break;
        case PartKind::checks:
            part.value = block<ast::Check>(value, [&](const Node& child) { return check(child); });
            break;
        case PartKind::branches:
            part.value = block<ast::Branch>(value, [&](const Node& child) { return branch(child); });
            break;
        case PartKind::type: part.value = type(value); break;
        case PartKind::share:
        case PartKind::literal: part.value = literal(value); break;
        case PartKind::mode: part.value = mode(value); break;
        case PartKind::keep: part.value = keep(value); break;
    }
}

ast::Selector TreeBuilder::selector(const Node& node) {
    ast::Selector result;
    result.span = span(node);
    switch (node.kind) {
        case Kind::selector_all:
            result.kind = ast::Selector::Kind::all;
            for (const Node& child : node.children) {
                if (child.kind == Kind::selector_type)
                    result.type = ast::Name{std::string(text(child)), span(child), false};
                else
                    result.except = names(child.children.front());
            }
            break;
        case Kind::name_list:
            result.parenthesized = true;
            result.names = names(node);
            break;
        case Kind::selector_names: result.names = names(node); break;
        case Kind::name: result.names.push_back(name(node)); break;
        default: result.kind = ast::Selector::Kind::pattern; result.pattern = literal(node);
    }
    return result;
}

ast::Item TreeBuilder::item(const Node& node) {
    ast::Item item;
    item.span = span(node);
    if (node.kind == Kind::assign) {
        item.name = name(node.children.front());
        item.value = value_in(node);
    } else if (node.kind == Kind::path) {
        item.kind = ast::Item::Kind::path;
        item.path = path(node);
    } else {
        item.kind = ast::Item::Kind::star;
        if (!node.children.empty()) item.except = names(node.children.front().children.front());
    }
    return item;
}

ast::CleanItem TreeBuilder::clean_item(const Node& node) {
    ast::CleanItem item;
    item.span = span(node);
    item.selector = selector(node.children.front());
    for (std::size_t i = 1; i < node.children.size(); ++i) {
        const Node& child = node.children[i];
        ast::CleanRule rule;
        rule.span = span(child);
        rule.name = name(child.children.front());
        rule.has_arguments = child.children.size() > 1;
        if (rule.has_arguments) {
            rule.arguments = arguments(child.children[1]);
            rule.arguments_span = span(child.children[1]);
        }
        item.rules.push_back(std::move(rule));
    }
    return item;
}

ast::Check TreeBuilder::check(const Node& node) {
    ast::Check check;
    check.span = span(node);
    check.condition = expression(node.children[0]);
    check.message = expression(node.children[1]);
    if (node.children.size() > 2) check.action = name(node.children[2]);
    return check;
}

ast::Branch TreeBuilder::branch(const Node& node) {
    ast::Branch branch;
    branch.span = span(node);
    if (node.children[0].kind != Kind::else_arm) branch.condition = expression(node.children[0]);
    branch.target = name(node.children[1]);
    return branch;
}

ast::SortKey TreeBuilder::sort_key(const Node& node) {
    ast::SortKey key;
    key.span = span(node);
    key.value = expression(node.children[0]);
    for (std::size_t i = 1; i < node.children.size(); ++i) {
        const std::string_view word = text(node.children[i]);
        (word == "asc" || word == "desc" ? key.direction : key.nulls) = name(node.children[i]);
    }
    return key;
}

ast::Mode TreeBuilder::mode(const Node& node) {
    using ModeKind = ast::Mode::Kind;
    ast::Mode mode;
    mode.span = span(node);
    mode.word_span = span(node.children.front());
    const std::string_view word = text(node.children.front());
    mode.kind = word == "append"    ? ModeKind::append
                : word == "replace" ? ModeKind::replace
                : word == "upsert"  ? ModeKind::upsert
                : word == "update"  ? ModeKind::update
                : word == "delete"  ? ModeKind::remove
                                    : ModeKind::history;
    for (std::size_t i = 1; i < node.children.size(); ++i) {
        const Node& child = node.children[i];
        if (child.kind == Kind::word)
            mode.always = true;
        else if (child.kind == Kind::name)
            mode.keys.push_back(name(child));
        else if (child.kind == Kind::mode_where)
            mode.where = value_in(child);
        else if (child.kind == Kind::mode_delete_when)
            mode.delete_when = value_in(child);
        else
            mode.at = path(child.children.front());
    }
    return mode;
}

ast::Keep TreeBuilder::keep(const Node& node) {
    ast::Keep keep;
    keep.span = span(node);
    keep.word_span = span(node.children.front());
    keep.latest = text(node.children.front()) == "latest";
    keep.value = value_in(node);
    return keep;
}

}  // namespace etl
