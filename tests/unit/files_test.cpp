#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <thread>

#include "io/byte_reader.hpp"
#include "io/glob.hpp"
#include "tests/unit/catch.hpp"
#include "tests/unit/files_copy.hpp"
#include "tests/unit/packed_files.hpp"

using namespace etl;

using Strings = std::vector<std::string>;

namespace {

Strings names_of(const TestFolder& folder, const std::string& pattern) {
    Strings names;
    for (const InputFile& file : expand_pattern(folder.path(), pattern)) names.push_back(file.name);
    return names;
}

/// Takes whole lines, and of what comes behind the last line end nothing; a file without any has no begin.
class ForgetfulDecoder : public Decoder {
  public:
    explicit ForgetfulDecoder(std::uint32_t footer) : footer_(footer) {}
    std::optional<std::size_t> begin_file(std::span<const char> head, bool at_end, CutState& /*state*/,
                                          std::string_view /*file_name*/) override {
        if (head.empty() && at_end) return std::nullopt;
        return std::find(head.begin(), head.end(), '\n') == head.end() ? std::nullopt : std::optional<std::size_t>(0);
    }
    std::size_t cut(std::span<const char> bytes, bool /*at_end*/, std::uint32_t most, CutState& state) override {
        state.records = 0;
        std::size_t end = 0;
        for (std::size_t i = 0; i < bytes.size() && (most == 0 || state.records < most); ++i) {
            if (bytes[i] != '\n') continue;
            end = i + 1;
            ++state.records;
        }
        return end;
    }
    std::uint32_t footer_records() const override { return footer_; }
    std::unique_ptr<Slot> make_slot(RunContext& /*run*/) override { return std::make_unique<Slot>(); }
    void decode(Block&& /*block*/, Batch& /*batch*/, Slot& /*slot*/, std::uint32_t /*stage*/) override {}

  private:
    std::uint32_t footer_;
};

/// What a reader of the file gives, block by block, then the Error that it ends with.
Strings read_forgetfully(const TestFolder& folder, const std::string& file, bool footer) {
    FormatSpec format{};
    format.name = "forgetful";
    format.make_decoder = [](const SourceRequest& request) -> std::unique_ptr<Decoder> {
        return std::make_unique<ForgetfulDecoder>(request.strict ? 1 : 0);
    };
    SourceRequest request;
    request.format = &format;
    request.address = file;
    request.base_folder = folder.path();
    request.strict = footer;
    Memory memory;
    TestRun run(memory);
    run.batch_rows = 1;
    const auto source = Registry<ConnectorSpec>::find("files")->make_source(request);
    const auto reader = source->open(source->lanes().at(0), {}, run);
    Strings came;
    try {
        for (Block block; reader->next(block);)
            came.emplace_back(block.bytes.data() + block.begin, block.size - block.begin);
    } catch (const Error& error) {
        came.push_back(error.code() + " " + error.what());
    }
    return came;
}

}  // namespace

TEST_CASE("files: bytes that a format's decoder leaves at the end of a file stop the run") {
    const TestFolder folder;
    const std::string fault = " on; this is a fault of the program, not of the file";
    const std::string left = ": the reader of its format left the last ";
    folder.put("whole", "a\nb\n");
    CHECK(read_forgetfully(folder, "whole", false) == Strings{"a\n", "b\n"});
    CHECK(read_forgetfully(folder, "whole", true) == Strings{"a\n"});
    folder.put("rest", "a\nb\nccc");
    CHECK(read_forgetfully(folder, "rest", false) ==
          Strings{"a\n", "b\n", "E512 rest" + left + "3 bytes unread, from byte 4" + fault});
    CHECK(read_forgetfully(folder, "rest", true) ==
          Strings{"a\n", "E512 rest" + left + "5 bytes unread, from byte 2" + fault});
    folder.put("none", "abc");
    CHECK(read_forgetfully(folder, "none", false) ==
          Strings{"E512 none" + left + "3 bytes unread, from byte 0" + fault});
    folder.put("empty", "");
    CHECK(read_forgetfully(folder, "empty", false).empty());
}

TEST_CASE("files: patterns") {
    const TestFolder folder;
    std::filesystem::create_directories(folder.path() / "in/deep/er");
    for (const char* name : {"in/b.csv", "in/a.csv", "in/B.csv", "in/.hidden.csv", "in/a.txt", "in/deep/c.csv",
                             "in/deep/er/d.csv", "in/x[1].csv"})
        folder.put(name, "");
    CHECK(names_of(folder, "in/*.csv") == Strings{"in/B.csv", "in/a.csv", "in/b.csv", "in/x[1].csv"});
    CHECK(names_of(folder, "in/?.csv") == Strings{"in/B.csv", "in/a.csv", "in/b.csv"});
    CHECK(names_of(folder, "i*/[a-c].csv") == Strings{"in/a.csv", "in/b.csv"});
    CHECK(names_of(folder, "in/**/*.csv") ==
          Strings{"in/B.csv", "in/a.csv", "in/b.csv", "in/deep/c.csv", "in/deep/er/d.csv", "in/x[1].csv"});
    CHECK(names_of(folder, "*/deep/c.csv") == Strings{"in/deep/c.csv"});
    CHECK(names_of(folder, "in/x[1].csv") == Strings{"in/x[1].csv"});
    CHECK(names_of(folder, "in/*.jsonl").empty());
    CHECK(names_of(folder, "out/*.csv").empty());
    CHECK(names_of(folder, (folder.path() / "in/a.*").string()).size() == 2);
}

TEST_CASE("files: several files are read one after the other, whatever the order of their columns") {
    const TestFolder folder;
    folder.put("o-1.csv", "a,b\n1,2\n3,4");
    folder.put("o-2.csv", "b,x,a\n6,y,5\nz\n");
    folder.put("o-3.csv", "a,b\n");
    pack(folder.path() / "o-4.csv.gz", "a,b\n7,8\n");
    for (const std::uint32_t batch_rows : {0, 1, 2}) {
        FilesCopy copy(folder);
        copy.column("a", simple_type(TypeKind::text)).column("b", simple_type(TypeKind::text));
        copy.input = "o-*";
        copy.batch_rows = batch_rows;
        copy.run();
        CHECK(folder.get("out.csv") == "a,b\n1,2\n3,4\n5,6\n7,8\n");
        REQUIRE(copy.rejects.size() == 1);
        CHECK(copy.rejects[0].origin.file == 1);
        CHECK(copy.rejects[0].origin.line == 3);
        CHECK(copy.rejects[0].row == "z");
    }
}

TEST_CASE("files: no file") {
    const TestFolder folder;
    FilesCopy copy(folder);
    copy.input = "*.csv";
    CHECK(error_of(copy) == "E406 no file matches *.csv");
    copy.file_option("optional", true);
    CHECK(error_of(copy) == "E406 no file matches *.csv, so its columns must be declared");
    copy.column("a", simple_type(TypeKind::text));
    copy.output = "out";
    CHECK(error_of(copy).empty());
    CHECK(folder.get("out") == "a\n");
}

TEST_CASE("files: what cannot be read") {
    const TestFolder folder;
    FilesCopy copy(folder);
    CHECK(error_of(copy) == "E401 cannot read in.csv: no such file or folder");
    std::filesystem::create_directory(folder.path() / "in.csv");
    CHECK(error_of(copy) == "E402 cannot read in.csv: it is a directory");
    copy.input = "in.csv/x.csv";
    CHECK(error_of(copy) == "E401 cannot read in.csv/x.csv: no such file or folder");
    folder.put("closed.csv", "a\n1\n");
    ::chmod((folder.path() / "closed.csv").c_str(), 0);
    copy.input = "closed.csv";
    if (::geteuid() != 0) CHECK(error_of(copy) == "E403 cannot read closed.csv: no permission");
}

TEST_CASE("files: declared columns are checked before the run") {
    const TestFolder folder;
    folder.put("in.csv", "id,name\n1,x\n");
    const ConnectorSpec& files = *Registry<ConnectorSpec>::find("files");
    SourceRequest request;
    request.format = Registry<FormatSpec>::find("csv");
    fill_defaults(request.format->options, request.options);
    request.address = "in.csv";
    request.base_folder = folder.path();
    CHECK(files.discover(request).size() == 2);
    SourceColumn column;
    column.name = column.source_name = "name";
    column.type = simple_type(TypeKind::text);
    request.columns = {column};
    CHECK(files.discover(request).empty());
    request.columns[0].source_name = "nam";
    CHECK_THROWS_WITH(files.discover(request),
                      "in.csv: there is no column `nam`; the header has id, name; did you mean `name`?");
    request.address = "-";
    CHECK(files.discover(request).empty());
    request.columns.clear();
    CHECK_THROWS_WITH(files.discover(request), "the columns of standard input cannot be looked up; declare them");
}

TEST_CASE("files: gzip and zstd, several members or frames") {
    std::string text = "a,b\n";
    for (int i = 0; i < 40'000; ++i) text += std::to_string(i) + ",\"x, " + std::to_string(i * 7919) + "\"\n";
    for (const std::string kind : {"gzip", "zstd"}) {
        INFO(kind);
        const bool is_gzip = kind == "gzip";
        const TestFolder folder;
        FilesCopy copy(folder);
        copy.input = is_gzip ? "in.csv.gz" : "in.csv.zst";
        copy.output = is_gzip ? "out.csv.gz" : "out.csv.zst";
        pack(folder.path() / copy.input, text.substr(0, 500'000));
        pack(folder.path() / copy.input, "");
        pack(folder.path() / copy.input, text.substr(500'000));
        copy.run();
        CHECK(copy.rows == 40'000);
        CHECK(unpacked(folder.path() / copy.output) == text);
        const std::string cannot = "E407 cannot read " + copy.input + ": the " + kind + " file is ";
        const std::string reason = is_gzip ? "no gzip header" : "Unknown frame descriptor";
        const std::string packed = folder.get(copy.input);
        folder.put(copy.input, packed.substr(0, packed.size() - 20));
        CHECK(error_of(copy) == cannot + "cut short at byte " + std::to_string(packed.size() - 20));
        folder.put(copy.input, packed + "what is this?");
        CHECK(error_of(copy) == cannot + "broken at byte " + std::to_string(packed.size()) + " (" + reason + ")");
        folder.put(copy.input, packed.substr(0, 70'000) + std::string(100, '\0') + packed.substr(70'100));
        CHECK(error_of(copy).starts_with(cannot + "broken at byte "));
        folder.put(copy.input, packed + std::string(100, '\0'));
        CHECK(error_of(copy).empty() == is_gzip);
        folder.put(copy.input, "a,b\n1,2\n");
        CHECK(error_of(copy).ends_with("(" + reason + ")"));
    }
}

TEST_CASE("files: what unpacks to far more than is allowed stops the run") {
    const TestFolder folder;
    FilesCopy copy(folder);
    copy.output = "/dev/null";
    const std::string line = std::string(99, 'x') + "\n";
    std::string text = "a\n";
    for (int i = 0; i < 1'100'000; ++i) text += line;
    for (const std::string name : {"in.csv.gz", "in.csv.zst"}) {
        copy.input = name;
        pack(folder.path() / name, text);
        copy.of_files = OptionValues();
        copy.file_option("max_ratio", std::int64_t{200});
        const std::string raise = "; if that is how the file is meant to be, set `";
        CHECK(error_of(copy).starts_with("E438 " + name +
                                         " unpacks to more than 200 times what was read of it (`max_ratio`): 100 MiB"));
        CHECK(error_of(copy).ends_with(raise + "max_ratio` higher, or to 0 for no bound"));
        copy.file_option("max_ratio", std::int64_t{0});
        copy.run();
        CHECK(copy.rows == 1'100'000);
        copy.file_option("max_unpacked", std::int64_t{50 << 20});
        CHECK(error_of(copy).starts_with("E438 " + name + " unpacks to more than 50.0 MiB (`max_unpacked`): 50."));
        CHECK(error_of(copy).ends_with(raise + "max_unpacked` higher, or to 0 for no bound"));
    }
    // Little of anything may be as repetitive as it likes.
    folder.put("small.csv.zst", "");
    pack(folder.path() / "small.csv.zst", text.substr(0, 90 << 20));
    copy.of_files = OptionValues();
    copy.input = "small.csv.zst";
    CHECK(error_of(copy).empty());
}

TEST_CASE("files: a target appears whole or not at all") {
    const TestFolder folder;
    FilesCopy copy(folder);
    folder.put("in.csv", "a\n1\n\"open\n");
    folder.put("out.csv", "before");
    folder.put(".out.csv.etl-abc123", "left by a killed run");
    folder.put(".out.csv.etl-other-thing", "not ours");
    CHECK(error_of(copy).find("E412 ") == 0);
    CHECK(folder.names() == Strings{".out.csv.etl-other-thing", "in.csv", "out.csv"});
    CHECK(folder.get("out.csv") == "before");
    folder.put("in.csv", "a\n1\n");
    ::chmod((folder.path() / "out.csv").c_str(), 0640);
    std::filesystem::create_symlink("out.csv", folder.path() / "link.csv");
    copy.output = "link.csv";
    copy.run();
    CHECK(folder.get("out.csv") == "a\n1\n");
    CHECK(std::filesystem::is_symlink(folder.path() / "link.csv"));
    struct stat state{};
    ::stat((folder.path() / "out.csv").c_str(), &state);
    CHECK((state.st_mode & 0777) == 0640);
}

TEST_CASE("files: what cannot be written") {
    const TestFolder folder;
    FilesCopy copy(folder);
    folder.put("in.csv", "a\n" + std::string(300'000, 'x') + "\n");
    copy.output = "missing/out.csv";
    CHECK(error_of(copy) == "E401 cannot write missing/out.csv: no such file or folder");
    copy.output = ".";
    CHECK(error_of(copy) == "E402 cannot write .: it is a directory");
    copy.output = "/dev/full";
    CHECK(error_of(copy) == "E405 cannot write /dev/full: the disk is full");
    std::filesystem::create_directory(folder.path() / "closed");
    ::chmod((folder.path() / "closed").c_str(), 0500);
    copy.output = "closed/out.csv";
    if (::geteuid() != 0) CHECK(error_of(copy) == "E403 cannot write closed/out.csv: no permission");
    // A file may not grow over a limit: as on a full disk, nothing of it stays.
    std::signal(SIGXFSZ, SIG_IGN);
    rlimit before{};
    ::getrlimit(RLIMIT_FSIZE, &before);
    const rlimit little{100'000, before.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &little);
    copy.output = "out.csv";
    const std::string error = error_of(copy);
    ::setrlimit(RLIMIT_FSIZE, &before);
    CHECK(error == "E405 cannot write out.csv: it would become larger than is allowed");
    CHECK(folder.names() == Strings{"closed", "in.csv"});
}

TEST_CASE("files: a reader goes on behind a position") {
    const TestFolder folder;
    folder.put("o-1.csv", "a\n1\n2\n3\n");
    folder.put("o-2.csv", "a\n\"4\n\"\n5\n6\n");
    const ConnectorSpec& files = *Registry<ConnectorSpec>::find("files");
    SourceRequest request;
    request.format = Registry<FormatSpec>::find("csv");
    fill_defaults(request.format->options, request.options);
    request.address = "o-*.csv";
    request.base_folder = folder.path();
    request.columns = files.discover(request);
    Memory memory;
    TestRun run(memory);
    run.batch_rows = 1;
    const auto read_all = [&](const std::string& after) {
        const auto source = files.make_source(request);
        const auto reader = source->open(source->lanes().at(0), {after}, run);
        std::vector<std::pair<std::string, std::string>> blocks;
        for (Block block; reader->next(block);)
            blocks.emplace_back(reader->position(),
                                std::to_string(block.origin.file) + ":" + std::to_string(block.origin.line) + " " +
                                    std::string(block.bytes.data() + block.begin, block.size - block.begin));
        return blocks;
    };
    const auto all = read_all({});
    REQUIRE(all.size() == 6);
    CHECK(all[3].second == "1:2 \"4\n\"\n");
    CHECK(all[4].second == "1:4 5\n");
    for (std::size_t i = 0; i < all.size(); ++i) {
        const auto rest = read_all(all[i].first);
        REQUIRE(rest.size() == all.size() - i - 1);
        for (std::size_t j = 0; j < rest.size(); ++j) CHECK(rest[j].second == all[i + 1 + j].second);
    }
    std::ofstream(folder.path() / "o-2.csv", std::ios::app) << "7\n";
    folder.put("o-3.csv", "a\n8\n");
    const auto more = read_all(all.back().first);
    REQUIRE(more.size() == 2);
    CHECK(more[0].second == "1:6 7\n");
    CHECK(more[1].second == "2:2 8\n");
}

TEST_CASE("files: a reader that waits can be interrupted") {
    const TestFolder folder;
    ::mkfifo((folder.path() / "pipe").c_str(), 0600);
    const int writing = ::open((folder.path() / "pipe").c_str(), O_RDWR);
    const auto reader = open_file({folder.path() / "pipe", "pipe"});
    std::thread other([&] {
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
        reader->interrupt();
    });
    char byte = 0;
    CHECK(reader->read(&byte, 1) == 0);
    other.join();
    ::close(writing);
}
