#include "state/reject_groups.hpp"

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <map>
#include <system_error>

#include "base/error.hpp"
#include "data/json_value.hpp"
#include "plan/reject_cause.hpp"

namespace etl {

namespace {

constexpr std::size_t kMostGroups = 1000;

std::string text_of(const JsonValue& reject, std::string_view name) {
    const JsonValue* value = reject.find(name, JsonValue::Kind::text);
    return value == nullptr ? "" : value->text;
}

}  // namespace

std::vector<RejectGroup> group_rejects(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    if (!in) throw Error("E540", file.string() + " cannot be read: " + std::generic_category().message(errno));
    std::map<std::string, RejectGroup> groups;
    std::uint64_t number = 0;
    for (std::string line; std::getline(in, line);) {
        ++number;
        const auto reject = parse_json(line);
        const JsonValue* reason = reject ? reject->find("reason", JsonValue::Kind::text) : nullptr;
        if (reason == nullptr || in.eof())
            throw Error("E541", file.string() + ":" + std::to_string(number) +
                                    " is no whole reject of a run: the file "
                                    "was cut or changed");
        const std::string column = text_of(*reject, "column");
        const std::string value = text_of(*reject, "value");
        std::string cause = reject_cause(text_of(*reject, "stage"), column, value, reason->text);
        if (groups.size() >= kMostGroups && !groups.contains(cause)) cause = "other reasons";
        RejectGroup& group = groups[cause];
        if (group.count++ > 0) continue;
        group.cause = cause;
        group.column = column;
        group.value = value;
        group.file = text_of(*reject, "file");
        const JsonValue* place = reject->find("line", JsonValue::Kind::integer);
        group.line = place == nullptr ? 0 : place->integer;
    }
    std::vector<RejectGroup> sorted;
    for (auto& [cause, group] : groups) sorted.push_back(std::move(group));
    std::stable_sort(sorted.begin(), sorted.end(),
                     [](const RejectGroup& a, const RejectGroup& b) { return a.count > b.count; });
    return sorted;
}

}  // namespace etl
