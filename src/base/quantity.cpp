#include "base/quantity.hpp"

#include <cmath>
#include <cstdio>

namespace etl {

namespace {

struct Unit {
    std::string_view name;
    std::int64_t factor;
};

constexpr Unit kSizes[] = {{"KB", 1LL << 10}, {"MB", 1LL << 20}, {"GB", 1LL << 30}, {"TB", 1LL << 40}, {"B", 1}};
constexpr Unit kTimes[] = {{"ms", 1}, {"s", 1000}, {"m", 60'000}, {"h", 3'600'000}, {"d", 86'400'000}};

template <std::size_t N>
std::optional<std::int64_t> parse_units(std::string_view text, const Unit (&units)[N]) {
    if (text.empty()) return std::nullopt;
    double total = 0;
    while (!text.empty()) {
        double number = 0;
        double place = 0;
        std::size_t digits = 0;
        for (; digits < text.size(); ++digits) {
            const char c = text[digits];
            if (c == '.' && place == 0 && digits > 0) {
                place = 1;
                continue;
            }
            if (c < '0' || c > '9') break;
            if (place > 0) {
                place /= 10;
                number += (c - '0') * place;
            } else {
                number = number * 10 + (c - '0');
            }
        }
        if (digits == 0) return std::nullopt;
        text.remove_prefix(digits);
        const Unit* unit = nullptr;
        for (const Unit& candidate : units)
            if (unit == nullptr && text.starts_with(candidate.name)) unit = &candidate;
        if (unit == nullptr) return std::nullopt;
        text.remove_prefix(unit->name.size());
        total += number * static_cast<double>(unit->factor);
    }
    if (total > 9.0e18) return std::nullopt;
    return std::llround(total);
}

}  // namespace

std::optional<std::int64_t> parse_size_bytes(std::string_view text) { return parse_units(text, kSizes); }

std::optional<std::int64_t> parse_duration_ms(std::string_view text) { return parse_units(text, kTimes); }

std::string format_bytes(std::uint64_t bytes) {
    constexpr const char* kNames[] = {"B", "KiB", "MiB", "GiB", "TiB"};
    auto number = static_cast<double>(bytes);
    std::size_t unit = 0;
    while (number >= 1024 && unit < 4) {
        number /= 1024;
        ++unit;
    }
    char out[48];
    std::snprintf(out, sizeof out, unit == 0 || number >= 100 ? "%.0f %s" : "%.1f %s", number, kNames[unit]);
    return out;
}

std::string format_count(std::uint64_t count) {
    std::string out = std::to_string(count);
    for (std::size_t at = out.size(); at > 3; at -= 3) out.insert(at - 3, ",");
    return out;
}

std::string format_seconds(double seconds) {
    char out[64];
    const auto whole = static_cast<long long>(seconds);
    if (seconds < 60)
        std::snprintf(out, sizeof out, seconds < 10 ? "%.2f s" : "%.1f s", seconds);
    else if (seconds < 3600)
        std::snprintf(out, sizeof out, "%lld min %lld s", whole / 60, whole % 60);
    else
        std::snprintf(out, sizeof out, "%lld h %lld min", whole / 3600, whole / 60 % 60);
    return out;
}

}  // namespace etl
