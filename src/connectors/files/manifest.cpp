#include "connectors/files/manifest.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <string_view>

#include "base/error.hpp"
#include "base/json_writer.hpp"
#include "data/json_value.hpp"
#include "io/byte_reader.hpp"
#include "io/file_descriptor.hpp"
#include "io/file_error.hpp"
#include "io/sync_folder.hpp"

namespace etl {

namespace fs = std::filesystem;

namespace {

constexpr std::uint64_t kVersion = 1;
using Kind = JsonValue::Kind;

fs::path unfinished_path(const fs::path& target) {
    return target.parent_path() / ("." + target.filename().string() + ".etl-state.etl-inwork");
}

std::string to_json(const Manifest& manifest) {
    JsonWriter json;
    json.begin_object().field("version", kVersion).field("length", manifest.length).field("epoch", manifest.epoch);
    if (manifest.has_ended) json.field("ended", true);
    if (!manifest.staged.empty()) json.field("staged", manifest.staged);
    json.key("positions").begin_array();
    for (const auto& [pipeline, stored] : manifest.positions)
        json.begin_object()
            .field("pipeline", pipeline)
            .field("source", stored.source)
            .field("shard", stored.shard)
            .field("position", stored.text)
            .field("run", stored.run)
            .field("rejects_bytes", stored.rejects_bytes)
            .end_object();
    json.end_array();
    if (!manifest.parts.empty()) {
        json.key("parts").begin_object();
        for (const auto& [folders, length] : manifest.parts) json.field(folders, length);
        json.end_object();
    }
    json.end_object();
    return json.take() + "\n";
}

[[noreturn]] void throw_broken(const std::string& name) {
    throw Error("E533", name + ".etl-state, which says how much of " + name +
                            " was loaded, is broken; put back a copy of both, or load everything again with `--full`");
}

const JsonValue& member(const JsonValue& value, std::string_view key, Kind kind, const std::string& name) {
    const JsonValue* found = value.find(key, kind);
    if (found == nullptr) throw_broken(name);
    return *found;
}

void write_all(const FileDescriptor& file, std::string_view text, const std::string& name) {
    while (!text.empty()) {
        const ssize_t put = ::write(file.get(), text.data(), text.size());
        if (put < 0 && errno == EINTR) continue;
        if (put < 0) throw_file_error("write", name, errno);
        text.remove_prefix(static_cast<std::size_t>(put));
    }
}

/// Gives each of the two files the other's name. False: they have the names that they had.
bool exchange(const fs::path& one, const fs::path& other) {
#ifdef RENAME_EXCHANGE
    return ::renameat2(AT_FDCWD, one.c_str(), AT_FDCWD, other.c_str(), RENAME_EXCHANGE) == 0;
#else
    errno = ENOSYS;
    return false;
#endif
}

/// Whoever is told that nothing was committed must not find it committed: so the old manifest is kept until the new one
/// is durable.
void put_in_place(const fs::path& unfinished, const fs::path& path, const std::string& shown) {
    const bool has_old = exchange(unfinished, path);
    const bool is_first = !has_old && errno == ENOENT;
    if (!has_old && !is_first && errno != EINVAL && errno != ENOSYS) throw_file_error("write", shown, errno);
    if (!has_old && ::rename(unfinished.c_str(), path.c_str()) != 0) throw_file_error("write", shown, errno);
    const int reason = sync_folder(path.parent_path());
    if (reason == 0) return;
    if (has_old) ::rename(unfinished.c_str(), path.c_str());
    if (is_first) ::unlink(path.c_str());
    throw_file_error("write", shown, reason);
}

}  // namespace

fs::path manifest_path(const fs::path& target) {
    return target.parent_path() / (target.filename().string() + ".etl-state");
}

std::optional<Manifest> read_manifest(const fs::path& target, const std::string& name) {
    const fs::path path = manifest_path(target);
    std::error_code ignored;
    if (!fs::exists(path, ignored)) return std::nullopt;
    const auto json = parse_json(read_file({path, name + ".etl-state"}));
    if (!json) throw_broken(name);
    if (member(*json, "version", Kind::integer, name).integer != kVersion)
        throw Error("E533", name + ".etl-state was written by a later version of this program; use that one");
    Manifest manifest;
    manifest.length = member(*json, "length", Kind::integer, name).integer;
    manifest.epoch = member(*json, "epoch", Kind::integer, name).integer;
    if (const JsonValue* ended = json->find("ended", Kind::boolean)) manifest.has_ended = ended->boolean;
    if (const JsonValue* staged = json->find("staged", Kind::text)) manifest.staged = staged->text;
    if (manifest.staged.find('/') != std::string::npos) throw_broken(name);
    for (const JsonValue& item : member(*json, "positions", Kind::array, name).items) {
        Manifest::Position position;
        position.pipeline = member(item, "pipeline", Kind::text, name).text;
        position.stored.source = member(item, "source", Kind::text, name).text;
        position.stored.shard = member(item, "shard", Kind::text, name).text;
        position.stored.text = member(item, "position", Kind::text, name).text;
        position.stored.run = member(item, "run", Kind::text, name).text;
        position.stored.rejects_bytes = member(item, "rejects_bytes", Kind::integer, name).integer;
        manifest.positions.push_back(std::move(position));
    }
    if (const JsonValue* parts = json->find("parts", Kind::object))
        for (std::size_t i = 0; i < parts->names.size(); ++i) {
            const JsonValue& length = parts->items[i];
            if (length.kind != Kind::integer) throw_broken(name);
            manifest.parts[parts->names[i]] = length.integer;
        }
    return manifest;
}

std::vector<StoredPosition> Manifest::positions_of(const std::string& pipeline) const {
    std::vector<StoredPosition> found;
    for (const Position& position : positions)
        if (position.pipeline == pipeline) found.push_back(position.stored);
    return found;
}

void Manifest::store(const std::string& pipeline, std::span<const StoredPosition> stored) {
    for (const StoredPosition& one : stored) {
        std::erase_if(positions, [&](const Position& old) {
            return old.pipeline == pipeline && old.stored.source == one.source && old.stored.shard == one.shard;
        });
        if (!one.text.empty()) positions.push_back({pipeline, one});
    }
}

void write_manifest(const fs::path& target, const Manifest& manifest, const std::string& name) {
    const fs::path unfinished = unfinished_path(target);
    const std::string shown = name + ".etl-state";
    try {
        const FileDescriptor file(::open(unfinished.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666));
        if (!file) throw_file_error("write", shown, errno);
        write_all(file, to_json(manifest), shown);
        if (::fsync(file.get()) != 0) throw_file_error("write", shown, errno);
        put_in_place(unfinished, manifest_path(target), shown);
    } catch (...) {
        remove_unfinished_manifest(target);
        throw;
    }
    remove_unfinished_manifest(target);
}

void remove_unfinished_manifest(const fs::path& target) noexcept { ::unlink(unfinished_path(target).c_str()); }

}  // namespace etl
