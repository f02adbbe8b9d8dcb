#include "expr/match.hpp"

#include <algorithm>
#include <cctype>

#include "expr/operands.hpp"
#include "expr/resolution.hpp"

namespace etl {

namespace {

using Signatures = std::span<const std::span<const Parameter>>;

bool takes_kind(TypePattern pattern, TypeKind kind) {
    switch (pattern) {
        case TypePattern::any:
        case TypePattern::same: return true;
        case TypePattern::boolean: return kind == TypeKind::boolean;
        case TypePattern::integer: return kind == TypeKind::integer;
        case TypePattern::floating: return kind == TypeKind::floating;
        case TypePattern::decimal: return kind == TypeKind::decimal;
        case TypePattern::number:
            return kind == TypeKind::integer || kind == TypeKind::floating || kind == TypeKind::decimal;
        case TypePattern::text: return kind == TypeKind::text;
        case TypePattern::date: return kind == TypeKind::date;
        case TypePattern::timestamp: return kind == TypeKind::timestamp;
        case TypePattern::duration: return kind == TypeKind::duration;
        case TypePattern::list: return kind == TypeKind::list;
        case TypePattern::record: return kind == TypeKind::record;
    }
    return false;
}

/// The type that the literal null gets where the pattern stands.
const DataType* null_type(TypePattern pattern) {
    switch (pattern) {
        case TypePattern::boolean: return simple_type(TypeKind::boolean, true);
        case TypePattern::integer:
        case TypePattern::number: return simple_type(TypeKind::integer, true);
        case TypePattern::floating: return simple_type(TypeKind::floating, true);
        case TypePattern::decimal: return decimal_type(1, 0, true);
        case TypePattern::date: return simple_type(TypeKind::date, true);
        case TypePattern::timestamp: return simple_type(TypeKind::timestamp, true);
        case TypePattern::duration: return simple_type(TypeKind::duration, true);
        case TypePattern::list: return list_type(simple_type(TypeKind::text), true);
        case TypePattern::record: return record_type({}, true);
        default: return simple_type(TypeKind::text, true);
    }
}

const Parameter& parameter_of(std::span<const Parameter> parameters, std::size_t argument) {
    return parameters[std::min(argument, parameters.size() - 1)];
}

/// What is wrong with the number and the names of arguments.
struct Misfit {
    SourceSpan span;
    std::string message;
    std::vector<std::string> notes;
};

/// Puts arguments into the parameters' order. False: they do not fit, and why.
bool arrange(std::string_view name, std::span<const Parameter> parameters, std::span<const BoundArgument> arguments,
             SourceSpan call, std::vector<ExprPtr>& slots, Misfit& misfit) {
    const std::string shown = "`" + std::string(name) + "`";
    const bool repeats = !parameters.empty() && parameters.back().repeated;
    slots.assign(parameters.size(), nullptr);
    std::size_t next = 0;
    for (const BoundArgument& argument : arguments) {
        std::size_t place = next;
        if (!argument.name.empty()) {
            const auto found = std::find_if(parameters.begin(), parameters.end(),
                                            [&](const Parameter& p) { return p.name == argument.name; });
            if (found == parameters.end()) {
                std::vector<std::string> names;
                for (const Parameter& parameter : parameters) names.emplace_back(parameter.name);
                misfit = {argument.name_span, shown + " has no parameter `" + argument.name + "`", {}};
                if (std::string near = did_you_mean(argument.name, names); !near.empty()) misfit.notes = {near};
                return false;
            }
            place = static_cast<std::size_t>(found - parameters.begin());
        } else {
            ++next;
        }
        if (place >= slots.size()) {
            if (!repeats)
                return misfit = {argument.value->span, shown + " does not take that many arguments", {}}, false;
            slots.push_back(nullptr);
        }
        if (slots[place] != nullptr)
            return misfit = {argument.name_span, "`" + argument.name + "` is given twice", {}}, false;
        slots[place] = argument.value;
    }
    while (!slots.empty() && slots.back() == nullptr && parameter_of(parameters, slots.size() - 1).optional)
        slots.pop_back();
    for (std::size_t i = 0; i < slots.size(); ++i)
        if (slots[i] == nullptr) {
            misfit = {call, shown + " lacks `" + std::string(parameters[i].name) + "`", {}};
            return false;
        }
    return true;
}

/// One overload tried: `widening`, numbers widen and text literals may become dates.
class Attempt {
  public:
    Attempt(std::span<const Parameter> parameters, std::vector<ExprPtr> slots, bool widening, PrepareContext& context,
            Diagnostics& diagnostics)
        : parameters_(parameters),
          slots_(std::move(slots)),
          widening_(widening),
          context_(context),
          diagnostics_(diagnostics) {}

    /// False: it does not take them.
    bool run() {
        if (!group_fits()) return false;
        for (std::size_t i = 0; i < slots_.size(); ++i)
            if (!in_group(i) && !fits(i)) return false;
        for (std::size_t i = 0; i < slots_.size(); ++i)
            if (!in_group(i) && !convert_slot(i)) break;
        return true;
    }
    /// After run(): something was wrong with a literal, and said.
    bool broken() const { return broken_; }
    std::vector<ExprPtr> take() { return std::move(slots_); }

  private:
    const Parameter& parameter(std::size_t argument) const { return parameter_of(parameters_, argument); }

    /// The arguments that must be of one type: those of pattern same, and the first that they follow.
    bool in_group(std::size_t argument) const {
        const auto same = [](const Parameter& p) { return p.pattern == TypePattern::same; };
        const auto first = std::find_if(parameters_.begin(), parameters_.end(), same);
        if (first == parameters_.end()) return false;
        if (same(parameter(argument))) return true;
        const auto leads = [](const Parameter& p) {
            return p.pattern == TypePattern::any || p.pattern == TypePattern::number ||
                   p.pattern == TypePattern::list || p.pattern == TypePattern::record;
        };
        return argument ==
               static_cast<std::size_t>(std::find_if(parameters_.begin(), first, leads) - parameters_.begin());
    }

    bool group_fits() {
        std::vector<ExprPtr> group;
        for (std::size_t i = 0; i < slots_.size(); ++i)
            if (in_group(i)) group.push_back(slots_[i]);
        if (group.empty()) return true;
        const TypeKind kind = group[0]->type->kind;
        if (!widening_)
            for (const ExprPtr& value : group)
                if (!value->type->is(kind) && !value->type->is(TypeKind::null)) return false;
        const DataType* type = unify(group, context_, diagnostics_, broken_);
        if (type == nullptr && !broken_) return false;
        for (std::size_t i = 0, at = 0; i < slots_.size() && type != nullptr; ++i) {
            if (!in_group(i)) continue;
            slots_[i] = group[at++];
            if (!takes_kind(parameter(i).pattern, type->kind)) return false;
        }
        return true;
    }

    bool fits(std::size_t argument) const {
        const ExprPtr& value = slots_[argument];
        const TypePattern pattern = parameter(argument).pattern;
        if (value->type->is(TypeKind::null) || takes_kind(pattern, value->type->kind)) return true;
        if (!widening_) return false;
        if (value->type->is(TypeKind::integer))
            return pattern == TypePattern::decimal || pattern == TypePattern::floating;
        if (pattern != TypePattern::date && pattern != TypePattern::timestamp) return false;
        if (value->type->is(TypeKind::date)) return pattern == TypePattern::timestamp;
        return is_text_constant(value) && beside(argument, pattern);
    }

    /// Whether another argument is of the pattern's type by itself.
    bool beside(std::size_t argument, TypePattern pattern) const {
        for (std::size_t i = 0; i < slots_.size(); ++i)
            if (i != argument && takes_kind(pattern, slots_[i]->type->kind)) return true;
        return false;
    }

    bool convert_slot(std::size_t argument) {
        ExprPtr& slot = slots_[argument];
        const TypePattern pattern = parameter(argument).pattern;
        if (slot->type->is(TypeKind::null) && pattern != TypePattern::any) {
            slot = constant_expr({null_type(pattern), {}}, slot->span);
            return true;
        }
        if (takes_kind(pattern, slot->type->kind)) return true;
        const DataType* to = null_type(pattern);
        if (pattern == TypePattern::decimal)
            to = decimal_type(decimal_shape(describe({&slot, 1})[0]).precision, 0, true);
        slot = widen(slot, to, context_, diagnostics_);
        if (slot == nullptr) broken_ = true;
        return !broken_;
    }

    std::span<const Parameter> parameters_;
    std::vector<ExprPtr> slots_;
    bool widening_;
    PrepareContext& context_;
    Diagnostics& diagnostics_;
    bool broken_ = false;
};

bool constants_given(std::string_view name, std::span<const Parameter> parameters, std::span<const ExprPtr> slots,
                     Diagnostics& diagnostics) {
    bool good = true;
    for (std::size_t i = 0; i < slots.size(); ++i) {
        const Parameter& parameter = parameter_of(parameters, i);
        if (!parameter.constant || is_constant(slots[i])) continue;
        diagnostics.error("E207", slots[i]->span,
                          "`" + std::string(parameter.name) + "` of `" + std::string(name) +
                              "` must be known when the pipeline is checked",
                          "changes from row to row", {"write a literal or a $param"});
        good = false;
    }
    return good;
}

void report(std::string_view name, Signatures signatures, std::span<const BoundArgument> arguments, SourceSpan call,
            const Misfit& misfit, Diagnostics& diagnostics) {
    std::vector<std::string> notes = misfit.notes;
    std::vector<ExprPtr> values;
    for (const BoundArgument& argument : arguments) values.push_back(argument.value);
    const bool is_word = std::isalpha(static_cast<unsigned char>(name.front())) != 0 && name.find(' ') == name.npos;
    // The hints are those of operators: of a function its parameters tell.
    if (misfit.message.empty() && (!is_word || name == "in"))
        for (std::string& hint : type_hints(name, values)) notes.push_back(std::move(hint));
    if (is_word && name != "not" && name != "in")
        for (const auto& parameters : signatures)
            if (std::string shown = "it is " + signature(name, parameters);
                std::find(notes.begin(), notes.end(), shown) == notes.end())
                notes.push_back(std::move(shown));
    if (!misfit.message.empty()) {
        diagnostics.error("E207", misfit.span, misfit.message, {}, std::move(notes));
        return;
    }
    diagnostics.error("E205", call,
                      "`" + std::string(name == "-x" ? "-" : name) + "` does not take " +
                          (values.empty() ? "no arguments" : list_types(values)),
                      {}, std::move(notes));
}

}  // namespace

std::string_view pattern_name(TypePattern pattern) {
    switch (pattern) {
        case TypePattern::any: return "any type";
        case TypePattern::same: return "same type";
        case TypePattern::boolean: return "bool";
        case TypePattern::integer: return "int";
        case TypePattern::floating: return "float";
        case TypePattern::decimal: return "decimal";
        case TypePattern::number: return "number";
        case TypePattern::text: return "text";
        case TypePattern::date: return "date";
        case TypePattern::timestamp: return "timestamp";
        case TypePattern::duration: return "duration";
        case TypePattern::list: return "list";
        case TypePattern::record: return "record";
    }
    return {};
}

std::string signature(std::string_view name, std::span<const Parameter> parameters) {
    std::string out(name);
    out += "(";
    for (std::size_t i = 0; i < parameters.size(); ++i) {
        const Parameter& parameter = parameters[i];
        out += i == 0 ? "" : ", ";
        out += parameter.optional ? "[" : "";
        out += std::string(parameter.name) + ": " + std::string(pattern_name(parameter.pattern));
        out += parameter.repeated ? ", …" : "";
        out += parameter.optional ? "]" : "";
    }
    return out + ")";
}

int match_parameters(std::string_view name, Signatures signatures, std::span<const BoundArgument> arguments,
                     SourceSpan call, PrepareContext& context, Diagnostics& diagnostics,
                     std::vector<ExprPtr>& matched) {
    Misfit misfit;
    bool any_arranged = false;
    for (const bool widening : {false, true})
        for (std::size_t i = 0; i < signatures.size(); ++i) {
            std::vector<ExprPtr> slots;
            Misfit why;
            if (!arrange(name, signatures[i], arguments, call, slots, why)) {
                misfit = std::move(why);
                continue;
            }
            any_arranged = true;
            Attempt attempt(signatures[i], std::move(slots), widening, context, diagnostics);
            if (!attempt.run()) continue;
            if (attempt.broken()) return -1;
            matched = attempt.take();
            return constants_given(name, signatures[i], matched, diagnostics) ? static_cast<int>(i) : -1;
        }
    report(name, signatures, arguments, call, any_arranged ? Misfit() : misfit, diagnostics);
    return -1;
}

const Overload* match_overload(std::string_view name, std::span<const Overload> overloads,
                               std::span<const BoundArgument> arguments, SourceSpan call, PrepareContext& context,
                               Diagnostics& diagnostics, std::vector<ExprPtr>& matched) {
    std::vector<std::span<const Parameter>> signatures;
    for (const Overload& overload : overloads) signatures.push_back(overload.parameters);
    const int chosen = match_parameters(name, signatures, arguments, call, context, diagnostics, matched);
    return chosen < 0 ? nullptr : &overloads[static_cast<std::size_t>(chosen)];
}

}  // namespace etl
