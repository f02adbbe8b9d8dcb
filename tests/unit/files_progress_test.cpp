// What a reader of new files says of its share: as much as lies behind what is held already.
#include "component/connector_spec.hpp"
#include "tests/unit/catch.hpp"
#include "tests/unit/files_copy.hpp"

using namespace etl;

namespace {

std::unique_ptr<Source> make_source(const TestFolder& folder, Incremental::Kind kind) {
    SourceRequest request;
    request.format = Registry<FormatSpec>::find("csv");
    fill_defaults(request.format->options, request.options);
    request.address = "in-*.csv";
    request.base_folder = folder.path();
    SourceColumn column;
    column.name = column.source_name = "a";
    column.type = simple_type(TypeKind::text);
    request.columns = {column};
    request.uses = {ColumnUse::passed};
    request.incremental.kind = kind;
    return Registry<ConnectorSpec>::find("files")->make_source(request);
}

}  // namespace

TEST_CASE("a reader of new files tells how much it will read, and reads as much") {
    for (const auto kind : {Incremental::Kind::file, Incremental::Kind::offset}) {
        const TestFolder folder;
        folder.put("in-1.csv", "a\n1\n2\n");
        folder.put("in-2.csv", "a\n3\n");
        Memory memory;
        TestRun run(memory);
        const auto first = make_source(folder, kind);
        const auto reader = first->open(first->lanes().at(0), {""}, run);
        CHECK(reader->bytes_total() == 6 + 4);
        for (Block block; reader->next(block);) {
        }
        CHECK(reader->bytes_read() == 6 + 4);
        folder.put("in-3.csv", "a\n4\n5\n6\n");
        const auto more = make_source(folder, kind);
        CHECK(more->open(more->lanes().at(0), {reader->position()}, run)->bytes_total() == 8);
        CHECK(more->open(more->lanes().at(0), {reader->position(), ""}, run)->bytes_total() == 6 + 4 + 8);
    }
}
