#pragma once

#include <optional>
#include <string>
#include <vector>

#include "component/stage_spec.hpp"
#include "lang/ast.hpp"
#include "lang/bind/context.hpp"
#include "lang/bind/scope.hpp"
#include "lang/bind/stream.hpp"

namespace etl::bind {

/// A stage while its parts are bound. What fails gets a stand-in, so that the stage can still say which columns come
/// out of it; their types are then not known.
struct StageWork {
    StageWork(const ast::Stage& written, Context& shared) : context(shared), stage(written) {}

    Context& context;
    const ast::Stage& stage;
    std::vector<Stream> streams;     // by input
    std::vector<StageInput> inputs;  // the same, by their names
    Schema joined;                   // input 0's columns, then the others' under their names
    std::vector<BoundPart> parts;
    bool failed = false;                // a part has a stand-in
    bool hopeless = false;              // a part has none: the columns behind the stage are not known
    bool closes = false;                // makes all of its columns itself: behind it all are known
    std::vector<std::string> unknown;   // columns that it makes, of no known type
    std::vector<std::uint32_t> proven;  // columns of input 0 that are not null in the rows that pass
    std::vector<std::vector<std::uint32_t>> proven_by_port;  // of a stage with named outputs

    Scope scope(PartScope which) const;
    /// A stand-in for an expression that failed.
    ExprPtr stand_in(TypeKind kind, SourceSpan span);
    void error(std::string code, SourceSpan span, std::string message, std::string label = {},
               std::vector<std::string> notes = {});
};

/// What comes out of a stage.
struct StageResult {
    BoundStage stage;
    std::vector<NodePort> inputs;
    std::vector<Stream> outputs;          // by port, at least one; of the finder's next node
    std::vector<std::string> port_names;  // of a stage with named outputs
};

/// Binds one stage behind `input`. Its errors are in the context's diagnostics.
StageResult bind_stage(const ast::Stage& stage, const Stream& input, StreamFinder& finder, Context& context);

/// Binds part `number` of the stage into work.parts, by its kind (parts of role input and alias are bound before).
void bind_part(StageWork& work, std::size_t number);

// One function a group of kinds; each fills one element of work.parts.
BoundPart bind_names(StageWork& work, const ast::StagePartValue& value);
BoundPart bind_columns_named(StageWork& work, const StagePart& part, const ast::StagePartValue& value);
BoundPart bind_pick(StageWork& work, const ast::Selector& selector);
BoundPart bind_expression_part(StageWork& work, const StagePart& part, const ast::StagePartValue& value);
BoundPart bind_sort_keys(StageWork& work, const StagePart& part, const std::vector<ast::SortKey>& keys);
BoundPart bind_assigns(StageWork& work, const ast::Block<ast::Assign>& block);
BoundPart bind_aggregates(StageWork& work, const ast::Block<ast::Assign>& block);
BoundPart bind_map_items(StageWork& work, const ast::Block<ast::Item>& block);
BoundPart bind_group_keys(StageWork& work, const std::vector<ast::Item>& keys);
BoundPart bind_casts(StageWork& work, const ast::Block<ast::Column>& block);
BoundPart bind_clean_rules(StageWork& work, const ast::Block<ast::CleanItem>& block);
BoundPart bind_checks(StageWork& work, const ast::Block<ast::Check>& block);
BoundPart bind_branches(StageWork& work, const ast::Block<ast::Branch>& block);
BoundPart bind_renames(StageWork& work, const std::vector<ast::Pair>& pairs);

/// The columns of input 0 that a selector means: own ones, not those of a join. E203 for unknown names.
std::vector<std::uint32_t> selected_columns(StageWork& work, const ast::Selector& selector);
/// An own column of input 0 by its name; nothing after E203 (or in silence where it may be there).
std::optional<std::uint32_t> own_column(StageWork& work, const ast::Name& name);

}  // namespace etl::bind
