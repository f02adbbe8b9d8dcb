#include "base/machine_memory.hpp"

#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <string>

namespace etl {

namespace {

/// UINT64_MAX where there is no such file, or no number ("max") in it.
std::uint64_t read_limit(const std::filesystem::path& path) {
    std::ifstream in(path);
    std::uint64_t bytes = 0;
    return in >> bytes ? bytes : UINT64_MAX;
}

/// Of the group and of all about it. Within a container its own group is often mounted as the root.
std::uint64_t least_limit(const std::filesystem::path& root, std::string_view group, const char* file) {
    std::uint64_t least = read_limit(root / file);
    std::filesystem::path path = root;
    for (const auto& part : std::filesystem::path(group).relative_path()) {
        path /= part;
        least = std::min(least, read_limit(path / file));
    }
    return least;
}

bool has_controller(std::string_view controllers, std::string_view name) {
    while (!controllers.empty()) {
        const std::size_t comma = controllers.find(',');
        if (controllers.substr(0, comma) == name) return true;
        if (comma == std::string_view::npos) break;
        controllers.remove_prefix(comma + 1);
    }
    return false;
}

}  // namespace

std::uint64_t cgroup_memory_bytes(std::string_view cgroups, const std::filesystem::path& root) {
    std::uint64_t least = UINT64_MAX;
    // A line is "NUMBER:CONTROLLERS:GROUP"; version 2 has one, without controllers.
    while (!cgroups.empty()) {
        const std::string_view line = cgroups.substr(0, cgroups.find('\n'));
        cgroups.remove_prefix(std::min(cgroups.size(), line.size() + 1));
        const std::size_t first = line.find(':');
        const std::size_t second = first == std::string_view::npos ? first : line.find(':', first + 1);
        if (second == std::string_view::npos) continue;
        const std::string_view controllers = line.substr(first + 1, second - first - 1);
        const std::string_view group = line.substr(second + 1);
        if (controllers.empty())
            least = std::min(least, least_limit(root, group, "memory.max"));
        else if (has_controller(controllers, "memory"))
            least = std::min(least, least_limit(root / "memory", group, "memory.limit_in_bytes"));
    }
    return least;
}

std::uint64_t machine_memory_bytes() {
    const std::uint64_t all =
        static_cast<std::uint64_t>(sysconf(_SC_PHYS_PAGES)) * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
    std::ifstream in("/proc/self/cgroup");
    const std::string cgroups{std::istreambuf_iterator<char>(in), {}};
    return std::min(all, cgroup_memory_bytes(cgroups, "/sys/fs/cgroup"));
}

}  // namespace etl
