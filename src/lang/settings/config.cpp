#include "lang/settings/config.hpp"

#include <toml++/toml.h>

#include <algorithm>
#include <optional>

#include "base/error.hpp"
#include "io/byte_reader.hpp"

namespace etl {

namespace {

/// Reads one etl.toml. toml++ keeps tables sorted by key; order has no meaning here.
class ConfigReader {
  public:
    ConfigReader(std::uint32_t file, const SourceTexts& texts, Diagnostics& diagnostics)
        : file_(file), text_(texts.text(file)), diagnostics_(diagnostics) {}

    void read(const std::string& profile, Config& config);

  private:
    void read_root(const toml::table& root, bool is_profile, Config& config);
    void read_connections(const toml::node& node, bool is_profile, Config& config);
    void read_state(const toml::node& node, Config& config);
    void read_profiles(const toml::node& node, const std::string& profile, Config& config);
    std::vector<GivenOption> read_options(const toml::table& table, std::string_view skipped = {},
                                          bool has_records = false);
    std::optional<GivenValue> read_value(const toml::node& node, bool has_records);
    std::optional<GivenValue> read_table(const toml::table& table, GivenValue value, bool has_records);
    const toml::table* table_of(const toml::node& node, std::string_view what);
    SourceSpan span_of(const toml::source_region& region) const;
    std::uint32_t offset_of(const toml::source_position& position) const;

    std::uint32_t file_;
    std::string_view text_;
    Diagnostics& diagnostics_;
};

/// toml++ counts lines and code points from 1.
std::uint32_t ConfigReader::offset_of(const toml::source_position& position) const {
    std::size_t at = 0;
    for (toml::source_index line = 1; line < position.line && at < text_.size(); ++line) {
        const std::size_t end = text_.find('\n', at);
        at = end == std::string_view::npos ? text_.size() : end + 1;
    }
    for (toml::source_index column = 1; column < position.column && at < text_.size(); ++column) {
        ++at;
        while (at < text_.size() && (static_cast<unsigned char>(text_[at]) & 0xC0) == 0x80) ++at;
    }
    return static_cast<std::uint32_t>(at);
}

SourceSpan ConfigReader::span_of(const toml::source_region& region) const {
    const std::uint32_t begin = offset_of(region.begin);
    return {file_, begin, std::max(begin, offset_of(region.end))};
}

const toml::table* ConfigReader::table_of(const toml::node& node, std::string_view what) {
    if (const toml::table* table = node.as_table(); table != nullptr) return table;
    diagnostics_.error("E351", span_of(node.source()), std::string(what) + " must be a table", "not a table",
                       {"write `[" + std::string(what) + "]` on a line of its own"});
    return nullptr;
}

/// A reference or, where there may be such, a record.
std::optional<GivenValue> ConfigReader::read_table(const toml::table& table, GivenValue value, bool has_records) {
    for (const char* key : {"env", "secret"}) {
        const toml::node* node = table.size() == 1 ? table.get(key) : nullptr;
        if (node == nullptr || !node->is_string()) continue;
        value.kind = key[0] == 'e' ? GivenValue::Kind::environment : GivenValue::Kind::secret;
        value.text = node->as_string()->get();
        value.loose = false;
        return value;
    }
    if (!has_records) {
        diagnostics_.error("E351", value.span, "a table has no place here", "not a value",
                           {"write a text, a number, or `{ env = \"NAME\" }` or `{ secret = \"name\" }`"});
        return std::nullopt;
    }
    value.kind = GivenValue::Kind::record;
    value.fields = read_options(table);
    return value;
}

std::optional<GivenValue> ConfigReader::read_value(const toml::node& node, bool has_records) {
    GivenValue value;
    value.span = span_of(node.source());
    value.loose = true;
    if (const auto* text = node.as_string(); text != nullptr) {
        value.text = text->get();
    } else if (const auto* whole = node.as_integer(); whole != nullptr) {
        value.kind = GivenValue::Kind::integer;
        value.integer = whole->get();
    } else if (const auto* number = node.as_floating_point(); number != nullptr) {
        value.kind = GivenValue::Kind::number;
        value.number = number->get();
    } else if (const auto* flag = node.as_boolean(); flag != nullptr) {
        value.kind = GivenValue::Kind::boolean;
        value.integer = flag->get() ? 1 : 0;
    } else if (const auto* list = node.as_array(); list != nullptr) {
        value.kind = GivenValue::Kind::texts;
        for (const toml::node& item : *list) {
            const auto* text_item = item.as_string();
            if (text_item == nullptr) {
                diagnostics_.error("E351", span_of(item.source()), "a list may hold texts only", "not a text");
                return std::nullopt;
            }
            value.texts.push_back(text_item->get());
        }
    } else if (const auto* table = node.as_table(); table != nullptr) {
        return read_table(*table, std::move(value), has_records);
    } else {
        diagnostics_.error("E351", value.span, "dates have no place in etl.toml", "write it as a text");
        return std::nullopt;
    }
    return value;
}

std::vector<GivenOption> ConfigReader::read_options(const toml::table& table, std::string_view skipped,
                                                    bool has_records) {
    std::vector<GivenOption> options;
    for (const auto& [key, node] : table) {
        if (key.str() == skipped) continue;
        if (auto value = read_value(node, has_records); value)
            options.push_back({std::string(key.str()), span_of(key.source()), std::move(*value)});
    }
    return options;
}

void lay_over(std::vector<GivenOption>& below, std::vector<GivenOption> above) {
    for (GivenOption& option : above) {
        const auto same =
            std::find_if(below.begin(), below.end(), [&](const GivenOption& each) { return each.name == option.name; });
        if (same != below.end())
            *same = std::move(option);
        else
            below.push_back(std::move(option));
    }
}

void ConfigReader::read_connections(const toml::node& node, bool is_profile, Config& config) {
    const toml::table* tables = table_of(node, "connection");
    if (tables == nullptr) return;
    for (const auto& [key, entry] : *tables) {
        const toml::table* table = table_of(entry, "connection." + std::string(key.str()));
        if (table == nullptr) continue;
        const auto same = std::find_if(config.connections.begin(), config.connections.end(),
                                       [&](const ConfigConnection& each) { return each.name == key.str(); });
        ConfigConnection made;
        if (same != config.connections.end()) made = *same;
        made.name = std::string(key.str());
        made.span = span_of(key.source());
        made.from_profile = is_profile;
        const toml::node* kind = table->get("kind");
        if (kind != nullptr && kind->is_string()) {
            const std::string name = kind->as_string()->get();
            if (name != made.kind) made.options.clear();
            made.kind = name;
            made.kind_span = span_of(kind->source());
        } else if (made.kind.empty()) {
            diagnostics_.error("E351", made.span, "connection `" + made.name + "` has no kind",
                               "no `kind` in this table", {"write `kind = \"sqlite\"`"});
            continue;
        }
        lay_over(made.options, read_options(*table, "kind"));
        if (same != config.connections.end())
            *same = std::move(made);
        else
            config.connections.push_back(std::move(made));
    }
}

void ConfigReader::read_root(const toml::table& root, bool is_profile, Config& config) {
    for (const auto& [key, node] : root) {
        const std::string_view name = key.str();
        if (name == "connection") {
            read_connections(node, is_profile, config);
        } else if (name == "settings" || name == "params") {
            if (const toml::table* table = table_of(node, name); table != nullptr)
                lay_over(name == "settings" ? config.settings : config.params,
                         read_options(*table, {}, name == "settings"));
        } else if (name == "state") {
            read_state(node, config);
        } else if (name != "profile" || is_profile) {
            std::vector<std::string> notes;
            if (std::string near = did_you_mean(name, {"connection", "settings", "params", "state", "profile"});
                !near.empty())
                notes.push_back(std::move(near));
            diagnostics_.error(
                "E351", span_of(key.source()), "unknown entry `" + std::string(name) + "`",
                "there are connection, settings, params, state" + std::string(is_profile ? "" : ", profile"),
                std::move(notes));
        }
    }
}

/// `state = "folder"`, or a table with `folder` and what is kept there.
void ConfigReader::read_state(const toml::node& node, Config& config) {
    if (const auto* folder = node.as_string(); folder != nullptr) {
        config.state = folder->get();
        return;
    }
    const toml::table* table = table_of(node, "state");
    if (table == nullptr) return;
    for (const auto& [key, entry] : *table) {
        const std::string_view name = key.str();
        const bool is_count = name == "keep_runs" || name == "keep_days";
        const auto* count = entry.as_integer();
        if (name == "folder" && entry.is_string())
            config.state = entry.as_string()->get();
        else if (is_count && count != nullptr && count->get() >= 1)
            (name == "keep_runs" ? config.retention.runs : config.retention.days) =
                static_cast<std::uint64_t>(count->get());
        else
            diagnostics_.error(
                "E351", span_of(is_count ? entry.source() : key.source()),
                "wrong entry `" + std::string(name) + "` of `state`",
                is_count ? "must be a whole number, at least 1" : "there are folder, keep_runs, keep_days");
    }
}

void ConfigReader::read_profiles(const toml::node& node, const std::string& profile, Config& config) {
    const toml::table* profiles = table_of(node, "profile");
    if (profiles == nullptr) return;
    if (const toml::node* chosen = profiles->get(profile); chosen != nullptr) {
        if (const toml::table* table = table_of(*chosen, "profile." + profile); table != nullptr)
            read_root(*table, true, config);
        return;
    }
    std::vector<std::string> names;
    for (const auto& [key, each] : *profiles) names.emplace_back(key.str());
    diagnostics_.error("E351", span_of(node.source()), "unknown profile `" + profile + "`",
                       "there are " + list_names(names));
}

void ConfigReader::read(const std::string& profile, Config& config) {
    try {
        const toml::table root = toml::parse(text_);
        read_root(root, false, config);
        const toml::node* profiles = root.get("profile");
        if (profile.empty()) return;
        if (profiles != nullptr)
            read_profiles(*profiles, profile, config);
        else
            diagnostics_.error("E351", {file_, 0, 0}, "unknown profile `" + profile + "`",
                               "no profile is described here");
    } catch (const toml::parse_error& error) {
        diagnostics_.error("E350", span_of(error.source()), "the file cannot be read as TOML",
                           std::string(error.description()));
    }
}

std::filesystem::path find_config(std::filesystem::path folder) {
    for (;;) {
        std::error_code ignored;
        if (std::filesystem::is_regular_file(folder / "etl.toml", ignored)) return folder / "etl.toml";
        if (!folder.has_relative_path()) return {};
        folder = folder.parent_path();
    }
}

}  // namespace

Config load_config(const std::filesystem::path& named, const std::filesystem::path& folder, const std::string& profile,
                   SourceTexts& texts, Diagnostics& diagnostics) {
    Config config;
    config.path = named.empty() ? find_config(folder) : named;
    if (config.path.empty()) {
        if (!profile.empty())
            throw Error("E401", "profile " + profile + ": there is no etl.toml in " + folder.string() + " or above it");
        return config;
    }
    const std::uint32_t file = texts.add(config.path.string(), read_file({config.path, config.path.string()}));
    ConfigReader(file, texts, diagnostics).read(profile, config);
    return config;
}

std::filesystem::path state_folder(const Config& config, const std::filesystem::path& folder) {
    if (config.path.empty()) return folder / ".etl";
    const std::filesystem::path beside = config.path.parent_path();
    return config.state.empty() ? beside / ".etl" : (beside / config.state).lexically_normal();
}

}  // namespace etl
