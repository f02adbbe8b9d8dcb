#include "state/run_digest.hpp"

#include <bit>
#include <initializer_list>
#include <string_view>

#include "base/json_writer.hpp"
#include "data/key.hpp"

namespace etl {

namespace {

/// What is added is told apart from what is added before and behind it.
class Digest {
  public:
    void add(std::string_view text) {
        add(std::uint64_t{text.size()});
        bytes_ += text;
    }
    void add(std::uint64_t number) { bytes_.append(reinterpret_cast<const char*>(&number), sizeof number); }
    void add(std::int64_t number) { add(static_cast<std::uint64_t>(number)); }
    void add(double number) { add(std::bit_cast<std::uint64_t>(number)); }
    void add(std::initializer_list<std::uint64_t> numbers) {
        for (const std::uint64_t number : numbers) add(number);
    }
    void add(const std::map<std::string, std::uint64_t>& counts) {
        add(std::uint64_t{counts.size()});
        for (const auto& [name, count] : counts) {
            add(name);
            add(count);
        }
    }
    std::int64_t value() const { return static_cast<std::int64_t>(hash_bytes(bytes_.data(), bytes_.size())); }

  private:
    std::string bytes_;
};

void add_report(Digest& digest, const RunReport& report) {
    for (const std::string_view text : {status_name(report.status), std::string_view(report.error_code),
                                        std::string_view(report.error), std::string_view(report.rejects_file)})
        digest.add(text);
    digest.add(report.seconds);
    digest.add({report.bytes_read, report.peak_memory_bytes, report.rejects, report.grown, report.shrunk,
                std::uint64_t{report.kept}, report.nodes.size(), report.workers.size(), report.offsets.size()});
    for (const NodeBalance& node : report.nodes) {
        digest.add(node.name);
        digest.add({static_cast<std::uint64_t>(node.kind), node.in, node.made, node.out, node.filtered, node.rejected,
                    node.merged, node.cut, node.warned});
    }
    for (const StageWorkers& workers : report.workers) {
        digest.add(workers.name);
        digest.add({std::uint64_t{workers.most}, workers.breaches});
    }
    for (const EndOffset& offset : report.offsets)
        for (const std::string* text : {&offset.target, &offset.source, &offset.shard, &offset.position})
            digest.add(*text);
    digest.add(report.rejects_by_reason);
    digest.add(report.warnings_by_reason);
}

}  // namespace

std::string parameters_json(const RunStart& start) {
    JsonWriter json;
    json.begin_object();
    for (const auto& [name, value] : start.parameters) json.field(name, value);
    json.end_object();
    return json.take();
}

std::int64_t checksum_of(const RunStart& start, const RunReport* report) {
    Digest digest;
    for (const std::string* text :
         {&start.run_id, &start.pipeline, &start.file, &start.profile, &start.host, &start.version})
        digest.add(*text);
    digest.add(parameters_json(start));
    digest.add(start.started_us);
    digest.add(start.process);
    if (report != nullptr) add_report(digest, *report);
    return digest.value();
}

}  // namespace etl
