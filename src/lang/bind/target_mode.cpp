#include "lang/bind/target_mode.hpp"

#include <algorithm>

#include "lang/bind/source.hpp"

namespace etl::bind {

namespace {

using Kind = ast::Mode::Kind;

constexpr const char* kModes = "there are append, replace, upsert by";

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

class ModeBinder {
  public:
    ModeBinder(const ast::Mode* mode, const Address& address, const Stream& input, Context& context)
        : mode_(mode),
          address_(address),
          input_(input),
          context_(context),
          place_(mode != nullptr ? mode->span : address.span) {}

    std::optional<BoundMode> bind();

  private:
    bool bind_key(const ast::Name& name);
    bool fits_place();
    bool fits_feed();
    bool append_from_incremental();
    bool error(const char* code, SourceSpan span, std::string message, std::string label,
               std::vector<std::string> notes = {}) {
        context_.diagnostics.error(code, span, std::move(message), std::move(label), std::move(notes));
        return false;
    }
    bool is_incremental() const { return input_.feed.incremental != nullptr; }
    std::string source_name() const { return "`" + input_.feed.incremental->decl->name.text + "`"; }

    const ast::Mode* mode_;
    const Address& address_;
    const Stream& input_;
    Context& context_;
    SourceSpan place_;
    BoundMode made_;
};

bool ModeBinder::bind_key(const ast::Name& name) {
    const Schema& schema = *input_.schema;
    const auto number = schema.find(name.text);
    if (!number) {
        if (input_.open) return false;
        std::vector<std::string> notes;
        if (std::string near = did_you_mean(name.text, schema.names()); !near.empty()) notes.push_back(std::move(near));
        return error("E203", name.span, "unknown column `" + name.text + "`",
                     "the stage before has " + list_names(schema.names()), std::move(notes));
    }
    const DataType* type = schema.fields[*number].type;
    if (type == nullptr) return false;
    if (type->nullable)
        return error("E209", name.span, "key `" + name.text + "` can be null", "of type " + to_string(type),
                     {"take the nulls out before: `filter " + name.text + " is not null`"});
    if (std::find(made_.keys.begin(), made_.keys.end(), *number) != made_.keys.end())
        return error("E217", name.span, "`" + name.text + "` stands twice in the key", "named before");
    made_.keys.push_back(*number);
    return true;
}

/// What the place can do.
bool ModeBinder::fits_place() {
    const bool table = address_.connector->is_table;
    if (mode_ == nullptr) {
        if (!table) return true;
        return error("E440", place_, "how is this table loaded?", "the mode must be written",
                     {is_incremental() ? "write `append` or `upsert by KEY` behind it"
                                       : "write `append always`, `replace` or `upsert by KEY` behind it"});
    }
    if (!is_built(*mode_)) return error("E442", place_, "unknown mode `" + mode_words(*mode_) + "`", kModes);
    if (table || mode_->kind == Kind::replace) return true;
    if (mode_->kind == Kind::append && is_incremental()) return true;
    return error("E443", place_, "a file cannot be loaded by `" + mode_words(*mode_) + "`",
                 is_incremental() ? "it is appended to" : "it is replaced as a whole",
                 {is_incremental() ? "write `append`" : "leave the mode out"});
}

/// Rows that may come again are told apart by their key only.
bool ModeBinder::append_from_incremental() {
    const Incremental& incremental = input_.feed.incremental->request.incremental;
    const auto& columns = input_.feed.incremental->request.columns;
    const bool has_key = std::any_of(columns.begin(), columns.end(), [](const SourceColumn& each) { return each.key; });
    const std::string of = "of source " + source_name();
    if (incremental.changed == Incremental::Changed::load)
        return error("E457", place_, "the rows of a changed file would be added again",
                     of + ", which has `changed load`",
                     {"write `upsert by KEY`; or `append always`, if that is meant"});
    if (has_key) return true;
    if (incremental.lag_us > 0)
        return error("E457", place_, "rows that are read again could not be told apart",
                     of + ", which has `lag` and no key",
                     {"mark the columns of its key with `key`, or write `upsert by KEY`"});
    if (incremental.nulls == Incremental::Nulls::include)
        return error("E457", place_, "rows that are read again could not be told apart",
                     of + ", which has `null include` and no key",
                     {"mark the columns of its key with `key`, or write `upsert by KEY`"});
    return true;
}

/// What the rows that come allow, so that none is lost or doubled.
bool ModeBinder::fits_feed() {
    if (is_incremental() && input_.feed.full)
        return error("E458", place_, "rows of a source that is read in full come, too",
                     "source " + source_name() + " is incremental", {"load them by two flows, both `upsert by KEY`"});
    if (is_incremental() && address_.path == "-")
        return error("E451", address_.span, "standard output cannot be loaded incrementally",
                     "it does not keep how far it was loaded", {"write into a file or a table"});
    if (is_incremental() && made_.mode == WriteMode::replace)
        return error("E459", place_, "this would leave the new rows only",
                     "source " + source_name() + " is incremental",
                     {address_.connector->is_table ? "write `append` or `upsert by KEY`" : "write `append` behind it"});
    if (made_.mode != WriteMode::append || mode_->always) return true;
    if (is_incremental()) return append_from_incremental();
    return error("E441", place_, "each run would add the same rows again", "the source is read in full",
                 {"write `replace` or `upsert by KEY`; or `append always`, if that is meant"});
}

std::optional<BoundMode> ModeBinder::bind() {
    if (!fits_place()) return std::nullopt;
    if (mode_ != nullptr) {
        if (mode_->kind == Kind::append) made_.mode = WriteMode::append;
        if (mode_->kind == Kind::upsert) made_.mode = WriteMode::upsert;
        bool good = true;
        for (const ast::Name& name : mode_->keys) good = bind_key(name) && good;
        if (!good) return std::nullopt;
    }
    if (!fits_feed()) return std::nullopt;
    return std::move(made_);
}

}  // namespace

std::optional<BoundMode> bind_mode(const ast::Mode* mode, const Address& address, const Stream& input,
                                   Context& context) {
    return ModeBinder(mode, address, input, context).bind();
}

}  // namespace etl::bind
