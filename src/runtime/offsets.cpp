#include "runtime/offsets.hpp"

#include <algorithm>
#include <map>
#include <memory>

#include "base/diagnostic.hpp"
#include "base/error.hpp"
#include "data/print.hpp"
#include "data/text_parse.hpp"
#include "data/time.hpp"
#include "runtime/reject_journal.hpp"
#include "runtime/reject_lines.hpp"
#include "runtime/run_lock.hpp"

namespace etl {

namespace {

using Kind = Incremental::Kind;

/// A target, the sources that feed it and what it keeps of them.
struct Target {
    std::vector<const BoundNode*> sources;
    std::unique_ptr<OffsetBook> book;
    std::vector<StoredPosition> held;
};

std::vector<const BoundNode*> sources_of(const BoundPipeline& pipeline, const BoundNode& target) {
    std::vector<bool> feeds(pipeline.nodes.size());
    for (const NodePort& input : target.inputs) feeds[input.node] = true;
    // Inputs stand before those that read them.
    for (std::size_t node = feeds.size(); node-- > 0;)
        if (feeds[node])
            for (const NodePort& input : pipeline.nodes[node].inputs) feeds[input.node] = true;
    std::vector<const BoundNode*> sources;
    for (std::size_t node = 0; node < feeds.size(); ++node) {
        const BoundNode& bound = pipeline.nodes[node];
        if (feeds[node] && bound.kind == NodeKind::source && bound.source.incremental.is_set())
            sources.push_back(&bound);
    }
    return sources;
}

std::vector<Target> targets_of(const BoundPipeline& pipeline) {
    std::vector<Target> targets;
    for (const BoundNode& node : pipeline.nodes) {
        const bool keeps = node.kind == NodeKind::target && !node.is_rejects && node.sink.commits;
        if (!keeps || node.connector->make_offset_book == nullptr) continue;
        Target target;
        target.sources = sources_of(pipeline, node);
        target.book = node.connector->make_offset_book(node.sink);
        const auto same = std::find_if(targets.begin(), targets.end(),
                                       [&](const Target& other) { return other.book->name() == target.book->name(); });
        if (same == targets.end())
            targets.push_back(std::move(target));
        else
            for (const BoundNode* source : target.sources)
                if (std::find(same->sources.begin(), same->sources.end(), source) == same->sources.end())
                    same->sources.push_back(source);
    }
    return targets;
}

const BoundNode* find_source(const BoundPipeline& pipeline, const std::string& name) {
    for (const BoundNode& node : pipeline.nodes)
        if (node.kind == NodeKind::source && node.source.incremental.is_set() && node.source.name == name) return &node;
    return nullptr;
}

Offset describe(const BoundPipeline& pipeline, const Target& target, const StoredPosition& stored) {
    Offset offset{stored.source, stored.shard, target.book->name(), Kind::none, stored, std::nullopt};
    const BoundNode* source = find_source(pipeline, stored.source);
    if (source == nullptr) return offset;
    offset.kind = source->source.incremental.kind;
    if (stored.text.empty() || source->connector->summarize_position == nullptr) return offset;
    try {
        offset.summary = source->connector->summarize_position(stored.text, offset.kind);
    } catch (const Error& error) {
        if (error.code() != "E532") throw;
    }
    return offset;
}

std::vector<std::string> incremental_names(const BoundPipeline& pipeline) {
    std::vector<std::string> names;
    for (const BoundNode& node : pipeline.nodes)
        if (node.kind == NodeKind::source && node.source.incremental.is_set()) names.push_back(node.source.name);
    return names;
}

/// As a source spells its `since`.
std::string checked_value(const BoundPipeline& pipeline, const BoundNode& source, const std::string& given) {
    const Incremental& by = source.source.incremental;
    const std::string& name = source.source.name;
    if (by.kind != Kind::column || source.connector->position_from == nullptr)
        throw Error("E563", "`" + name + "` is loaded by " + (by.kind == Kind::offset ? "offset" : "file") +
                                ": what was loaded of each file is no value that can be set; `--reset-offset " + name +
                                "` lets the next run begin at the beginning");
    const auto& columns = source.source.columns;
    const auto column = std::find_if(columns.begin(), columns.end(),
                                     [&](const SourceColumn& each) { return each.source_name == by.column; });
    if (column == columns.end() || column->type == nullptr)
        throw Error("E562", "`" + by.column + "`, by which `" + name + "` is loaded, has no type");
    const DataType* type = with_nullable(column->type, false);
    ColumnFormat format;
    format.zone = TimeZone::find(pipeline.settings.timezone).value_or(TimeZone());
    Value value;
    const ParseResult result = parse_value(given, type, format, value);
    if (result != ParseResult::ok)
        throw Error("E562", "`" + given + "` is no value of `" + column->name + "`, by which `" + name +
                                "` is loaded: " + parse_reason(result, type) + "; it is " + to_string(type));
    return to_text({type, value.data});
}

class Changes {
  public:
    Changes(const BoundPipeline& pipeline, const std::vector<OffsetRequest>& requests)
        : pipeline_(pipeline), requests_(requests), targets_(targets_of(pipeline)) {}

    std::vector<OffsetChange> carry_out() {
        for (Target& target : targets_) target.held = target.book->read();
        for (const OffsetRequest& request : requests_) check(request);
        const RunLock lock(pipeline_.state_folder, pipeline_.name);
        for (Target& target : targets_) target.held = target.book->take_over(pipeline_.run_id);
        end_journals();
        mark_rejects_outdated(pipeline_.state_folder / "rejects", pipeline_.name);
        std::vector<OffsetChange> changes;
        std::vector<std::vector<StoredPosition>> positions;
        for (const Target& target : targets_) positions.push_back(changed(target, changes));
        for (std::size_t i = 0; i < targets_.size(); ++i)
            if (!positions[i].empty()) targets_[i].book->store(positions[i]);
        return changes;
    }

  private:
    bool is_held(const std::string& source) const {
        return std::any_of(targets_.begin(), targets_.end(), [&](const Target& target) {
            return std::any_of(target.held.begin(), target.held.end(),
                               [&](const StoredPosition& position) { return position.source == source; });
        });
    }

    void check(const OffsetRequest& request) {
        const BoundNode* source = find_source(pipeline_, request.source);
        const bool held = is_held(request.source);
        if (source == nullptr && (!held || request.value)) {
            const std::vector<std::string> names = incremental_names(pipeline_);
            const std::string near = did_you_mean(request.source, names);
            throw Error("E560", "the pipeline has no incremental source `" + request.source + "`; it has " +
                                    list_names(names) + (near.empty() ? "" : "; " + near));
        }
        if (request.value) values_[request.source] = checked_value(pipeline_, *source, *request.value);
        if (held) return;
        std::vector<std::string> names;
        for (const Target& target : targets_) names.push_back(target.book->name());
        throw Error("E561", "no target holds an offset of `" + request.source + "` (" + list_names(names) +
                                "): it was not loaded yet, so that the next run begins at the beginning" +
                                (request.value ? ", or with `--from` at a value" : ""));
    }

    /// What a killed run has written of rejects is told by the offsets, which change now.
    void end_journals() {
        const RejectJournal journals(pipeline_.state_folder, pipeline_.name, pipeline_.run_id, false);
        journals.recover([&](const std::string& run) {
            std::uint64_t bytes = UINT64_MAX;
            for (const Target& target : targets_) {
                std::uint64_t of_target = 0;
                for (const StoredPosition& position : target.held)
                    if (position.run == run) of_target = std::max(of_target, position.rejects_bytes);
                bytes = std::min(bytes, of_target);
            }
            return targets_.empty() ? 0 : bytes;
        });
    }

    std::vector<StoredPosition> changed(const Target& target, std::vector<OffsetChange>& changes) const {
        std::vector<StoredPosition> positions;
        for (const StoredPosition& before : target.held) {
            const auto request = std::find_if(requests_.begin(), requests_.end(),
                                              [&](const OffsetRequest& each) { return each.source == before.source; });
            if (request == requests_.end()) continue;
            StoredPosition after{before.source, before.shard, "", pipeline_.run_id, 0};
            if (request->value)
                after.text = find_source(pipeline_, before.source)
                                 ->connector->position_from(before.text, values_.at(before.source));
            changes.push_back({describe(pipeline_, target, before), describe(pipeline_, target, after)});
            positions.push_back(std::move(after));
        }
        return positions;
    }

    const BoundPipeline& pipeline_;
    const std::vector<OffsetRequest>& requests_;
    std::vector<Target> targets_;
    std::map<std::string, std::string> values_;  // by source, as it spells them
};

}  // namespace

std::vector<Offset> list_offsets(const BoundPipeline& pipeline) {
    std::vector<Offset> offsets;
    for (Target& target : targets_of(pipeline)) {
        target.held = target.book->read();
        for (const BoundNode* source : target.sources) {
            const std::string& name = source->source.name;
            const bool held = std::any_of(target.held.begin(), target.held.end(),
                                          [&](const StoredPosition& position) { return position.source == name; });
            if (!held) target.held.push_back({name, "", "", "", 0});
        }
        std::stable_sort(target.held.begin(), target.held.end(),
                         [](const StoredPosition& a, const StoredPosition& b) { return a.source < b.source; });
        for (const StoredPosition& position : target.held) offsets.push_back(describe(pipeline, target, position));
    }
    return offsets;
}

std::vector<OffsetChange> change_offsets(const BoundPipeline& pipeline, const std::vector<OffsetRequest>& requests) {
    return Changes(pipeline, requests).carry_out();
}

std::string time_of_run(const std::string& run) {
    constexpr std::string_view kPattern = "ddddddddTddddddZ-";
    if (run.size() < kPattern.size()) return {};
    for (std::size_t i = 0; i < kPattern.size(); ++i) {
        const bool digit = run[i] >= '0' && run[i] <= '9';
        if (kPattern[i] == 'd' ? !digit : run[i] != kPattern[i]) return {};
    }
    const auto part = [&](std::size_t from, std::size_t size) { return run.substr(from, size); };
    return part(0, 4) + "-" + part(4, 2) + "-" + part(6, 2) + "T" + part(9, 2) + ":" + part(11, 2) + ":" + part(13, 2) +
           "Z";
}

}  // namespace etl
