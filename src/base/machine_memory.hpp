#pragma once

#include <cstdint>
#include <filesystem>
#include <string_view>

namespace etl {

/// What the machine has, or less if the container (a cgroup of version 1 or 2) may use less.
std::uint64_t machine_memory_bytes();

/// The least limit of the cgroups that a process is in and of those about them; UINT64_MAX: none. cgroups: what
/// /proc/self/cgroup holds; root: where they are mounted, /sys/fs/cgroup.
std::uint64_t cgroup_memory_bytes(std::string_view cgroups, const std::filesystem::path& root);

}  // namespace etl
