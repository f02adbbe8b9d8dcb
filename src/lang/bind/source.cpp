#include "lang/bind/source.hpp"

#include <fnmatch.h>

#include <algorithm>

#include "base/error.hpp"
#include "data/text_parse.hpp"
#include "lang/bind/incremental.hpp"
#include "lang/bind/type.hpp"

namespace etl::bind {

namespace {

class SourceBinder {
  public:
    SourceBinder(const ast::SourceDecl& decl, Context& context) : decl_(decl), context_(context) {}
    BoundSource bind();

  private:
    void bind_columns(BoundSource& made);
    SourceColumn bind_column(const ast::Column& column);
    void check_formats(const ast::Column& column, const DataType* type);
    void note_clauses(BoundSource& made);
    void bind_clauses(BoundSource& made);
    void mark_keys(const ast::SourceClause& clause, BoundSource& made);
    SourceSpan place_of(const Error& error, const BoundSource& made) const;
    void check_names(const std::vector<SourceColumn>& found, const BoundSource& made);
    void look(BoundSource& made);
    void check_keys(const BoundSource& made);

    const ast::SourceDecl& decl_;
    Context& context_;
};

void SourceBinder::check_formats(const ast::Column& column, const DataType* type) {
    if (column.formats.empty() || type == nullptr) return;
    std::vector<std::string> formats;
    for (const ast::Literal& format : column.formats) formats.push_back(format.text);
    for (std::size_t i = 0; i < formats.size(); ++i) {
        std::string why;
        if (compile_column_format(type, {formats[i]}, TimeZone(), why)) continue;
        context_.diagnostics.error("E330", column.formats[i].span, "wrong format for " + to_string(type), why);
    }
}

SourceColumn SourceBinder::bind_column(const ast::Column& column) {
    SourceColumn made;
    made.name = column.name.text;
    made.source_name = column.from ? column.from->text : column.name.text;
    made.type = bind_type(column.type, context_.diagnostics);
    for (const ast::Literal& format : column.formats) made.formats.push_back(format.text);
    made.key = column.is_key;
    made.is_private = column.is_private;
    made.span = column.span;
    check_formats(column, made.type);
    return made;
}

void SourceBinder::bind_columns(BoundSource& made) {
    for (const ast::Column& column : decl_.columns->items) {
        const auto same = std::find_if(made.request.columns.begin(), made.request.columns.end(),
                                       [&](const SourceColumn& each) { return each.name == column.name.text; });
        if (same != made.request.columns.end()) {
            context_.diagnostics.error("E217", column.name.span, "column `" + column.name.text + "` stands twice",
                                       "named before");
            continue;
        }
        made.request.columns.push_back(bind_column(column));
    }
    if (context_.has_syntax_error(decl_.columns->span)) {
        // A column that could not be read may be any that follows asks for.
        made.open = true;
    } else if (made.request.columns.empty()) {
        context_.diagnostics.error("E433", decl_.columns->span, "a source without columns", "no column is named",
                                   {"name at least one, or leave the braces out to take all"});
        made.open = true;
    }
}

void SourceBinder::mark_keys(const ast::SourceClause& clause, BoundSource& made) {
    for (const ast::Name& name : clause.names) {
        const auto column = std::find_if(made.request.columns.begin(), made.request.columns.end(),
                                         [&](const SourceColumn& each) { return each.name == name.text; });
        if (column != made.request.columns.end()) {
            column->key = true;
            if (!decl_.columns) column->span = name.span;
            continue;
        }
        if (made.open) continue;
        std::vector<std::string> names;
        for (const SourceColumn& each : made.request.columns) names.push_back(each.name);
        std::vector<std::string> notes;
        if (std::string near = did_you_mean(name.text, names); !near.empty()) notes.push_back(std::move(near));
        context_.diagnostics.error("E203", name.span, "unknown column `" + name.text + "`",
                                   "the source has " + list_names(names), std::move(notes));
    }
}

void SourceBinder::bind_clauses(BoundSource& made) {
    using Kind = ast::SourceClause::Kind;
    for (const ast::SourceClause& clause : decl_.clauses) {
        if (clause.kind == Kind::key) {
            mark_keys(clause, made);
        } else if (clause.kind == Kind::strict) {
            continue;
        } else if (clause.kind == Kind::split) {
            context_.diagnostics.error("E305", clause.span, "unknown clause `split`",
                                       "there are key, strict, incremental");
        } else if (&clause == made.incremental) {
            bind_incremental(clause, made, context_);
        } else {
            context_.diagnostics.error("E304", clause.span, "`incremental` stands twice", "written before");
        }
    }
}

/// Before the place is looked at: by file, no file at all is no error; `strict` is held to there.
void SourceBinder::note_clauses(BoundSource& made) {
    using Kind = ast::SourceClause::Kind;
    for (const ast::SourceClause& clause : decl_.clauses) {
        if (clause.kind == Kind::strict) made.request.strict = true;
        if (clause.kind != Kind::incremental || made.incremental != nullptr) continue;
        made.incremental = &clause;
        made.request.incremental.kind = incremental_kind(clause, context_);
    }
}

/// A message that names an option, a declared column or a clause is shown at it.
SourceSpan SourceBinder::place_of(const Error& error, const BoundSource& made) const {
    if (error.code() == "E414")
        for (const ast::SourceClause& clause : decl_.clauses)
            if (clause.kind == ast::SourceClause::Kind::strict) return clause.span;
    const SourceRequest& request = made.request;
    const SourceSpan option = option_place(error, request.format, request.options, request.span);
    if (option.begin != request.span.begin) return option;
    const std::string_view message = error.what();
    for (const SourceColumn& column : request.columns)
        if (message.find("`" + column.source_name + "`") != std::string_view::npos) return column.span;
    return request.span;
}

/// A table tells all of its columns.
void SourceBinder::check_names(const std::vector<SourceColumn>& found, const BoundSource& made) {
    if (found.empty()) return;
    std::vector<std::string> names;
    for (const SourceColumn& column : found) names.push_back(column.source_name);
    for (const SourceColumn& column : made.request.columns) {
        if (std::find(names.begin(), names.end(), column.source_name) != names.end()) continue;
        std::vector<std::string> notes;
        if (std::string near = did_you_mean(column.source_name, names); !near.empty()) notes.push_back(std::move(near));
        context_.diagnostics.error("E436", column.span, "the source has no column `" + column.source_name + "`",
                                   "it has " + list_names(names), std::move(notes));
    }
}

/// Looks whether the place is there; takes the columns from it where none are declared.
void SourceBinder::look(BoundSource& made) {
    const bool discover = !decl_.columns;
    const SourceSpan span = made.request.span;
    if (context_.options.offline) {
        if (discover)
            context_.diagnostics.error("E434", span, "the columns of `" + decl_.name.text + "` are not known",
                                       "offline, no source is opened", {"declare them: `{ name: type ... }`"});
        made.open = discover;
        return;
    }
    try {
        SourceRequest request = made.request;
        // A column whose type is wrong is reported already.
        if (std::erase_if(request.columns, [](const SourceColumn& column) { return column.type == nullptr; }) > 0)
            request.strict = false;
        // And so is a format.
        for (SourceColumn& column : request.columns)
            if (std::string why; !compile_column_format(column.type, column.formats, TimeZone(), why))
                column.formats.clear();
        request.strict = request.strict && !made.open;
        request.uses.assign(request.columns.size(), ColumnUse::typed);
        std::vector<SourceColumn> found = made.address->connector->discover(request);
        const std::size_t before = context_.diagnostics.errors();
        if (!discover) check_names(found, made);
        made.open = made.open || context_.diagnostics.errors() != before;
        if (discover) made.request.columns = std::move(found);
        if (!made.request.columns.empty() || made.open) return;
        context_.diagnostics.error("E434", span, "the columns of `" + decl_.name.text + "` are not known",
                                   "nothing tells them", {"declare them: `{ name: type ... }`"});
    } catch (const Error& error) {
        const bool is_gone = error.code() == "E401" || error.code() == "E406";
        if (is_gone && context_.options.replay && !discover) return;
        context_.diagnostics.error(error.code(), place_of(error, made), context_.secrets.redact(error.what()));
        // Flows may read the column by the name that it has there.
        made.open = made.open || error.code() == "E410";
    }
    made.open = made.open || discover;
}

void SourceBinder::check_keys(const BoundSource& made) {
    for (const SourceColumn& column : made.request.columns)
        if (column.key && column.type != nullptr && column.type->nullable)
            context_.diagnostics.error("E209", column.span, "key `" + column.name + "` can be null",
                                       "a key cannot be " + to_string(column.type),
                                       {decl_.columns ? "write " + to_string(with_nullable(column.type, false))
                                                      : "declare the columns of the source: `{ " + column.name + ": " +
                                                            to_string(with_nullable(column.type, false)) + ", ... }`"});
}

BoundSource SourceBinder::bind() {
    BoundSource made;
    made.decl = &decl_;
    if (decl_.address != nullptr) made.address = bind_address(*decl_.address, AddressUse::source, nullptr, context_);
    SourceRequest& request = made.request;
    request.base_folder = context_.folder;
    request.timezone = context_.settings.timezone;
    request.name = decl_.name.text;
    request.span = decl_.name.span;
    note_clauses(made);
    if (made.address) {
        request.format = made.address->format;
        request.options = made.address->options;
        request.connection = made.address->connection;
        request.address = made.address->path;
        request.member = made.address->member;
        request.member_argument = made.address->member_argument;
        request.base_folder = made.address->folder;
        request.span = made.address->span;
    }
    if (decl_.columns) bind_columns(made);
    made.open = made.open || (!decl_.columns && !made.address);
    if (made.address) look(made);
    Schema schema;
    for (const SourceColumn& column : request.columns)
        schema.fields.push_back({column.name, column.type, {}, column.is_private});
    made.schema = std::make_shared<const Schema>(std::move(schema));
    bind_clauses(made);
    check_keys(made);
    return made;
}

}  // namespace

BoundSource bind_source(const ast::SourceDecl& decl, Context& context) { return SourceBinder(decl, context).bind(); }

bool reads_file(const Address& source, const std::string& full_path) {
    if (!source.is_file() || source.path == "-" || full_path == "-") return false;
    if (source.full_path() == full_path) return true;
    const std::string pattern = (source.folder / source.path).lexically_normal().string();
    return ::fnmatch(pattern.c_str(), full_path.c_str(), FNM_PATHNAME) == 0;
}

}  // namespace etl::bind
