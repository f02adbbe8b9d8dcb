#include "plan/replay/row_numbers.hpp"

#include <algorithm>
#include <charconv>

#include "base/error.hpp"

namespace etl {

RowNumbers RowNumbers::parse(const std::string& text) {
    RowNumbers made;
    const char* at = text.data();
    const char* const end = at + text.size();
    const auto take = [&](std::uint64_t& number) {
        const auto [behind, failed] = std::from_chars(at, end, number);
        if (failed != std::errc()) throw Error("E532", "the stored position \"" + text + "\" is not one of rejects");
        at = behind;
    };
    while (at < end) {
        Range range{};
        take(range.first);
        range.second = range.first;
        if (at < end && *at == '-') {
            ++at;
            take(range.second);
        }
        made.add(range);
        if (at < end) ++at;
    }
    return made;
}

std::string RowNumbers::text() const {
    std::string text;
    for (const auto& [first, last] : ranges_) {
        if (!text.empty()) text += ' ';
        text += std::to_string(first);
        if (last > first) text += "-" + std::to_string(last);
    }
    return text;
}

bool RowNumbers::contains(std::uint64_t number) const {
    const auto behind = std::upper_bound(ranges_.begin(), ranges_.end(), number,
                                         [](std::uint64_t wanted, const Range& range) { return wanted < range.first; });
    return behind != ranges_.begin() && std::prev(behind)->second >= number;
}

void RowNumbers::add(std::uint64_t number) { add(Range{number, number}); }

void RowNumbers::add(const RowNumbers& others) {
    for (const Range& range : others.ranges_) add(range);
}

RowNumbers RowNumbers::common(const RowNumbers& others) const {
    RowNumbers made;
    for (auto a = ranges_.begin(), b = others.ranges_.begin(); a != ranges_.end() && b != others.ranges_.end();) {
        const Range both{std::max(a->first, b->first), std::min(a->second, b->second)};
        if (both.first <= both.second) made.ranges_.push_back(both);
        if (a->second < b->second)
            ++a;
        else
            ++b;
    }
    return made;
}

void RowNumbers::add(Range range) {
    const auto first = std::lower_bound(ranges_.begin(), ranges_.end(), range, [](const Range& a, const Range& b) {
        return a.second < b.first && a.second + 1 < b.first;
    });
    auto last = first;
    for (; last != ranges_.end() && last->first <= range.second + 1; ++last)
        range = {std::min(range.first, last->first), std::max(range.second, last->second)};
    ranges_.insert(ranges_.erase(first, last), range);
}

}  // namespace etl
