#include "lang/binder.hpp"

#include "lang/bind/flow.hpp"
#include "lang/bind/followed.hpp"
#include "lang/bind/setting.hpp"

namespace etl {

namespace {

using bind::Context;
using bind::Flows;

class Binder {
  public:
    explicit Binder(Context& context) : context_(context), flows_(context) {}

    void declare_standard(const ast::File& file);
    void declare(const ast::File& file);
    std::vector<BoundNode> bind();

  private:
    void declare(const ast::Declaration& declaration);
    void not_available(const ast::Declaration& declaration, const char* word);
    void declare_pipeline(const ast::PipelineDecl& decl);

    Context& context_;
    Flows flows_;
    const ast::PipelineDecl* pipeline_ = nullptr;
};

void Binder::declare_standard(const ast::File& file) {
    for (const ast::Declaration& declaration : file.declarations)
        if (const auto* decl = declaration.as<ast::FunctionDecl>())
            context_.functions.declare(*decl, true, context_);
        else
            context_.diagnostics.error("E301", declaration.span, "the standard library holds functions only",
                                       "this is none");
}

void Binder::not_available(const ast::Declaration& declaration, const char* word) {
    context_.diagnostics.error("E301", declaration.keyword_span, "unknown declaration `" + std::string(word) + "`",
                               "there are pipeline, param, connection, fn, source, target, flow, from");
}

void Binder::declare_pipeline(const ast::PipelineDecl& decl) {
    if (pipeline_ != nullptr) {
        context_.diagnostics.error("E202", decl.name.span, "the pipeline is declared twice", "a file holds one");
        return;
    }
    pipeline_ = &decl;
    if (!decl.name.text.empty()) context_.pipeline = decl.name.text;
}

void Binder::declare(const ast::Declaration& declaration) {
    const bool broken = declaration.is_broken || context_.has_syntax_error(declaration.span);
    if (declaration.is_broken) flows_.expect_unknown_names();
    if (const auto* pipeline = declaration.as<ast::PipelineDecl>()) declare_pipeline(*pipeline);
    if (const auto* param = declaration.as<ast::ParamDecl>()) context_.parameters.declare(*param, broken, context_);
    if (const auto* connection = declaration.as<ast::ConnectionDecl>())
        context_.connections.declare(*connection, context_);
    if (const auto* function = declaration.as<ast::FunctionDecl>())
        context_.functions.declare(*function, false, context_);
    if (const auto* source = declaration.as<ast::SourceDecl>()) flows_.declare(*source, broken);
    if (const auto* target = declaration.as<ast::TargetDecl>()) flows_.targets().declare(*target, broken, context_);
    if (const auto* flow = declaration.as<ast::FlowDecl>()) flows_.declare(*flow, broken);
    if (const auto* chain = declaration.as<ast::ChainDecl>()) flows_.declare(*chain, broken);
    if (declaration.as<ast::ImportDecl>() != nullptr) not_available(declaration, "import");
    if (declaration.as<ast::StageDecl>() != nullptr) not_available(declaration, "stage");
    if (declaration.as<ast::TestDecl>() != nullptr) not_available(declaration, "test");
}

void Binder::declare(const ast::File& file) {
    for (const ast::Declaration& declaration : file.declarations) declare(declaration);
    context_.connections.add_config(context_.config);
}

std::vector<BoundNode> Binder::bind() {
    const ast::Expr* rejects = bind::bind_settings(pipeline_, context_);
    context_.parameters.bind_all(context_);
    context_.parameters.check_given(context_);
    context_.functions.check_all(context_);
    context_.connections.bind_all(context_);
    return flows_.bind(rejects);
}

}  // namespace

std::optional<BoundPipeline> bind_pipeline(const ast::File& file, const std::vector<ast::File>& standard_library,
                                           bind::Context& context) {
    Binder binder(context);
    for (const ast::File& library : standard_library) binder.declare_standard(library);
    binder.declare(file);
    BoundPipeline made;
    made.nodes = binder.bind();
    if (!context.diagnostics.has_errors() && !context.options.follow.empty())
        made.followed = bind::bind_followed(context.options.follow, made.nodes, context);
    if (context.diagnostics.has_errors()) return std::nullopt;
    made.name = context.pipeline;
    made.folder = context.folder;
    made.settings = context.settings;
    made.params = context.parameters.values(context);
    made.start_us = context.start_us;
    made.secrets = context.secrets;
    return made;
}

}  // namespace etl
