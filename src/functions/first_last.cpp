#include "expr/aggregate_choice.hpp"

// first and last, in the order of the source.

namespace etl {
namespace {

template <bool Last>
struct ByOrder {
    std::uint64_t at = 0;

    template <typename Stored>
    bool prefers(const Stored& /*value*/, std::uint64_t order, const Stored& /*kept*/) const {
        return Last ? order >= at : order < at;
    }
    void take(std::uint64_t order) { at = order; }
    std::uint64_t order() const { return at; }
};

constexpr Example kFirstExamples[] = {{"first([null, 3, 1])", "3"}};
constexpr AggregateSpec kFirst{.name = "first",
                               .summary = "The first value that is not null, in the order of the source.",
                               .overloads = kChoiceOverloads<ByOrder<false>>,
                               .examples = kFirstExamples};
const Registration<AggregateSpec> kFirstRegistration{kFirst};

constexpr Example kLastExamples[] = {{"last([3, 1, null])", "1"}};
constexpr AggregateSpec kLast{.name = "last",
                              .summary = "The last value that is not null, in the order of the source.",
                              .overloads = kChoiceOverloads<ByOrder<true>>,
                              .examples = kLastExamples};
const Registration<AggregateSpec> kLastRegistration{kLast};

}  // namespace
}  // namespace etl
