#include <cstring>
#include <string>
#include <vector>

#include "component/connector_spec.hpp"
#include "data/print.hpp"
#include "tests/fuzz/fuzz_entry.hpp"

using namespace etl;

namespace {

struct FuzzRun final : RunContext {
    using RunContext::RunContext;
    std::string file_name(std::uint32_t /*source*/, std::uint32_t /*file*/) const override { return "fuzz.jsonl"; }
};

SourceColumn column(const char* name, const DataType* type) {
    SourceColumn made;
    made.name = made.source_name = name;
    made.type = type;
    return made;
}

SourceRequest request() {
    SourceRequest made;
    made.format = Registry<FormatSpec>::find("jsonl");
    fill_defaults(made.format->options, made.options);
    const DataType* text = simple_type(TypeKind::text, true);
    made.columns = {column("id", simple_type(TypeKind::integer, true)),
                    column("s", text),
                    column("d", decimal_type(8, 2, true)),
                    column("f", simple_type(TypeKind::floating, true)),
                    column("r", record_type({{"a", text}, {"b", simple_type(TypeKind::boolean, true)}}, true)),
                    column("l", list_type(text, true))};
    made.uses.assign(made.columns.size(), ColumnUse::typed);
    return made;
}

/// What came of some bytes: a line a row, and how many were refused.
struct Outcome {
    std::string rows;
    std::size_t refused = 0;
};

void decode(Decoder& decoder, Slot& slot, Memory& memory, std::string_view bytes, Outcome& outcome) {
    Block block;
    block.bytes = memory.take(bytes.size() + 1);
    std::memcpy(block.bytes.data(), bytes.data(), bytes.size());
    block.size = static_cast<std::uint32_t>(bytes.size());
    Batch batch;
    decoder.decode(std::move(block), batch, slot, 0);
    for_each_row(batch.selected, [&](std::uint32_t row) {
        for (const Column& value : batch.columns) {
            append_json(outcome.rows, value, row);
            outcome.rows += ' ';
        }
        outcome.rows += '\n';
    });
    outcome.refused += batch.rejects.size();
}

/// Cut into pieces of at most `most` records (0: whole).
Outcome read(std::string_view bytes, std::uint32_t most) {
    Memory memory;
    FuzzRun run(memory);
    const SourceRequest made = request();
    const std::unique_ptr<Decoder> decoder = made.format->make_decoder(made);
    const std::unique_ptr<Slot> slot = decoder->make_slot(run);
    CutState state;
    Outcome outcome;
    std::size_t at = decoder->begin_file(bytes, true, state, "fuzz.jsonl").value_or(0);
    while (at < bytes.size()) {
        const std::size_t size = decoder->cut({bytes.data() + at, bytes.size() - at}, true, most, state);
        fuzz_check(size > 0, "at a file's end the rest is a record", bytes);
        decode(*decoder, *slot, memory, bytes.substr(at, size), outcome);
        at += size;
    }
    return outcome;
}

void run_jsonl(std::string_view bytes) {
    const Outcome whole = read(bytes, 0);
    const Outcome single = read(bytes, 1);
    fuzz_check(whole.rows == single.rows, "blocks of any size give the same rows", bytes);
    fuzz_check(whole.refused == single.refused, "blocks of any size refuse the same lines", bytes);
}

const FuzzEntry entry{"jsonl", run_jsonl};

}  // namespace
