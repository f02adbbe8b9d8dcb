#include "lang/bind/followed.hpp"

#include <algorithm>
#include <optional>

#include "lang/bind/expression.hpp"
#include "lang/parser.hpp"

namespace etl::bind {

namespace {

// An expression is read as what it may be in a file, the default of a param, on a line of its own.
constexpr std::string_view kBefore = "param condition: bool =\n";

/// The same at its place in the text as it was given.
Diagnostic placed(Diagnostic diagnostic, std::uint32_t given, std::uint32_t size, const std::string& source) {
    const auto moved = [&](std::uint32_t at) {
        const auto before = static_cast<std::uint32_t>(kBefore.size());
        return std::min(at < before ? 0 : at - before, size);
    };
    diagnostic.span = {given, moved(diagnostic.span.begin), moved(diagnostic.span.end)};
    for (const auto& [there, here] : {std::pair<std::string_view, std::string>{"the stage before", "`" + source + "`"},
                                      {"the file ends", "the condition ends"}})
        if (const std::size_t at = diagnostic.label.find(there); at != std::string::npos)
            diagnostic.label.replace(at, there.size(), here);
    return diagnostic;
}

}  // namespace

std::map<std::uint32_t, ExprPtr> bind_followed(const std::string& text, const std::vector<BoundNode>& nodes,
                                               Context& context) {
    const std::uint32_t given = context.texts.add("--trace", text);
    const std::uint32_t read = context.texts.add("--trace", std::string(kBefore) + text + "\n");
    const auto size = static_cast<std::uint32_t>(text.size());
    const auto report = [&](const Diagnostics& diagnostics, const std::string& source) {
        for (Diagnostic& diagnostic : diagnostics.sorted())
            context.diagnostics.add(placed(std::move(diagnostic), given, size, source));
    };
    Diagnostics syntax;
    const ast::File file = parse(read, context.texts, syntax);
    if (!syntax.has_errors() && file.declarations.size() != 1)
        syntax.error("E101", {read, 0, static_cast<std::uint32_t>(kBefore.size()) + size},
                     "`--trace` takes one condition", "there is more", {"write it as behind `filter`: `id == 17`"});
    const auto* const decl = syntax.has_errors() ? nullptr : file.declarations.front().as<ast::ParamDecl>();
    if (decl == nullptr || decl->default_value == nullptr) {
        report(syntax, "");
        return {};
    }
    std::map<std::uint32_t, ExprPtr> bound;
    std::optional<Diagnostics> wrong;
    std::string nearest;
    for (std::uint32_t number = 0; number < nodes.size(); ++number) {
        const BoundNode& node = nodes[number];
        if (node.kind != NodeKind::source || node.is_rejects) continue;
        Diagnostics said;
        Scope scope;
        scope.schema = node.outputs[0].get();
        scope.alias = node.name;
        scope.has_meta = true;
        const ExprPtr condition = ExpressionBinder(context, scope, said).condition(*decl->default_value);
        if (condition != nullptr && !said.has_errors()) {
            bound[number] = condition;
        } else if (!wrong || said.errors() < wrong->errors()) {
            wrong = std::move(said);
            nearest = node.name;
        }
    }
    if (bound.empty() && wrong) report(*wrong, nearest);
    return bound;
}

}  // namespace etl::bind
