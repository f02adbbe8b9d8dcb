// What every registered connector must do, whatever it reads and writes. A connector has a fixture here, which says
// where its rows lie; all else goes through its spec.
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <functional>
#include <map>
#include <thread>

#include "base/error.hpp"
#include "component/connector_spec.hpp"
#include "data/gather.hpp"
#include "tests/unit/catch.hpp"
#include "tests/unit/files_copy.hpp"
#include "tests/unit/watchdog.hpp"

using namespace etl;

using Strings = std::vector<std::string>;

namespace {

/// Rows `first` to `last` - 1 of the one table that all tests read and write.
struct RowRange {
    std::int64_t first = 0;
    std::int64_t last = 0;
};

std::string name_of(std::int64_t id) { return "n\"" + std::to_string(id * 7919) + "\nx"; }

/// As the JSON Lines encoder writes them.
Strings lines_of(RowRange range) {
    Strings lines;
    for (std::int64_t id = range.first; id < range.last; ++id)
        lines.push_back("{\"id\":" + std::to_string(id) + R"(,"name":"n\")" + std::to_string(id * 7919) + R"(\nx"})");
    return lines;
}

SchemaPtr table_schema() {
    auto schema = std::make_shared<Schema>();
    schema->fields.push_back({"id", simple_type(TypeKind::integer), "", false});
    schema->fields.push_back({"name", simple_type(TypeKind::text), "", false});
    return schema;
}

/// How one connector is used. `place` names something that rows lie in, below the folder.
class Fixture {
  public:
    virtual ~Fixture() = default;
    /// Where parts of an input are written to, one behind the other; the source that reads them all is that of "input".
    virtual Strings input_parts() const { return {"input"}; }
    virtual void read_from(SourceRequest& request, const std::string& place) const = 0;
    virtual void write_to(SinkRequest& request, const std::string& place) const = 0;
    /// Whether its blocks carry positions that a later run goes on behind.
    virtual bool can_restart() const = 0;
    /// A source whose first block never comes.
    virtual void wait_forever(SourceRequest& request, const TestFolder& folder) = 0;
};

class FilesFixture final : public Fixture {
  public:
    ~FilesFixture() override {
        if (pipe_ >= 0) ::close(pipe_);
    }
    Strings input_parts() const override {
        return {"input-1.csv", "input-2.csv.gz", "input-3-empty.csv", "input-4.csv"};
    }
    void read_from(SourceRequest& request, const std::string& place) const override {
        request.format = csv();
        fill_defaults(csv()->options, request.options);
        request.address = place == "input" ? "input-*" : place;
    }
    void write_to(SinkRequest& request, const std::string& place) const override {
        request.format = csv();
        fill_defaults(csv()->options, request.options);
        request.address = place;
    }
    bool can_restart() const override { return true; }
    void wait_forever(SourceRequest& request, const TestFolder& folder) override {
        read_from(request, "pipe");
        ::mkfifo((folder.path() / "pipe").c_str(), 0600);
        pipe_ = ::open((folder.path() / "pipe").c_str(), O_RDWR | O_CLOEXEC);
    }

  private:
    static const FormatSpec* csv() { return Registry<FormatSpec>::find("csv"); }
    int pipe_ = -1;  // its writer, who writes nothing
};

class SqliteFixture final : public Fixture {
  public:
    void read_from(SourceRequest& request, const std::string& place) const override {
        connect(request, place, "table", "rows");
    }
    void write_to(SinkRequest& request, const std::string& place) const override {
        connect(request, place, "table", "rows");
        fill_defaults(spec().target_options, request.options);
        request.options.set("create", true, {}, true);
    }
    // Its rows have no order of their own: only a column that grows could say where to go on.
    bool can_restart() const override { return false; }
    void wait_forever(SourceRequest& request, const TestFolder& folder) override {
        std::ofstream(folder.path() / "none.db");
        connect(request, "none", "query",
                "with recursive n(id) as (select 1 union all select id + 1 from n) "
                "select id, '' as name from n where id < 0");
    }

  private:
    static const ConnectorSpec& spec() { return *Registry<ConnectorSpec>::find("sqlite"); }
    template <typename Request>
    static void connect(Request& request, const std::string& place, const char* member, const char* argument) {
        fill_defaults(spec().options, request.connection);
        request.connection.set("path", place + ".db", {}, true);
        request.member = member;
        request.member_argument = argument;
    }
};

std::unique_ptr<Fixture> make_fixture(const ConnectorSpec& connector) {
    static const std::map<std::string_view, std::function<std::unique_ptr<Fixture>()>> fixtures = {
        {"files", [] { return std::make_unique<FilesFixture>(); }},
        {"sqlite", [] { return std::make_unique<SqliteFixture>(); }},
    };
    const auto found = fixtures.find(connector.name);
    if (found == fixtures.end()) FAIL("connector " << connector.name << " has no fixture");
    return found->second();
}

/// A connector in a folder of its own.
struct Trial {
    explicit Trial(const ConnectorSpec& tried) : connector(tried), fixture(make_fixture(tried)) {}

    const ConnectorSpec& connector;
    std::unique_ptr<Fixture> fixture;
    TestFolder folder;
    SchemaPtr schema = table_schema();

    SourceRequest source_request() const {
        SourceRequest request;
        request.base_folder = folder.path();
        for (const Field& field : schema->fields) {
            SourceColumn column;
            column.name = column.source_name = field.name;
            column.type = field.type;
            request.columns.push_back(column);
        }
        request.uses.assign(request.columns.size(), ColumnUse::typed);
        return request;
    }
    std::unique_ptr<Source> source(const std::string& place) const {
        SourceRequest request = source_request();
        fixture->read_from(request, place);
        return connector.make_source(request);
    }
    SinkRequest sink_request(const std::string& place) const {
        SinkRequest request;
        request.base_folder = folder.path();
        request.schema = schema;
        fixture->write_to(request, place);
        return request;
    }
    std::unique_ptr<Sink> sink(const std::string& place) const { return connector.make_sink(sink_request(place)); }
};

constexpr std::uint32_t kChunkRows = 50;

Batch make_batch(const Schema& schema, RowRange range, Memory& memory) {
    Batch batch;
    batch.schema = &schema;
    ColumnBuilder ids(schema.fields[0].type, memory);
    ColumnBuilder names(schema.fields[1].type, memory);
    for (std::int64_t id = range.first; id < range.last; ++id) {
        ids.append_int(id);
        names.append_text(name_of(id));
    }
    batch.columns.push_back(ids.finish(batch.keep));
    batch.columns.push_back(names.finish(batch.keep));
    batch.rows = static_cast<std::uint32_t>(range.last - range.first);
    batch.selected = {nullptr, batch.rows};
    return batch;
}

/// Loads the rows as a run does; after `most_writes` of them it is dropped. Throws Error; the target is dropped then.
void load(const Trial& trial, const std::string& place, RowRange range, std::size_t most_writes = SIZE_MAX) {
    Memory memory;
    TestRun run(memory);
    const auto sink = trial.sink(place);
    std::unique_ptr<Writer> writer;
    try {
        sink->begin(run);
        const auto encoder = sink->make_encoder();
        const auto slot = encoder->make_slot(run);
        writer = sink->open();
        std::size_t writes = 0;
        for (; range.first < range.last && writes < most_writes; range.first += kChunkRows, ++writes) {
            Chunk chunk;
            const RowRange part{range.first, std::min<std::int64_t>(range.last, range.first + kChunkRows)};
            encoder->encode(make_batch(*trial.schema, part, memory), *slot, 0, chunk);
            writer->write(std::move(chunk));
        }
        if (writes < most_writes) {
            sink->prepare();
            return sink->publish({});
        }
    } catch (...) {
        if (writer) writer->abort();
        sink->discard();
        throw;
    }
    writer->abort();
    sink->discard();
}

/// A block, its rows as lines of JSON.
struct ReadBlock {
    Strings lines;
    std::string behind;
};

class Reading {
  public:
    Reading(const Trial& trial, std::uint32_t batch_rows) : schema_(*trial.schema), run_(memory_) {
        run_.batch_rows = batch_rows;
        SinkRequest request;
        request.format = Registry<FormatSpec>::find("jsonl");
        fill_defaults(request.format->options, request.options);
        request.schema = trial.schema;
        encoder_ = request.format->make_encoder(request);
        slot_ = encoder_->make_slot(run_);
    }

    std::vector<ReadBlock> read(Source& source, const std::string& after = {}) {
        std::vector<ReadBlock> blocks;
        for (const Lane& lane : source.lanes()) {
            const auto reader = source.open(lane, {after}, run_);
            const auto slot = source.make_slot(run_);
            for (Block block; reader->next(block);) {
                Batch batch;
                batch.schema = &schema_;
                batch.origin = block.origin;
                blocks.push_back({{}, reader->position()});
                source.decode(std::move(block), batch, *slot, 0);
                CHECK(batch.rejects.empty());
                blocks.back().lines = print(std::move(batch));
            }
        }
        return blocks;
    }

    RunContext& run() { return run_; }

  private:
    Strings print(Batch&& batch) {
        Chunk chunk;
        encoder_->encode(std::move(batch), *slot_, 0, chunk);
        std::string_view text(chunk.bytes.data() + chunk.begin, chunk.size);
        Strings lines;
        for (std::size_t end = text.find('\n'); end != std::string_view::npos; end = text.find('\n')) {
            lines.emplace_back(text.substr(0, end));
            text.remove_prefix(end + 1);
        }
        return lines;
    }

    const Schema& schema_;
    Memory memory_;
    TestRun run_;
    std::unique_ptr<Encoder> encoder_;
    std::unique_ptr<Slot> slot_;
};

Strings all_lines(const std::vector<ReadBlock>& blocks, std::size_t from = 0) {
    Strings lines;
    for (; from < blocks.size(); ++from)
        lines.insert(lines.end(), blocks[from].lines.begin(), blocks[from].lines.end());
    return lines;
}

Strings read_lines(const Trial& trial, const std::string& place, std::uint32_t batch_rows = 0) {
    const auto source = trial.source(place);
    return all_lines(Reading(trial, batch_rows).read(*source));
}

constexpr RowRange kInput{0, 60};

/// Rows 0 to 59 in all parts of the input but for those called empty.
void write_input(const Trial& trial) {
    const Strings parts = trial.fixture->input_parts();
    const auto is_empty = [](const std::string& part) { return part.find("empty") != std::string::npos; };
    const auto full = parts.size() - static_cast<std::size_t>(std::count_if(parts.begin(), parts.end(), is_empty));
    const std::int64_t size = kInput.last / static_cast<std::int64_t>(full);
    std::int64_t first = 0;
    for (const std::string& part : parts) {
        const std::int64_t last = is_empty(part) ? first : first + size;
        load(trial, part, {first, last});
        first = last;
    }
    REQUIRE(first == kInput.last);
}

/// No file may grow over so many bytes: as on a full disk, the write that would fails.
class SizeLimit {
  public:
    explicit SizeLimit(rlim_t most_bytes) {
        before_signal_ = std::signal(SIGXFSZ, SIG_IGN);
        ::getrlimit(RLIMIT_FSIZE, &before_);
        const rlimit little{most_bytes, before_.rlim_max};
        ::setrlimit(RLIMIT_FSIZE, &little);
    }
    ~SizeLimit() {
        ::setrlimit(RLIMIT_FSIZE, &before_);
        std::signal(SIGXFSZ, before_signal_);
    }
    SizeLimit(const SizeLimit&) = delete;
    SizeLimit& operator=(const SizeLimit&) = delete;

  private:
    rlimit before_{};
    void (*before_signal_)(int) = nullptr;
};

/// True if the load came to its end.
bool load_within(const Trial& trial, const std::string& place, RowRange range, rlim_t most_bytes) {
    const SizeLimit limit(most_bytes);
    try {
        load(trial, place, range);
    } catch (const Error&) {
        return false;
    }
    return true;
}

/// Calls interrupt() until next() has come back, since a reader that is just about to wait may miss one.
bool next_interrupted(Reader& reader) {
    std::atomic<bool> ended{false};
    std::thread other([&] {
        while (!ended) {
            std::this_thread::sleep_for(std::chrono::milliseconds(5));
            reader.interrupt();
        }
    });
    Block block;
    bool came = true;
    try {
        came = reader.next(block);
    } catch (const Error& error) {
        UNSCOPED_INFO(error.code() << " " << error.what());
    }
    ended = true;
    other.join();
    return !came;
}

}  // namespace

TEST_CASE("every connector opens and closes without reading or writing") {
    for (const ConnectorSpec* connector : Registry<ConnectorSpec>::all()) {
        INFO(connector->name);
        const Trial trial(*connector);
        write_input(trial);
        const Strings before = trial.folder.names();
        {
            Reading reading(trial, 0);
            const auto source = trial.source("input");
            for (const Lane& lane : source->lanes()) source->open(lane, {}, reading.run());
        }
        trial.sink("output");
        load(trial, "output", {0, 0}, 0);
        CHECK(trial.folder.names() == before);
    }
}

TEST_CASE("every connector gives back all rows that it wrote, in their order, whatever the batch size") {
    for (const ConnectorSpec* connector : Registry<ConnectorSpec>::all()) {
        INFO(connector->name);
        const Trial trial(*connector);
        write_input(trial);
        for (const std::uint32_t batch_rows : {0, 1, 7})
            CHECK(read_lines(trial, "input", batch_rows) == lines_of(kInput));
    }
}

TEST_CASE("every connector goes on behind any of its blocks: nothing is lost, nothing comes twice") {
    for (const ConnectorSpec* connector : Registry<ConnectorSpec>::all()) {
        INFO(connector->name);
        const Trial trial(*connector);
        write_input(trial);
        const auto whole = trial.source("input");
        const auto blocks = Reading(trial, 7).read(*whole);
        REQUIRE(all_lines(blocks) == lines_of(kInput));
        for (std::size_t i = 0; i < blocks.size(); ++i) {
            INFO("behind block " << i);
            REQUIRE(blocks[i].behind.empty() != trial.fixture->can_restart());
            const auto rest = trial.source("input");
            if (!trial.fixture->can_restart()) {
                CHECK_THROWS_AS(Reading(trial, 4).read(*rest, "a position"), Error);
                continue;
            }
            CHECK(all_lines(Reading(trial, 4).read(*rest, blocks[i].behind)) == all_lines(blocks, i + 1));
        }
    }
}

TEST_CASE("every connector leaves the target as it was when a load ends after any write") {
    for (const ConnectorSpec* connector : Registry<ConnectorSpec>::all()) {
        INFO(connector->name);
        const Trial trial(*connector);
        load(trial, "output", {0, 120});
        const Strings before = trial.folder.names();
        for (std::size_t writes = 0; writes < 4; ++writes) {
            INFO(writes << " writes");
            load(trial, "output", {1000, 1200}, writes);
            CHECK(read_lines(trial, "output") == lines_of({0, 120}));
            CHECK(trial.folder.names() == before);
        }
        load(trial, "output", {1000, 1200});
        CHECK(read_lines(trial, "output") == lines_of({1000, 1200}));
    }
}

TEST_CASE("every connector leaves the target as it was when a write fails, and the next load is good") {
    for (const ConnectorSpec* connector : Registry<ConnectorSpec>::all()) {
        const Trial trial(*connector);
        RowRange held{0, 120};
        RowRange wanted{1000, 3000};
        load(trial, "output", held);
        const Strings before = trial.folder.names();
        int failed = 0;
        for (rlim_t most_bytes = 0; failed < 1000; most_bytes += 3000) {
            INFO(connector->name << ", files of at most " << most_bytes << " bytes");
            const bool good = load_within(trial, "output", wanted, most_bytes);
            REQUIRE(read_lines(trial, "output") == lines_of(good ? wanted : held));
            REQUIRE(trial.folder.names() == before);
            if (good) break;
            ++failed;
        }
        INFO(connector->name << ", " << failed << " loads failed");
        CHECK(failed > 5);
        CHECK(failed < 1000);
        REQUIRE_FALSE(load_within(trial, "output", held, 0));
        load(trial, "output", held);
        CHECK(read_lines(trial, "output") == lines_of(held));
    }
}

TEST_CASE("every connector's reader that waits is ended by interrupt()") {
    for (const ConnectorSpec* connector : Registry<ConnectorSpec>::all()) {
        INFO(connector->name);
        const Trial trial(*connector);
        SourceRequest request = trial.source_request();
        trial.fixture->wait_forever(request, trial.folder);
        const Watchdog watchdog("a reader of " + std::string(connector->name) + " that was interrupted");
        Reading reading(trial, 0);
        const auto source = connector->make_source(request);
        const auto reader = source->open(source->lanes().at(0), {}, reading.run());
        CHECK(next_interrupted(*reader));
        Block block;
        CHECK_FALSE(reader->next(block));
        const auto other = source->open(source->lanes().at(0), {}, reading.run());
        other->interrupt();
        CHECK_FALSE(other->next(block));
    }
}

TEST_CASE("every connector's offset book shows and changes what its sink gives back") {
    for (const ConnectorSpec* connector : Registry<ConnectorSpec>::all()) {
        INFO(connector->name);
        const Trial trial(*connector);
        SinkRequest request = trial.sink_request("output");
        request.mode = WriteMode::append;
        request.commits = true;
        request.pipeline = "load";
        Memory memory;
        TestRun run(memory);
        CHECK(connector->make_offset_book(request)->take_over("first").empty());
        const std::vector<StoredPosition> stored{{"a", "", "one", "first", 3}, {"b", "s", "two", "first", 3}};
        const auto sink = connector->make_sink(request);
        CHECK(sink->begin(run).empty());
        sink->publish({stored, true});
        CHECK(connector->make_offset_book(request)->read().size() == 2);
        const auto book = connector->make_offset_book(request);
        REQUIRE(book->take_over("second").size() == 2);
        const std::vector<StoredPosition> changed{{"a", "", "three", "second", 0}, {"b", "s", "", "second", 0}};
        book->store(changed);
        const auto now = connector->make_offset_book(request)->read();
        REQUIRE(now.size() == 1);
        CHECK(now[0].source + now[0].shard + now[0].text + now[0].run == "athreesecond");
        request.pipeline = "another";
        CHECK(connector->make_offset_book(request)->read().empty());
    }
}
