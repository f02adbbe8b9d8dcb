#include <unordered_map>

#include "base/error.hpp"
#include "expr/lift.hpp"

namespace etl {
namespace {

struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
};

/// 8 zero bytes stand behind each value: so many may be read behind every text.
struct Mapping {
    static constexpr std::size_t kPadding_bytes = 8;
    std::unordered_map<std::string, std::string, TextHash, std::equal_to<>> values;
};

std::shared_ptr<const void> prepare(std::span<const Argument> arguments, const DataType* /*result*/,
                                    PrepareContext& context, Diagnostics& diagnostics) {
    const auto* address = std::get_if<std::string>(&arguments[1].constant->data);
    if (address == nullptr) {
        diagnostics.error("E206", arguments[1].span, "the file of `lookup_value` is null");
        return nullptr;
    }
    try {
        const Table table = context.read_table(*address);
        if (table.columns.size() < 2)
            throw Error("E404", *address + " has no second column; lookup_value wants a key and a value");
        auto mapping = std::make_shared<Mapping>();
        for (const auto& row : table.rows)
            if (!mapping->values.try_emplace(row[0], row[1] + std::string(Mapping::kPadding_bytes, 0)).second)
                throw Error("E404", *address + " holds the key \"" + row[0] + "\" twice");
        return mapping;
    } catch (const Error& error) {
        diagnostics.error(error.code(), arguments[1].span, error.what());
        return nullptr;
    }
}

/// A view of what was prepared, which outlives the run.
std::optional<std::string_view> lookup_value(std::string_view key, std::string_view /*file*/, const Mapping& mapping) {
    const auto found = mapping.values.find(key);
    if (found == mapping.values.end()) return std::nullopt;
    return std::string_view(found->second).substr(0, found->second.size() - Mapping::kPadding_bytes);
}

constexpr Parameter kParameters[] = {
    {"value", TypePattern::text},
    {.name = "file",
     .pattern = TypePattern::text,
     .summary = "A CSV file: its first column is the key, the second the value.",
     .constant = true},
};
constexpr Overload kOverloads[] = {lift<lookup_value>(kParameters, prepare)};
constexpr FunctionSpec kSpec{
    .name = "lookup_value",
    .category = "lookup",
    .summary = "What stands beside a text in a file of two columns; null where it does not stand there.",
    .overloads = kOverloads,
    .examples = {}};
const Registration<FunctionSpec> kRegistration{kSpec};

}  // namespace
}  // namespace etl
