#include "lang/bind/target_mode.hpp"

#include <algorithm>

#include "lang/bind/expression.hpp"
#include "lang/bind/source.hpp"

namespace etl::bind {

namespace {

using Kind = ast::Mode::Kind;

std::string mode_words(const ast::Mode& mode) {
    switch (mode.kind) {
        case Kind::append: return "append";
        case Kind::replace:
            return mode.where != nullptr ? "replace where" : (mode.keys.empty() ? "replace" : "replace by");
        case Kind::upsert: return "upsert by";
        case Kind::update: return "update by";
        case Kind::remove: return "delete by";
        case Kind::history: break;
    }
    return "history by";
}

WriteMode write_mode(const ast::Mode& mode) {
    switch (mode.kind) {
        case Kind::append: return WriteMode::append;
        case Kind::upsert: return WriteMode::upsert;
        case Kind::update: return WriteMode::update;
        case Kind::remove: return WriteMode::remove;
        case Kind::replace:
        case Kind::history: break;
    }
    return mode.keys.empty() ? WriteMode::replace : WriteMode::replace_keys;
}

class ModeBinder {
  public:
    ModeBinder(const WrittenMode& written, const Address& address, const Stream& input, Context& context)
        : mode_(written.mode),
          partitions_(written.partitions),
          address_(address),
          input_(input),
          context_(context),
          place_(mode_ != nullptr ? mode_->span : address.span) {}

    std::optional<BoundMode> bind();

  private:
    bool bind_columns(const std::vector<ast::Name>& names, bool is_key, std::vector<std::uint32_t>& columns);
    bool bind_column(const ast::Name& name, bool is_key, std::vector<std::uint32_t>& columns);
    bool bind_condition(const ast::ExprPtr& written, ExprPtr& bound);
    bool knows(std::string_view words) const;
    bool cannot(const std::string& words, SourceSpan span);
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
    const ast::Names* partitions_;
    const Address& address_;
    const Stream& input_;
    Context& context_;
    SourceSpan place_;
    BoundMode made_;
};

bool ModeBinder::bind_column(const ast::Name& name, bool is_key, std::vector<std::uint32_t>& columns) {
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
    if (is_key && type->nullable)
        return error("E209", name.span, "key `" + name.text + "` can be null", "of type " + to_string(type),
                     {"take the nulls out before: `filter " + name.text + " is not null`"});
    if (std::find(columns.begin(), columns.end(), *number) != columns.end())
        return error("E217", name.span, "`" + name.text + "` stands twice in the " + (is_key ? "key" : "partition"),
                     "named before");
    columns.push_back(*number);
    return true;
}

bool ModeBinder::bind_columns(const std::vector<ast::Name>& names, bool is_key, std::vector<std::uint32_t>& columns) {
    bool good = true;
    for (const ast::Name& name : names) good = bind_column(name, is_key, columns) && good;
    return good;
}

/// It is asked of rows of the flow and of the target alike: there is no `meta`.
bool ModeBinder::bind_condition(const ast::ExprPtr& written, ExprPtr& bound) {
    if (written == nullptr) return true;
    Scope scope;
    scope.schema = input_.schema.get();
    scope.open = input_.open;
    scope.no_meta = "the rows of a target have none";
    bound = ExpressionBinder(context_, scope).condition(*written);
    return bound != nullptr;
}

bool ModeBinder::knows(std::string_view words) const {
    const auto& modes = address_.connector->modes;
    return std::find(modes.begin(), modes.end(), words) != modes.end();
}

bool ModeBinder::cannot(const std::string& words, SourceSpan span) {
    const auto& modes = address_.connector->modes;
    return error("E442", span, "`" + std::string(address_.connector->name) + "` has no `" + words + "`",
                 "it has " + list_names({modes.begin(), modes.end()}));
}

/// What the place can do.
bool ModeBinder::fits_place() {
    if (partitions_ != nullptr && !knows("partition by"))
        return cannot("partition by",
                      {partitions_->front().span.file, partitions_->front().span.begin, partitions_->back().span.end});
    const bool table = address_.connector->is_table;
    if (mode_ == nullptr) {
        if (!table) return true;
        return error("E440", place_, "how is this table loaded?", "the mode must be written",
                     {is_incremental() ? "write `append` or `upsert by KEY` behind it"
                                       : "write `append always`, `replace` or `upsert by KEY` behind it"});
    }
    const std::string words = mode_words(*mode_);
    if (mode_->delete_when != nullptr && knows(words) && !knows("delete when"))
        return cannot("delete when", mode_->delete_when->span);
    if (table) return knows(words) || cannot(words, place_);
    // Of a source that could not be read it is not known.
    const bool is_full = input_.feed.full || !input_.open;
    if (knows(words) && (mode_->kind != Kind::append || is_incremental() || !is_full)) return true;
    const bool adds = mode_->kind == Kind::append;
    return error("E443", place_, "a file cannot be loaded by `" + words + "`",
                 is_incremental() ? "it is appended to"
                 : adds           ? "the source is read in full: each run would add the same rows again"
                                  : "it is replaced as a whole",
                 {is_incremental() ? "write `append`"
                  : adds           ? "leave the mode out, or make the source `incremental`"
                                   : "leave the mode out"});
}

/// Rows that may come again are told apart by their key only; those of a changed file not even by that.
bool ModeBinder::append_from_incremental() {
    const Incremental& incremental = input_.feed.incremental->request.incremental;
    const auto& columns = input_.feed.incremental->request.columns;
    if (incremental.changed == Incremental::Changed::load)
        return error("E457", place_, "the rows of a changed file would be added again",
                     "source " + source_name() + " has `changed load`",
                     {"write `upsert by KEY`; or `append always`, if that is meant"});
    const bool again = incremental.lag_us > 0 || incremental.nulls == Incremental::Nulls::include;
    if (!again || std::any_of(columns.begin(), columns.end(), [](const SourceColumn& each) { return each.key; }))
        return true;
    return error(
        "E457", place_, "rows that are read again could not be told apart",
        "source " + source_name() + " has `" + (incremental.lag_us > 0 ? "lag" : "null include") + "` and no key",
        {"mark the columns of its key with `key`, or write `upsert by KEY`"});
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
    if (!input_.feed.full) return true;
    return error("E441", place_, "each run would add the same rows again", "the source is read in full",
                 {"write `replace` or `upsert by KEY`; or `append always`, if that is meant"});
}

std::optional<BoundMode> ModeBinder::bind() {
    if (!fits_place()) return std::nullopt;
    bool good = true;
    if (mode_ != nullptr) {
        made_.mode = write_mode(*mode_);
        good = bind_columns(mode_->keys, true, made_.keys);
        good = bind_condition(mode_->where, made_.where) && good;
        good = bind_condition(mode_->delete_when, made_.delete_when) && good;
    }
    if (partitions_ != nullptr) good = bind_columns(*partitions_, false, made_.partitions) && good;
    if (!fits_feed() || !good) return std::nullopt;
    if (made_.mode == WriteMode::update && made_.keys.size() == input_.schema->size() && !input_.open) {
        error("E464", place_, "nothing would be updated", "all columns of the flow are of the key",
              {"let the columns come, too, that are to be changed"});
        return std::nullopt;
    }
    return std::move(made_);
}

}  // namespace

std::optional<BoundMode> bind_mode(const WrittenMode& written, const Address& address, const Stream& input,
                                   Context& context) {
    return ModeBinder(written, address, input, context).bind();
}

}  // namespace etl::bind
