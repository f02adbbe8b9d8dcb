#include "lang/bind/target_mode.hpp"

#include <algorithm>

namespace etl::bind {

namespace {

using Kind = ast::Mode::Kind;

constexpr const char* kModes = "there are append always, replace, upsert by";

std::string mode_words(const ast::Mode& mode) {
    switch (mode.kind) {
        case Kind::append: return "append";
        case Kind::replace:
            return mode.where != nullptr ? "replace where" : (mode.keys.empty() ? "replace" : "replace by");
        case Kind::upsert: return mode.delete_when != nullptr ? "upsert by ... delete when" : "upsert by";
        case Kind::update: return "update by";
        case Kind::remove: return "delete by";
        case Kind::history: break;
    }
    return "history by";
}

bool is_built(const ast::Mode& mode) {
    if (mode.kind == Kind::append) return true;
    if (mode.kind == Kind::replace) return mode.where == nullptr && mode.keys.empty();
    return mode.kind == Kind::upsert && mode.delete_when == nullptr;
}

bool bind_key(const ast::Name& name, const Schema& schema, bool open, BoundMode& made, Context& context) {
    const auto number = schema.find(name.text);
    if (!number) {
        if (open) return false;
        std::vector<std::string> notes;
        if (std::string near = did_you_mean(name.text, schema.names()); !near.empty()) notes.push_back(std::move(near));
        context.diagnostics.error("E203", name.span, "unknown column `" + name.text + "`",
                                  "the stage before has " + list_names(schema.names()), std::move(notes));
        return false;
    }
    const DataType* type = schema.fields[*number].type;
    if (type == nullptr) return false;
    if (type->nullable) {
        context.diagnostics.error("E209", name.span, "key `" + name.text + "` can be null",
                                  "of type " + to_string(type),
                                  {"take the nulls out before: `filter " + name.text + " is not null`"});
        return false;
    }
    if (std::find(made.keys.begin(), made.keys.end(), *number) != made.keys.end()) {
        context.diagnostics.error("E217", name.span, "`" + name.text + "` stands twice in the key", "named before");
        return false;
    }
    made.keys.push_back(*number);
    return true;
}

}  // namespace

std::optional<BoundMode> bind_mode(const ast::Mode* mode, const Address& address, const Schema& schema, bool open,
                                   Context& context) {
    BoundMode made;
    if (mode == nullptr) {
        if (!address.connector->is_table) return made;
        context.diagnostics.error("E440", address.span, "how is this table loaded?", "the mode must be written",
                                  {"write `append always`, `replace` or `upsert by KEY` behind it"});
        return std::nullopt;
    }
    if (!is_built(*mode)) {
        context.diagnostics.error("E442", mode->span, "unknown mode `" + mode_words(*mode) + "`", kModes);
        return std::nullopt;
    }
    if (!address.connector->is_table && mode->kind != Kind::replace) {
        context.diagnostics.error("E443", mode->span, "a file cannot be loaded by `" + mode_words(*mode) + "`",
                                  "it is replaced as a whole", {"leave the mode out"});
        return std::nullopt;
    }
    if (mode->kind == Kind::append) {
        made.mode = WriteMode::append;
        if (mode->always) return made;
        context.diagnostics.error("E441", mode->span, "each run would add the same rows again",
                                  "the source is read in full",
                                  {"write `replace` or `upsert by KEY`; or `append always`, if that is meant"});
        return std::nullopt;
    }
    if (mode->kind == Kind::upsert) {
        made.mode = WriteMode::upsert;
        bool good = true;
        for (const ast::Name& name : mode->keys) good = bind_key(name, schema, open, made, context) && good;
        if (!good || made.keys.empty()) return std::nullopt;
    }
    return made;
}

}  // namespace etl::bind
