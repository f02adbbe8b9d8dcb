#pragma once

#include <string_view>

#include "lang/ast.hpp"
#include "lang/parser_state.hpp"

namespace etl {

/// Turns matched pieces into the syntax tree. Reports what the grammar cannot say: literals out of range, options given
/// twice.
class TreeBuilder {
  public:
    TreeBuilder(std::uint32_t file, std::string_view text, Diagnostics& diagnostics, const StageTable& stages)
        : file_(file), text_(text), diagnostics_(diagnostics), stages_(stages) {}

    /// root: the node of kind file.
    ast::File file(const SyntaxNode& root, const std::vector<SourceSpan>& comments);

  private:
    using Node = SyntaxNode;
    using Kind = grammar::NodeKind;

    SourceSpan span(const Node& node) const { return {file_, node.begin, node.end}; }
    std::string_view text(const Node& node) const { return text_.substr(node.begin, node.end - node.begin); }
    void error(const char* code, SourceSpan where, std::string message, std::string label = {},
               std::vector<std::string> notes = {});
    static const Node* child(const Node& node, Kind kind);  // the first of the kind, or nullptr
    template <typename Item, typename Build>
    ast::Block<Item> block(const Node& node, Build build);

    // Names and literals.
    ast::Name name(const Node& node) const;
    ast::Names names(const Node& node) const;  // children of kind name
    ast::Path path(const Node& node) const;
    ast::Paths paths(const Node& node) const;
    ast::Literal literal(const Node& node);
    void read_quantity(ast::Literal& literal);
    void read_range(ast::Literal& literal);
    std::string decode(std::string_view shown, std::uint32_t begin, bool is_format);

    // Expressions.
    ast::ExprPtr expression(const Node& node);
    ast::ExprPtr value_in(const Node& node);  // the last child
    ast::ExprPtr finish(SourceSpan where, decltype(ast::Expr::node) held);
    ast::ExprPtr chain_of(const Node& node);  // operand op operand ...
    ast::ExprPtr comparison(const Node& node);
    ast::ExprPtr postfix(const Node& node);
    ast::ExprPtr binary(ast::BinaryOp op, SourceSpan op_span, ast::ExprPtr left, ast::ExprPtr right);
    ast::ExprPtr match(const Node& node);
    ast::ExprPtr format_text(const Node& node);
    std::vector<ast::Argument> arguments(const Node& node);
    ast::Assign assign(const Node& node);
    ast::Block<ast::Assign> assigns(const Node& node);

    // Types and columns.
    ast::Type type(const Node& node);
    ast::Column column(const Node& node);
    ast::Block<ast::Column> columns(const Node& node);

    // Stages.
    ast::Chain chain(const Node& node);
    std::vector<ast::Stage> stages(const Node& node, std::size_t first);
    ast::Stage stage(const Node& node);
    ast::Stage broken_stage(const Node& node) const;
    ast::StagePartValue part(const Node& node, PartKind kind, bool repeated);
    void part_value(const Node& value, PartKind kind, bool repeated, ast::StagePartValue& part);
    ast::Selector selector(const Node& node);
    ast::Item item(const Node& node);
    ast::CleanItem clean_item(const Node& node);
    ast::Check check(const Node& node);
    ast::Branch branch(const Node& node);
    ast::SortKey sort_key(const Node& node);
    ast::Mode mode(const Node& node);
    ast::Keep keep(const Node& node);

    // Declarations.
    ast::Declaration declaration(const Node& node);
    ast::Declaration broken_declaration(const Node& node) const;
    std::vector<ast::Formal> formals(const Node& node);
    ast::SourceDecl source(const Node& node);
    ast::SourceClause clause(const Node& node);
    ast::IncrementalOption incremental_option(const Node& node);
    ast::TestItem test_item(const Node& node);
    void attach_docs(ast::File& file) const;
    void check_calls(const ast::File& file);  // stages that are called must be declared

    std::uint32_t file_;
    std::string_view text_;
    Diagnostics& diagnostics_;
    StageTable stages_;
};

template <typename Item, typename Build>
ast::Block<Item> TreeBuilder::block(const Node& node, Build build) {
    ast::Block<Item> result;
    result.span = span(node);
    for (const Node& item : node.children)
        if (item.kind != Kind::broken) result.items.push_back(build(item));
    return result;
}

}  // namespace etl
