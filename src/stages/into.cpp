#include "component/stage_spec.hpp"

namespace etl {

namespace {

constexpr StagePart kParts[] = {
    {.kind = PartKind::address, .scope = PartScope::constant},
    {.kind = PartKind::mode, .required = false},
    {.kind = PartKind::name, .word = "partition by", .required = false, .repeated = true},
    {.kind = PartKind::assigns, .required = false, .scope = PartScope::constant},
};
constexpr StageExample kExamples[] = {
    {R"(into csv("out/orders.csv"))", "writes a file, which appears whole or not at all"},
    {R"(into warehouse.table("orders") upsert by id { create = true })",
     "inserts new ids and replaces the rows of known ones; makes the table if it is not there"},
    {R"(into warehouse.table("orders") replace)", "the table holds the rows of this run only"},
    {R"(into warehouse.table("events") append)", "adds the rows of an incremental source, each once"},
};
// Connectors and formats make the target, not the stage: the binder finds them by the address.
constexpr StageSpec kSpec{
    .name = "into",
    .summary = "Writes the rows to a target; a table's mode (append, replace, upsert by) must be written.",
    .parts = kParts,
    .examples = kExamples,
    .bind = nullptr,
    .ends_flow = true};
const Registration<StageSpec> kRegistration{kSpec};

}  // namespace

}  // namespace etl
