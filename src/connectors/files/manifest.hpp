#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "component/incremental.hpp"

namespace etl {

/// What a file target holds: NAME.etl-state beside it. Bytes behind the length belong to no commit: a run that was
/// killed left them, or another program has added them.
struct Manifest {
    struct Position {
        std::string pipeline;
        StoredPosition stored;
    };

    std::uint64_t length = 0;
    std::uint64_t epoch = 0;  // of the run that took the target over last
    bool has_ended = false;   // that run: no bytes behind the length are its
    std::string staged;       // name of the file beside that is to take the target's place; empty: it has
    std::vector<Position> positions;
    std::map<std::string, std::uint64_t> parts;  // of `partition by`: the lengths of the files, by their folders

    std::vector<StoredPosition> positions_of(const std::string& pipeline) const;
    /// Others stay; one with an empty text goes.
    void store(const std::string& pipeline, std::span<const StoredPosition> stored);
};

std::filesystem::path manifest_path(const std::filesystem::path& target);
/// Nothing where there is none. Throws Error: E533 where it is broken or of a later version.
std::optional<Manifest> read_manifest(const std::filesystem::path& target, const std::string& name);
/// Durable, in the place of the old one, when this returns. The target's lock is held. Throws Error.
void write_manifest(const std::filesystem::path& target, const Manifest& manifest, const std::string& name);
/// What a killed write_manifest left.
void remove_unfinished_manifest(const std::filesystem::path& target) noexcept;

}  // namespace etl
