#include <algorithm>

#include "lang/bind/expression.hpp"
#include "lang/bind/stage.hpp"

namespace etl::bind {

namespace {

/// The rules of one `cleanse`, composed by column: what a rule gives is what the next one is given.
class Cleaner {
  public:
    explicit Cleaner(StageWork& work) : work_(work), values_(work.inputs[0].schema->size()) {}

    void add(const ast::CleanItem& item) {
        const bool under_all = item.selector.kind == ast::Selector::Kind::all;
        for (const std::uint32_t column : selected_columns(work_, item.selector))
            for (const ast::CleanRule& rule : item.rules) apply(column, rule, under_all, item.selector.span);
    }
    std::vector<BoundAssign> take();

  private:
    struct Cleaned {
        ExprPtr value;  // nullptr: no rule yet
        SourceSpan span;
        bool failed = false;
    };
    void apply(std::uint32_t column, const ast::CleanRule& rule, bool under_all, SourceSpan selector);
    ExprPtr call(const ast::CleanRule& rule, ExprPtr value);
    bool keeps_type(const ast::CleanRule& rule, const DataType* before, const DataType* after);

    StageWork& work_;
    std::vector<Cleaned> values_;  // by column
};

void Cleaner::apply(std::uint32_t column, const ast::CleanRule& rule, bool under_all, SourceSpan selector) {
    const Schema& schema = *work_.inputs[0].schema;
    Cleaned& cleaned = values_[column];
    if (cleaned.failed) return;
    if (cleaned.value == nullptr) {
        cleaned.span = selector;
        if (schema.fields[column].type == nullptr) {
            cleaned.failed = true;
            return;
        }
        cleaned.value = column_expr(schema, column, selector);
    }
    const DataType* before = cleaned.value->type;
    // Under `all` it does what only a text that may be null can bear.
    if (under_all && rule.name.text == "blank_to_null" && (!before->is(TypeKind::text) || !before->nullable)) return;
    ExprPtr after = call(rule, cleaned.value);
    if (after != nullptr && before->is(TypeKind::decimal) && after->type->is(TypeKind::decimal))
        after =
            widen(after, with_nullable(before, after->type->nullable), work_.context.tables, work_.context.diagnostics);
    if (after != nullptr && !keeps_type(rule, before, after->type)) after = nullptr;
    cleaned.failed = after == nullptr;
    cleaned.value = std::move(after);
}

/// What a function says about the value that a rule before made, is said at the rule.
ExprPtr Cleaner::call(const ast::CleanRule& rule, ExprPtr value) {
    Diagnostics said;
    ExpressionBinder binder(work_.context, work_.scope(PartScope::input), said);
    std::vector<BoundArgument> arguments;
    arguments.push_back({{}, {}, std::move(value)});
    ExprPtr made;
    if (binder.arguments(rule.arguments, arguments)) made = binder.call(rule.name, std::move(arguments), rule.span);
    for (Diagnostic& diagnostic : said.sorted()) {
        const SourceSpan& at = diagnostic.span;
        if (at.file != rule.span.file || at.begin < rule.span.begin || at.end > rule.span.end)
            diagnostic.span = rule.span;
        work_.context.diagnostics.add(std::move(diagnostic));
    }
    return made;
}

bool Cleaner::keeps_type(const ast::CleanRule& rule, const DataType* before, const DataType* after) {
    if (with_nullable(before, false) == with_nullable(after, false)) return true;
    work_.error("E333", rule.span, "a rule keeps the type of its column",
                "`" + rule.name.text + "` makes " + to_string(after) + " of " + to_string(before),
                {"to change a type, write `set { column = " + rule.name.text + "(column) }`"});
    return false;
}

std::vector<BoundAssign> Cleaner::take() {
    const Schema& schema = *work_.inputs[0].schema;
    std::vector<BoundAssign> assigns;
    for (std::uint32_t i = 0; i < values_.size(); ++i) {
        Cleaned& cleaned = values_[i];
        if (cleaned.failed) {
            work_.unknown.push_back(schema.fields[i].name);
            work_.failed = true;
        } else if (cleaned.value != nullptr && cleaned.value->kind != ExprKind::column) {
            assigns.push_back({schema.fields[i].name, cleaned.span, std::move(cleaned.value)});
        }
    }
    return assigns;
}

}  // namespace

BoundPart bind_clean_rules(StageWork& work, const ast::Block<ast::CleanItem>& block) {
    Cleaner cleaner(work);
    for (const ast::CleanItem& item : block.items) cleaner.add(item);
    return cleaner.take();
}

}  // namespace etl::bind
