#pragma once

#include <string_view>
#include <utility>

#include "component/stage_spec.hpp"
#include "lang/printer_writer.hpp"

namespace etl {

inline SourceSpan place_of(const ast::ExprPtr& expr) { return expr->span; }
template <typename Item>
SourceSpan place_of(const Item& item) {
    return item.span;
}

/// Prints the nodes of a tree; see format().
class TreePrinter {
  public:
    TreePrinter(const ast::File& file, std::string_view source) : file_(file), writer_(file, source) {}

    std::string file();

  private:
    // Pieces.
    void name(const ast::Name& name) { writer_.put_source(name.span); }
    void names(const ast::Names& names);
    void listed_names(const ast::Names& names);
    void path(const ast::Path& path) { writer_.put_source(path.span); }
    void paths(const ast::Paths& paths);
    void literal(const ast::Literal& literal) { writer_.put_source(literal.span); }
    /// Items between brackets; lines break where the source breaks them.
    template <typename Item, typename Print>
    void sequence(std::string_view open, const std::vector<Item>& items, std::string_view close, SourceSpan span,
                  Print print);
    /// Items between `{` and `}`: on one line if the source has them so, else a line each.
    template <typename Item, typename Print>
    void block(const ast::Block<Item>& block, Print print);
    template <typename Item>
    bool is_broken(const ast::Block<Item>& block) const;
    /// Prints a stage or declaration; if it gets too long with its blocks on one line, again with a line for each item.
    template <typename Print>
    void fitting(Print print);

    // Expressions.
    void expr(const ast::ExprPtr& expr);
    void print_node(const ast::Expr& expr);
    void binary(const ast::Binary& node);
    void conditional(const ast::Conditional& node);
    void match(const ast::Match& node);
    void call(const ast::Call& node);
    void arguments(const std::vector<ast::Argument>& arguments, SourceSpan span);
    void assign(const ast::Assign& assign);
    void assigns(const ast::Block<ast::Assign>& assigns);

    // Types and columns.
    void type(const ast::Type& type);
    void column(const ast::Column& column);
    void columns(const ast::Block<ast::Column>& columns);

    // Stages.
    void chain(const ast::Chain& chain);
    void stages(const std::vector<ast::Stage>& stages, std::uint32_t before);
    bool on_lines(const std::vector<ast::Stage>& stages, std::uint32_t before) const;
    void stage(const ast::Stage& stage);
    void part(const ast::StagePartValue& value, const StagePart& spec);
    void part_value(const ast::StagePartValue& value);
    void selector(const ast::Selector& selector);
    void item(const ast::Item& item);
    void clean_item(const ast::CleanItem& item);
    void check(const ast::Check& check);
    void branch(const ast::Branch& branch);
    void sort_key(const ast::SortKey& key);
    void mode(const ast::Mode& mode);
    template <typename Item, typename Print>
    void comma_list(const std::vector<Item>& items, Print print);

    // Declarations.
    void declaration(const ast::Declaration& decl);
    void head(std::string_view keyword, const ast::Name& name);
    void value(std::uint32_t before, const ast::ExprPtr& value);
    void formals(const std::vector<ast::Formal>& formals, SourceSpan span);
    void source(const ast::SourceDecl& decl);
    void source_clause(const ast::SourceClause& clause);
    void incremental_option(const ast::IncrementalOption& option);
    void test_item(const ast::TestItem& item);

    /// What follows stands under that of the lines around it.
    void mark();

    const ast::File& file_;
    PrintWriter writer_;
    Aligner* aligner_ = nullptr;  // of the block or declarations that are printed; null: nothing is aligned
    std::size_t row_begin_ = 0;   // where the aligner's row begins in the output
    bool is_too_long_ = false;    // the stage or declaration did not fit on its line: its blocks go on several
    bool breaks_block_ = false;   // the next block goes on several lines
};

template <typename Item, typename Print>
void TreePrinter::sequence(std::string_view open, const std::vector<Item>& items, std::string_view close,
                           SourceSpan span, Print print) {
    writer_.put(open);
    const unsigned base = writer_.line_indent();
    const unsigned continuation = writer_.continuation();
    Aligner* const outer = aligner_;
    const std::size_t outer_row = row_begin_;
    Aligner aligner;
    std::uint32_t before = span.begin + 1;
    for (std::size_t i = 0; i < items.size(); ++i) {
        const SourceSpan place = place_of(items[i]);
        if (i > 0) writer_.put(",");
        writer_.set_continuation(base + kIndent);
        // Only what begins a line stands in a column with the other lines.
        const bool breaks = writer_.has_line_end(before, place.begin) || writer_.has_comment_before(place.begin);
        writer_.gap(before, place.begin, i > 0 ? " " : "");
        aligner_ = breaks ? &aligner : nullptr;
        row_begin_ = writer_.out().size();
        if (breaks) aligner.row();
        writer_.set_continuation(base + 2 * kIndent);
        print(items[i]);
        before = place.end;
    }
    aligner.finish(writer_.out());
    if (writer_.has_comment_before(span.end) || writer_.has_line_end(before, span.end))
        writer_.end_items(before, span.end, base + kIndent, base);
    writer_.put(close);
    aligner_ = outer;
    row_begin_ = outer_row;
    writer_.set_continuation(continuation);
}

template <typename Item, typename Print>
void TreePrinter::comma_list(const std::vector<Item>& items, Print print) {
    for (std::size_t i = 0; i < items.size(); ++i) {
        if (i > 0) {
            writer_.put(",");
            writer_.gap(place_of(items[i - 1]).end, place_of(items[i]).begin);
        }
        print(items[i]);
    }
}

template <typename Print>
void TreePrinter::fitting(Print print) {
    const PrintWriter::Place place = writer_.place();
    print();
    if (!writer_.has_long_line(place.size)) return;
    writer_.go_back(place);
    is_too_long_ = true;
    print();
    is_too_long_ = false;
}

template <typename Item>
bool TreePrinter::is_broken(const ast::Block<Item>& block) const {
    std::uint32_t before = block.span.begin;
    for (const Item& item : block.items) {
        if (writer_.has_line_end(before, item.span.begin)) return true;
        before = item.span.end;
    }
    return writer_.has_line_end(before, block.span.end);
}

template <typename Item, typename Print>
void TreePrinter::block(const ast::Block<Item>& block, Print print) {
    const bool breaks = is_broken(block) || (breaks_block_ && !block.items.empty());
    const unsigned base = writer_.line_indent();
    const unsigned continuation = writer_.continuation();
    Aligner* const outer = std::exchange(aligner_, nullptr);
    const std::size_t outer_row = row_begin_;
    const bool outer_breaks = std::exchange(breaks_block_, false);
    writer_.put("{");
    writer_.set_continuation(base + (breaks ? 2 : 1) * kIndent);
    if (!breaks) {
        for (std::size_t i = 0; i < block.items.size(); ++i) {
            writer_.put(i > 0 ? ", " : " ");
            print(block.items[i]);
        }
        writer_.put(block.items.empty() ? "}" : " }");
    } else {
        Aligner aligner;
        std::uint32_t before = block.span.begin + 1;
        for (std::size_t i = 0; i < block.items.size(); ++i) {
            const SourceSpan place = block.items[i].span;
            if (writer_.break_item(before, place.begin, base + kIndent, i == 0)) aligner.finish(writer_.out());
            aligner.row();
            aligner_ = &aligner;
            row_begin_ = writer_.out().size();
            print(block.items[i]);
            if (aligner.is_row_empty()) aligner.finish(writer_.out());
            before = place.end;
        }
        aligner.finish(writer_.out());
        writer_.end_items(before, block.span.end - 1, base + kIndent, base);
        writer_.put("}");
    }
    writer_.set_continuation(continuation);
    aligner_ = outer;
    row_begin_ = outer_row;
    breaks_block_ = outer_breaks;
}

}  // namespace etl
