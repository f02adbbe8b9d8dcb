#include "lang/bind/connection.hpp"

#include "lang/bind/expression.hpp"
#include "lang/bind/option.hpp"

namespace etl::bind {

namespace {

std::vector<std::string> kinds() {
    std::vector<std::string> names;
    for (const ConnectorSpec* spec : Registry<ConnectorSpec>::all())
        if (!spec->members.empty()) names.emplace_back(spec->name);
    return names;
}

const ConnectorSpec* find_kind(const std::string& name, SourceSpan span, Context& context) {
    const ConnectorSpec* spec = Registry<ConnectorSpec>::find(name);
    if (spec != nullptr && !spec->members.empty()) return spec;
    std::vector<std::string> notes;
    if (std::string near = did_you_mean(name, kinds()); !near.empty()) notes.push_back(std::move(near));
    context.diagnostics.error("E431", span, "unknown kind of connection `" + name + "`",
                              "there are " + list_names(kinds()), std::move(notes));
    return nullptr;
}

Connection bind_config(const ConfigConnection& config, Context& context) {
    Connection made;
    made.folder = context.config.path.parent_path();
    const ConnectorSpec* spec = find_kind(config.kind, config.kind_span, context);
    if (spec == nullptr) return made;
    std::vector<GivenOption> given = config.options;
    const std::size_t before = context.diagnostics.errors();
    if (!resolve_environment(given, context)) return made;
    made.options = check_options(spec->options, given, spec->name, context.diagnostics);
    if (context.diagnostics.errors() == before) made.spec = spec;
    return made;
}

}  // namespace

Connection bind_connection(const ast::Expr& expr, Context& context) {
    Connection made;
    made.folder = context.folder;
    const auto* call = expr.as<ast::Call>();
    if (call == nullptr || call->object != nullptr) {
        context.diagnostics.error("E430", expr.span, "this is no connection", "a kind and its options are wanted",
                                  {"write `sqlite(\"file.db\")`"});
        return made;
    }
    const ConnectorSpec* spec = find_kind(call->name.text, call->name.span, context);
    if (spec == nullptr) return made;
    const std::size_t before = context.diagnostics.errors();
    std::vector<GivenOption> given;
    std::size_t positional = 0;
    if (!call->arguments.empty() && !call->arguments[0].name && !spec->options.empty()) {
        positional = 1;
        if (auto value = given_value(*call->arguments[0].value, context); value)
            given.push_back({std::string(spec->options.front().name), call->arguments[0].span, std::move(*value)});
    }
    given_options(call->arguments, positional, given, context);
    made.options = check_options(spec->options, given, spec->name, context.diagnostics);
    if (context.diagnostics.errors() == before) {
        if (!spec->options.empty() && !made.options.has(spec->options.front().name)) {
            const std::string name(spec->options.front().name);
            context.diagnostics.error("E303", call->arguments_span, "`" + name + "` is missing",
                                      std::string(spec->options.front().summary));
        } else {
            made.spec = spec;
        }
    }
    return made;
}

void Connections::declare(const ast::ConnectionDecl& decl, Context& context) {
    Entry& entry = entries_[decl.name.text];
    if (entry.decl != nullptr) {
        context.diagnostics.error("E202", decl.name.span, "connection `" + decl.name.text + "` is declared twice",
                                  "declared before");
        return;
    }
    entry.decl = &decl;
}

void Connections::add_config(const Config& config) {
    for (const ConfigConnection& each : config.connections) {
        Entry& entry = entries_[each.name];
        if (entry.decl == nullptr || each.from_profile) entry.config = &each;
    }
}

void Connections::bind_all(Context& context) {
    for (auto& [name, entry] : entries_)
        if (entry.decl != nullptr) find(name, context);
}

const Connection& Connections::find(const std::string& name, Context& context) {
    Entry& entry = entries_.at(name);
    if (!entry.is_bound) {
        entry.is_bound = true;
        if (entry.config != nullptr)
            entry.connection = bind_config(*entry.config, context);
        else if (entry.decl->value != nullptr)
            entry.connection = bind_connection(*entry.decl->value, context);
    }
    return entry.connection;
}

std::vector<std::string> Connections::names() const {
    std::vector<std::string> names;
    for (const auto& [name, entry] : entries_) names.push_back(name);
    return names;
}

}  // namespace etl::bind
