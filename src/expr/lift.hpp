#pragma once

#include <concepts>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

#include "data/column.hpp"
#include "expr/function_spec.hpp"

namespace etl {

/// Lifts a plain function of one row to a kernel, its result type and its overload:
///
///     std::int64_t length(std::string_view text) { … }
///     constexpr Overload kOverloads[] = {lift<length>(kParameters)};
///
/// What the row function's parameters may be, in any order:
///   bool, int64_t, double, Date, Timestamp, Duration, const Text&, string_view   the next argument
///   std::optional of one of these    the next argument, nullopt where it is null or was left out
///   Arena&                           where new texts go (see TextWriter)
///   const Anything&                  what the overload's Prepare made
/// What it may return: one of the values, std::optional of it (a null), Checked of either (the row is refused).
/// With a std::optional parameter the kernel sees nulls: a null in another argument is then a null out of it.
/// A Text that is returned may be a view of an argument or of what was prepared.

struct Date {
    std::int32_t days;
};
struct Timestamp {
    std::int64_t us;
};
struct Duration {
    std::int64_t us;
};

/// A value, or why there is none.
template <typename Value>
class Checked {
  public:
    Checked(Value value) : value_(value) {}                    // NOLINT: `return 5;`
    Checked(RowError error) : error_(error), failed_(true) {}  // NOLINT: `return RowError::overflow;`

    bool failed() const { return failed_; }
    RowError error() const { return error_; }
    const Value& value() const { return value_; }

  private:
    Value value_{};
    RowError error_{};
    bool failed_ = false;
};

/// Writes one new text of at most `most` bytes into the arena. Nothing else may be taken from it until finish().
class TextWriter {
  public:
    TextWriter(Arena& arena, std::size_t most) : arena_(arena), begin_(arena.reserve_bytes(most)), at_(begin_) {}

    void append(std::string_view bytes) {
        std::memcpy(at_, bytes.data(), bytes.size());
        at_ += bytes.size();
    }
    void append(char byte) { *at_++ = byte; }
    /// For print.hpp's functions: writer.move_to(print_int(writer.end(), 5)).
    char* end() const { return at_; }
    void move_to(char* end) { at_ = end; }
    Text finish() {
        arena_.commit_bytes(at_);
        return make_text(begin_, static_cast<std::size_t>(at_ - begin_));
    }

  private:
    Arena& arena_;
    char* begin_;
    char* at_;
};

namespace lifting {

/// How a value of C++ stands in a column.
template <typename Value>
struct Element;
template <typename Value, typename Storage, TypeKind Kind_>
struct PlainElement {
    using Stored = Storage;
    static constexpr TypeKind kKind = Kind_;
    static Value load(Stored stored) { return Value(stored); }
    static Stored store(Value value) { return Stored(value); }
};
template <>
struct Element<bool> : PlainElement<bool, std::uint8_t, TypeKind::boolean> {
    static bool load(std::uint8_t stored) { return stored != 0; }
};
template <>
struct Element<std::int64_t> : PlainElement<std::int64_t, std::int64_t, TypeKind::integer> {};
template <>
struct Element<double> : PlainElement<double, double, TypeKind::floating> {};
template <>
struct Element<Text> {
    using Stored = Text;
    static constexpr TypeKind kKind = TypeKind::text;
    static const Text& load(const Text& stored) { return stored; }
    static const Text& store(const Text& value) { return value; }
};
template <>
struct Element<std::string_view> {
    using Stored = Text;
    static constexpr TypeKind kKind = TypeKind::text;
    static std::string_view load(const Text& stored) { return stored.view(); }
    static Text store(std::string_view value) { return make_text(value.data(), value.size()); }
};
template <>
struct Element<Date> {
    using Stored = std::int32_t;
    static constexpr TypeKind kKind = TypeKind::date;
    static Date load(Stored stored) { return {stored}; }
    static Stored store(Date value) { return value.days; }
};
template <>
struct Element<Timestamp> {
    using Stored = std::int64_t;
    static constexpr TypeKind kKind = TypeKind::timestamp;
    static Timestamp load(Stored stored) { return {stored}; }
    static Stored store(Timestamp value) { return value.us; }
};
template <>
struct Element<Duration> {
    using Stored = std::int64_t;
    static constexpr TypeKind kKind = TypeKind::duration;
    static Duration load(Stored stored) { return {stored}; }
    static Stored store(Duration value) { return value.us; }
};

template <typename T>
concept IsElement = requires { typename Element<T>::Stored; };
template <typename T>
struct IsOptional : std::false_type {};
template <typename T>
struct IsOptional<std::optional<T>> : std::true_type {};

/// What a parameter of the row function takes.
enum class Takes : std::uint8_t { argument, nullable_argument, arena, prepared };
template <typename Parameter_>
constexpr Takes takes() {
    using Bare = std::remove_cvref_t<Parameter_>;
    if constexpr (std::is_same_v<Bare, Arena>) return Takes::arena;
    if constexpr (IsOptional<Bare>::value) return Takes::nullable_argument;
    if constexpr (IsElement<Bare>) return Takes::argument;
    return Takes::prepared;
}
constexpr bool is_argument(Takes takes) { return takes == Takes::argument || takes == Takes::nullable_argument; }

/// Reads one parameter row by row. A constant argument is read through a mask of 0, so that no row branches;
/// where all arguments are known to be flat the mask is left out.
template <typename Parameter_, Takes = takes<Parameter_>(), bool Flat = false>
class Input;

template <typename Parameter_, bool Flat>
class Input<Parameter_, Takes::argument, Flat> {
  public:
    using Bare = std::remove_cvref_t<Parameter_>;
    Input(const Call& call, std::size_t argument)
        : values_(call.in[argument]->data<typename Element<Bare>::Stored>()),
          valid_(call.in[argument]->valid),
          mask_(call.in[argument]->encoding == Encoding::constant ? 0 : UINT32_MAX) {}
    decltype(auto) get(std::uint32_t row) const { return Element<Bare>::load(values_[Flat ? row : row & mask_]); }
    bool valid(std::uint32_t row) const {
        const std::uint32_t at = row & mask_;
        return valid_ == nullptr || ((valid_[at >> 6] >> (at & 63)) & 1) != 0;
    }

  private:
    const typename Element<Bare>::Stored* values_;
    const std::uint64_t* valid_;
    std::uint32_t mask_;
};

template <typename Parameter_, bool Flat>
class Input<Parameter_, Takes::nullable_argument, Flat> {
  public:
    using Optional = std::remove_cvref_t<Parameter_>;
    using Bare = typename Optional::value_type;
    Input(const Call& call, std::size_t argument) {
        if (argument < call.in.size()) input_.emplace(call, argument);
    }
    Optional get(std::uint32_t row) const {
        if (!input_.has_value() || !input_->valid(row)) return std::nullopt;
        return input_->get(row);
    }
    bool valid(std::uint32_t /*row*/) const { return true; }

  private:
    std::optional<Input<Bare, Takes::argument, Flat>> input_;
};

template <typename Parameter_, bool Flat>
class Input<Parameter_, Takes::arena, Flat> {
  public:
    Input(const Call& call, std::size_t /*argument*/) : arena_(&call.arena) {}
    Arena& get(std::uint32_t /*row*/) const { return *arena_; }
    bool valid(std::uint32_t /*row*/) const { return true; }

  private:
    Arena* arena_;
};

template <typename Parameter_, bool Flat>
class Input<Parameter_, Takes::prepared, Flat> {
  public:
    static_assert(std::is_const_v<std::remove_reference_t<Parameter_>> && std::is_reference_v<Parameter_>,
                  "what was prepared is taken by const reference");
    using Bare = std::remove_cvref_t<Parameter_>;
    Input(const Call& call, std::size_t /*argument*/) : prepared_(static_cast<const Bare*>(call.prepared)) {}
    const Bare& get(std::uint32_t /*row*/) const { return *prepared_; }
    bool valid(std::uint32_t /*row*/) const { return true; }

  private:
    const Bare* prepared_;
};

/// Bits of a new validity bitmap, all set.
inline std::uint64_t* new_valid(const Call& call) {
    const std::size_t words = bitmap_words(call.row_count);
    auto* valid = call.arena.array<std::uint64_t>(words);
    std::memset(valid, 0xFF, words * sizeof(std::uint64_t));
    return valid;
}

/// Takes the results row by row.
template <typename Result>
class Output {
  public:
    static constexpr bool kNullable = false;
    static constexpr TypeKind kKind = Element<Result>::kKind;
    Output(const Call& call, Column& out) : values_(call.arena.array<Stored>(call.row_count)) { out.values = values_; }
    void put(std::uint32_t row, const Result& result) { values_[row] = Element<Result>::store(result); }

  private:
    using Stored = typename Element<Result>::Stored;
    Stored* values_;
};
template <typename Result>
class Output<std::optional<Result>> {
  public:
    static constexpr bool kNullable = true;
    static constexpr TypeKind kKind = Output<Result>::kKind;
    Output(const Call& call, Column& out) : output_(call, out), valid_(new_valid(call)) { out.valid = valid_; }
    void put(std::uint32_t row, const std::optional<Result>& result) {
        if (result.has_value())
            output_.put(row, *result);
        else
            put_null(row);
    }
    void put_null(std::uint32_t row) { valid_[row >> 6] &= ~(std::uint64_t{1} << (row & 63)); }

  private:
    Output<Result> output_;
    std::uint64_t* valid_;
};
template <typename Result>
class Output<Checked<Result>> : public Output<Result> {
  public:
    Output(const Call& call, Column& out) : Output<Result>(call, out), errors_(&call.errors) {}
    void put(std::uint32_t row, const Checked<Result>& result) {
        if (result.failed()) [[unlikely]]
            errors_->fail(row, result.error());
        else
            Output<Result>::put(row, result.value());
    }

  private:
    RowErrors* errors_;
};

/// A result that may also be null because an argument is.
template <typename Result>
struct WithNull {
    using Type = std::optional<Result>;
};
template <typename Result>
struct WithNull<std::optional<Result>> {
    using Type = std::optional<Result>;
};
template <typename Result>
struct WithNull<Checked<Result>> {
    using Type = Checked<typename WithNull<Result>::Type>;
};

template <typename Signature>
struct Row;
template <typename Result_, typename... Parameters>
struct Row<Result_ (*)(Parameters...)> {
    using Result = std::remove_cvref_t<Result_>;
    static constexpr std::size_t kSize = sizeof...(Parameters);
    static constexpr bool kSeesNulls = ((takes<Parameters>() == Takes::nullable_argument) || ...);
    static constexpr bool kPlain =
        (... && (takes<Parameters>() != Takes::argument || std::is_arithmetic_v<std::remove_cvref_t<Parameters>>));

    /// The number of the argument that parameter `number` reads, or would read next.
    static constexpr std::size_t argument_of(std::size_t number) {
        constexpr bool kArguments[] = {is_argument(takes<Parameters>())..., false};
        std::size_t argument = 0;
        for (std::size_t i = 0; i < number; ++i) argument += kArguments[i] ? 1 : 0;
        return argument;
    }

    template <auto Function, bool Flat, std::size_t... I>
    static void run(const Call& call, Column& out, std::index_sequence<I...> /*numbers*/) {
        const std::tuple<Input<Parameters, takes<Parameters>(), Flat>...> inputs{
            Input<Parameters, takes<Parameters>(), Flat>(call, argument_of(I))...};
        if constexpr (kSeesNulls) {
            Output<typename WithNull<Result>::Type> output(call, out);
            for_each_row(call.rows, [&](std::uint32_t row) {
                if ((std::get<I>(inputs).valid(row) && ...))
                    output.put(row, widen(Function(std::get<I>(inputs).get(row)...)));
                else
                    output.put_null(row);
            });
        } else {
            Output<Result> output(call, out);
            for_each_row(call.rows,
                         [&](std::uint32_t row) { output.put(row, Function(std::get<I>(inputs).get(row)...)); });
        }
    }
    template <typename Value>
    static typename WithNull<Result>::Type widen(const Value& value) {
        return value;
    }
    template <typename Value>
    static typename WithNull<Result>::Type widen(const Checked<Value>& value) {
        if (value.failed()) return value.error();
        return typename WithNull<Value>::Type(value.value());
    }

    template <auto Function>
    static void kernel(const Call& call, Column& out) {
        constexpr auto kNumbers = std::make_index_sequence<kSize>();
        if constexpr (kPlain) {
            bool flat = true;
            for (const Column* column : call.in) flat = flat && column->encoding == Encoding::flat;
            if (flat) return run<Function, true>(call, out, kNumbers);
        }
        run<Function, false>(call, out, kNumbers);
    }

    static const DataType* result(std::span<const Argument> arguments, SourceSpan /*call*/, Diagnostics& /*found*/) {
        bool nullable = Output<Result>::kNullable;
        if constexpr (kSeesNulls) {
            constexpr Takes kTakes[] = {takes<Parameters>()...};
            for (std::size_t i = 0; i < kSize; ++i)
                if (kTakes[i] == Takes::argument && arguments[argument_of(i)].type->nullable) nullable = true;
        }
        return simple_type(Output<Result>::kKind, nullable);
    }
};
template <typename Result_, typename... Parameters>
struct Row<Result_ (*)(Parameters...) noexcept> : Row<Result_ (*)(Parameters...)> {};

}  // namespace lifting

/// The kernel of a row function.
template <auto Function>
inline constexpr Kernel kLifted = &lifting::Row<decltype(Function)>::template kernel<Function>;

/// A result type that does not depend on the arguments.
template <TypeKind Kind, bool Nullable = false>
const DataType* gives(std::span<const Argument> /*arguments*/, SourceSpan /*call*/, Diagnostics& /*found*/) {
    return simple_type(Kind, Nullable);
}
/// The type of argument `Number`; not nullable, unless the kernel lets nulls through.
template <std::size_t Number = 0>
const DataType* gives_argument(std::span<const Argument> arguments, SourceSpan /*call*/, Diagnostics& /*found*/) {
    return with_nullable(arguments[Number].type, false);
}

/// The overload that a row function is: result type, kernel and null rule come from its signature.
template <auto Function>
constexpr Overload lift(std::span<const Parameter> parameters, Prepare prepare = nullptr) {
    using Row = lifting::Row<decltype(Function)>;
    return {parameters, &Row::result, kLifted<Function>, prepare, !Row::kSeesNulls};
}

}  // namespace etl
