#include "lang/printer.hpp"

#include "lang/printer_tree.hpp"

namespace etl {

std::string format(const ast::File& file, const SourceTexts& texts) {
    return TreePrinter(file, texts.text(file.file)).file();
}

/// The word and name that a declaration begins with.
void TreePrinter::head(std::string_view keyword, const ast::Name& name) {
    writer_.put(keyword);
    writer_.space(name.span.begin);
    this->name(name);
}

/// ` = value` behind what ends at `before`.
void TreePrinter::value(std::uint32_t before, const ast::ExprPtr& value) {
    mark();
    writer_.put(" =");
    writer_.gap(before, value->span.begin);
    expr(value);
}

void TreePrinter::formals(const std::vector<ast::Formal>& formals, SourceSpan span) {
    sequence("(", formals, ")", span, [&](const ast::Formal& formal) {
        name(formal.name);
        if (!formal.type) return;
        writer_.put(":");
        writer_.space(formal.type->span.begin);
        type(*formal.type);
    });
}

void TreePrinter::incremental_option(const ast::IncrementalOption& option) {
    static constexpr std::string_view kWords[] = {"since", "until", "lag", "null", "changed"};
    writer_.put(kWords[static_cast<std::size_t>(option.kind)]);
    if (option.choice) {
        writer_.put(" ");
        name(*option.choice);
    } else {
        writer_.space(option.value->span.begin);
        expr(option.value);
    }
}

void TreePrinter::source(const ast::SourceDecl& decl) {
    head("source", decl.name);
    value(decl.name.span.end, decl.address);
    if (decl.columns) {
        writer_.space(decl.columns->span.begin);
        breaks_block_ = is_too_long_;
        columns(*decl.columns);
    }
    for (const ast::SourceClause& clause : decl.clauses) {
        writer_.break_line(clause.span.begin, 0);
        source_clause(clause);
    }
}

void TreePrinter::source_clause(const ast::SourceClause& clause) {
    static constexpr std::string_view kWords[] = {"key", "strict", "split by", "incremental by"};
    writer_.put(kWords[static_cast<std::size_t>(clause.kind)]);
    if (clause.kind == ast::SourceClause::Kind::strict) return;
    writer_.space(clause.names.front().span.begin);
    names(clause.names);
    if (clause.into) {
        writer_.space(clause.into->span.begin);
        writer_.put("into ");
        literal(*clause.into);
    }
    std::uint32_t before = clause.names.back().span.end;
    for (const ast::IncrementalOption& option : clause.options) {
        writer_.gap(before, option.span.begin);
        incremental_option(option);
        before = option.span.end;
    }
}

void TreePrinter::test_item(const ast::TestItem& item) {
    using Kind = ast::TestItem::Kind;
    if (item.kind == Kind::run) return writer_.put("run");
    writer_.put(item.kind == Kind::given ? "given " : item.kind == Kind::expect ? "expect " : "at ");
    if (item.path) path(*item.path);
    if (item.literal) literal(*item.literal);
    if (item.kind != Kind::at) value(item.path ? item.path->span.end : item.literal->span.end, item.value);
}

void TreePrinter::declaration(const ast::Declaration& decl) {
    if (decl.is_broken) return writer_.put_source(decl.span);
    if (const auto* pipeline = decl.as<ast::PipelineDecl>()) {
        head("pipeline", pipeline->name);
        writer_.space(pipeline->settings.span.begin);
        breaks_block_ = is_too_long_;
        assigns(pipeline->settings);
    } else if (const auto* import = decl.as<ast::ImportDecl>()) {
        writer_.put("import");
        writer_.space(import->path.span.begin);
        literal(import->path);
    } else if (const auto* param = decl.as<ast::ParamDecl>()) {
        head("param", param->name);
        writer_.put(":");
        mark();
        writer_.space(param->type.span.begin);
        type(param->type);
        if (param->default_value != nullptr) value(param->type.span.end, param->default_value);
    } else if (const auto* connection = decl.as<ast::ConnectionDecl>()) {
        head("connection", connection->name);
        value(connection->name.span.end, connection->value);
    } else if (const auto* function = decl.as<ast::FunctionDecl>()) {
        head("fn", function->name);
        formals(function->parameters, function->parameters_span);
        value(function->parameters_span.end, function->body);
    } else if (const auto* stage_decl = decl.as<ast::StageDecl>()) {
        head("stage", stage_decl->name);
        formals(stage_decl->parameters, stage_decl->parameters_span);
        writer_.put(" =");
        stages(stage_decl->stages, stage_decl->parameters_span.end);
    } else if (const auto* source_decl = decl.as<ast::SourceDecl>()) {
        source(*source_decl);
    } else if (const auto* target = decl.as<ast::TargetDecl>()) {
        head("target", target->name);
        value(target->name.span.end, target->address);
        if (target->columns) {
            writer_.space(target->columns->span.begin);
            breaks_block_ = is_too_long_;
            columns(*target->columns);
        }
    } else if (const auto* flow = decl.as<ast::FlowDecl>()) {
        head("flow", flow->name);
        writer_.put(" =");
        writer_.space(flow->chain.span.begin);
        chain(flow->chain);
    } else if (const auto* chain_decl = decl.as<ast::ChainDecl>()) {
        chain(chain_decl->chain);
    } else if (const auto* test = decl.as<ast::TestDecl>()) {
        writer_.put("test");
        writer_.space(test->title.span.begin);
        literal(test->title);
        writer_.space(test->items.span.begin);
        breaks_block_ = is_too_long_;
        block(test->items, [&](const ast::TestItem& item) { test_item(item); });
    }
    breaks_block_ = false;
}

/// Declarations of several lines stand apart by an empty line; types and `=` of neighbours of one kind are aligned.
std::string TreePrinter::file() {
    Aligner aligner;
    std::uint32_t before = 0;
    bool was_long = false;
    std::size_t kind = SIZE_MAX;
    if (file_.edition) {
        writer_.break_item(0, file_.edition->span.begin, 0, true);
        writer_.put_source(file_.edition->span);
        before = file_.edition->span.end;
        was_long = true;
    }
    for (const ast::Declaration& decl : file_.declarations) {
        const std::size_t above = writer_.out().size();
        const bool apart = writer_.break_item(before, decl.span.begin, 0, above == 0);
        // Where the empty line goes: behind the comment that ends the line above.
        std::size_t line = std::min(writer_.out().find('\n', above), writer_.out().size());
        bool has_empty = above == 0 || writer_.out().compare(line, 2, "\n\n") == 0;
        if (was_long && !has_empty) writer_.out().insert(line, "\n");
        has_empty |= was_long;
        const std::size_t size = writer_.out().size();
        if (apart || was_long || decl.node.index() != kind) aligner.finish(writer_.out());
        line += writer_.out().size() - size;
        aligner.row();
        aligner_ = &aligner;
        row_begin_ = writer_.out().size();
        writer_.set_continuation(kIndent);
        const std::size_t begin = writer_.out().size();
        fitting([&] { declaration(decl); });
        was_long = writer_.out().find('\n', begin) != std::string::npos;
        if (was_long) {
            aligner.drop_row();
            if (!has_empty) writer_.out().insert(line, "\n");
            aligner.finish(writer_.out());
        }
        kind = decl.node.index();
        before = decl.span.end;
    }
    aligner_ = nullptr;
    aligner.finish(writer_.out());
    writer_.end_file(before);
    return std::move(writer_.out());
}

}  // namespace etl
