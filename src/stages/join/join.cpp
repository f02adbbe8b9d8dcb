#include <algorithm>

#include "stages/join/join_operator.hpp"

namespace etl {

namespace {

BoundStage bind_inner_or_left(const StageArguments& arguments, Diagnostics& diagnostics) {
    const JoinKind kind = arguments.word(0) == "left" ? JoinKind::left : JoinKind::inner;
    return bind_join(arguments, "join", kind, arguments.get<ExprPtr>(3), std::nullopt, diagnostics);
}

BoundStage bind_lookup(const StageArguments& arguments, Diagnostics& diagnostics) {
    std::optional<BoundKeep> keep;
    if (arguments.has(3)) keep = arguments.get<BoundKeep>(3);
    const JoinKind kind = keep ? JoinKind::lookup_best : JoinKind::lookup;
    return bind_join(arguments, "lookup", kind, arguments.get<ExprPtr>(2), std::move(keep), diagnostics);
}

/// The right's columns under its name; nothing after a diagnostic.
bool add_right_columns(const StageInput& right, bool nullable, Schema& output, Diagnostics& diagnostics) {
    for (const Field& field : output.fields) {
        const std::string& taken = field.qualifier.empty() ? field.name : field.qualifier;
        if (taken != right.name) continue;
        diagnostics.error("E323", right.span,
                          field.qualifier.empty() ? "the flow has a column `" + right.name + "`"
                                                  : "`" + right.name + "` was joined before",
                          "`" + right.name + ".…` would mean both",
                          {"give it another name: " + right.name + " as other"});
        return false;
    }
    std::vector<std::string> unnamed;
    for (const Field& field : right.schema->fields) {
        if (!field.qualifier.empty()) unnamed.push_back(field.qualifier + "." + field.name);
        Field added = field;
        added.qualifier = right.name;
        if (nullable) added.type = with_nullable(added.type, true);
        output.fields.push_back(std::move(added));
    }
    if (unnamed.empty()) return true;
    diagnostics.error("E324", right.span, "`" + right.name + "` has columns of a join that have no name of their own",
                      list_names(unnamed), {"name them with a `map` at the end of that flow"});
    return false;
}

}  // namespace

BoundStage bind_join(const StageArguments& arguments, std::string_view word, JoinKind kind, const ExprPtr& condition,
                     std::optional<BoundKeep> keep, Diagnostics& diagnostics) {
    const Schema& left = *arguments.inputs[0].schema;
    const StageInput& right = arguments.inputs[1];
    Schema output = left;
    if (!add_right_columns(right, kind != JoinKind::inner, output, diagnostics)) return {};
    JoinPlan plan;
    plan.condition = split_condition(condition, left.size());
    if (plan.condition.equalities.empty()) {
        diagnostics.error("E325", condition->span,
                          "`" + std::string(word) + "` needs an equality between the flow and `" + right.name + "`",
                          "nothing here must be equal on both sides",
                          {"write: on a == " + right.name + ".b, with `and` before what else must hold"});
        return {};
    }
    BoundStage stage;
    stage.flow.reads = {std::vector<bool>(left.size()), std::vector<bool>(right.schema->size(), true)};
    plan.rest_reads.resize(output.size());
    if (plan.condition.rest != nullptr) mark_columns(*plan.condition.rest, plan.rest_reads);
    for (std::uint32_t i = 0; i < output.size(); ++i) {
        stage.flow.passes.push_back(i < left.size() ? static_cast<std::int32_t>(i) : -1);
        if (i < left.size()) stage.flow.reads[0][i] = plan.rest_reads[i];
    }
    // A key that is a bare column is read where it stands and may stay raw.
    for (const JoinCondition::Equality& equality : plan.condition.equalities)
        if (bare_column(*equality.left) < 0) mark_columns(*equality.left, stage.flow.reads[0]);
    plan.kind = kind;
    plan.stage = arguments.stage;
    plan.span = arguments.span;
    plan.name = right.name;
    plan.label = std::string(word) + " " + right.name;
    plan.keep = std::move(keep);
    plan.left_columns = left.size();
    plan.right = right.schema;
    plan.output = std::make_shared<const Schema>(std::move(output));
    stage.outputs = {plan.output};
    stage.op = std::make_shared<JoinOperator>(std::move(plan));
    return stage;
}

namespace {

constexpr StagePart kJoinParts[] = {{.kind = PartKind::word, .word = "left", .required = false},
                                    {.kind = PartKind::name, .role = PartRole::input},
                                    {.kind = PartKind::name, .word = "as", .required = false, .role = PartRole::alias},
                                    {.kind = PartKind::expr, .word = "on", .scope = PartScope::joined}};
constexpr StageExample kJoinExamples[] = {
    {"join customers on customer_id == customers.id", "a row for each customer with that id; others count as filtered"},
    {"join left rates as r on currency == r.currency and day == r.day", "rows without a match stay, with nulls"},
};
constexpr StageSpec kJoin{.name = "join",
                          .summary =
                              "Adds the columns of another source or flow where a condition holds; the right "
                              "side is read in full first.",
                          .parts = kJoinParts,
                          .examples = kJoinExamples,
                          .bind = bind_inner_or_left};
const Registration<StageSpec> kJoinRegistration{kJoin};

constexpr StagePart kLookupParts[] = {
    {.kind = PartKind::name, .role = PartRole::input},
    {.kind = PartKind::name, .word = "as", .required = false, .role = PartRole::alias},
    {.kind = PartKind::expr, .word = "on", .scope = PartScope::joined},
    {.kind = PartKind::keep, .word = "keep", .required = false, .scope = PartScope::named}};
constexpr StageExample kLookupExamples[] = {
    {"lookup countries on country == countries.name", "a row that two countries match becomes a reject"},
    {"lookup rates on currency == rates.currency and rates.day <= booked keep latest rates.day",
     "the rate of the last day before it was booked"},
};
constexpr StageSpec kLookup{.name = "lookup",
                            .summary =
                                "Adds the columns of at most one row of another source or flow; rows without a "
                                "match stay, with nulls.",
                            .parts = kLookupParts,
                            .examples = kLookupExamples,
                            .bind = bind_lookup};
const Registration<StageSpec> kLookupRegistration{kLookup};

}  // namespace

}  // namespace etl
