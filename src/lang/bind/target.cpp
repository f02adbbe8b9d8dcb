#include "lang/bind/target.hpp"

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "base/error.hpp"
#include "component/projection.hpp"
#include "expr/resolve.hpp"
#include "lang/bind/source.hpp"
#include "lang/bind/stage_part.hpp"
#include "lang/bind/target_mode.hpp"
#include "lang/bind/type.hpp"

namespace etl::bind {

namespace {

/// Loading a row again changes nothing, so that a full load may be committed on its way, too.
bool commits_by_key(WriteMode mode) {
    return mode == WriteMode::upsert || mode == WriteMode::update || mode == WriteMode::remove;
}

std::string shown_name(const ast::Expr& written, const Address& address, Context& context) {
    if (written.as<ast::Reference>() != nullptr) return std::string(context.texts.text(written.span));
    if (address.is_file()) return context.secrets.redact(address.path);
    const auto* call = written.as<ast::Call>();
    const bool named = call != nullptr && call->object != nullptr && call->object->as<ast::Reference>() != nullptr;
    const std::string of =
        named ? std::string(context.texts.text(call->object->span)) : std::string(address.connector->name);
    return of + "." + address.member_argument;
}

SinkRequest sink_request(const Address& address, const Context& context) {
    SinkRequest sink;
    sink.format = address.format;
    sink.options = address.options;
    sink.connection = address.connection;
    sink.address = address.path;
    sink.member = address.member;
    sink.member_argument = address.member_argument;
    sink.base_folder = address.folder;
    sink.timezone = context.settings.timezone;
    sink.pipeline = context.pipeline;
    sink.span = address.span;
    return sink;
}

/// E444: columns of a join have no name of their own in a target.
bool has_own_names(const Schema& schema, SourceSpan span, Context& context) {
    std::vector<std::string> joined;
    for (const Field& field : schema.fields)
        if (!field.qualifier.empty()) joined.push_back(field.qualifier + "." + field.name);
    if (joined.empty()) return true;
    context.diagnostics.error(
        "E444", span, "columns of a join cannot be written", "these are " + list_names(joined),
        {"choose and name what is wanted before: `map { *, x = " + joined.front() + " }`, or `map { * }` for none"});
    return false;
}

bool is_on(const Address& address, std::string_view option) {
    return address.options.has(option) && address.options.boolean(option);
}

/// E209: what can be null does not go into a column that takes none. A key may, where the table numbers its rows.
bool takes_nulls(const std::vector<SourceColumn>& columns, const Schema& schema, SourceSpan span, Context& context) {
    bool good = true;
    for (const SourceColumn& column : columns) {
        const auto number = schema.find(column.name);
        if (!number || column.key || column.type == nullptr || column.type->nullable) continue;
        const DataType* type = schema.fields[*number].type;
        if (type == nullptr || !type->nullable) continue;
        good = false;
        context.diagnostics.error(
            "E209", span, "`" + column.name + "` can be null, but the table's column takes none",
            "of type " + to_string(type),
            {"take the nulls out before: `filter " + column.name + " is not null`, or write a value for them: `set { " +
             column.name + " = " + column.name + " ?? ... }`"});
    }
    return good;
}

/// E445: a table that is there must have the columns, but for those that `delete when` needs. Without `create` it must
/// be there; that of the rejects is made.
bool fits_table(const Address& address, const Schema& schema, const BoundMode* mode, Context& context) {
    const bool for_rejects = mode == nullptr;
    if (!address.connector->is_table || context.options.offline) return true;
    if (is_on(address, "create")) return true;
    SourceRequest request;
    request.connection = address.connection;
    request.member = address.member;
    request.member_argument = address.member_argument;
    request.base_folder = address.folder;
    request.span = address.span;
    try {
        const std::vector<SourceColumn> columns = address.connector->discover(request);
        std::vector<bool> is_asked(schema.size());
        if (mode != nullptr && mode->delete_when != nullptr) mark_columns(*mode->delete_when, is_asked);
        std::vector<std::string> lacking, names;
        for (const SourceColumn& column : columns) names.push_back(column.name);
        for (std::uint32_t i = 0; i < schema.size(); ++i) {
            const std::string& name = schema.fields[i].name;
            if (!is_asked[i] && std::find(names.begin(), names.end(), name) == names.end()) lacking.push_back(name);
        }
        // Rows that take a key away are not written as they are.
        const bool writes_nulls = for_rejects || (mode->mode != WriteMode::remove && mode->delete_when == nullptr);
        if (lacking.empty() || is_on(address, "evolve"))
            return !writes_nulls || takes_nulls(columns, schema, address.span, context);
        context.diagnostics.error(
            "E445", address.span, "the table has no column " + list_names(lacking), "it has " + list_names(names),
            {for_rejects ? "name a table that is not there: it is made"
                         : "take away before what is too many: `drop " + list_names(lacking) + "`"});
    } catch (const Error& error) {
        const bool is_missing = error.code() == "E424" || error.code() == "E428";
        if (is_missing && for_rejects) return true;
        std::vector<std::string> notes;
        if (is_missing) notes.emplace_back("to have the table made, write `{ create = true }`");
        context.diagnostics.error(error.code(), address.span, context.secrets.redact(error.what()), {}, notes);
    }
    return false;
}

/// A format says what it cannot write when its encoder is made; no file is opened for that.
bool fits_format(const SinkRequest& sink, Context& context) {
    if (sink.format == nullptr) return true;
    for (const Field& field : sink.schema->fields)
        if (field.type == nullptr) return false;
    try {
        return sink.format->make_encoder(sink) != nullptr;
    } catch (const Error& error) {
        context.diagnostics.error(error.code(), option_place(error, sink.format, sink.options, sink.span),
                                  context.secrets.redact(error.what()));
        return false;
    }
}

/// E401: nobody makes the folder that a file is to go to, but for those of partitions. E402: a folder is there itself.
bool has_folder(const Address& address, bool makes_folders, Context& context) {
    if (!address.is_file() || makes_folders || context.options.offline) return true;
    const std::filesystem::path path = address.full_path();
    std::error_code failed;  // what may not be looked at is for the run to say
    if (std::filesystem::is_directory(path, failed)) {
        context.diagnostics.error("E402", address.span,
                                  context.secrets.redact("cannot write " + address.path + ": it is a directory"), {},
                                  {"name a file in it"});
        return false;
    }
    if (!path.is_absolute() || std::filesystem::exists(path.parent_path(), failed) || failed) return true;
    context.diagnostics.error("E401", address.span,
                              context.secrets.redact("cannot write " + address.path + ": no such folder"), {},
                              {"make the folder first"});
    return false;
}

/// A column of the flow as the target declares it; nullptr after a diagnostic at its declaration.
ExprPtr fit_column(const ast::Column& column, const Stream& input, SourceSpan span, Context& context) {
    const Schema& schema = *input.schema;
    if (column.from || column.is_key || column.is_private || !column.formats.empty())
        context.diagnostics.error("E331", column.span, "a target's column has a name and a type only",
                                  "this belongs to a source's column", {"leave it out"});
    const DataType* type = bind_type(column.type, context.diagnostics);
    const auto number = schema.find(column.name.text);
    if (!number && !input.open)
        context.diagnostics.error("E445", column.name.span, "no column `" + column.name.text + "` comes",
                                  "the flow into the target has " + list_names(schema.names()));
    if (!number || type == nullptr || schema.fields[*number].type == nullptr) return nullptr;
    Diagnostics said;
    ExprPtr value = widen(column_expr(schema, *number, span), type, context.tables, said);
    for (Diagnostic& diagnostic : said.sorted()) {
        diagnostic.span = column.type.span;
        diagnostic.message = "column `" + column.name.text + "` does not fit: " + diagnostic.message;
        context.diagnostics.add(std::move(diagnostic));
    }
    return value;
}

/// The declared columns out of those of the flow, widened; nothing after diagnostics, or where nothing is to be done.
std::optional<std::vector<ProjectedColumn>> fit_columns(const ast::TargetDecl& decl, const Stream& input,
                                                        SourceSpan span, bool& good, Context& context) {
    const Schema& schema = *input.schema;
    const std::size_t before = context.diagnostics.errors();
    std::vector<ProjectedColumn> columns;
    std::vector<std::string> declared;
    bool changed = decl.columns->items.size() != schema.size();
    for (const ast::Column& column : decl.columns->items) {
        declared.push_back(column.name.text);
        const ExprPtr value = fit_column(column, input, span, context);
        good = good && value != nullptr;
        if (value == nullptr) continue;
        const std::int64_t bare = bare_column(*value);
        changed = changed || bare != static_cast<std::int64_t>(columns.size());
        Field field = schema.fields[*schema.find(column.name.text)];
        field.type = bind_type(column.type, context.diagnostics);
        columns.push_back({field, static_cast<std::int32_t>(bare), bare >= 0 ? nullptr : value});
    }
    std::vector<std::string> extra;
    for (const Field& field : schema.fields)
        if (field.qualifier.empty() && std::find(declared.begin(), declared.end(), field.name) == declared.end())
            extra.push_back(field.name);
    if (!extra.empty())
        context.diagnostics.error("E445", span, "the target has no column " + list_names(extra),
                                  "it has " + list_names(declared),
                                  {"take away before what is too many: `drop " + list_names(extra) + "`"});
    good = good && context.diagnostics.errors() == before;
    if (!good || !changed) return std::nullopt;
    return columns;
}

BoundNode projection_node(std::vector<ProjectedColumn> columns, const Stream& input, SourceSpan span,
                          std::uint32_t number) {
    StageArguments arguments;
    arguments.span = span;
    arguments.stage = number;
    arguments.inputs.push_back({input.schema, {}, span});
    BoundNode node;
    node.kind = NodeKind::stage;
    node.name = "columns";
    node.span = span;
    node.inputs = {input.port};
    node.stage = make_projection(arguments, std::move(columns));
    node.outputs = node.stage.outputs;
    node.stage_spec = Registry<StageSpec>::find("map");
    return node;
}

}  // namespace

void Targets::declare(const ast::TargetDecl& decl, bool is_broken, Context& context) {
    const auto [entry, added] = declared_.try_emplace(decl.name.text, Declared{&decl, is_broken, false});
    if (!added)
        context.diagnostics.error("E202", decl.name.span, "target `" + decl.name.text + "` is declared twice",
                                  "declared before");
}

/// The declaration that an address names; nullptr where it is an address itself, or failed.
const ast::TargetDecl* Targets::find(const ast::Expr& address, Context& context, bool& failed) {
    const auto* name = address.as<ast::Reference>();
    if (name == nullptr) return nullptr;
    const auto entry = declared_.find(name->name.text);
    if (entry == declared_.end()) {
        std::vector<std::string> names;
        for (const auto& [each, declared] : declared_) names.push_back(each);
        std::vector<std::string> notes;
        if (std::string near = did_you_mean(name->name.text, names); !near.empty()) notes.push_back(std::move(near));
        if (notes.empty()) notes.push_back("declare it: `target " + name->name.text + " = csv(\"file.csv\")`");
        context.diagnostics.error("E448", address.span, "unknown target `" + name->name.text + "`",
                                  "there are " + list_names(names), std::move(notes));
        failed = true;
        return nullptr;
    }
    entry->second.is_used = true;
    failed = entry->second.is_broken || entry->second.decl->address == nullptr;
    return failed ? nullptr : entry->second.decl;
}

bool Targets::add_written(const Written& written, Context& context) {
    const Address& address = written.address;
    const bool shared =
        address.connector->is_table && (written.mode == WriteMode::append || written.mode == WriteMode::upsert);
    const bool standard = address.is_file() && address.path == "-";
    for (const Written& other : written_) {
        if (other.address.identity() != address.identity()) continue;
        if (shared && written.mode == other.mode) continue;
        const LineColumn at = context.texts.locate(other.span.file, other.span.begin);
        context.diagnostics.error("E446", written.span,
                                  standard ? "two flows write to standard output" : "two flows go into one target",
                                  "written before in line " + std::to_string(at.line),
                                  {address.connector->is_table ? "both must `append`, or both `upsert by` a key"
                                                               : "put them together before: `| union OTHER`"});
        return false;
    }
    written_.push_back(written);
    return true;
}

BoundInto Targets::bind_into(const ast::Stage& stage, const Stream& input, std::uint32_t number, Context& context) {
    BoundInto made;
    const auto* written = part_of<ast::ExprPtr>(stage);
    if (written == nullptr || *written == nullptr) return made;
    const auto* block = part_of<ast::Block<ast::Assign>>(stage);
    bool failed = false;
    const ast::TargetDecl* decl = find(**written, context, failed);
    if (failed) return made;
    const ast::Expr& expr = decl != nullptr ? *decl->address : **written;
    std::optional<Address> address =
        bind_address(expr, AddressUse::target, block != nullptr ? &block->items : nullptr, context);
    const SourceSpan span = (*written)->span;
    bool good = (input.open || has_own_names(*input.schema, span, context)) && address.has_value();
    if (!address) return made;
    address->span = span;
    Stream stream = input;
    if (decl != nullptr && decl->columns && good) {
        auto columns = fit_columns(*decl, input, span, good, context);
        if (columns) {
            made.projection = projection_node(std::move(*columns), input, span, number++);
            stream.schema = made.projection->outputs.front();
            stream.port = {number - 1, 0};
        }
    }
    const auto mode = bind_mode({part_of<ast::Mode>(stage), part_of<ast::Names>(stage)}, *address, stream, context);
    if (!mode) return made;
    const bool incremental = stream.feed.incremental != nullptr;
    const bool commits = incremental || (commits_by_key(mode->mode) && context.commit_every);
    const bool whole = !commits && !commits_by_key(mode->mode);
    if (!add_written({*address, mode->mode, span, commits, whole}, context)) return made;
    if (good && !stream.open) good = fits_table(*address, *stream.schema, &*mode, context);
    good = has_folder(*address, !mode->partitions.empty(), context) && good;
    BoundNode& node = made.target;
    node.kind = NodeKind::target;
    node.name = "into " + shown_name(**written, *address, context);
    node.span = stage.span;
    node.inputs = {stream.port};
    node.connector = address->connector;
    node.sink = sink_request(*address, context);
    node.sink.schema = stream.schema;
    node.sink.mode = mode->mode;
    node.sink.keys = mode->keys;
    node.sink.where = mode->where;
    node.sink.delete_when = mode->delete_when;
    node.sink.partitions = mode->partitions;
    node.sink.commits = commits;
    node.sink.full = incremental && context.options.full;
    made.good = good && fits_format(node.sink, context);
    return made;
}

std::optional<BoundNode> Targets::bind_rejects(const ast::Expr& written, Context& context) {
    bool failed = false;
    const ast::TargetDecl* decl = find(written, context, failed);
    if (failed) return std::nullopt;
    const std::optional<Address> address =
        bind_address(decl != nullptr ? *decl->address : written, AddressUse::target, nullptr, context);
    if (!address) return std::nullopt;
    const WriteMode mode = address->connector->is_table ? WriteMode::append : WriteMode::replace;
    if (!add_written({*address, mode, written.span, false, false}, context)) return std::nullopt;
    if (!fits_table(*address, *rejects_schema(), nullptr, context) || !has_folder(*address, false, context))
        return std::nullopt;
    BoundNode node;
    node.kind = NodeKind::target;
    node.name = "rejects into " + shown_name(written, *address, context);
    node.span = written.span;
    node.is_rejects = true;
    node.connector = address->connector;
    node.sink = sink_request(*address, context);
    node.sink.schema = rejects_schema();
    node.sink.mode = mode;
    if (address->connector->is_table) node.sink.options.set("create", true, written.span, true);
    if (!fits_format(node.sink, context)) return std::nullopt;
    return node;
}

void Targets::check_unused(Context& context) {
    for (const auto& [name, declared] : declared_)
        if (!declared.is_used && !declared.is_broken && declared.decl->address != nullptr)
            bind_address(*declared.decl->address, AddressUse::target, nullptr, context);
}

void Targets::warn_unused(Context& context) const {
    for (const auto& [name, declared] : declared_)
        if (!declared.is_used && !declared.is_broken)
            context.diagnostics.warning("W206", declared.decl->name.span, "nothing goes into target `" + name + "`",
                                        "no flow ends with `into " + name + "`");
}

void Targets::check_commits(Context& context) const {
    if (!context.commit_every || context.diagnostics.has_errors()) return;
    const Written* whole = nullptr;
    for (const Written& written : written_) {
        if (written.commits) return;
        if (written.whole && whole == nullptr) whole = &written;
    }
    if (whole == nullptr) return;
    const LineColumn at = context.texts.locate(whole->span.file, whole->span.begin);
    context.diagnostics.error("E460", *context.commit_every, "nothing is committed on the way",
                              "the target in line " + std::to_string(at.line) + " is loaded as a whole or not at all",
                              {"leave it out, make the source `incremental`, or load by key: `upsert by`"});
}

void Targets::check_sources(const std::vector<const Address*>& sources, Context& context) const {
    for (const Written& written : written_)
        for (const Address* source : sources) {
            const bool same = written.address.is_file() ? reads_file(*source, written.address.full_path())
                                                        : source->identity() == written.address.identity();
            if (!same || written.address.path == "-") continue;
            const LineColumn at = context.texts.locate(source->span.file, source->span.begin);
            context.diagnostics.error(
                "E447", written.span, written.address.is_file() ? "this file is read, too" : "this table is read, too",
                "the source in line " + std::to_string(at.line) + " reads it", {"write to another place"});
            break;
        }
}

}  // namespace etl::bind
