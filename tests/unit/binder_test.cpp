#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>

#include "lang/load.hpp"
#include "tests/unit/catch.hpp"

namespace {

using namespace etl;

/// A folder of its own with files in it, gone when the test is over.
class Folder {
  public:
    Folder() : path_(std::filesystem::temp_directory_path() / ("etl-binder-" + std::to_string(::getpid()))) {
        std::filesystem::remove_all(path_);
        std::filesystem::create_directories(path_);
    }
    ~Folder() { std::filesystem::remove_all(path_); }
    void write(const std::string& name, const std::string& text) const {
        std::ofstream(path_ / name, std::ios::binary) << text;
    }
    std::filesystem::path operator/(const std::string& name) const { return path_ / name; }

  private:
    std::filesystem::path path_;
};

struct Loaded {
    std::optional<BoundPipeline> pipeline;
    std::shared_ptr<SourceTexts> texts = std::make_shared<SourceTexts>();
    std::vector<Diagnostic> said;

    /// "E203 4:5 unknown column `x`", a line each.
    std::string summary() const {
        std::string out;
        for (const Diagnostic& each : said) {
            const LineColumn at = texts->locate(each.span.file, each.span.begin);
            out +=
                each.code + " " + std::to_string(at.line) + ":" + std::to_string(at.column) + " " + each.message + "\n";
        }
        return out;
    }
};

Loaded load(const std::string& text, LoadOptions options = {}) {
    const Folder folder;
    folder.write("a.etl", text);
    Loaded loaded;
    Diagnostics diagnostics;
    options.offline = true;
    loaded.pipeline = load_pipeline(folder / "a.etl", options, loaded.texts, diagnostics);
    loaded.said = diagnostics.sorted();
    return loaded;
}

const std::string kOrders = R"(source orders = csv("orders.csv") {
    id:     int
    name:   text?
    amount: decimal(12, 2)
    at:     timestamp?
    good:   bool
}
)";

std::string columns(const BoundNode& node) {
    std::string out;
    for (const Field& field : node.outputs.front()->fields)
        out += (out.empty() ? "" : ", ") + field.name + ": " + to_string(field.type);
    return out;
}

}  // namespace

TEST_CASE("ten mistakes are ten diagnostics at their places") {
    const Loaded loaded = load(R"(etl 1
pipeline a { shedule = "x", memory = "2GB" }
param since: date = "2024-13-01"
source orders = csv("orders.csv", delimeter = ";") {
    id:     itn
    amount: decimal(12, 2)
}
split by id into 4
from orders
| filter amout > 0
| map { id, total = amount * 2, half = totl / 2 }
| filter total > $sice
| sort by nothing
| into csv("out.csv") append
from ordres
| map { x = unknown(y) }
| into somewhere
)");
    CHECK(loaded.summary() ==
          "E302 2:14 unknown setting `shedule`\n"
          "E303 2:38 wrong value for `memory`\n"
          "E206 3:21 not a date\n"
          "E304 4:35 unknown option `delimeter`\n"
          "E225 5:13 unknown type `itn`\n"
          "E305 8:1 unknown clause `split`\n"
          "E203 10:10 unknown column `amout`\n"
          "E203 11:40 unknown column `totl`\n"
          "E226 12:18 unknown param `$sice`\n"
          "E203 13:11 unknown column `nothing`\n"
          "E443 14:23 a file cannot be loaded by `append`\n"
          "E201 15:6 unknown source or flow `ordres`\n"
          "E204 16:13 unknown function `unknown`\n"
          "E448 17:8 unknown target `somewhere`\n");
    CHECK_FALSE(loaded.pipeline.has_value());
}

TEST_CASE("columns and their types behind each stage") {
    const Loaded loaded = load(kOrders + R"(
from orders
| filter name is not null and at is not null
| cleanse { name: trim }
| set { total = amount * 2, day = date(at) }
| map { *, upper = upper(name) }
| into csv("out.csv")
)");
    REQUIRE(loaded.summary() == "");
    REQUIRE(loaded.pipeline.has_value());
    REQUIRE(loaded.pipeline->nodes.size() == 6);
    CHECK(columns(loaded.pipeline->nodes[1]) ==
          "id: int, name: text, amount: decimal(12, 2), at: timestamp, good: bool");
    CHECK(columns(loaded.pipeline->nodes[4]) ==
          "id: int, name: text, amount: decimal(12, 2), at: timestamp, good: bool, total: decimal(13, 2), day: date, "
          "upper: text");
}

TEST_CASE("inputs come before their readers, and only what leads to a target") {
    const Loaded loaded = load(kOrders + R"(
flow unread = from orders | filter good
flow both = from orders | set { x = 1 }
from both | route { id > 10 -> big, else -> small }
from small | join big on id == big.id | map { * } | into csv("joined.csv")
from rejects | filter line > 1 | into csv("rejects.csv")
from both | map { x }
)");
    CHECK(loaded.summary() ==
          "W203 9:6 nothing reads flow `unread`\n"
          "W205 14:1 the rows of this flow go nowhere\n");
    REQUIRE(loaded.pipeline.has_value());
    std::string order;
    for (std::uint32_t i = 0; i < loaded.pipeline->nodes.size(); ++i) {
        const BoundNode& node = loaded.pipeline->nodes[i];
        order += node.name;
        for (const NodePort& input : node.inputs) {
            CHECK(input.node < i);
            order += " " + std::to_string(input.node) + "." + std::to_string(input.port);
        }
        order += "; ";
    }
    CHECK(order ==
          "orders; set 0.0; route 1.0; join 2.1 2.0; map 3.0; into joined.csv 4.0; rejects; filter 6.0; "
          "into rejects.csv 7.0; ");
}

TEST_CASE("values from the environment never stand in a message") {
    ::setenv("ETL_SECRET_DB", "sesame.db", 1);
    const Folder folder;
    folder.write("a.etl",
                 "connection c = sqlite(secret(\"db\"))\nsource s = c.table(\"t\")\nfrom s | into csv(\"o\")\n");
    Loaded loaded;
    Diagnostics diagnostics;
    load_pipeline(folder / "a.etl", {}, loaded.texts, diagnostics);
    loaded.said = diagnostics.sorted();
    CHECK(loaded.summary() == "E424 2:12 secret(\"db\"): no such file\n");
    ::unsetenv("ETL_SECRET_DB");
}

TEST_CASE("an incremental source is asked for in its own spelling, and its targets commit") {
    LoadOptions options;
    options.start_us = 1'767'263'400'000'000;  // 2026-01-01T10:30:00Z
    options.full = true;
    options.from = {"b=7"};
    const Loaded loaded = load(R"(pipeline p { timezone = "Europe/Berlin", commit_every = 2m }
param first: date = "2024-02-01"
connection shop = sqlite("shop.db")
source a = shop.table("a") { id: int, at: timestamp from "changed at" }
incremental by at since $first until floor(now(), 1d) lag 1h30m null exclude
source b = shop.table("b") { id: int, price: decimal(8, 2) } incremental by id until 2 * 500
source c = shop.table("c") { price: decimal(8, 2), day: date } incremental by price since 5
source d = csv("d/*.csv") { id: int } incremental by offset changed ignore
source e = csv("e.csv") { id: int }
from a | filter id > 0 | group per run by id { n = count() } | into shop.table("x") upsert by id { create = true }
from b | into csv("b.csv") append
from c | into csv("c.csv") append
from d | into csv("d.csv") append
from e | into csv("e2.csv")
)",
                               options);
    REQUIRE(loaded.summary().empty());
    REQUIRE(loaded.pipeline);
    CHECK(loaded.pipeline->settings.commit_rows == 0);
    CHECK(loaded.pipeline->settings.commit_ms == 120'000);
    std::string sources, targets;
    for (const BoundNode& node : loaded.pipeline->nodes) {
        const Incremental& read = node.source.incremental;
        if (node.kind == NodeKind::source)
            sources += node.source.name + ": " + std::to_string(static_cast<int>(read.kind)) + " " + read.column + " " +
                       read.since + " < " + read.until + " lag " + std::to_string(read.lag_us) + " from " + read.from +
                       " " + std::to_string(static_cast<int>(read.nulls)) +
                       std::to_string(static_cast<int>(read.changed)) + "\n";
        if (node.kind == NodeKind::target)
            targets += std::to_string(static_cast<int>(node.sink.mode)) + (node.sink.commits ? " commits" : "") +
                       (node.sink.full ? " full" : "") + "\n";
    }
    CHECK(sources ==
          "a: 1 changed at 2024-01-31T23:00:00Z < 2025-12-31T23:00:00Z lag 5400000000 from  20\n"
          "b: 1 id  < 1000 lag 0 from 7 00\n"
          "c: 1 price 5.00 <  lag 0 from  00\n"
          "d: 3   <  lag 0 from  01\n"
          "e: 0   <  lag 0 from  00\n");
    CHECK(targets == "3 commits full\n0 commits full\n0 commits full\n0 commits full\n1\n");
}
