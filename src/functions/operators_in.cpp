#include <cstring>

#include "data/compare.hpp"
#include "data/key.hpp"
#include "expr/operands.hpp"
#include "expr/resolution.hpp"
#include "expr/resolve.hpp"

// in and not in. A list of constants is a set, made once; other items are compared one after the other.

namespace etl {
namespace {

constexpr std::size_t kFewTexts = 4;

/// Slots of a table with twice as many as there are values, and a power of two.
std::size_t slot_count(std::size_t values) {
    std::size_t slots = 4;
    while (slots < 2 * values) slots *= 2;
    return slots;
}

/// A few texts are compared head by head (size and first bytes); more lie in a table.
class TextSet {
  public:
    explicit TextSet(const std::vector<ExprPtr>& items) {
        for (const ExprPtr& item : items) owned_.push_back(std::get<std::string>(item->constant.data));
        for (const std::string& text : owned_) texts_.push_back(make_text(text.data(), text.size()));
        if (texts_.size() <= kFewTexts) return;
        slots_.assign(slot_count(texts_.size()), Text{});
        for (const Text& text : texts_) slots_[place_of(text)] = text;
    }
    bool holds(const Text& text) const {
        if (slots_.empty()) {
            bool found = false;
            for (const Text& one : texts_) found |= equal_texts(one, text);
            return found;
        }
        const Text& found = slots_[place_of(text)];
        return found.data != nullptr && equal_texts(found, text);
    }

  private:
    /// Of the text, or free.
    std::size_t place_of(const Text& text) const {
        std::size_t place = hash_bytes(text.data, text.size) & (slots_.size() - 1);
        while (slots_[place].data != nullptr && !equal_texts(slots_[place], text))
            place = (place + 1) & (slots_.size() - 1);
        return place;
    }
    std::vector<std::string> owned_;
    std::vector<Text> texts_;
    std::vector<Text> slots_;
};

template <typename Stored>
class NumberSet {
  public:
    explicit NumberSet(const std::vector<ExprPtr>& items) : slots_(slot_count(items.size())), used_(slots_.size()) {
        for (const ExprPtr& item : items) {
            const Stored value = stored(item->constant);
            const std::size_t place = place_of(value);
            slots_[place] = value;
            used_[place] = 1;
        }
    }
    bool holds(Stored value) const { return used_[place_of(value)] != 0; }

  private:
    static Stored stored(const Value& value) {
        if (const auto* wide = std::get_if<Int128>(&value.data)) return static_cast<Stored>(*wide);
        if (const auto* flag = std::get_if<bool>(&value.data)) return static_cast<Stored>(*flag);
        if (const auto* number = std::get_if<double>(&value.data)) return static_cast<Stored>(*number);
        return static_cast<Stored>(std::get<std::int64_t>(value.data));
    }
    static std::uint64_t bits_of(Stored value) {
        if constexpr (std::is_same_v<Stored, double>) {
            const double positive = value + 0.0;  // -0.0 is 0.0
            std::uint64_t bits = 0;
            std::memcpy(&bits, &positive, sizeof bits);
            return bits;
        } else if constexpr (std::is_same_v<Stored, Int128>) {
            return static_cast<std::uint64_t>(value) ^ static_cast<std::uint64_t>(value >> 64);
        } else {
            return static_cast<std::uint64_t>(value);
        }
    }
    std::size_t place_of(Stored value) const {
        const std::size_t mask = slots_.size() - 1;
        std::size_t place = (bits_of(value) * 0x9E3779B97F4A7C15ULL >> 32) & mask;
        while (used_[place] != 0 && slots_[place] != value) place = (place + 1) & mask;
        return place;
    }
    std::vector<Stored> slots_;
    std::vector<std::uint8_t> used_;
};

template <typename Set, typename Stored, bool Negated>
void set_kernel(const Call& call, Column& out) {
    const auto& set = *static_cast<const Set*>(call.prepared);
    auto* values = take_values<std::uint8_t>(call, out);
    for_each_value(call, call.in[0]->data<Stored>(), [&, values](std::uint32_t row, const Stored& value) {
        values[row] = static_cast<std::uint8_t>(set.holds(value) != Negated);
    });
}

template <typename Stored, bool Negated>
void prepare_numbers(const std::vector<ExprPtr>& items, CallParts& parts) {
    parts.prepared = std::make_shared<NumberSet<Stored>>(items);
    parts.kernel = set_kernel<NumberSet<Stored>, Stored, Negated>;
}

/// False: the type is not one of which sets are made.
template <bool Negated>
bool prepare_set(const DataType* type, const std::vector<ExprPtr>& items, CallParts& parts) {
    switch (type->kind) {
        case TypeKind::text:
            parts.prepared = std::make_shared<TextSet>(items);
            parts.kernel = set_kernel<TextSet, Text, Negated>;
            return true;
        case TypeKind::boolean: prepare_numbers<std::uint8_t, Negated>(items, parts); return true;
        case TypeKind::date: prepare_numbers<std::int32_t, Negated>(items, parts); return true;
        case TypeKind::floating: prepare_numbers<double, Negated>(items, parts); return true;
        case TypeKind::integer:
        case TypeKind::timestamp:
        case TypeKind::duration: prepare_numbers<std::int64_t, Negated>(items, parts); return true;
        case TypeKind::decimal:
            if (type->is_wide_decimal())
                prepare_numbers<Int128, Negated>(items, parts);
            else
                prepare_numbers<std::int64_t, Negated>(items, parts);
            return true;
        default: return false;
    }
}

/// A list that differs from row to row; its nulls equal nothing.
template <bool Negated>
void list_kernel(const Call& call, Column& out) {
    const Column& value = *call.in[0];
    const Column& list = *call.in[1];
    const auto* offsets = list.data<std::uint32_t>();
    auto* values = take_values<std::uint8_t>(call, out);
    for_each_row(call.rows, [&](std::uint32_t row) {
        const std::size_t at = list.index_of(row);
        bool found = false;
        for (std::uint32_t item = offsets[at]; item < offsets[at + 1] && !found; ++item)
            found = list.children[0].is_valid(item) && equal_rows(value, row, list.children[0], item);
        values[row] = static_cast<std::uint8_t>(found != Negated);
    });
}

/// The items of a list that is written out or constant; nothing for any other.
std::optional<std::vector<ExprPtr>> items_of(const ExprPtr& list) {
    if (list->kind == ExprKind::list) return list->args;
    const auto* values = std::get_if<std::vector<Value>>(&list->constant.data);
    if (!is_constant(list) || values == nullptr) return std::nullopt;
    std::vector<ExprPtr> items;
    for (const Value& value : *values) items.push_back(constant_expr(value, list->span));
    return items;
}

void refuse(const ExprPtr& value, std::span<const ExprPtr> others, SourceSpan call, Diagnostics& diagnostics) {
    std::vector<ExprPtr> all = {value};
    all.insert(all.end(), others.begin(), others.end());
    diagnostics.error("E205", call, "`in` wants items of the value's type, found " + list_types(all), {},
                      type_hints("in", all));
}

/// x == a or x == b …
template <bool Negated>
ExprPtr compare_each(const ExprPtr& value, const std::vector<ExprPtr>& items, SourceSpan call, PrepareContext& context,
                     Diagnostics& diagnostics) {
    ExprPtr any;
    if (items.empty()) return constant_expr({simple_type(TypeKind::boolean), Negated}, call);
    for (const ExprPtr& item : items) {
        ExprPtr one =
            resolve_call(Negated ? "!=" : "==", {{{}, {}, value}, {{}, {}, item}}, call, call, context, diagnostics);
        if (one == nullptr) return nullptr;
        if (any != nullptr)
            one = resolve_logic(Negated ? ExprKind::logic_and : ExprKind::logic_or, any, one, call, diagnostics);
        any = std::move(one);
    }
    return any;
}

template <bool Negated>
ExprPtr resolve_in(std::vector<ExprPtr> arguments, SourceSpan call, PrepareContext& context, Diagnostics& diagnostics) {
    CallParts parts;
    parts.function = Registry<FunctionSpec>::find(Negated ? "not in" : "in");
    parts.type = simple_type(TypeKind::boolean);
    const std::optional<std::vector<ExprPtr>> items = items_of(arguments[1]);
    if (!items.has_value()) {
        const DataType* element = with_nullable(arguments[1]->type->element, false);
        if (with_nullable(arguments[0]->type, false) != element) {
            const ExprPtr item = constant_expr({element, {}}, call);
            return refuse(arguments[0], {&item, 1}, call, diagnostics), nullptr;
        }
        parts.args = std::move(arguments);
        parts.kernel = list_kernel<Negated>;
        return make_call(std::move(parts), call, diagnostics);
    }
    for (const ExprPtr& item : *items)
        if (item->type->is(TypeKind::null) || is_null_constant(item)) {
            diagnostics.error("E208", item->span, "a null in the list of `in` equals nothing", {},
                              {"write: x is null or x in […]"});
            return nullptr;
        }
    bool failed = false;
    std::vector<ExprPtr> all = {arguments[0]};
    all.insert(all.end(), items->begin(), items->end());
    const DataType* type = unify(all, context, diagnostics, failed);
    if (failed) return nullptr;
    if (type == nullptr) return refuse(arguments[0], *items, call, diagnostics), nullptr;
    const std::vector<ExprPtr> converted(all.begin() + 1, all.end());
    const bool constant = std::all_of(converted.begin(), converted.end(), is_constant);
    if (!constant || !prepare_set<Negated>(type, converted, parts))
        return compare_each<Negated>(all[0], converted, call, context, diagnostics);
    parts.args = {all[0]};
    return make_call(std::move(parts), call, diagnostics);
}

constexpr Parameter kParameters[] = {{"value", TypePattern::any}, {"list", TypePattern::list}};
constexpr Overload kInOverloads[] = {{.parameters = kParameters, .rewrite = resolve_in<false>}};
constexpr Example kInExamples[] = {
    {R"("paid" in ["paid", "shipped"])", "true"},
    {"2 in [1.0, 2.0]", "true"},
    {R"(date("2024-01-31") in ["2024-01-30"])", "false"},
};
constexpr FunctionSpec kIn{.name = "in",
                           .category = "operator",
                           .summary = "Whether a value is one of a list.",
                           .overloads = kInOverloads,
                           .examples = kInExamples};
const Registration<FunctionSpec> kInRegistration{kIn};

constexpr Overload kNotInOverloads[] = {{.parameters = kParameters, .rewrite = resolve_in<true>}};
constexpr Example kNotInExamples[] = {{R"("open" not in ["paid", "shipped"])", "true"}};
constexpr FunctionSpec kNotIn{.name = "not in",
                              .category = "operator",
                              .summary = "Whether a value is none of a list.",
                              .overloads = kNotInOverloads,
                              .examples = kNotInExamples};
const Registration<FunctionSpec> kNotInRegistration{kNotIn};

}  // namespace
}  // namespace etl
