#include <cstring>
#include <string>
#include <vector>

#include "base/error.hpp"
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

SourceRequest request(std::string_view format, std::string rows) {
    SourceRequest made;
    made.format = Registry<FormatSpec>::find(format);
    fill_defaults(made.format->options, made.options);
    if (format == "json") made.options.set("rows", std::move(rows), {}, true);
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

/// What came of some bytes: a line a row, how many were refused, and whether an Error ended it.
struct Outcome {
    std::string rows;
    std::size_t refused = 0;
    bool is_error = false;
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

/// Cut into pieces of at most `most` records (0: whole), of which no more is seen than is needed if `window` is not 0.
void read(std::string_view bytes, const SourceRequest& made, std::uint32_t most, std::size_t window, Outcome& outcome) {
    Memory memory;
    FuzzRun run(memory);
    const std::unique_ptr<Decoder> decoder = made.format->make_decoder(made);
    const std::unique_ptr<Slot> slot = decoder->make_slot(run);
    CutState state;
    std::size_t at = decoder->begin_file(bytes, true, state, "fuzz").value_or(0);
    for (std::size_t seen = window; at < bytes.size();) {
        const std::size_t left = bytes.size() - at;
        const bool at_end = window == 0 || seen >= left;
        state.passed = false;
        const std::size_t size = decoder->cut(bytes.substr(at, at_end ? left : seen), at_end, most, state);
        fuzz_check(size > 0 || !at_end, "at a file's end the rest is a record", bytes);
        seen = size > 0 ? window : 2 * seen;
        if (size > 0 && !state.passed) decode(*decoder, *slot, memory, bytes.substr(at, size), outcome);
        at += size;
    }
    decoder->end_file(state);
}

Outcome outcome_of(std::string_view bytes, const SourceRequest& made, std::uint32_t most, std::size_t window) {
    Outcome outcome;
    try {
        read(bytes, made, most, window, outcome);
    } catch (const Error&) {
        outcome.is_error = true;
    }
    return outcome;
}

void run_request(std::string_view bytes, const SourceRequest& made) {
    const Outcome whole = outcome_of(bytes, made, 0, 0);
    for (const std::size_t window : {0, 1, 7}) {
        const Outcome pieces = outcome_of(bytes, made, window == 7 ? 0 : 1, window);
        fuzz_check(whole.is_error == pieces.is_error, "pieces of any size are an error, or none is", bytes);
        if (whole.is_error) continue;
        fuzz_check(whole.rows == pieces.rows, "blocks of any size give the same rows", bytes);
        fuzz_check(whole.refused == pieces.refused, "blocks of any size refuse the same records", bytes);
    }
}

void run_jsonl(std::string_view bytes) { run_request(bytes, request("jsonl", "")); }

void run_json(std::string_view bytes) {
    run_request(bytes, request("json", ""));
    run_request(bytes, request("json", "data.items"));
}

const FuzzEntry jsonl_entry{"jsonl", run_jsonl};
const FuzzEntry json_entry{"json", run_json};

}  // namespace
