#include "state/run_store.hpp"

#include <algorithm>

#include "data/json_value.hpp"
#include "state/run_digest.hpp"

namespace etl {

namespace {

constexpr const char* kInsertRun =
    "insert into runs (run, pipeline, file, profile, parameters, started_us, process, host, version, status, checksum) "
    "values (?, ?, ?, ?, ?, ?, ?, ?, ?, 'running', ?)";
constexpr const char* kEndRun =
    "update runs set status = ?, seconds = ?, bytes_read = ?, peak_memory_bytes = ?, rows_read = ?, rows_written = ?, "
    "rejects = ?, rejects_file = ?, kept = ?, error_code = ?, error = ?, grown = ?, shrunk = ?, checksum = ? "
    "where id = ?";
constexpr const char* kSelectRun =
    "select id, run, pipeline, file, profile, parameters, started_us, process, host, version, status, seconds, "
    "bytes_read, peak_memory_bytes, rejects, rejects_file, kept, error_code, error, grown, shrunk, checksum, "
    "rows_read, rows_written from runs ";
constexpr const char* kParts[] = {"stages", "workers", "causes", "offsets"};
constexpr const char* kReject = "reject";
constexpr const char* kWarning = "warning";

/// Binds one value behind the other.
class Binding {
  public:
    explicit Binding(SqliteStatement& statement) : statement_(statement) {}
    Binding& text(std::string_view value) {
        statement_.bind_text(++place_, value);
        return *this;
    }
    template <typename Integer>
    Binding& number(Integer value) {
        statement_.bind_int(++place_, static_cast<std::int64_t>(value));
        return *this;
    }
    Binding& real(double value) {
        statement_.bind_float(++place_, value);
        return *this;
    }

  private:
    SqliteStatement& statement_;
    int place_ = 0;
};

/// Takes one value behind the other.
class Fields {
  public:
    explicit Fields(const SqliteStatement& row) : row_(row) {}
    std::string text() { return std::string(row_.bytes(place_++)); }
    std::int64_t signed_number() { return row_.integer(place_++); }
    std::uint64_t number() { return static_cast<std::uint64_t>(signed_number()); }
    double real() { return row_.floating(place_++); }

  private:
    const SqliteStatement& row_;
    int place_ = 0;
};

void execute(SqliteStatement& statement) {
    while (statement.step()) {
    }
    statement.reset();
}

void read_parameters(const std::string& text, RunStart& start) {
    const auto json = parse_json(text);
    if (!json) return;
    for (std::size_t i = 0; i < json->names.size(); ++i)
        start.parameters.emplace_back(json->names[i], json->items[i].text);
}

}  // namespace

template <typename Body>
auto RunStore::guarded(const Body& body) {
    try {
        return body();
    } catch (const Error& error) {
        throw file_.translated(error);
    }
}

void RunStore::in_transaction(const std::function<void()>& body) {
    guarded([&] {
        database_.execute("begin immediate");
        try {
            body();
            database_.execute("commit");
        } catch (...) {
            if (database_.is_in_transaction()) database_.execute("rollback");
            throw;
        }
    });
}

std::int64_t RunStore::begin(const RunStart& start) {
    std::int64_t id = 0;
    in_transaction([&] {
        const std::string parameters = parameters_json(start);
        SqliteStatement insert = database_.prepare(kInsertRun);
        Binding(insert)
            .text(start.run_id)
            .text(start.pipeline)
            .text(start.file)
            .text(start.profile)
            .text(parameters)
            .number(start.started_us)
            .number(start.process)
            .text(start.host)
            .text(start.version)
            .number(checksum_of(start, nullptr));
        execute(insert);
        id = database_.query_int("select last_insert_rowid()");
    });
    return id;
}

void RunStore::end(std::int64_t id, const RunStart& start, const RunReport& report) {
    in_transaction([&] {
        SqliteStatement update = database_.prepare(kEndRun);
        Binding(update)
            .text(status_name(report.status))
            .real(report.seconds)
            .number(report.bytes_read)
            .number(report.peak_memory_bytes)
            .number(report.rows_read())
            .number(report.rows_written())
            .number(report.rejects)
            .text(report.rejects_file)
            .number(report.kept)
            .text(report.error_code)
            .text(report.error)
            .number(report.grown)
            .number(report.shrunk)
            .number(checksum_of(start, &report))
            .number(id);
        execute(update);
        if (database_.changes() != 1) throw Error("E540", file_.path().string() + " does not know this run any more");
        write_parts(id, report);
    });
}

void RunStore::write_parts(std::int64_t id, const RunReport& report) {
    std::int64_t place = 0;
    SqliteStatement stage = database_.prepare("insert into stages values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    for (const NodeBalance& node : report.nodes) {
        Binding binding(stage);
        binding.number(id).number(place++).text(node.name).number(static_cast<int>(node.kind));
        for (const std::uint64_t rows :
             {node.in, node.made, node.out, node.filtered, node.rejected, node.merged, node.cut, node.warned})
            binding.number(rows);
        execute(stage);
    }
    place = 0;
    SqliteStatement workers = database_.prepare("insert into workers values (?, ?, ?, ?, ?)");
    for (const StageWorkers& each : report.workers) {
        Binding(workers).number(id).number(place++).text(each.name).number(each.most).number(each.breaches);
        execute(workers);
    }
    place = 0;
    for (const auto& [kind, causes] :
         {std::pair(kReject, &report.rejects_by_reason), std::pair(kWarning, &report.warnings_by_reason)}) {
        if (causes->empty()) continue;
        SqliteStatement cause = database_.prepare("insert into causes values (?, ?, ?, ?, ?)");
        for (const auto& [text, rows] : *causes) {
            Binding(cause).number(id).number(place++).text(kind).text(text).number(rows);
            execute(cause);
        }
    }
    if (report.offsets.empty()) return;
    place = 0;
    SqliteStatement offset = database_.prepare("insert into offsets values (?, ?, ?, ?, ?, ?)");
    for (const EndOffset& each : report.offsets) {
        Binding(offset)
            .number(id)
            .number(place++)
            .text(each.target)
            .text(each.source)
            .text(each.shard)
            .text(each.position);
        execute(offset);
    }
}

std::vector<PastRun> RunStore::runs(const std::string& pipeline_or_file) {
    if (pipeline_or_file.empty()) return read("", {});
    return read("where pipeline = ? or file = ?", {pipeline_or_file, pipeline_or_file});
}

std::vector<PastRun> RunStore::runs_called(const std::string& prefix) {
    return read("where substr(run, 1, length(?)) = ?", {prefix, prefix});
}

std::vector<PastRun> RunStore::read(const std::string& condition, const std::vector<std::string>& values) {
    return guarded([&] {
        SqliteStatement select = database_.prepare(kSelectRun + condition + " order by id");
        Binding binding(select);
        for (const std::string& value : values) binding.text(value);
        std::vector<PastRun> runs;
        while (select.step()) runs.push_back(read_run(select));
        return runs;
    });
}

PastRun RunStore::read_run(const SqliteStatement& row) {
    PastRun run;
    RunStart& start = run.start;
    Fields fields(row);
    run.id = fields.signed_number();
    start.run_id = fields.text();
    start.pipeline = fields.text();
    start.file = fields.text();
    start.profile = fields.text();
    read_parameters(fields.text(), start);
    start.started_us = fields.signed_number();
    start.process = fields.signed_number();
    start.host = fields.text();
    start.version = fields.text();
    const std::string status = fields.text();
    RunReport report;
    report.run_id = start.run_id;
    report.seconds = fields.real();
    report.bytes_read = fields.number();
    report.peak_memory_bytes = fields.number();
    report.rejects = fields.number();
    report.rejects_file = fields.text();
    report.kept = fields.number() != 0;
    report.error_code = fields.text();
    report.error = fields.text();
    report.grown = fields.number();
    report.shrunk = fields.number();
    const std::int64_t checksum = fields.signed_number();
    const std::uint64_t rows_read = fields.number();
    const std::uint64_t rows_written = fields.number();
    const auto ended = status_of_name(status);
    if (ended) {
        report.status = *ended;
        read_parts(run.id, report);
    }
    const bool is_whole = (ended && rows_read == report.rows_read() && rows_written == report.rows_written()) ||
                          (!ended && status == "running");
    if (!is_whole || checksum != checksum_of(start, ended ? &report : nullptr))
        throw file_.damaged("what it tells of run " + start.run_id + " was changed");
    if (ended) run.report = std::move(report);
    return run;
}

void RunStore::read_parts(std::int64_t id, RunReport& report) {
    const auto each = [&](const char* table, const auto& body) {
        SqliteStatement select =
            database_.prepare(std::string("select * from ") + table + " where run = ? order by place");
        select.bind_int(1, id);
        while (select.step()) {
            Fields fields(select);
            fields.number();
            fields.number();
            body(fields);
        }
    };
    each("stages", [&](Fields& fields) {
        NodeBalance node;
        node.name = fields.text();
        node.kind = static_cast<NodeKind>(std::min<std::uint64_t>(fields.number(), 2));
        for (std::uint64_t* rows :
             {&node.in, &node.made, &node.out, &node.filtered, &node.rejected, &node.merged, &node.cut, &node.warned})
            *rows = fields.number();
        report.nodes.push_back(std::move(node));
    });
    each("workers", [&](Fields& fields) {
        StageWorkers workers;
        workers.name = fields.text();
        workers.most = static_cast<std::uint32_t>(fields.number());
        workers.breaches = fields.number();
        report.workers.push_back(std::move(workers));
    });
    each("causes", [&](Fields& fields) {
        auto& counts = fields.text() == kReject ? report.rejects_by_reason : report.warnings_by_reason;
        std::string cause = fields.text();
        counts[std::move(cause)] = fields.number();
    });
    each("offsets", [&](Fields& fields) {
        EndOffset offset;
        for (std::string* text : {&offset.target, &offset.source, &offset.shard, &offset.position})
            *text = fields.text();
        report.offsets.push_back(std::move(offset));
    });
}

std::vector<RunStore::Entry> RunStore::surplus_runs(const std::string& pipeline, std::uint64_t keep) {
    return guarded([&] {
        SqliteStatement select = database_.prepare(
            "select id, run, status <> 'running' from runs where pipeline = ? order by id desc limit -1 offset ?");
        Binding(select).text(pipeline).number(keep);
        std::vector<Entry> entries;
        while (select.step())
            entries.push_back({select.integer(0), std::string(select.bytes(1)), select.integer(2) != 0});
        return entries;
    });
}

std::vector<RunStore::Entry> RunStore::runs_before(std::int64_t time_us) {
    return guarded([&] {
        SqliteStatement select =
            database_.prepare("select id, run, status <> 'running', started_us from runs order by id");
        std::vector<Entry> entries;
        while (select.step() && select.integer(3) < time_us)
            entries.push_back({select.integer(0), std::string(select.bytes(1)), select.integer(2) != 0});
        return entries;
    });
}

void RunStore::remove(const std::vector<std::int64_t>& ids) {
    in_transaction([&] {
        const auto remove_from = [&](const std::string& table, const char* column) {
            SqliteStatement statement = database_.prepare("delete from " + table + " where " + column + " = ?");
            for (const std::int64_t id : ids) {
                statement.bind_int(1, id);
                execute(statement);
            }
        };
        for (const char* part : kParts) remove_from(part, "run");
        remove_from("runs", "id");
    });
}

}  // namespace etl
