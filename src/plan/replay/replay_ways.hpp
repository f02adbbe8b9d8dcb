#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/diagnostic.hpp"
#include "lang/bound_pipeline.hpp"
#include "plan/replay/reject_file.hpp"

namespace etl {

/// Input `second` of node `first`.
using NodeInput = std::pair<std::uint32_t, std::uint32_t>;

/// Where the rows of one group of rejects go in the pipeline as it is now.
struct ReplayWay {
    std::uint32_t entry = 0;           // the node that gives them out, or whose input 0 they come in by
    bool is_source = true;             // the first of these
    std::vector<bool> fed;             // nodes that they come to
    std::set<NodeInput> forbidden;     // what has its copy of them
    std::vector<Diagnostic> problems;  // they cannot go
};

/// The right side of a join: read in full, before the first row of the other.
bool is_side(const BoundNode& node, std::uint32_t input);

/// Finds them, group by group.
class ReplayWays {
  public:
    ReplayWays(const std::vector<BoundNode>& nodes, std::string run);
    ReplayWay find(const ReplayGroup& group) const;

  private:
    struct Reader {
        std::uint32_t node, input, port;
    };
    using Marks = std::vector<bool>;  // by node

    bool find_source(const ReplayGroup& group, ReplayWay& way) const;
    std::string find_flow(const std::string& flow, ReplayWay& way) const;
    void find_record(const ReplayGroup& group, ReplayWay& way) const;
    void find_columns(const ReplayGroup& group, ReplayWay& way) const;
    void keep_fitting(const ReplayGroup& group, std::vector<std::uint32_t>& stages) const;
    std::vector<std::string> columns_of(std::uint32_t node) const;
    std::vector<std::string> lacking(const ReplayGroup& group, std::uint32_t node) const;
    bool has_columns(const ReplayGroup& group, ReplayWay& way) const;
    Marks leading_to(const std::string& flow) const;
    void walk(std::uint32_t node, const std::string& flow, const Marks& leading, ReplayWay& way,
              std::vector<std::uint32_t>& free) const;
    void feed(std::uint32_t node, ReplayWay& way) const;
    void go_on(const Reader& reader, ReplayWay& way, std::vector<std::uint32_t>& next) const;
    void check(std::uint32_t node, ReplayWay& way) const;
    void check_target(const BoundNode& node, ReplayWay& way) const;
    void add(ReplayWay& way, const char* code, SourceSpan span, std::string message, std::string label,
             std::string note) const;

    const std::vector<BoundNode>& nodes_;
    std::string run_;
    std::vector<std::vector<Reader>> readers_;  // by node
};

}  // namespace etl
