#include "data/compare.hpp"
#include "expr/aggregate_choice.hpp"

// min and max.

namespace etl {
namespace {

template <typename Stored>
bool comes_before(const Stored& a, const Stored& b) {
    return a < b;
}
template <>
bool comes_before(const Text& a, const Text& b) {
    return compare_texts(a, b) < 0;
}
template <>
bool comes_before(const double& a, const double& b) {
    return compare_floats(a, b) < 0;
}

template <bool Greatest>
struct BySize {
    template <typename Stored>
    bool prefers(const Stored& value, std::uint64_t /*order*/, const Stored& kept) const {
        return Greatest ? comes_before(kept, value) : comes_before(value, kept);
    }
    void take(std::uint64_t /*order*/) {}
    std::uint64_t order() const { return 0; }
};

constexpr Example kMinExamples[] = {{"min([3, 1, null])", "1"}, {R"(min(["b", "a"]))", R"("a")"}};
constexpr AggregateSpec kMin{.name = "min",
                             .summary = "The least of the values that are not null; null over nothing.",
                             .overloads = kChoiceOverloads<BySize<false>>,
                             .examples = kMinExamples};
const Registration<AggregateSpec> kMinRegistration{kMin};

constexpr Example kMaxExamples[] = {{"max([3, 1, null])", "3"}, {"max([1.5, 1.25])", "1.50"}};
constexpr AggregateSpec kMax{.name = "max",
                             .summary = "The greatest of the values that are not null; null over nothing.",
                             .overloads = kChoiceOverloads<BySize<true>>,
                             .examples = kMaxExamples};
const Registration<AggregateSpec> kMaxRegistration{kMax};

}  // namespace
}  // namespace etl
