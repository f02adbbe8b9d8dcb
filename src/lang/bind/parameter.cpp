#include "lang/bind/parameter.hpp"

#include <algorithm>

#include "data/print.hpp"
#include "data/text_parse.hpp"
#include "expr/conversion.hpp"
#include "lang/bind/expression.hpp"
#include "lang/bind/type.hpp"
#include "lang/parser.hpp"

namespace etl::bind {

namespace {

/// A value as it was given: its text and its place.
struct GivenText {
    std::string text;
    SourceSpan span;
    std::filesystem::path folder;  // that a relative path starts at
    bool is_private = false;
};

std::optional<GivenText> from_command_line(const std::string& name, Context& context) {
    const auto given = context.options.params.find(name);
    if (given == context.options.params.end()) return std::nullopt;
    const std::string before = "-p " + name + "=";
    const std::uint32_t file = context.texts.add("command line", before + given->second);
    const auto begin = static_cast<std::uint32_t>(before.size());
    return GivenText{given->second,
                     {file, begin, begin + static_cast<std::uint32_t>(given->second.size())},
                     std::filesystem::current_path(),
                     false};
}

std::optional<GivenText> from_config(const std::string& name, Context& context) {
    const auto& params = context.config.params;
    const auto given =
        std::find_if(params.begin(), params.end(), [&](const GivenOption& each) { return each.name == name; });
    if (given == params.end()) return std::nullopt;
    const GivenValue& value = given->value;
    GivenText text{value.text, value.span, context.config.path.parent_path(), false};
    using Kind = GivenValue::Kind;
    if (value.kind == Kind::environment || value.kind == Kind::secret) {
        const auto found =
            value.kind == Kind::secret ? context.secrets.secret(value.text) : context.secrets.environment(value.text);
        if (!found && !context.options.offline)
            context.diagnostics.error("E219", value.span, "`" + value.text + "` is not set in the environment",
                                      "not set");
        text.text = found.value_or("");
        text.is_private = true;
    } else if (value.kind != Kind::text) {
        text.text = std::string(context.texts.text(value.span));
    }
    return text;
}

/// A list or a record is given as a pipeline writes it: `["a", "b"]`. Nothing where it is none of the type.
std::optional<Value> written_value(const std::string& text, const DataType* type, Context& context) {
    SourceTexts texts;
    Diagnostics said;
    const ast::File tree = parse(texts.add("value", "param value: int = " + text), texts, said);
    const auto* decl =
        tree.declarations.size() == 1 ? std::get_if<ast::ParamDecl>(&tree.declarations.front().node) : nullptr;
    if (said.has_errors() || decl == nullptr || decl->default_value == nullptr) return std::nullopt;
    const LoadOptions options;
    Context apart(options, texts, said);
    ExprPtr bound = ExpressionBinder(apart, {}).bind(*decl->default_value);
    if (bound != nullptr) bound = widen(bound, type, context.tables, said);
    return bound == nullptr || said.has_errors() ? std::nullopt : evaluate_constant(bound, said);
}

bool is_relative_path(const std::string& text) {
    return !text.empty() && text != "-" && text.find("://") == std::string::npos &&
           std::filesystem::path(text).is_relative();
}

/// The language has no type for what a person gives with `-p password=…`.
bool sounds_secret(std::string name) {
    std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : static_cast<char>(c);
    });
    constexpr std::string_view kWords[] = {"password",   "passwd",  "passphrase", "secret",     "token",
                                           "credential", "api_key", "apikey",     "private_key"};
    return std::any_of(std::begin(kWords), std::end(kWords),
                       [&](std::string_view word) { return name.find(word) != std::string::npos; });
}

}  // namespace

void Parameters::declare(const ast::ParamDecl& decl, bool is_broken, Context& context) {
    if (entries_.contains(decl.name.text)) {
        context.diagnostics.error("E202", decl.name.span, "param `" + decl.name.text + "` is declared twice",
                                  "declared before");
        return;
    }
    order_.push_back(decl.name.text);
    Entry& entry = entries_[decl.name.text];
    entry.decl = &decl;
    if (is_broken) entry.state = State::done;
}

void Parameters::check_given(Context& context) {
    for (const auto& [name, value] : context.options.params) {
        if (entries_.contains(name)) continue;
        const std::uint32_t file = context.texts.add("command line", "-p " + name + "=" + value);
        std::vector<std::string> notes;
        if (std::string near = did_you_mean(name, order_); !near.empty()) notes.push_back(near);
        context.diagnostics.error("E226", {file, 3, 3 + static_cast<std::uint32_t>(name.size())},
                                  "unknown param `" + name + "`", "the pipeline has " + list_names(order_),
                                  std::move(notes));
    }
}

void Parameters::bind_all(Context& context) {
    for (const std::string& name : order_) find_out(entries_[name], context);
}

ExprPtr Parameters::use(const ast::Name& name, SourceSpan span, Context& context) {
    const auto entry = entries_.find(name.text);
    if (entry == entries_.end()) {
        std::vector<std::string> notes;
        if (std::string near = did_you_mean(name.text, order_); !near.empty()) notes.push_back(near);
        if (notes.empty()) notes.push_back("declare it: `param " + name.text + ": text`");
        context.diagnostics.error("E226", span, "unknown param `$" + name.text + "`",
                                  "the pipeline has " + list_names(order_), std::move(notes));
        return nullptr;
    }
    if (entry->second.state == State::busy) {
        context.diagnostics.error("E210", span, "param `" + name.text + "` depends on itself",
                                  "its own value is asked for");
        return nullptr;
    }
    const ExprPtr value = find_out(entry->second, context);
    if (value == nullptr) return nullptr;
    auto placed = std::make_shared<BoundExpr>(*value);
    placed->span = span;
    return placed;
}

std::vector<std::pair<std::string, std::string>> Parameters::values(const Context& context) const {
    std::vector<std::pair<std::string, std::string>> values;
    for (const std::string& name : order_) {
        const ExprPtr& value = entries_.at(name).value;
        if (value == nullptr) continue;
        const bool is_hidden = value->is_private || sounds_secret(name);
        values.emplace_back(name, is_hidden ? "***" : context.secrets.redact(to_text(value->constant)));
    }
    return values;
}

ExprPtr Parameters::find_out(Entry& entry, Context& context) {
    if (entry.state == State::done) return entry.value;
    entry.state = State::busy;
    const ast::ParamDecl& decl = *entry.decl;
    if (const DataType* type = bind_type(decl.type, context.diagnostics, TypePlace::param); type != nullptr) {
        bool given = false;
        entry.value = given_value(decl, type, context, given);
        if (!given) entry.value = default_value(decl, type, context);
    }
    entry.state = State::done;
    return entry.value;
}

ExprPtr Parameters::given_value(const ast::ParamDecl& decl, const DataType* type, Context& context, bool& given) {
    std::optional<GivenText> text = from_command_line(decl.name.text, context);
    if (!text) text = from_config(decl.name.text, context);
    given = text.has_value();
    if (!given) return nullptr;
    Value value;
    value.type = type;
    if (type->is(TypeKind::text)) {
        const bool is_path = decl.type.name.text == "path";
        value.data = is_path && is_relative_path(text->text) ? (text->folder / text->text).lexically_normal().string()
                                                             : text->text;
    } else if (type->is(TypeKind::list) || type->is(TypeKind::record)) {
        std::optional<Value> written = written_value(text->text, type, context);
        if (!written) {
            context.diagnostics.error("E227", text->span, "wrong value for param `" + decl.name.text + "`",
                                      parse_reason(ParseResult::malformed, type),
                                      {type->is(TypeKind::list) ? "write it as in a pipeline: [1, 2] or [\"a\", \"b\"]"
                                                                : "write it as in a pipeline: { a = 1, b = \"x\" }"});
            return nullptr;
        }
        value = std::move(*written);
        value.type = type;
    } else if (!(type->nullable && text->text.empty())) {
        ColumnFormat format;
        format.zone = TimeZone::find(context.settings.timezone).value_or(TimeZone());
        const ParseResult result = parse_value(text->text, with_nullable(type, false), format, value);
        value.type = type;
        if (result != ParseResult::ok) {
            context.diagnostics.error("E227", text->span, "wrong value for param `" + decl.name.text + "`",
                                      parse_reason(result, type), spelling_notes(type));
            return nullptr;
        }
    }
    auto made = std::make_shared<BoundExpr>(*constant_expr(std::move(value), text->span));
    made->is_private = text->is_private;
    return made;
}

ExprPtr Parameters::default_value(const ast::ParamDecl& decl, const DataType* type, Context& context) {
    if (decl.default_value == nullptr) {
        context.diagnostics.error("E227", decl.name.span, "param `" + decl.name.text + "` has no value",
                                  "it has no default", {"give it: -p " + decl.name.text + "=VALUE"});
        return nullptr;
    }
    Scope scope;
    scope.no_columns = "a default is a constant of the run";
    ExprPtr bound = ExpressionBinder(context, scope).bind(*decl.default_value);
    if (bound == nullptr) return nullptr;
    bound = widen(bound, type, context.tables, context.diagnostics);
    if (bound == nullptr) return nullptr;
    std::optional<Value> value = evaluate_constant(bound, context.diagnostics);
    if (!value) return nullptr;
    value->type = type;
    auto made = std::make_shared<BoundExpr>(*constant_expr(std::move(*value), decl.default_value->span));
    made->is_private = bound->is_private;
    return made;
}

}  // namespace etl::bind
