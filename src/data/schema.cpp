#include "data/schema.hpp"

namespace etl {

std::optional<std::uint32_t> Schema::find(std::string_view name, std::string_view qualifier) const {
    for (std::uint32_t i = 0; i < size(); ++i)
        if (fields[i].name == name && fields[i].qualifier == qualifier) return i;
    return std::nullopt;
}

std::vector<std::string> Schema::names() const {
    std::vector<std::string> all;
    all.reserve(fields.size());
    for (const auto& field : fields)
        all.push_back(field.qualifier.empty() ? field.name : field.qualifier + "." + field.name);
    return all;
}

}  // namespace etl
