#include "lang/bind/address.hpp"

#include <algorithm>

#include "lang/bind/expression.hpp"
#include "lang/bind/option.hpp"

namespace etl::bind {

namespace {

std::vector<std::string> format_names() {
    std::vector<std::string> names;
    for (const FormatSpec* spec : Registry<FormatSpec>::all()) names.emplace_back(spec->name);
    return names;
}

std::vector<std::string> near(std::string_view name, const std::vector<std::string>& candidates) {
    std::string found = did_you_mean(name, candidates);
    return found.empty() ? std::vector<std::string>() : std::vector<std::string>{std::move(found)};
}

class AddressBinder {
  public:
    AddressBinder(AddressUse use, const std::vector<ast::Assign>* block, Context& context)
        : use_(use), block_(block), context_(context) {}

    std::optional<Address> bind(const ast::Expr& expr);

  private:
    std::optional<Address> file(const ast::Call& call, SourceSpan span);
    std::optional<Address> member(const ast::Call& call, SourceSpan span);
    const Connection* connection_of(const ast::Call& call);
    bool check_member(const ConnectorSpec& spec, const ast::Call& call);
    std::optional<std::string> first_text(const ast::Call& call, const std::string& what);
    bool fail(std::string code, SourceSpan span, std::string message, std::string label,
              std::vector<std::string> notes = {}) {
        context_.diagnostics.error(std::move(code), span, std::move(message), std::move(label), std::move(notes));
        return false;
    }

    AddressUse use_;
    const std::vector<ast::Assign>* block_;
    Context& context_;
    Connection inline_;
};

std::optional<Address> AddressBinder::bind(const ast::Expr& expr) {
    const auto* call = expr.as<ast::Call>();
    if (call == nullptr) {
        // `csv("in.csv)`: what stands between its brackets could not be read.
        if (context_.has_syntax_error({expr.span.file, expr.span.begin, expr.span.end + 1})) return std::nullopt;
        const auto* member = expr.as<ast::Member>();
        const bool table = member != nullptr && (member->name.text == "table" || member->name.text == "query");
        fail("E430", expr.span, "this is no address", "a file in a format, or a table of a connection is wanted",
             {table ? "write `." + member->name.text + "(\"...\")`"
                    : "write `csv(\"file.csv\")` or `connection.table(\"name\")`"});
        return std::nullopt;
    }
    std::optional<Address> address = call->object == nullptr ? file(*call, expr.span) : member(*call, expr.span);
    return address;
}

std::optional<std::string> AddressBinder::first_text(const ast::Call& call, const std::string& what) {
    if (call.arguments.empty() || call.arguments[0].name) {
        fail("E430", call.arguments_span, "`" + call.name.text + "` needs " + what, what + " is missing",
             {"write `" + call.name.text + "(\"...\")`"});
        return std::nullopt;
    }
    return constant_text(*call.arguments[0].value, what, context_);
}

std::optional<Address> AddressBinder::file(const ast::Call& call, SourceSpan span) {
    const FormatSpec* format = Registry<FormatSpec>::find(call.name.text);
    const ConnectorSpec* files = Registry<ConnectorSpec>::find("files");
    if (format == nullptr || files == nullptr) {
        const ConnectorSpec* kind = Registry<ConnectorSpec>::find(call.name.text);
        std::vector<std::string> notes = near(call.name.text, format_names());
        if (kind != nullptr && !kind->members.empty())
            notes = {"write `" + call.name.text + "(...)." + std::string(kind->members.front()) + "(\"...\")`"};
        fail("E431", call.name.span, "unknown format `" + call.name.text + "`",
             "there are " + list_names(format_names()), std::move(notes));
        return std::nullopt;
    }
    const std::size_t before = context_.diagnostics.errors();
    std::optional<std::string> path = first_text(call, "a path");
    std::vector<GivenOption> given;
    given_options(call.arguments, path || !call.arguments.empty() ? 1 : 0, given, context_);
    if (block_ != nullptr) given_options(*block_, given, context_);
    // What all files have, like `optional`, stands with the connector.
    std::vector<GivenOption> of_files;
    const auto is_shared = [&](const GivenOption& option) {
        return std::any_of(files->options.begin(), files->options.end(),
                           [&](const OptionSpec& spec) { return spec.name == option.name; });
    };
    std::copy_if(given.begin(), given.end(), std::back_inserter(of_files), is_shared);
    std::erase_if(given, is_shared);
    for (const GivenOption& option : of_files)
        if (use_ == AddressUse::target)
            fail("E415", option.name_span, "`" + option.name + "` is an option of reading", "rows are written here",
                 {"leave it out"});
    Address made;
    made.connector = files;
    made.format = format;
    made.options = check_options(format->options, given, format->name, context_.diagnostics);
    made.connection = check_options(files->options, of_files, format->name, context_.diagnostics);
    made.folder = context_.folder;
    made.span = call.arguments.empty() ? span : call.arguments[0].span;
    if (path && path->find("://") != std::string::npos)
        fail("E431", made.span, "`" + path->substr(0, path->find("://") + 3) + "` cannot be read or written yet",
             "there are files, and `-` for standard input and output", {"write the path of a file"});
    if (path && path->empty()) fail("E430", made.span, "an empty path", "no file has this name");
    if (context_.diagnostics.errors() != before || !path) return std::nullopt;
    made.path = std::move(*path);
    return made;
}

const Connection* AddressBinder::connection_of(const ast::Call& call) {
    if (call.object->as<ast::Call>() != nullptr) {
        inline_ = bind_connection(*call.object, context_);
        return &inline_;
    }
    const auto* name = call.object->as<ast::Reference>();
    if (name == nullptr) {
        fail("E430", call.object->span, "this is no connection", "the name of a connection is wanted");
        return nullptr;
    }
    if (context_.connections.has(name->name.text)) return &context_.connections.find(name->name.text, context_);
    const std::vector<std::string> names = context_.connections.names();
    std::vector<std::string> notes = near(name->name.text, names);
    if (notes.empty()) notes = {"declare it: `connection " + name->name.text + " = sqlite(\"file.db\")`"};
    fail("E228", name->name.span, "unknown connection `" + name->name.text + "`", "there are " + list_names(names),
         std::move(notes));
    return nullptr;
}

bool AddressBinder::check_member(const ConnectorSpec& spec, const ast::Call& call) {
    std::vector<std::string> members(spec.members.begin(), spec.members.end());
    if (std::find(members.begin(), members.end(), call.name.text) == members.end())
        return fail("E432", call.name.span, "`" + std::string(spec.name) + "` has no `" + call.name.text + "`",
                    "there are " + list_names(members), near(call.name.text, members));
    if (use_ == AddressUse::target && call.name.text != "table")
        return fail("E432", call.name.span, "`" + call.name.text + "` cannot be written", "rows go to a table",
                    {"write `.table(\"name\")`"});
    if (call.arguments.size() > 1)
        return fail("E432", call.arguments[1].span, "`" + call.name.text + "` takes one text", "one too many");
    return true;
}

std::optional<Address> AddressBinder::member(const ast::Call& call, SourceSpan span) {
    const std::size_t before = context_.diagnostics.errors();
    const Connection* connection = connection_of(call);
    if (connection == nullptr || connection->spec == nullptr) return std::nullopt;
    const ConnectorSpec& spec = *connection->spec;
    if (!check_member(spec, call)) return std::nullopt;
    std::optional<std::string> argument = first_text(call, call.name.text == "query" ? "a query" : "a name");
    std::vector<GivenOption> given;
    if (block_ != nullptr) given_options(*block_, given, context_);
    Address made;
    made.connector = &spec;
    if (use_ == AddressUse::target)
        made.options = check_options(spec.target_options, given, spec.name, context_.diagnostics);
    made.connection = connection->options;
    made.folder = connection->folder;
    made.member = call.name.text;
    made.span = span;
    if (context_.diagnostics.errors() != before || !argument) return std::nullopt;
    made.member_argument = std::move(*argument);
    return made;
}

}  // namespace

std::string Address::full_path() const {
    if (path == "-" || path.find("://") != std::string::npos) return path;
    std::error_code failed;  // a folder on the way may be closed; who opens the file says so
    const std::filesystem::path resolved = std::filesystem::weakly_canonical(folder / path, failed);
    return (failed ? (folder / path).lexically_normal() : resolved).string();
}

std::string Address::identity() const {
    if (is_file()) return full_path();
    std::string text = std::string(connector->name) + '\0' + folder.string();
    for (const OptionSpec& spec : connector->options)
        if (connection.has(spec.name) && spec.type == OptionType::text) text += '\0' + connection.text(spec.name);
    return text + '\0' + member + '\0' + member_argument;
}

SourceSpan option_place(const Error& error, const FormatSpec* format, const OptionValues& options,
                        SourceSpan otherwise) {
    if (format == nullptr || (error.code() != "E415" && error.code() != "E408")) return otherwise;
    const std::string_view message = error.what();
    for (const OptionSpec& spec : format->options)
        if (options.given(spec.name) && message.find("`" + std::string(spec.name) + "`") != std::string_view::npos)
            return options.span(spec.name);
    return otherwise;
}

std::optional<Address> bind_address(const ast::Expr& expr, AddressUse use, const std::vector<ast::Assign>* block,
                                    Context& context) {
    return AddressBinder(use, block, context).bind(expr);
}

}  // namespace etl::bind
