#include <cstring>
#include <string>

#include "base/error.hpp"
#include "component/connector_spec.hpp"
#include "tests/fuzz/fuzz_entry.hpp"

using namespace etl;

namespace {

struct FuzzRun : RunContext {
    using RunContext::RunContext;
    std::string file_name(std::uint32_t, std::uint32_t) const override { return "fuzz.csv"; }
};

struct Way {
    std::uint32_t most_records = 0;
    bool scalar = false;
    ColumnUse use = ColumnUse::passed;
};

struct Outcome {
    std::string text;     // as it is written again
    std::string rejects;  // lines and reasons
    std::string error;
};

/// The type of a column by the first byte of its name.
const DataType* type_of(const std::string& name) {
    const bool nullable = name.size() > 1 && name[1] == '?';
    switch (name.front()) {
        case 'b': return simple_type(TypeKind::boolean, nullable);
        case 'd': return simple_type(TypeKind::date, nullable);
        case 'f': return simple_type(TypeKind::floating, nullable);
        case 'i': return simple_type(TypeKind::integer, nullable);
        case 'n': return decimal_type(9, 2, nullable);
        case 's': return simple_type(TypeKind::timestamp, nullable);
        default: return simple_type(TypeKind::text, nullable);
    }
}

struct CsvCopy {
    const FormatSpec& csv = *Registry<FormatSpec>::find("csv");
    SourceRequest source;
    SinkRequest target;
    std::shared_ptr<Schema> schema = std::make_shared<Schema>();

    explicit CsvCopy(std::string_view bytes) {
        fill_defaults(csv.options, source.options);
        source.options.set("max_record", std::int64_t{1} << 20, {}, true);
        source.options.set("comment", std::string("#"), {}, true);
        target.options = source.options;
        target.options.set("comment", std::string(), {}, false);
        target.options.set("max_record", std::int64_t{1} << 20, {}, false);
        source.format = target.format = &csv;
        source.columns = csv.discover({bytes.data(), bytes.size()}, true, source.options);
        for (SourceColumn& column : source.columns) {
            column.type = type_of(column.name);
            schema->fields.push_back({column.name, column.type, "", false});
        }
        target.schema = schema;
    }

    Outcome run(std::string_view bytes, Way way) {
        Outcome outcome;
        try {
            copy(bytes, way, outcome);
        } catch (const Error& error) {
            outcome = Outcome{"", "", error.what()};
        }
        return outcome;
    }

    void copy(std::string_view bytes, Way way, Outcome& outcome) {
        source.uses.assign(source.columns.size(), way.use);
        Memory memory;
        FuzzRun run(memory);
        const auto decoder = csv.make_decoder(source);
        const auto encoder = csv.make_encoder(target);
        const auto slot = decoder->make_slot(run);
        const auto encoder_slot = encoder->make_slot(run);
        encoder->prologue(outcome.text);
        CutState state;
        std::size_t at = decoder->begin_file({bytes.data(), bytes.size()}, true, state, "fuzz.csv").value();
        while (at < bytes.size()) {
            Block block;
            block.origin.line = state.line;
            const std::string_view rest = bytes.substr(at);
            const std::size_t size = decoder->cut({rest.data(), rest.size()}, true, way.most_records, state);
            fuzz_check(size > 0, "a cut gets on", bytes);
            block.bytes = memory.take(size);
            std::memcpy(block.bytes.data(), rest.data(), size);
            block.size = static_cast<std::uint32_t>(size);
            block.scalar = state.scalar || way.scalar;
            Batch batch;
            batch.schema = schema.get();
            batch.origin = block.origin;
            decoder->decode(std::move(block), batch, *slot, 0);
            Chunk chunk;
            encoder->encode(std::move(batch), *encoder_slot, 1, chunk);
            if (chunk.size > 0) outcome.text.append(chunk.bytes.data() + chunk.begin, chunk.size);
            for (const Reject& reject : chunk.batch.rejects)
                outcome.rejects += std::to_string(reject.origin.line) + " " + reject.reason + " " + reject.row + "\n";
            at += size;
        }
    }
};

void run(std::string_view bytes) {
    try {
        CsvCopy copy(bytes);
        const Outcome whole = copy.run(bytes, {});
        for (const Way way : {Way{1, false, ColumnUse::passed}, Way{0, true, ColumnUse::passed},
                              Way{3, true, ColumnUse::typed}, Way{0, false, ColumnUse::typed}}) {
            const Outcome other = copy.run(bytes, way);
            fuzz_check(other.error == whole.error, "an error does not depend on the way", bytes);
            fuzz_check(other.text == whole.text, "rows do not depend on the way", bytes);
            fuzz_check(other.rejects == whole.rejects, "rejects do not depend on the way", bytes);
        }
        if (!whole.error.empty() || whole.text.find('#') != std::string::npos) return;
        CsvCopy copy_again(whole.text);
        const Outcome again = copy_again.run(whole.text, {});
        fuzz_check(again.rejects.empty() && again.error.empty(), "what is written can be read", bytes);
        fuzz_check(again.text == whole.text, "what is written is written the same again", bytes);
    } catch (const Error&) {
        // The header is none, or names a column twice.
    }
}

const FuzzEntry entry{"csv", run};

}  // namespace
