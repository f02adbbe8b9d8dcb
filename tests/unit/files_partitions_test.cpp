// `partition by` of a file target: rows in folders by their values.
#include "tests/unit/catch.hpp"
#include "tests/unit/files_copy.hpp"
#include "tests/unit/packed_files.hpp"

using namespace etl;

using Strings = std::vector<std::string>;

namespace {

struct PartitionedCopy : FilesCopy {
    std::vector<std::uint32_t> partitions;
    WriteMode mode = WriteMode::replace;

    PartitionedCopy(const TestFolder& in, std::vector<std::uint32_t> by) : FilesCopy(in), partitions(std::move(by)) {}

    void load() {
        const ConnectorSpec& connector = *Registry<ConnectorSpec>::find("files");
        SourceRequest source;
        source.format = Registry<FormatSpec>::find(format);
        source.options = reading;
        fill_defaults(source.format->options, source.options);
        source.address = input;
        source.base_folder = folder.path();
        source.columns = columns.empty() ? connector.discover(source) : columns;
        source.uses.assign(source.columns.size(), use);
        auto schema = std::make_shared<Schema>();
        for (const SourceColumn& made : source.columns) schema->fields.push_back({made.name, made.type, "", false});
        SinkRequest sink;
        sink.format = source.format;
        sink.options = writing;
        fill_defaults(sink.format->options, sink.options);
        sink.address = output;
        sink.base_folder = folder.path();
        sink.schema = schema;
        sink.partitions = partitions;
        sink.mode = mode;
        sink.pipeline = "p";
        copy(*connector.make_source(source), *connector.make_sink(sink), *schema);
    }

    /// "folder/file: text" of all files but the input.
    Strings load_and_list() {
        load();
        Strings all;
        for (const auto& entry : std::filesystem::recursive_directory_iterator(folder.path())) {
            const std::string name = entry.path().lexically_relative(folder.path()).string();
            if (entry.is_regular_file() && name != input && !name.ends_with(".etl-state"))
                all.push_back(name + ": " + folder.get(name));
        }
        std::sort(all.begin(), all.end());
        return all;
    }
};

}  // namespace

TEST_CASE("files: partition by puts rows into folders, each with its own header") {
    const TestFolder folder;
    folder.put("in.csv", "id,year,city\n1,2024,a/b\n2,2023,\n3,2024,a/b\n4,2024,..\n5,2024,50%=x\n");
    for (const std::uint32_t batch_rows : {0, 1, 2})
        for (const ColumnUse use : {ColumnUse::passed, ColumnUse::typed}) {
            PartitionedCopy copy(folder, {1, 2});
            copy.batch_rows = batch_rows;
            copy.use = use;
            CHECK(copy.load_and_list() ==
                  Strings{"year=2023/city=/out.csv: id\n2\n", "year=2024/city=../out.csv: id\n4\n",
                          "year=2024/city=50%25%3Dx/out.csv: id\n5\n", "year=2024/city=a%2Fb/out.csv: id\n1\n3\n"});
        }
}

TEST_CASE("files: partition by knows nulls from texts that look like them") {
    const TestFolder folder;
    folder.put("in.csv", "id,city\n1,\n2,__HIVE_DEFAULT_PARTITION__\n3,null\n4," + std::string(300, 'x') + "\n");
    PartitionedCopy copy(folder, {1});
    copy.column("id", simple_type(TypeKind::integer)).column("city", simple_type(TypeKind::text, true));
    CHECK(copy.load_and_list() == Strings{"city=%5F_HIVE_DEFAULT_PARTITION__/out.csv: id\n2\n",
                                          "city=__HIVE_DEFAULT_PARTITION__/out.csv: id\n1\n",
                                          "city=null/out.csv: id\n3\n"});
    CHECK(copy.reasons() == Strings{"5 a value of `partition by` is too long for a folder's name"});
}

TEST_CASE("files: partitions are replaced all together, or not at all") {
    const TestFolder folder;
    folder.put("in.csv", "id,k\n1,a\n2,b\n");
    PartitionedCopy copy(folder, {1});
    copy.load();
    folder.put("k=a/other.csv", "mine");
    folder.put("in.csv", "id,k\n3,b\n4,c\n\"open\n");
    copy.batch_rows = 1;
    CHECK_THROWS_AS(copy.load(), Error);
    CHECK(folder.get("k=a/out.csv") == "id\n1\n");
    CHECK(folder.get("k=b/out.csv") == "id\n2\n");
    CHECK(folder.names() == Strings{"in.csv", "k=a", "k=b"});
    folder.put("in.csv", "id,k\n3,b\n4,c\n");
    CHECK(copy.load_and_list() == Strings{"k=a/other.csv: mine", "k=b/out.csv: id\n3\n", "k=c/out.csv: id\n4\n"});
    std::filesystem::remove(folder.path() / "k=a/other.csv");
    folder.put("in.csv", "id,k\n5,d\n");
    CHECK(copy.load_and_list() == Strings{"k=d/out.csv: id\n5\n"});
    CHECK(folder.names() == Strings{"in.csv", "k=a", "k=d"});
}

TEST_CASE("files: a partition that cannot be replaced keeps all others old") {
    const TestFolder folder;
    folder.put("in.csv", "id,k\n1,a\n2,b\n");
    PartitionedCopy copy(folder, {1});
    copy.load();
    std::filesystem::create_directories(folder.path() / "k=d" / "out.csv" / "mine");
    folder.put("in.csv", "id,k\n3,b\n4,c\n5,d\n");
    CHECK_THROWS_WITH(copy.load(), "cannot write k=d/out.csv: it is a directory");
    CHECK(folder.get("k=a/out.csv") == "id\n1\n");
    CHECK(folder.get("k=b/out.csv") == "id\n2\n");
    CHECK(std::filesystem::exists(folder.path() / "k=d" / "out.csv" / "mine"));
    CHECK(folder.names() == Strings{"in.csv", "k=a", "k=b", "k=d"});
}

TEST_CASE("files: what a killed run has begun to put into its places the next one ends or undoes") {
    const TestFolder folder;
    const std::string journal = "o 1 k=a\no 2 k=b\nn 3 k=c\nr r3 k=d\n";
    folder.put("in.csv", "id,k\n\"open\n");  // fails behind its begin
    PartitionedCopy copy(folder, {1});
    for (const std::string k : {"a", "b", "c", "d"}) std::filesystem::create_directory(folder.path() / ("k=" + k));
    std::filesystem::create_directory(folder.path() / ".out.csv.etl-parts");
    const auto put_staged = [&](const std::string& name, const std::string& text) {
        folder.put(".out.csv.etl-parts/" + name, text);
    };
    for (const WriteMode mode : {WriteMode::replace, WriteMode::append}) {
        std::filesystem::create_directories(folder.path() / ".out.csv.etl-parts");
        copy.mode = mode;
        folder.put("k=a/out.csv", "new a");
        put_staged("1.old", "old a");
        folder.put("k=b/out.csv", "old b");
        put_staged("2", "new b");
        put_staged("3", "new c");
        std::filesystem::create_directory(folder.path() / "k=d");
        folder.put("k=d/out.csv", "old d");
        put_staged("journal", journal);
        CHECK_THROWS_AS(copy.load(), Error);
        CHECK(folder.get("k=a/out.csv") == "new a");
        CHECK(folder.get("k=b/out.csv") == "new b");
        CHECK(folder.get("k=c/out.csv") == "new c");
        CHECK(folder.names() == Strings{"in.csv", "k=a", "k=b", "k=c"});
    }
    std::filesystem::create_directory(folder.path() / ".out.csv.etl-parts");
    put_staged("1.old", "old a");
    put_staged("2", "newer b");
    put_staged("r3.old", "old d");
    put_staged("undo", journal);
    CHECK_THROWS_AS(copy.load(), Error);
    CHECK(folder.get("k=a/out.csv") == "old a");
    CHECK(folder.get("k=b/out.csv") == "new b");
    CHECK(folder.get("k=d/out.csv") == "old d");
    CHECK(folder.names() == Strings{"in.csv", "k=a", "k=b", "k=d"});
    std::filesystem::create_directory(folder.path() / ".out.csv.etl-parts");
    put_staged("journal", "no journal\n");
    CHECK_THROWS_WITH(copy.load(),
                      "out.csv: " + (folder.path() / ".out.csv.etl-parts" / "journal").string() +
                          ", which tells what a run has begun to put into its place, is broken; remove its "
                          "folder, and load again");
    CHECK(folder.get(".out.csv.etl-parts/journal") == "no journal\n");
}

TEST_CASE("files: more partitions than may be open at a time, packed and plain") {
    const TestFolder folder;
    std::string text = "id,k\n";
    for (int i = 0; i < 1000; ++i) text += std::to_string(i) + "," + std::to_string(i % 200) + "\n";
    folder.put("in.csv", text);
    for (const std::string ending : {"", ".gz", ".zst"}) {
        PartitionedCopy copy(folder, {1});
        copy.output = "out.csv" + ending;
        copy.batch_rows = 10;
        copy.load();
        for (int k = 0; k < 200; ++k) {
            std::string wanted = "id\n";
            for (int i = k; i < 1000; i += 200) wanted += std::to_string(i) + "\n";
            REQUIRE(unpacked(folder.path() / ("k=" + std::to_string(k)) / copy.output) == wanted);
        }
    }
}

TEST_CASE("files: partition by that leaves nothing to write, or nowhere to write to") {
    const TestFolder folder;
    folder.put("in.csv", "id,k\n1,a\n");
    PartitionedCopy all(folder, {0, 1});
    CHECK_THROWS_WITH(all.load(), "out.csv: `partition by` leaves no column for the files; name fewer columns");
    PartitionedCopy out(folder, {1});
    out.output = "-";
    CHECK_THROWS_WITH(out.load(), "standard output has no folders to write into; `partition by` needs a file");
}

TEST_CASE("files: partitions that grow keep what was loaded, whatever a run left behind") {
    const TestFolder folder;
    for (const std::string ending : {"", ".gz", ".zst"}) {
        PartitionedCopy copy(folder, {1});
        copy.mode = WriteMode::append;
        copy.output = "out.csv" + ending;
        copy.batch_rows = 1;
        const auto rows = [&](const std::string& partition) {
            return unpacked(folder.path() / ("k=" + partition) / copy.output);
        };
        folder.put("in.csv", "id,k\n1,a\n2,b\n\"open\n");
        CHECK_THROWS_AS(copy.load(), Error);
        CHECK_FALSE(std::filesystem::exists(folder.path() / (copy.output + ".etl-state")));
        CHECK(rows("a") == "none");
        folder.put("in.csv", "id,k\n1,a\n2,b\n3,a\n");
        copy.load();
        CHECK(rows("a") == "id\n1\n3\n");
        std::ofstream(folder.path() / "k=a" / copy.output, std::ios::app) << "left behind";
        folder.put("in.csv", "id,k\n4,b\n5,c\n\"open\n");
        CHECK_THROWS_AS(copy.load(), Error);
        std::ifstream added(folder.path() / "k=a" / copy.output, std::ios::binary);
        CHECK(std::string(std::istreambuf_iterator<char>(added), {}).ends_with("left behind"));
        // As a run leaves it that was killed.
        std::string manifest = folder.get(copy.output + ".etl-state");
        const std::string ended = "\"ended\":true,";
        REQUIRE(manifest.find(ended) != std::string::npos);
        folder.put(copy.output + ".etl-state", manifest.erase(manifest.find(ended), ended.size()));
        CHECK_THROWS_AS(copy.load(), Error);
        CHECK(rows("a") == "id\n1\n3\n");
        CHECK(rows("b") == "id\n2\n");
        CHECK(rows("c") == "none");
        folder.put("in.csv", "id,k\n4,b\n5,c\n6,a\n");
        copy.load();
        CHECK(rows("a") == "id\n1\n3\n6\n");
        CHECK(rows("b") == "id\n2\n4\n");
        CHECK(rows("c") == "id\n5\n");
        std::filesystem::remove(folder.path() / "k=c" / copy.output);
        CHECK_THROWS_AS(copy.load(), Error);
        std::filesystem::remove(folder.path() / (copy.output + ".etl-state"));
        std::filesystem::remove_all(folder.path() / "k=a");
        std::filesystem::remove_all(folder.path() / "k=b");
        std::filesystem::remove_all(folder.path() / "k=c");
    }
    CHECK(folder.names() == Strings{"in.csv"});
}
