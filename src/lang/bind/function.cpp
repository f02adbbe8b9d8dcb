#include "lang/bind/function.hpp"

#include <algorithm>

#include "lang/bind/expression.hpp"
#include "lang/bind/type.hpp"

namespace etl::bind {

namespace {

constexpr std::size_t kMostNested = 32;
constexpr std::uint64_t kMostExpanded = 100'000;

std::string place(SourceSpan span, const SourceTexts& texts) {
    return texts.name(span.file) + ":" + std::to_string(texts.locate(span.file, span.begin).line);
}

}  // namespace

std::string signature(const ast::FunctionDecl& decl, const SourceTexts& texts) {
    std::string out = decl.name.text + "(";
    for (const ast::Formal& formal : decl.parameters) {
        if (&formal != decl.parameters.data()) out += ", ";
        out += texts.text(formal.span);
    }
    return out + ")";
}

void Functions::declare(const ast::FunctionDecl& decl, bool is_standard, Context& context) {
    auto& table = is_standard ? standard_ : own_;
    if (table.contains(decl.name.text)) {
        context.diagnostics.error(
            "E202", decl.name.span, "function `" + decl.name.text + "` is declared twice",
            "declared before at " + place(table.find(decl.name.text)->second.decl->name.span, context.texts));
        return;
    }
    WrittenFunction made;
    made.decl = &decl;
    made.is_standard = is_standard;
    for (const ast::Formal& formal : decl.parameters) {
        for (const ast::Formal& other : decl.parameters)
            if (&other < &formal && other.name.text == formal.name.text) {
                context.diagnostics.error("E202", formal.name.span, "parameter `" + formal.name.text + "` stands twice",
                                          "named before");
                made.is_sound = false;
            }
        const DataType* type = nullptr;
        const bool any = formal.type && formal.type->name.text == "decimal" && !formal.type->precision;
        if (formal.type && !any) {
            type = bind_type(*formal.type, context.diagnostics);
            made.is_sound = made.is_sound && type != nullptr;
        }
        made.types.push_back(type);
        made.any_decimal.push_back(any);
    }
    table.emplace(decl.name.text, std::move(made));
}

const WrittenFunction* Functions::find(std::string_view name, bool from_standard) const {
    if (!from_standard)
        if (const auto own = own_.find(name); own != own_.end()) return &own->second;
    const auto standard = standard_.find(name);
    return standard != standard_.end() ? &standard->second : nullptr;
}

std::vector<std::string> Functions::names() const {
    std::vector<std::string> names;
    for (const auto& [name, function] : own_) names.push_back(name);
    for (const auto& [name, function] : standard_) names.push_back(name);
    return names;
}

/// An argument fits a parameter of its type, null or not: as of any function, a null in is a null out.
ExprPtr Functions::fit_argument(const WrittenFunction& function, std::size_t number, ExprPtr value, Context& context,
                                Diagnostics& diagnostics) const {
    const ast::Formal& formal = function.decl->parameters[number];
    const DataType* wanted = function.types[number];
    if (value == nullptr || (wanted == nullptr && !function.any_decimal[number])) return value;
    const DataType* type = value->type;
    const bool fits =
        wanted == nullptr ? type->is(TypeKind::decimal) : with_nullable(type, false) == with_nullable(wanted, false);
    if (fits) return value;
    if (wanted != nullptr) {
        const DataType* to = with_nullable(wanted, wanted->nullable || type->nullable);
        Diagnostics ignored;
        if (ExprPtr wide = widen(value, to, context.tables, ignored); wide != nullptr) return wide;
    }
    diagnostics.error("E205", value->span,
                      "`" + formal.name.text + "` of `" + function.decl->name.text + "` is " +
                          (wanted == nullptr ? "a decimal" : to_string(wanted)),
                      "this is " + to_string(type), {signature(*function.decl, context.texts)});
    return nullptr;
}

bool Functions::place_arguments(const WrittenFunction& function, std::vector<BoundArgument>& arguments, SourceSpan call,
                                std::map<std::string, ExprPtr>& formals, Context& context,
                                Diagnostics& diagnostics) const {
    const auto& parameters = function.decl->parameters;
    const std::string shown = signature(*function.decl, context.texts);
    bool good = true;
    std::vector<bool> given(parameters.size());
    std::size_t next = 0;
    for (BoundArgument& argument : arguments) {
        std::size_t number = next;
        if (!argument.name.empty()) {
            const auto found = std::find_if(parameters.begin(), parameters.end(),
                                            [&](const ast::Formal& each) { return each.name.text == argument.name; });
            number = static_cast<std::size_t>(found - parameters.begin());
        } else {
            ++next;
        }
        const SourceSpan where =
            !argument.name.empty() ? argument.name_span : (argument.value != nullptr ? argument.value->span : call);
        if (number >= parameters.size() || given[number]) {
            diagnostics.error("E205", where,
                              argument.name.empty()        ? "one argument too many"
                              : number < parameters.size() ? "`" + argument.name + "` is given twice"
                                                           : "unknown argument `" + argument.name + "`",
                              "the function is " + shown);
            good = false;
            continue;
        }
        given[number] = true;
        ExprPtr value = fit_argument(function, number, std::move(argument.value), context, diagnostics);
        good = good && value != nullptr;
        formals[parameters[number].name.text] = std::move(value);
    }
    for (std::size_t i = 0; i < parameters.size() && good; ++i)
        if (!given[i]) {
            diagnostics.error("E205", call, "argument `" + parameters[i].name.text + "` is missing",
                              "the function is " + shown);
            return false;
        }
    return good;
}

ExprPtr Functions::expand(const WrittenFunction& function, std::vector<BoundArgument> arguments, SourceSpan call,
                          Context& context, Diagnostics& diagnostics) {
    std::map<std::string, ExprPtr> formals;
    if (!place_arguments(function, arguments, call, formals, context, diagnostics)) return nullptr;
    if (!function.is_sound || function.decl->body == nullptr) return nullptr;
    if (std::find(active_.begin(), active_.end(), &function) != active_.end()) {
        diagnostics.error("E210", call, "`" + function.decl->name.text + "` calls itself",
                          "a function cannot, not even through others");
        return nullptr;
    }
    if (active_.size() >= kMostNested || ++expanded_ > kMostExpanded) {
        diagnostics.error("E210", call, "these functions are nested too deep",
                          active_.size() >= kMostNested ? "more than 32 calls within each other"
                                                        : "more than 100,000 calls in the pipeline");
        return nullptr;
    }
    Scope scope;
    scope.formals = &formals;
    Diagnostics inner;
    active_.push_back(&function);
    ExpressionBinder binder(context, scope, inner);
    binder.set_standard(function.is_standard);
    ExprPtr body = binder.bind(*function.decl->body);
    active_.pop_back();
    if (body == nullptr && inner.has_errors()) {
        Diagnostic first = inner.sorted().front();
        if (first.notes.empty() || !first.notes.front().starts_with("in `"))
            first.notes.insert(first.notes.begin(), "in `" + function.decl->name.text + "`, " +
                                                        place(first.span, context.texts) + ": " +
                                                        std::string(context.texts.text(first.span)));
        first.span = call;
        diagnostics.add(std::move(first));
    }
    return body;
}

/// Without types the parameters are unknown: what depends on them is judged where the function is called.
void Functions::check(WrittenFunction& function, Context& context) {
    if (!function.is_sound || function.decl->body == nullptr) return;
    std::map<std::string, ExprPtr> formals;
    Schema parameters;
    for (std::size_t i = 0; i < function.decl->parameters.size(); ++i)
        parameters.fields.push_back({function.decl->parameters[i].name.text, function.types[i], {}, false});
    for (std::uint32_t i = 0; i < parameters.size(); ++i)
        formals[parameters.fields[i].name] = parameters.fields[i].type == nullptr
                                                 ? nullptr
                                                 : column_expr(parameters, i, function.decl->parameters[i].name.span);
    Scope scope;
    scope.formals = &formals;
    const std::size_t before = context.diagnostics.errors();
    active_.push_back(&function);
    ExpressionBinder binder(context, scope);
    binder.set_standard(function.is_standard);
    binder.bind(*function.decl->body);
    active_.pop_back();
    function.is_sound = context.diagnostics.errors() == before;
}

void Functions::check_all(Context& context) {
    for (auto* table : {&standard_, &own_})
        for (auto& [name, function] : *table) check(function, context);
}

}  // namespace etl::bind
