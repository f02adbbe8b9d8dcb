#include <cctz/time_zone.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <map>
#include <memory>
#include <mutex>

#include "data/time.hpp"

namespace etl {

namespace {

using Instant = cctz::time_point<cctz::seconds>;

constexpr std::int64_t kBucketShift = 44;                             // 203 days: no more than a few changes of a clock
constexpr std::int64_t kTableBegin_us = -2'208'988'800 * kSecond_us;  // 1900
constexpr std::int64_t kTableEnd_us = 7'258'118'400 * kSecond_us;     // 2200
constexpr std::int64_t kFirstBucket = kTableBegin_us >> kBucketShift;
constexpr std::int64_t kLastBucket = kTableEnd_us >> kBucketShift;

Instant instant_at(std::int64_t seconds) { return Instant(cctz::seconds(seconds)); }

std::int64_t us_of(Instant instant) { return instant.time_since_epoch().count() * kSecond_us; }

std::int64_t offset_by_cctz(const cctz::time_zone& zone, std::int64_t utc_us) {
    return zone.lookup(instant_at(floor_divide(utc_us, kSecond_us))).offset * kSecond_us;
}

/// "+02:00", "-0330", "+02": seconds east of UTC.
std::optional<std::int32_t> parse_offset(std::string_view name) {
    if (name.size() < 3 || (name[0] != '+' && name[0] != '-')) return std::nullopt;
    std::string digits;
    for (std::size_t i = 1; i < name.size(); ++i) {
        if (name[i] == ':' && i == 3 && name.size() == 6) continue;
        if (name[i] < '0' || name[i] > '9') return std::nullopt;
        digits += name[i];
    }
    if (digits.size() != 2 && digits.size() != 4) return std::nullopt;
    const int hours = (digits[0] - '0') * 10 + digits[1] - '0';
    const int minutes = digits.size() == 4 ? (digits[2] - '0') * 10 + digits[3] - '0' : 0;
    if (hours > 23 || minutes > 59) return std::nullopt;
    const int seconds = (hours * 60 + minutes) * 60;
    return name[0] == '-' ? -seconds : seconds;
}

}  // namespace

/// The changes of a zone's clock from 1900 to 2200; beyond them cctz is asked.
struct TimeZone::Table {
    std::string name;
    cctz::time_zone zone;
    std::vector<std::int64_t> starts_us;   // ascending; the first is below every instant of the table
    std::vector<std::int64_t> offsets_us;  // from starts_us[i] on
    std::array<std::uint32_t, kLastBucket - kFirstBucket + 1> first_in_bucket{};  // in force when the bucket begins

    void fill() {
        starts_us.push_back(INT64_MIN);
        offsets_us.push_back(offset_by_cctz(zone, kTableBegin_us - kDay_us));
        Instant at = instant_at(kTableBegin_us / kSecond_us - 86'400);
        cctz::time_zone::civil_transition change;
        while (zone.next_transition(at, &change)) {
            const Instant next = zone.lookup(change.to).trans;
            const std::int64_t start_us = us_of(next);
            if (start_us >= kTableEnd_us || next <= at) break;
            const std::int64_t offset_us = offset_by_cctz(zone, start_us);
            if (offset_us != offsets_us.back()) {
                starts_us.push_back(start_us);
                offsets_us.push_back(offset_us);
            }
            at = next;
        }
        std::uint32_t in_force = 0;
        for (std::size_t i = 0; i < first_in_bucket.size(); ++i) {
            const std::int64_t begin_us = (kFirstBucket + static_cast<std::int64_t>(i)) << kBucketShift;
            while (in_force + 1 < starts_us.size() && starts_us[in_force + 1] <= begin_us) ++in_force;
            first_in_bucket[i] = in_force;
        }
    }

    cctz::time_zone::civil_lookup look_up(std::int64_t local_us) const {
        const CivilTime civil = civil_from_us(local_us);
        return zone.lookup(cctz::civil_second(civil.date.year, static_cast<int>(civil.date.month),
                                              static_cast<int>(civil.date.day), static_cast<int>(civil.hour),
                                              static_cast<int>(civil.minute), static_cast<int>(civil.second)));
    }

    std::size_t find(std::int64_t utc_us) const {
        std::size_t at = first_in_bucket[static_cast<std::size_t>((utc_us >> kBucketShift) - kFirstBucket)];
        while (at + 1 < starts_us.size() && starts_us[at + 1] <= utc_us) ++at;
        return at;
    }
};

std::optional<TimeZone> TimeZone::find(std::string_view name) {
    if (name == "UTC" || name == "Z" || name == "Etc/UTC") return TimeZone();
    static std::mutex mutex;
    // Never destroyed: handles are used until the very end of the program.
    static auto* const zones = new std::map<std::string, std::unique_ptr<const Table>, std::less<>>;
    const std::lock_guard lock(mutex);
    if (const auto known = zones->find(name); known != zones->end()) return TimeZone(known->second.get());
    auto table = std::make_unique<Table>();
    table->name = name;
    if (const auto offset = parse_offset(name)) {
        if (*offset == 0) return TimeZone();
        table->zone = cctz::fixed_time_zone(cctz::seconds(*offset));
    } else if (name.empty() || name[0] == '/' || name[0] == ':' || name.find("..") != std::string_view::npos ||
               name == "localtime" || !cctz::load_time_zone(table->name, &table->zone)) {
        return std::nullopt;
    }
    table->fill();
    return TimeZone(zones->emplace(table->name, std::move(table)).first->second.get());
}

std::string TimeZone::name() const { return table_ == nullptr ? "UTC" : table_->name; }

std::int64_t TimeZone::offset_us(std::int64_t utc_us) const {
    if (table_ == nullptr) return 0;
    if (utc_us < kTableBegin_us || utc_us >= kTableEnd_us) return offset_by_cctz(table_->zone, utc_us);
    return table_->offsets_us[table_->find(utc_us)];
}

bool TimeZone::to_utc(std::int64_t local_us, std::int64_t& utc_us) const {
    if (table_ == nullptr) {
        utc_us = local_us;
        return local_us >= kFirstTimestamp && local_us <= kLastTimestamp;
    }
    if (local_us >= kTableBegin_us + 2 * kDay_us && local_us < kTableEnd_us - 2 * kDay_us) {
        // Far from a change of the clock there is one answer.
        const std::size_t at = table_->find(local_us - kDay_us);
        if (at + 1 == table_->starts_us.size() || table_->starts_us[at + 1] > local_us + kDay_us) {
            utc_us = local_us - table_->offsets_us[at];
            return true;
        }
    }
    const auto found = table_->look_up(local_us);
    utc_us = us_of(found.pre) + local_us - floor_divide(local_us, kSecond_us) * kSecond_us;
    return found.kind != cctz::time_zone::civil_lookup::SKIPPED && utc_us >= kFirstTimestamp &&
           utc_us <= kLastTimestamp;
}

std::int64_t TimeZone::first_instant(std::int64_t local_us) const {
    std::int64_t utc_us = 0;
    if (to_utc(local_us, utc_us)) return utc_us;
    if (table_ == nullptr) return local_us;
    const auto found = table_->look_up(local_us);
    return found.kind == cctz::time_zone::civil_lookup::SKIPPED ? us_of(found.trans) : utc_us;
}

}  // namespace etl
