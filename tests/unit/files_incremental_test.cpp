// Files loaded bit by bit, through the connector's spec: what a run reads behind the ones before it, and what a target
// holds when a run ends well, badly or not at all.
#include <sys/stat.h>
#include <unistd.h>

#include "tests/unit/catch.hpp"
#include "tests/unit/files_copy.hpp"
#include "tests/unit/incremental_load.hpp"
#include "tests/unit/packed_files.hpp"

using namespace etl;

namespace {

void append(const TestFolder& folder, const std::string& name, std::string_view text) {
    std::ofstream(folder.path() / name, std::ios::app | std::ios::binary) << text;
}

}  // namespace

TEST_CASE("files: by file loads what was not loaded before") {
    const TestFolder folder;
    IncrementalLoad load(folder);
    load.run();
    CHECK(folder.get("out.csv") == "a\n");
    folder.put("in-2.csv", "a\n1\n2\n");
    folder.put("in-4.csv", "");
    load.run();
    CHECK(folder.get("out.csv") == "a\n1\n2\n");
    folder.put("in-1.csv", "a\n3\n");
    folder.put("in-3.csv", "a\n4");
    folder.put("in-4.csv", "a\n5\n");
    folder.put("in-5.csv", "a\n");
    load.run();
    CHECK(folder.get("out.csv") == "a\n1\n2\n3\n4\n5\n");
    std::filesystem::remove(folder.path() / "in-3.csv");
    load.run();
    CHECK(load.read.empty());
    folder.put("in-3.csv", "a\n6\n");
    CHECK(load.error().starts_with("E532 in-3.csv has changed since it was loaded; write `changed load` "));
    CHECK(folder.names() ==
          Strings{"in-1.csv", "in-2.csv", "in-3.csv", "in-4.csv", "in-5.csv", "out.csv", "out.csv.etl-state"});
    load.changed = Changed::ignore;
    load.run();
    CHECK(folder.get("out.csv") == "a\n1\n2\n3\n4\n5\n");
    load.changed = Changed::load;
    load.run();
    CHECK(folder.get("out.csv") == "a\n1\n2\n3\n4\n5\n6\n");
    load.changed = Changed::fail;
    load.run();
    CHECK(folder.get("out.csv") == "a\n1\n2\n3\n4\n5\n6\n");
}

TEST_CASE("files: by file goes on behind the last commit of a run that failed or was killed") {
    for (const std::string ending : {".csv", ".csv.gz", ".csv.zst"})
        for (std::uint32_t commit_blocks = 1; commit_blocks < 4; ++commit_blocks)
            for (std::uint32_t blocks = 0; blocks < 7; ++blocks)
                for (const bool killed : {false, true}) {
                    INFO(ending << ", a commit each " << commit_blocks << " blocks, " << blocks << " blocks, killed "
                                << killed);
                    const TestFolder folder;
                    IncrementalLoad load(folder);
                    load.output = "out" + ending;
                    load.commit_blocks = commit_blocks;
                    folder.put("in-1.csv", "a\n1\n2\n\"3\n3\"\n");
                    folder.put("in-2.csv", "a\n4\n5\n6");
                    load.most_blocks = blocks;
                    if (killed)
                        load.run_killed(blocks);
                    else
                        load.error();
                    load.most_blocks = UINT32_MAX;
                    load.run();
                    CHECK(load.read.size() == (blocks == 6 ? 0 : 6 - blocks / commit_blocks * commit_blocks));
                    CHECK(unpacked(folder.path() / load.output) == "a\n1\n2\n\"3\n3\"\n4\n5\n6\n");
                    CHECK(folder.names().size() == 4);
                }
}

TEST_CASE("files: a document goes on behind the row of the last commit") {
    for (const bool is_list : {true, false})
        for (std::uint32_t blocks = 0; blocks < 4; ++blocks) {
            INFO(is_list << " " << blocks << " blocks");
            const TestFolder folder;
            IncrementalLoad load(folder);
            load.input = "in-*.json";
            folder.put("in-1.json", is_list ? "[\n {\"a\": \"1]\"},\n {\"a\": \"2\"}\n]\n" : " {\"a\": \"1\"} ");
            folder.put("in-2.json", "[{\"a\": \"3\"} , {\"a\": \"4\"}]");
            load.most_blocks = blocks;
            load.error();
            load.most_blocks = UINT32_MAX;
            load.run();
            const std::uint32_t rows = is_list ? 4 : 3;
            CHECK(load.read.size() == (blocks >= rows ? 0 : rows - blocks));
            CHECK(folder.get("out.csv") == (is_list ? "a\n1]\n2\n3\n4\n" : "a\n1\n3\n4\n"));
        }
}

TEST_CASE("files: by offset loads what was added in whole lines") {
    const TestFolder folder;
    IncrementalLoad load(folder, Kind::offset);
    folder.put("in-1.csv", "a");
    load.run();
    CHECK(folder.get("out.csv") == "a\n");
    append(folder, "in-1.csv", "\n1\n2");
    load.run();
    CHECK(folder.get("out.csv") == "a\n1\n");
    append(folder, "in-1.csv", "2\n\"3\n");
    load.run();
    CHECK(folder.get("out.csv") == "a\n1\n22\n");
    append(folder, "in-1.csv", "3\"\n");
    folder.put("in-0.csv", "a\n4\n");
    load.run();
    CHECK(folder.get("out.csv") == "a\n1\n22\n4\n\"3\n3\"\n");
    const std::string whole = folder.get("in-1.csv");
    folder.put("in-1.csv", "a\n9\n9\n9\n9\n9\n9\n9\n9\n");
    const std::string rotated = "E532 in-1.csv is not the file any more that was read before: it was cut, replaced or ";
    CHECK(load.error().starts_with(rotated));
    folder.put("in-1.csv", "a\n");
    CHECK(load.error().starts_with(rotated));
    load.changed = Changed::ignore;
    load.run();
    CHECK(load.read.empty());
    folder.put("in-1.csv", whole + "5\n");
    load.run();
    CHECK(load.read == Strings{"5\n"});
    folder.put("in-1.csv", "a\n6\n");
    load.changed = Changed::load;
    load.run();
    CHECK(load.read == Strings{"6\n"});
    CHECK(folder.get("out.csv") == "a\n1\n22\n4\n\"3\n3\"\n5\n6\n");
}

TEST_CASE("files: by offset follows files that were rotated, renamed or copied and cut") {
    const TestFolder folder;
    IncrementalLoad load(folder, Kind::offset);
    load.input = "app.csv*";
    folder.put("app.csv", "a\n1\n2\n");
    load.run();
    append(folder, "app.csv", "3\n");
    const auto path = [&](const char* name) { return folder.path() / name; };
    std::filesystem::rename(path("app.csv"), path("app.csv.1"));
    folder.put("app.csv", "a\n4\n");
    load.run();
    CHECK(load.read == Strings{"3\n", "4\n"});
    append(folder, "app.csv", "5\n");
    std::filesystem::rename(path("app.csv.1"), path("app.csv.2"));
    std::filesystem::copy_file(path("app.csv"), path("app.csv.1"));
    folder.put("app.csv", "a\n");
    load.run();
    CHECK(load.read == Strings{"5\n"});
    append(folder, "app.csv", "6\n");
    append(folder, "app.csv.2", "7\n");
    load.run();
    CHECK(load.read == Strings{"6\n", "7\n"});
    CHECK(folder.get("out.csv") == "a\n1\n2\n3\n4\n5\n6\n7\n");
    // Under a name that the source does not read, its rest would be lost.
    append(folder, "app.csv", "8\n");
    std::filesystem::rename(path("app.csv"), path("old.csv"));
    folder.put("app.csv", "a\n9\n");
    CHECK(load.error().starts_with("E532 app.csv is not the file any more"));
}

TEST_CASE("files: by offset takes a file for a renamed one only where enough of it is alike") {
    const TestFolder folder;
    IncrementalLoad load(folder, Kind::offset);
    folder.put("in-1.csv", "a\n1\n");
    load.run();
    std::filesystem::remove(folder.path() / "in-1.csv");
    folder.put("in-2.csv", "a\n1\n2\n");
    load.run();
    CHECK(load.read == Strings{"1\n", "2\n"});
    std::string text = "a\n";
    while (text.size() < 1024) text += "3\n";
    folder.put("in-3.csv", text);
    load.run();
    std::filesystem::rename(folder.path() / "in-3.csv", folder.path() / "in-4.csv");
    append(folder, "in-4.csv", "4\n");
    load.run();
    CHECK(load.read == Strings{"4\n"});
}

TEST_CASE("files: by offset goes to its place in a large file, and knows its beginning") {
    const TestFolder folder;
    IncrementalLoad load(folder, Kind::offset);
    std::string text = "a\n";
    for (int i = 0; i < 100'000; ++i) text += std::to_string(i) + "\n";
    folder.put("in-1.csv", text);
    load.batch_rows = 0;
    load.run();
    append(folder, "in-1.csv", "x\n");
    load.run();
    CHECK(load.read == Strings{"x\n"});
    CHECK(folder.get("out.csv") == text + "x\n");
    std::string other = folder.get("in-1.csv") + "y\n";
    other[900] = 'z';
    folder.put("in-1.csv", other);
    CHECK(load.error().starts_with("E532 in-1.csv is not the file any more"));
}

TEST_CASE("files: what cannot be loaded incrementally says so") {
    const TestFolder folder;
    IncrementalLoad load(folder, Kind::offset);
    load.input = "in.csv.gz";
    folder.put("in.csv.gz", "");
    CHECK(load.error().starts_with("E417 in.csv.gz is packed, and `incremental by offset` reads plain files only"));
    load.kind = Kind::file;
    load.input = "-";
    CHECK(load.error().starts_with("E417 standard input is a pipe or a device"));
    folder.put("in-1.csv", "a\n1\n");
    load.input = "in-*.csv";
    load.output = "-";
    CHECK(load.error().starts_with("E417 standard output keeps nothing from run to run"));
    load.output = "out.csv";
    load.run();
    load.kind = Kind::offset;
    CHECK(load.error().starts_with("E532 the stored position is one of `incremental by file`; write that again"));
}

TEST_CASE("files: of several targets each one gets what it has not") {
    const TestFolder folder;
    for (const Kind kind : {Kind::file, Kind::offset}) {
        folder.put("in-1.csv", "a\n1\n2\n3\n");
        folder.put("in-2.csv", "a\n4\n5\n6\n");
        folder.put("in-3.csv", "a\n7\n8\n");
        IncrementalLoad load(folder, kind);
        const auto request = load.source_request();
        Memory memory;
        TestRun run(memory);
        run.batch_rows = 1;
        Strings behind = {""};
        {
            const auto source = files_connector().make_source(request);
            const auto reader = source->open(source->lanes().at(0), {""}, run);
            for (Block block; reader->next(block);) behind.push_back(reader->position());
        }
        REQUIRE(behind.size() == 9);
        run.batch_rows = 0;
        for (std::size_t a = 0; a < behind.size(); ++a)
            for (std::size_t b = 0; b < behind.size(); ++b)
                for (std::size_t c = 0; c < behind.size(); ++c) {
                    INFO(a << " " << b << " " << c);
                    const std::size_t held[] = {a, b, c};
                    const auto source = files_connector().make_source(request);
                    const auto reader = source->open(source->lanes().at(0), {behind[a], behind[b], behind[c]}, run);
                    std::size_t at = std::min({a, b, c});
                    for (Block block; reader->next(block);) {
                        for (std::size_t i = 0; i < 3; ++i) REQUIRE(((block.known >> i) & 1) == (held[i] > at ? 1 : 0));
                        REQUIRE(block.bytes.data()[block.begin] == static_cast<char>('1' + at));
                        at += (block.size - block.begin) / 2;
                        for (const std::size_t one : held)
                            REQUIRE((one <= at - (block.size - block.begin) / 2 || one >= at));
                    }
                    REQUIRE(at == 8);
                }
    }
}

TEST_CASE("files: the first load into a file keeps its rows, under the same header only") {
    const TestFolder folder;
    IncrementalLoad load(folder);
    folder.put("in-1.csv", "a\n1\n");
    folder.put("out.csv", "\"a\"\r\n0");
    load.most_blocks = 0;
    CHECK(load.error() == "E500 enough");
    CHECK(folder.get("out.csv") == "\"a\"\r\n0");
    load.most_blocks = UINT32_MAX;
    load.commit_blocks = 10;
    load.run_killed(0);
    folder.put("in-2.csv", "a\n2\n");
    load.run_killed(1);
    load.run();
    CHECK(folder.get("out.csv") == "\"a\"\r\n0\n1\n2\n");
    folder.put("other.csv", "b,a\n0,0\n");
    load.output = "other.csv";
    CHECK(load.error().starts_with("E418 other.csv begins with `b,a`, but this load would begin it with `a`: "));
    CHECK(folder.names() == Strings{"in-1.csv", "in-2.csv", "other.csv", "out.csv", "out.csv.etl-state"});
}

TEST_CASE("files: a first load that fails leaves the folder as it was") {
    const TestFolder folder;
    folder.put("in-1.csv", "a\n1\n2\n");
    for (const bool existed : {false, true}) {
        if (existed) folder.put("out.csv", "a\n0\n");
        const Strings before = folder.names();
        IncrementalLoad load(folder);
        load.commit_blocks = 10;
        load.most_blocks = 1;
        CHECK(load.error() == "E500 enough");
        CHECK(folder.names() == before);
        CHECK(folder.get("out.csv") == (existed ? "a\n0\n" : ""));
    }
}

TEST_CASE("files: rows behind the last commit are cut, lost ones are not made up") {
    const TestFolder folder;
    IncrementalLoad load(folder);
    folder.put("in-1.csv", "a\n1\n2\n");
    load.run();
    folder.put("in-2.csv", "a\n3\n");
    load.run_killed(0);
    append(folder, "out.csv", "half a ro");
    load.run();
    CHECK(folder.get("out.csv") == "a\n1\n2\n3\n");
    for (const std::string changed : {"a\n1\n", "a\n1\n2\n3\nmine\n"}) {
        folder.put("out.csv", changed);
        for (int again = 0; again < 2; ++again)
            CHECK(load.error() == "E533 out.csv was changed by another program: it has " +
                                      std::to_string(changed.size()) +
                                      " bytes, but 8 were loaded into it; put it back as it was, or load everything "
                                      "again with `--full`");
        CHECK(folder.get("out.csv") == changed);
    }
    folder.put("out.csv", "a\n1\n2\n3\n");
    folder.put("in-3.csv", "a\n9\n");
    load.most_blocks = 0;
    load.error();  // a run that fails has ended, too
    folder.put("out.csv", "a\n1\n2\n3\nmine\n");
    CHECK(load.error().starts_with("E533 "));
    load.most_blocks = UINT32_MAX;
    std::filesystem::remove(folder.path() / "in-3.csv");
    std::filesystem::remove(folder.path() / "out.csv");
    CHECK(load.error().starts_with("E533 out.csv was changed by another program: it has 0 bytes"));
    folder.put("out.csv.etl-state", "{\"version\":1,\"length\":");
    CHECK(load.error().starts_with("E533 out.csv.etl-state, which says how much of out.csv was loaded, is broken"));
    folder.put("out.csv.etl-state", "{\"version\":2}");
    CHECK(load.error().starts_with("E533 out.csv.etl-state was written by a later version of this program"));
    load.full = true;
    load.run();
    CHECK(folder.get("out.csv") == "a\n1\n2\n3\n");
}

TEST_CASE("files: --full starts again from nothing, and shows it at its first commit") {
    for (std::uint32_t blocks = 0; blocks < 5; ++blocks)
        for (const bool killed : {false, true}) {
            INFO(blocks << " blocks, killed " << killed);
            const TestFolder folder;
            IncrementalLoad load(folder);
            folder.put("in-1.csv", "a\n1\n2\n");
            load.run();
            folder.put("in-1.csv", "a\n3\n4\n5\n6\n");
            load.full = true;
            load.commit_blocks = 2;
            load.most_blocks = blocks;
            if (killed)
                load.run_killed(blocks);
            else
                load.error();
            const std::string shown = folder.get("out.csv");
            const std::string wanted = blocks < 2 ? "a\n1\n2\n" : blocks < 4 ? "a\n3\n4\n" : "a\n3\n4\n5\n6\n";
            CHECK((killed ? shown.substr(0, wanted.size()) : shown) == wanted);
            load.most_blocks = UINT32_MAX;
            load.full = blocks < 2;
            load.run();
            CHECK(folder.get("out.csv") == "a\n3\n4\n5\n6\n");
            CHECK(folder.names() == Strings{"in-1.csv", "out.csv", "out.csv.etl-state"});
        }
}

TEST_CASE("files: a target that another run holds or took over is not written") {
    const TestFolder folder;
    folder.put("in-1.csv", "a\n1\n");
    IncrementalLoad load(folder);
    load.run();
    Memory memory;
    TestRun run(memory);
    const auto sink = files_connector().make_sink(load.sink_request());
    CHECK(sink->begin(run).size() == 1);
    CHECK(load.error() == "E531 another run is writing out.csv; wait until it has ended");
    std::filesystem::remove(folder.path() / ".out.csv.etl-lock");
    folder.put("in-2.csv", "a\n2\n");
    load.run();
    CHECK_THROWS_AS(sink->commit({}), Error);
    sink->discard();
    CHECK(folder.get("out.csv") == "a\n1\n2\n");
}

TEST_CASE("files: two pipelines may add to one file, and no replace takes their rows away") {
    const TestFolder folder;
    folder.put("in-1.csv", "a\n1\n");
    IncrementalLoad load(folder);
    load.run();
    load.pipeline = "q";
    load.run();
    load.run();
    CHECK(folder.get("out.csv") == "a\n1\n1\n");
    load.full = true;
    CHECK(load.error().starts_with("E417 out.csv also holds rows of the pipeline p, which `--full` would take away"));
    folder.put("in.csv", "a\n5\n");
    FilesCopy copy(folder);
    CHECK(error_of(copy).starts_with("E417 out.csv holds the rows of incremental loads, as out.csv.etl-state says"));
    CHECK(folder.get("out.csv") == "a\n1\n1\n");
}
