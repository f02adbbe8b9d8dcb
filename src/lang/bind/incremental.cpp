#include "lang/bind/incremental.hpp"

#include <algorithm>

#include "base/error.hpp"
#include "data/print.hpp"
#include "data/text_parse.hpp"
#include "data/time.hpp"
#include "expr/conversion.hpp"
#include "io/encoding.hpp"
#include "io/packing.hpp"
#include "lang/bind/expression.hpp"

namespace etl::bind {

namespace {

using Kind = Incremental::Kind;
using Option = ast::IncrementalOption::Kind;

constexpr std::int64_t kDay_us = 24LL * 60 * 60 * 1'000'000;

const char* option_word(Option kind) {
    switch (kind) {
        case Option::since: return "since";
        case Option::until: return "until";
        case Option::lag: return "lag";
        case Option::null: return "null";
        case Option::changed: break;
    }
    return "changed";
}

std::optional<std::int64_t> duration_us(const std::optional<Value>& value) {
    if (!value || !value->type->is(TypeKind::duration)) return std::nullopt;
    const auto* us = std::get_if<std::int64_t>(&value->data);
    return us != nullptr ? std::optional(*us) : std::nullopt;
}

/// A `--from` and whose it is: `NAME=VALUE`, or a value alone.
bool names_source(std::string_view given, std::string_view source) {
    return given.size() > source.size() && given.starts_with(source) && given[source.size()] == '=';
}

SourceSpan from_span(const std::string& given, std::size_t skipped, Context& context) {
    constexpr std::string_view kOption = "--from ";
    const std::uint32_t file = context.texts.add("command line", std::string(kOption) + given);
    return {file, static_cast<std::uint32_t>(kOption.size() + skipped),
            static_cast<std::uint32_t>(kOption.size() + given.size())};
}

class IncrementalBinder {
  public:
    IncrementalBinder(const ast::SourceClause& clause, BoundSource& made, Context& context)
        : clause_(clause), made_(made), into_(made.request.incremental), context_(context) {}

    void bind();

  private:
    bool fits_place();
    bool has_tail(const Address& address, SourceSpan by);
    void find_column();
    void check_column(const SourceColumn& column);
    void bind_option(const ast::IncrementalOption& option);
    bool belongs(const ast::IncrementalOption& option);
    std::string constant(const ast::IncrementalOption& option);
    void bind_lag(const ast::IncrementalOption& option);
    void error(const char* code, SourceSpan span, std::string message, std::string label,
               std::vector<std::string> notes = {}) {
        context_.diagnostics.error(code, span, std::move(message), std::move(label), std::move(notes));
    }

    const ast::SourceClause& clause_;
    BoundSource& made_;
    Incremental& into_;
    Context& context_;
    const DataType* type_ = nullptr;  // of the column, without its null; nullptr where it is not known
};

/// Whether what is read can be read so.
bool IncrementalBinder::fits_place() {
    const ast::Name& by = clause_.names.front();
    const bool file = made_.address->is_file();
    if (file && into_.kind == Kind::column) {
        error("E450", by.span, "files are not read by a column", "files have `by file` and `by offset`",
              {"write `incremental by file` for files that come, `incremental by offset` for files that grow"});
        return false;
    }
    if (!file && into_.kind != Kind::column) {
        error("E450", by.span, "a table is not read by `" + by.text + "`", "only files have `by file` and `by offset`",
              {"write `incremental by COLUMN`; a column that is called so stands in backquotes: `` `" + by.text +
               "` ``"});
        return false;
    }
    if (file && made_.address->path == "-") {
        error("E451", clause_.span, "standard input cannot be read incrementally",
              "what a run before has read does not come again", {"leave `incremental` out, or read a file"});
        return false;
    }
    return into_.kind != Kind::offset || has_tail(*made_.address, by.span);
}

bool IncrementalBinder::has_tail(const Address& address, SourceSpan by) {
    const auto refuse = [&](const std::string& message, const std::string& why) {
        error("E452", by, message, why, {"write `incremental by file`"});
        return false;
    };
    if (is_packed_name(address.path))
        return refuse("a packed file has no tail to read", "it is unpacked from its beginning");
    if (address.options.has("encoding") && !is_utf8_name(address.options.text("encoding")))
        return refuse("only files in UTF-8 have a tail to read", "the encoding is " + address.options.text("encoding"));
    try {
        if (address.format->make_decoder(made_.request)->is_document())
            return refuse("a document has no tail to read", "its end is where its bracket closes");
    } catch (const Error&) {
        return true;  // said where the place is looked at
    }
    return true;
}

/// The order must be the same in the source, in its own spelling, and here.
void IncrementalBinder::check_column(const SourceColumn& column) {
    const ast::Name& by = clause_.names.front();
    const bool ordered = type_->is(TypeKind::integer) || type_->is(TypeKind::decimal) ||
                         type_->is(TypeKind::floating) || type_->is(TypeKind::text) || type_->is(TypeKind::date) ||
                         type_->is(TypeKind::timestamp);
    if (!ordered) {
        error("E453", by.span, "`" + by.text + "` does not grow", "this is " + to_string(type_),
              {"go by a number, a date, a timestamp or a text that is greater in newer rows"});
        type_ = nullptr;
    } else if (!column.formats.empty()) {
        error("E453", by.span, "`" + by.text + "` has a format of its own",
              "the source puts its texts in another order than their values",
              {"go by another column, or bring it into order by a query: `connection.query(\"select ...\")`"});
        type_ = nullptr;
    }
}

void IncrementalBinder::find_column() {
    const ast::Name& by = clause_.names.front();
    const auto& columns = made_.request.columns;
    const auto column =
        std::find_if(columns.begin(), columns.end(), [&](const SourceColumn& each) { return each.name == by.text; });
    if (column != columns.end()) {
        into_.column = column->source_name;
        if (column->type == nullptr) return;
        type_ = with_nullable(column->type, false);
        check_column(*column);
        return;
    }
    if (made_.open && columns.empty()) return;
    if (context_.has_syntax_error(made_.decl->columns ? made_.decl->columns->span : clause_.span)) return;
    std::vector<std::string> names;
    for (const SourceColumn& each : columns) names.push_back(each.name);
    std::vector<std::string> notes;
    if (std::string near = did_you_mean(by.text, names); !near.empty()) notes.push_back(std::move(near));
    if (notes.empty() && made_.decl->columns) notes.push_back("the column must be among those that are read");
    error("E203", by.span, "unknown column `" + by.text + "`", "the source has " + list_names(names), std::move(notes));
}

/// `since`, `until`, `lag` and `null` are of a column, `changed` is of files.
bool IncrementalBinder::belongs(const ast::IncrementalOption& option) {
    const std::string word = option_word(option.kind);
    const bool of_files = option.kind == Option::changed;
    if (of_files == (into_.kind != Kind::column)) return true;
    error("E455", option.span, "`" + word + "` has no place here",
          of_files ? "it says what happens to changed files" : "files have no such column",
          {of_files ? "leave it out; `lag` reads rows again that may have changed"
                    : "leave it out; files have `changed fail`, `changed ignore` and `changed load`"});
    return false;
}

/// The value as the source spells it, in the type of the column; "" after a diagnostic.
std::string IncrementalBinder::constant(const ast::IncrementalOption& option) {
    Scope scope;
    scope.no_columns = std::string("`") + option_word(option.kind) + "` is a constant of the run";
    ExprPtr bound = ExpressionBinder(context_, scope).bind(*option.value);
    if (bound == nullptr || type_ == nullptr) return {};
    bound = widen(bound, type_, context_.tables, context_.diagnostics);
    if (bound == nullptr) return {};
    const std::optional<Value> value = evaluate_constant(bound, context_.diagnostics);
    if (!value || value->is_null()) return {};
    return to_text({type_, value->data});
}

void IncrementalBinder::bind_lag(const ast::IncrementalOption& option) {
    const std::optional<Value> value = constant_value(*option.value, "`lag`", context_);
    if (!value) return;
    const std::optional<std::int64_t> us = duration_us(value);
    if (!us || *us <= 0) {
        error("E455", option.value->span, "`lag` is a duration",
              us ? "it must be over 0" : "this is " + to_string(value->type), {"write `lag 10m`"});
        return;
    }
    if (type_ == nullptr) return;
    const bool date = type_->is(TypeKind::date);
    if (!date && !type_->is(TypeKind::timestamp)) {
        error("E456", option.span, "`lag` needs a date or a timestamp",
              "`" + clause_.names.front().text + "` is " + to_string(type_),
              {"leave it out, or go by the column that holds the time of the change"});
        return;
    }
    if (date && *us % kDay_us != 0)
        return error("E456", option.value->span, "the `lag` of a date is whole days", "a date has no hours",
                     {"write `lag 1d`"});
    into_.lag_us = *us;
}

void IncrementalBinder::bind_option(const ast::IncrementalOption& option) {
    switch (option.kind) {
        case Option::since: into_.since = constant(option); break;
        case Option::until:
            into_.until = constant(option);
            made_.until_step_us = floored(*option.value).step_us;
            break;
        case Option::lag: bind_lag(option); break;
        case Option::null:
            into_.nulls = option.choice->text == "include" ? Incremental::Nulls::include : Incremental::Nulls::exclude;
            break;
        case Option::changed:
            into_.changed = option.choice->text == "load"     ? Incremental::Changed::load
                            : option.choice->text == "ignore" ? Incremental::Changed::ignore
                                                              : Incremental::Changed::fail;
            break;
    }
}

void IncrementalBinder::bind() {
    if (!made_.address || !fits_place()) return;
    if (into_.kind == Kind::column) find_column();
    std::vector<Option> seen;
    for (const ast::IncrementalOption& option : clause_.options) {
        if (!belongs(option)) continue;
        if (std::find(seen.begin(), seen.end(), option.kind) != seen.end()) {
            error("E304", option.span, std::string("`") + option_word(option.kind) + "` is given twice",
                  "given before");
            continue;
        }
        seen.push_back(option.kind);
        bind_option(option);
    }
}

/// The value of a `--from`, told as `-p` tells a param's.
void take_value(const std::string& given, std::size_t skipped, BoundSource& source, Context& context) {
    const std::string& by = source.incremental->names.front().text;
    if (source.request.incremental.kind != Kind::column) {
        context.diagnostics.error("E454", from_span(given, skipped, context), "`--from` takes a value of a column",
                                  "source `" + source.decl->name.text + "` goes by " + by,
                                  {"write `--full` to read all of it again"});
        return;
    }
    const auto column = source.schema->find(by);
    if (!column || source.schema->fields[*column].type == nullptr) return;
    const DataType* type = with_nullable(source.schema->fields[*column].type, false);
    ColumnFormat format;
    format.zone = TimeZone::find(context.settings.timezone).value_or(TimeZone());
    Value value;
    const ParseResult result = parse_value(given.substr(skipped), type, format, value);
    if (result == ParseResult::ok) {
        source.request.incremental.from = to_text({type, value.data});
        return;
    }
    context.diagnostics.error("E454", from_span(given, skipped, context), "wrong value for `--from`",
                              parse_reason(result, type) + "; `" + by + "` is " + to_string(type),
                              spelling_notes(type));
}

}  // namespace

Incremental::Kind incremental_kind(const ast::SourceClause& clause, const Context& context) {
    const ast::Name& by = clause.names.front();
    if (context.texts.text(by.span).starts_with('`')) return Kind::column;
    return by.text == "file" ? Kind::file : (by.text == "offset" ? Kind::offset : Kind::column);
}

void bind_incremental(const ast::SourceClause& clause, BoundSource& made, Context& context) {
    IncrementalBinder(clause, made, context).bind();
}

void take_from(const std::vector<BoundSource*>& sources, Context& context) {
    std::vector<std::string> names;
    for (const BoundSource* source : sources) names.push_back(source->decl->name.text);
    for (const std::string& given : context.options.from) {
        const auto named = std::find_if(sources.begin(), sources.end(), [&](const BoundSource* source) {
            return names_source(given, source->decl->name.text);
        });
        if (named != sources.end()) {
            take_value(given, (*named)->decl->name.text.size() + 1, **named, context);
        } else if (sources.size() == 1) {
            take_value(given, 0, *sources.front(), context);
        } else {
            context.diagnostics.error(
                "E454", from_span(given, 0, context),
                names.empty() ? "no source is incremental" : "whose value is this?",
                names.empty() ? "`--from` says where such a source begins" : "incremental are " + list_names(names),
                {names.empty() ? "leave `--from` out" : "write `--from " + names.front() + "=VALUE`"});
        }
    }
}

Floored floored(const ast::Expr& expr) {
    const auto* call = expr.as<ast::Call>();
    if (call == nullptr || call->name.text != "floor") return {};
    std::vector<const ast::Expr*> arguments;
    if (call->object != nullptr) arguments.push_back(call->object.get());
    for (const ast::Argument& argument : call->arguments) arguments.push_back(argument.value.get());
    if (arguments.size() != 2) return {};
    const auto* step = arguments[1]->as<ast::Literal>();
    if (step == nullptr || step->kind != ast::LiteralKind::duration) return {};
    return {arguments[0], step->value * 1000};
}

}  // namespace etl::bind
