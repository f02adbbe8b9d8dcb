#include <algorithm>

#include "lang/parser_build.hpp"

namespace etl {

void TreeBuilder::error(const char* code, SourceSpan where, std::string message, std::string label,
                        std::vector<std::string> notes) {
    diagnostics_.error(code, where, std::move(message), std::move(label), std::move(notes));
}

const SyntaxNode* TreeBuilder::child(const Node& node, Kind kind) {
    const auto found =
        std::find_if(node.children.begin(), node.children.end(), [&](const Node& child) { return child.kind == kind; });
    return found == node.children.end() ? nullptr : &*found;
}

ast::Name TreeBuilder::name(const Node& node) const {
    std::string_view shown = text(node);
    const bool is_param = shown.starts_with('$');
    if (is_param) shown.remove_prefix(1);
    if (shown.starts_with('`')) shown = shown.substr(1, shown.size() - 2);
    return {std::string(shown), span(node), is_param};
}

ast::Names TreeBuilder::names(const Node& node) const {
    ast::Names result;
    for (const Node& child : node.children)
        if (child.kind == Kind::name) result.push_back(name(child));
    return result;
}

ast::Path TreeBuilder::path(const Node& node) const { return {names(node), span(node)}; }

ast::Paths TreeBuilder::paths(const Node& node) const {
    ast::Paths result;
    for (const Node& child : node.children) result.push_back(path(child));
    return result;
}

ast::Type TreeBuilder::type(const Node& node) {
    ast::Type type;
    type.span = span(node);
    type.name = name(node.children.front());
    for (std::size_t i = 1; i < node.children.size(); ++i) {
        const Node& child = node.children[i];
        switch (child.kind) {
            case Kind::nullable: type.nullable = true; break;
            case Kind::type: type.element.push_back(this->type(child)); break;
            case Kind::columns: type.columns = columns(child); break;
            case Kind::arguments:
                type.choices = arguments(child);
                type.choices_span = span(child);
                break;
            default: (type.precision ? type.scale : type.precision) = literal(child);
        }
    }
    return type;
}

ast::Column TreeBuilder::column(const Node& node) {
    ast::Column column;
    column.span = span(node);
    column.name = name(node.children[0]);
    column.type = type(node.children[1]);
    const auto twice = [&](const Node& child, const char* what) {
        error("E114", span(child), std::string(what) + " is given twice", {}, {"leave one of them out"});
    };
    for (std::size_t i = 2; i < node.children.size(); ++i) {
        const Node& child = node.children[i];
        if (child.kind == Kind::column_from) {
            if (column.from) twice(child, "the source's name of this column");
            column.from = literal(child.children.front());
        } else if (child.kind == Kind::column_format) {
            if (!column.formats.empty()) twice(child, "the format of this column");
            const Node& given = child.children.front();
            column.formats_listed = given.kind == Kind::list;
            const auto add = [&](const Node& format) {
                if (format.kind == Kind::text || format.kind == Kind::raw_text)
                    column.formats.push_back(literal(format));
                else
                    error("E101", span(format), "expected a text in quotes", "a format is a text");
            };
            column.formats_span = span(given);
            if (column.formats_listed)
                for (const Node& format : given.children) add(format);
            else
                add(given);
        } else {
            const bool is_key = text(child) == "key";
            bool& flag = is_key ? column.is_key : column.is_private;
            if (flag) twice(child, is_key ? "`key`" : "`private`");
            flag = true;
            (is_key ? column.key_span : column.private_span) = span(child);
        }
    }
    return column;
}

ast::Block<ast::Column> TreeBuilder::columns(const Node& node) {
    return block<ast::Column>(node, [&](const Node& item) { return column(item); });
}

std::vector<ast::Formal> TreeBuilder::formals(const Node& node) {
    std::vector<ast::Formal> result;
    for (const Node& child : node.children) {
        ast::Formal formal;
        formal.span = span(child);
        formal.name = name(child.children.front());
        if (child.children.size() > 1) formal.type = type(child.children[1]);
        result.push_back(std::move(formal));
    }
    return result;
}

ast::IncrementalOption TreeBuilder::incremental_option(const Node& node) {
    using OptionKind = ast::IncrementalOption::Kind;
    ast::IncrementalOption option;
    option.span = span(node);
    const std::string_view word = text(node.children.front());
    option.kind = word == "since"   ? OptionKind::since
                  : word == "until" ? OptionKind::until
                  : word == "lag"   ? OptionKind::lag
                  : word == "null"  ? OptionKind::null
                                    : OptionKind::changed;
    if (option.kind == OptionKind::null || option.kind == OptionKind::changed)
        option.choice = name(node.children[1]);
    else
        option.value = value_in(node);
    return option;
}

ast::SourceClause TreeBuilder::clause(const Node& node) {
    using ClauseKind = ast::SourceClause::Kind;
    ast::SourceClause clause;
    clause.span = span(node);
    const std::string_view word = text(node.children.front());
    clause.kind = word == "key"      ? ClauseKind::key
                  : word == "strict" ? ClauseKind::strict
                  : word == "split"  ? ClauseKind::split
                                     : ClauseKind::incremental;
    clause.names = names(node);
    for (const Node& child : node.children) {
        if (child.kind == Kind::number) clause.into = literal(child);
        if (child.kind == Kind::incremental_option) clause.options.push_back(incremental_option(child));
    }
    return clause;
}

ast::SourceDecl TreeBuilder::source(const Node& node) {
    ast::SourceDecl decl{name(node.children[1]), expression(node.children[2]), std::nullopt, {}};
    for (std::size_t i = 3; i < node.children.size(); ++i) {
        if (node.children[i].kind == Kind::columns)
            decl.columns = columns(node.children[i]);
        else
            decl.clauses.push_back(clause(node.children[i]));
    }
    return decl;
}

ast::TestItem TreeBuilder::test_item(const Node& node) {
    using ItemKind = ast::TestItem::Kind;
    ast::TestItem item;
    item.span = span(node);
    const std::string_view word = text(node.children.front());
    item.kind = word == "given"    ? ItemKind::given
                : word == "expect" ? ItemKind::expect
                : word == "at"     ? ItemKind::at
                                   : ItemKind::run;
    if (item.kind == ItemKind::run) return item;
    const Node& named = node.children[1];
    if (named.kind == Kind::path)
        item.path = path(named);
    else
        item.literal = literal(named);
    if (item.kind != ItemKind::at) item.value = value_in(node);
    return item;
}

ast::Declaration TreeBuilder::declaration(const Node& node) {
    ast::Declaration decl;
    decl.span = span(node);
    const auto& children = node.children;
    decl.keyword_span = span(children.front());
    switch (node.kind) {
        case Kind::pipeline: decl.node = ast::PipelineDecl{name(children[1]), assigns(children[2])}; break;
        case Kind::import: decl.node = ast::ImportDecl{literal(children[1])}; break;
        case Kind::param:
            decl.node = ast::ParamDecl{name(children[1]), type(children[2]),
                                       children.size() > 3 ? expression(children[3]) : nullptr};
            break;
        case Kind::connection: decl.node = ast::ConnectionDecl{name(children[1]), value_in(node)}; break;
        case Kind::function:
            decl.node = ast::FunctionDecl{name(children[1]), formals(children[2]), span(children[2]), value_in(node)};
            break;
        case Kind::stage_declaration:
            decl.node = ast::StageDecl{name(children[1]), formals(children[2]), span(children[2]), stages(node, 3)};
            break;
        case Kind::source: decl.node = source(node); break;
        case Kind::target: {
            ast::TargetDecl target{name(children[1]), expression(children[2]), std::nullopt};
            if (children.size() > 3) target.columns = columns(children[3]);
            decl.node = std::move(target);
            break;
        }
        case Kind::flow: decl.node = ast::FlowDecl{name(children[1]), chain(children[2])}; break;
        case Kind::test:
            decl.node =
                ast::TestDecl{literal(children[1]),
                              block<ast::TestItem>(children[2], [&](const Node& item) { return test_item(item); })};
            break;
        default:
            decl.keyword_span = {file_, node.begin, node.begin + 4};
            decl.node = ast::ChainDecl{chain(children.front())};
    }
    return decl;
}

namespace {

/// The word that begins a declaration, also where it is misspelt.
std::string declaration_word_meant(std::string_view written) {
    const std::string guess = did_you_mean(written, declaration_words());
    const std::size_t begin = guess.find('`');
    return begin == std::string::npos ? std::string() : guess.substr(begin + 1, guess.rfind('`') - begin - 1);
}

}  // namespace

/// Keeps kind and name, so that what refers to it is not wrong as well.
ast::Declaration TreeBuilder::broken_declaration(const Node& node) const {
    ast::Declaration decl;
    decl.span = span(node);
    decl.is_broken = true;
    const Layout layout(text(node));
    const auto& marks = layout.marks();
    const auto name_of = [&](const LayoutMark& mark) {
        const Node part{Kind::name, node.begin + mark.begin, node.begin + mark.end, 0, {}};
        return mark.kind == LayoutMark::Kind::word && mark.is_closed ? name(part) : ast::Name{};
    };
    decl.keyword_span = {file_, node.begin + marks[0].begin, node.begin + marks[0].end};
    const std::string word =
        declaration_word_meant(text_.substr(decl.keyword_span.begin, decl.keyword_span.end - decl.keyword_span.begin));
    ast::Name called = marks.size() > 1 ? name_of(marks[1]) : ast::Name{};
    if (word == "param")
        decl.node = ast::ParamDecl{std::move(called), {}, nullptr};
    else if (word == "connection")
        decl.node = ast::ConnectionDecl{std::move(called), nullptr};
    else if (word == "fn")
        decl.node = ast::FunctionDecl{std::move(called), {}, {}, nullptr};
    else if (word == "stage")
        decl.node = ast::StageDecl{std::move(called), {}, {}, {}};
    else if (word == "source")
        decl.node = ast::SourceDecl{std::move(called), nullptr, std::nullopt, {}};
    else if (word == "target")
        decl.node = ast::TargetDecl{std::move(called), nullptr, std::nullopt};
    else if (word == "flow")
        decl.node = ast::FlowDecl{std::move(called), {}};
    else if (word == "from")
        decl.node = ast::ChainDecl{{std::move(called), {}, decl.span}};
    else if (word == "test")
        decl.node = ast::TestDecl{};
    else if (word == "import")
        decl.node = ast::ImportDecl{};
    else if (word == "pipeline")
        decl.node = ast::PipelineDecl{std::move(called), {}};
    else
        decl.node = ast::ChainDecl{{ast::Name{}, {}, decl.span}};
    return decl;
}

ast::File TreeBuilder::file(const SyntaxNode& root, const std::vector<SourceSpan>& comments) {
    ast::File file;
    file.file = file_;
    for (const SourceSpan& comment : comments) {
        std::size_t before = comment.begin;
        while (before > 0 && (text_[before - 1] == ' ' || text_[before - 1] == '\t')) --before;
        file.comments.push_back({comment, before == 0 || text_[before - 1] == '\n'});
    }
    for (const Node& node : root.children) {
        if (node.kind == Kind::edition) {
            file.edition = ast::Edition{literal(node.children.front()), span(node)};
            if (file.edition->number.text != "1")
                error("E115", file.edition->number.span, "unknown edition of the language", {},
                      {"this program reads `etl 1`"});
        } else if (node.kind == Kind::broken) {
            const bool is_rest = node.number == 1 && !file.declarations.empty();
            if (is_rest)
                file.declarations.back().is_broken = true;
            else
                file.declarations.push_back(broken_declaration(node));
        } else {
            file.declarations.push_back(declaration(node));
        }
    }
    attach_docs(file);
    check_calls(file);
    return file;
}

void TreeBuilder::attach_docs(ast::File& file) const {
    for (ast::Declaration& decl : file.declarations) {
        std::uint32_t next = decl.span.begin;
        auto comment = std::find_if(file.comments.rbegin(), file.comments.rend(),
                                    [&](const ast::Comment& c) { return c.span.begin < decl.span.begin; });
        for (; comment != file.comments.rend() && comment->own_line; ++comment) {
            const std::string_view shown = text_.substr(comment->span.begin, comment->span.end - comment->span.begin);
            const std::string_view between = text_.substr(comment->span.end, next - comment->span.end);
            if (!shown.starts_with("##") || std::count(between.begin(), between.end(), '\n') != 1) break;
            std::string_view line = shown.substr(std::min(shown.find_first_not_of("# "), shown.size()));
            decl.doc = decl.doc.empty() ? std::string(line) : std::string(line) + "\n" + decl.doc;
            next = comment->span.begin;
        }
    }
}

void TreeBuilder::check_calls(const ast::File& file) {
    std::vector<std::string> declared;
    for (const ast::Declaration& decl : file.declarations) {
        if (decl.as<ast::ImportDecl>() != nullptr) return;  // it may declare any
        if (const auto* stage = decl.as<ast::StageDecl>()) declared.push_back(stage->name.text);
    }
    const auto check = [&](const std::vector<ast::Stage>& stages) {
        for (const ast::Stage& stage : stages) {
            const bool known = std::find(declared.begin(), declared.end(), stage.word.text) != declared.end();
            if (!stage.is_call || known) continue;
            std::vector<std::string> names = stages_.names();
            names.insert(names.end(), declared.begin(), declared.end());
            std::vector<std::string> notes;
            if (std::string near = did_you_mean(stage.word.text, names); !near.empty())
                notes.push_back(std::move(near));
            notes.push_back("stages are: " + list_names(names, names.size()));
            error("E105", stage.word.span, "unknown stage `" + stage.word.text + "`", {}, std::move(notes));
        }
    };
    for (const ast::Declaration& decl : file.declarations) {
        if (const auto* stage = decl.as<ast::StageDecl>()) check(stage->stages);
        if (const auto* flow = decl.as<ast::FlowDecl>()) check(flow->chain.stages);
        if (const auto* chain = decl.as<ast::ChainDecl>()) check(chain->chain.stages);
    }
}

}  // namespace etl
