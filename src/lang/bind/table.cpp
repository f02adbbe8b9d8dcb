#include "lang/bind/table.hpp"

#include "base/error.hpp"
#include "base/registry.hpp"
#include "component/connector_spec.hpp"
#include "expr/evaluator.hpp"

namespace etl::bind {

namespace {

struct TableRun final : RunContext {
    TableRun(Memory& run_memory, const Source& read_source) : RunContext(run_memory), source(read_source) {}
    std::string file_name(std::uint32_t /*source*/, std::uint32_t file) const override {
        return source.file_name(file);
    }
    const Source& source;
};

SourceRequest table_request(const std::filesystem::path& folder, std::string_view address) {
    SourceRequest request;
    request.format = Registry<FormatSpec>::find("csv");
    const ConnectorSpec* files = Registry<ConnectorSpec>::find("files");
    if (request.format == nullptr || files == nullptr) throw Error("E431", "this program reads no CSV files");
    fill_defaults(request.format->options, request.options);
    fill_defaults(files->options, request.connection);
    request.address = std::string(address);
    request.base_folder = folder;
    request.columns = files->discover(request);
    request.uses.assign(request.columns.size(), ColumnUse::typed);
    return request;
}

void add_rows(Batch& batch, const Schema& schema, Evaluator& evaluator, Table& table) {
    if (!batch.rejects.empty()) {
        const Reject& first = batch.rejects.front();
        throw Error("E435", "line " + std::to_string(first.origin.line) + ": " + first.reason);
    }
    std::vector<Column> columns;
    for (std::uint32_t i = 0; i < schema.size(); ++i)
        columns.push_back(evaluator.evaluate(*column_expr(schema, i, {}), batch, batch.selected));
    for (std::uint32_t i = 0; i < batch.selected.size; ++i) {
        std::vector<std::string>& row = table.rows.emplace_back();
        for (const Column& column : columns) {
            const Value value = value_at(column, batch.selected[i]);
            const auto* text = std::get_if<std::string>(&value.data);
            row.push_back(text != nullptr ? *text : std::string());
        }
    }
}

/// The file through its format and connector, as a source would read it, on this thread.
Table read_file(const std::filesystem::path& folder, std::string_view address) {
    const SourceRequest request = table_request(folder, address);
    const ConnectorSpec& files = *Registry<ConnectorSpec>::find("files");
    Memory memory;
    const std::unique_ptr<Source> source = files.make_source(request);
    TableRun run(memory, *source);
    Schema schema;
    Table table;
    for (const SourceColumn& column : request.columns) {
        schema.fields.push_back({column.name, column.type, {}, false});
        table.columns.push_back(column.name);
    }
    const std::unique_ptr<Slot> slot = source->make_slot(run);
    Evaluator evaluator(memory, {});
    for (const Lane& lane : source->lanes()) {
        const std::unique_ptr<Reader> reader = source->open(lane, {}, run);
        Block block;
        while (reader->next(block)) {
            Batch batch;
            batch.schema = &schema;
            batch.origin = block.origin;
            source->decode(std::move(block), batch, *slot, 0);
            add_rows(batch, schema, evaluator, table);
            block = {};
        }
    }
    return table;
}

}  // namespace

Table Tables::read_table(std::string_view address) {
    if (offline_) return {{"key", "value"}, {}};
    const auto known = read_.find(address);
    if (known != read_.end()) return known->second;
    try {
        return read_.emplace(std::string(address), read_file(folder_, address)).first->second;
    } catch (const Error& error) {
        const std::string message = error.what();
        const bool named = message.find(address) != std::string::npos;
        throw Error(error.code(), named ? message : std::string(address) + ": " + message);
    }
}

}  // namespace etl::bind
