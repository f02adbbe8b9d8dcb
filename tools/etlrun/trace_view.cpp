#include "tools/etlrun/trace_view.hpp"

#include <algorithm>

#include "base/quantity.hpp"
#include "data/display_width.hpp"
#include "runtime/preview.hpp"
#include "runtime/trace_values.hpp"

namespace etl {

namespace {

constexpr const char* kIndent = "    ";
constexpr std::size_t kMostText = 60;

const TraceValue* find(const std::vector<TraceValue>& values, const BoundExpr& expr) {
    const auto at =
        std::find_if(values.begin(), values.end(), [&](const TraceValue& value) { return value.expr == &expr; });
    return at == values.end() ? nullptr : &*at;
}

class TraceWriter {
  public:
    TraceWriter(const ShownTrace& shown, std::size_t width, bool colour)
        : shown_(shown), width_(width), colour_(colour) {}

    std::string all() {
        const auto& stories = shown_.trace.stories();
        for (std::size_t i = 0; i < stories.size(); ++i) story(i, stories[i]);
        return std::move(out_) + (stories.empty() ? "" : "\n") + trace_summary(shown_) + "\n";
    }

  private:
    std::string painted(const std::string& text, const char* paint) const {
        return colour_ && !text.empty() ? paint + text + "\x1b[0m" : text;
    }
    std::string dim(const std::string& text) const { return painted(text, "\x1b[2m"); }
    void line(const std::string& text) { out_ += kIndent + text + "\n"; }

    void story(std::size_t number, const TraceStory& story) {
        out_ += (number == 0 ? "" : "\n") +
                painted("row " + std::to_string(number + 1) + ": " + place(story), "\x1b[1m") + "\n";
        title(story.source, "");
        columns(shown_.nodes[story.source].outputs[0]->names(), story.cells);
        for (std::size_t i = 0; i < story.visits.size(); ++i) {
            const TraceVisit& visit = story.visits[i];
            std::size_t before = 0, all = 0;
            for (std::size_t other = 0; other < story.visits.size(); ++other) {
                if (story.visits[other].node != visit.node || story.visits[other].input != visit.input) continue;
                before += other < i ? 1 : 0;
                ++all;
            }
            this->visit(visit, all > 1 ? std::to_string(before + 1) + " of " + std::to_string(all) : "");
        }
    }

    std::string place(const TraceStory& story) const {
        const std::string& source = shown_.nodes[story.source].name;
        if (story.place.file.empty()) return "row " + std::to_string(story.place.line) + " of " + source;
        return "line " + std::to_string(story.place.line) + " of " + story.place.file;
    }

    void title(std::uint32_t number, const std::string& which) {
        const BoundNode& node = shown_.nodes[number];
        const std::string text = title_of(shown_.texts, node);
        const std::string head = std::to_string(number + 1) + "  ";
        const std::string where = place_of(shown_.texts, node.span) + (which.empty() ? "" : "  (" + which + ")");
        const std::size_t room = width_ > where.size() + 30 ? width_ - where.size() - 8 : 22;
        out_ += "\n" + painted(head + cut_to_width(text, room), "\x1b[1;36m") + "  " + dim(where) + "\n";
    }

    void columns(const std::vector<std::string>& names, const std::vector<Cell>& cells) {
        std::vector<Pair> pairs;
        for (std::size_t i = 0; i < cells.size(); ++i) pairs.push_back({names[i], value_text(cells[i]), ""});
        put(pairs, kIndent);
    }

    struct Pair {
        std::string name, value, behind;
    };
    /// Names and values below each other.
    void put(const std::vector<Pair>& pairs, const std::string& indent) {
        std::size_t most = 0;
        for (const Pair& pair : pairs) most = std::max(most, display_width(pair.name));
        for (const Pair& pair : pairs) {
            const std::size_t space = most - display_width(pair.name) + 2;
            const std::size_t room = width_ > indent.size() + most + 20 ? width_ - indent.size() - most - 2 : 20;
            out_ += indent + pair.name + std::string(space, ' ') + cut_to_width(pair.value, room) + pair.behind + "\n";
        }
    }

    void visit(const TraceVisit& visit, const std::string& which) {
        title(visit.node, which);
        const std::size_t begin = out_.size();
        const BoundNode& node = shown_.nodes[visit.node];
        std::vector<std::string> told;
        for (const StageExpr& each : expressions_of(node)) {
            if (each.kind == PartKind::clean_rules)
                cleaned(node, visit, each, told);
            else
                value(visit, each, told);
        }
        for (std::size_t i = 0; i < visit.outputs.size(); ++i) output(visit, visit.outputs[i], i, told);
        end(visit);
        if (out_.size() == begin) line(dim("as it was"));
    }

    /// What became of a column, rule by rule: only the rules that changed something.
    void cleaned(const BoundNode& node, const TraceVisit& visit, const StageExpr& each,
                 std::vector<std::string>& told) {
        std::vector<const BoundExpr*> chain;
        const BoundExpr* at = each.expr.get();
        for (; at->kind != ExprKind::column && !at->args.empty(); at = at->args.front().get())
            if (at->span.file == node.span.file) chain.push_back(at);
        if (at->kind != ExprKind::column || at->column >= visit.cells.size()) return;
        Cell last = visit.cells[at->column];
        std::string text = value_text(last);
        bool any = false;
        std::reverse(chain.begin(), chain.end());
        for (const BoundExpr* rule : chain) {
            const TraceValue* made = find(visit.values, *rule);
            if (made == nullptr || is_same_value(made->value, last)) continue;
            text += "  " + dim(cut_to_width(text_in_line(shown_.texts, rule->span), kMostText) + " ->") + "  " +
                    value_text(made->value);
            last = made->value;
            any = true;
        }
        told.push_back(each.label);
        if (any) line(each.label + ": " + text);
    }

    void value(const TraceVisit& visit, const StageExpr& each, std::vector<std::string>& told) {
        const TraceValue* result = find(visit.values, *each.expr);
        std::vector<Pair> parts;
        collect(visit, *each.expr, parts);
        if (result == nullptr && parts.empty()) return;
        const std::string text = cut_to_width(text_in_line(shown_.texts, each.expr->span), kMostText);
        if (each.aggregate.end > 0)
            return line(text_in_line(shown_.texts, each.aggregate) + "  " + dim("takes") + "  " +
                        (result == nullptr ? "" : value_text(result->value)));
        const bool is_branch = each.kind == PartKind::branches;
        const std::string label = each.label.empty() || is_branch || each.label == text ? "" : each.label + " = ";
        std::string shown = result == nullptr ? "" : "  " + dim("->") + "  " + value_text(result->value);
        if (is_branch) shown += "  " + dim("(" + each.label + ")");
        line(label + text + shown);
        if (!label.empty()) told.push_back(each.label);
        put(parts, std::string(kIndent) + "    ");
    }

    /// The parts of an expression that stand in the file, each text once.
    void collect(const TraceVisit& visit, const BoundExpr& whole, std::vector<Pair>& parts) {
        for (const ExprPtr& arg : whole.args) {
            collect(visit, *arg, parts);
            const TraceValue* known = find(visit.values, *arg);
            const bool stands = arg->span.file == shown_.nodes[visit.node].span.file && !(arg->span == whole.span);
            if (known == nullptr || !stands) continue;
            const std::string text = cut_to_width(text_in_line(shown_.texts, arg->span), kMostText);
            const bool twice =
                std::any_of(parts.begin(), parts.end(), [&](const Pair& part) { return part.name == text; });
            if (!twice) parts.push_back({text, value_text(known->value), ""});
        }
    }

    /// Columns that are not what they were and that no expression has told of.
    void output(const TraceVisit& visit, const TraceOutput& output, std::size_t number,
                const std::vector<std::string>& told) {
        const BoundNode& node = shown_.nodes[visit.node];
        const auto& input = shown_.nodes[node.inputs[visit.input].node].outputs[node.inputs[visit.input].port];
        const Schema& after = *node.outputs[output.port];
        const std::vector<std::string> names = after.names();
        const std::vector<std::int32_t> before = columns_before(*input, after);
        if (visit.output_rows > 1)
            line(dim("becomes row " + std::to_string(number + 1) + " of " + format_count(visit.output_rows)));
        std::vector<Pair> pairs;
        std::vector<bool> kept(input->size());
        for (std::size_t i = 0; i < output.cells.size(); ++i) {
            if (before[i] >= 0) kept[static_cast<std::size_t>(before[i])] = true;
            if (std::find(told.begin(), told.end(), names[i]) != told.end()) continue;
            const Cell* was = before[i] < 0 ? nullptr : &visit.cells[static_cast<std::size_t>(before[i])];
            if (was != nullptr && is_same_value(*was, output.cells[i])) continue;
            pairs.push_back({(was == nullptr ? "+ " : "") + names[i],
                             (was == nullptr ? "" : value_text(*was) + " -> ") + value_text(output.cells[i]), ""});
        }
        put(pairs, kIndent);
        std::string dropped;
        const std::vector<std::string> old = input->names();
        for (std::size_t i = 0; i < kept.size(); ++i)
            if (!kept[i]) dropped += (dropped.empty() ? "" : ", ") + old[i];
        if (!dropped.empty() && number == 0) line(dim("without " + dropped));
    }

    void end(const TraceVisit& visit) {
        const TraceEnd end = end_of(shown_, visit);
        const bool goes_on = end.word == "goes on";
        if (goes_on && end.reason.empty()) return;
        std::string word = end.word == "written" ? "would be written to" : end.word;
        const char* paint = end.word == "written" ? "\x1b[1;32m" : end.word == "rejected" ? "\x1b[1;31m" : "\x1b[1;33m";
        const char* between = end.reason.empty() ? "" : end.word == "written" || goes_on ? " " : ": ";
        if (end.word == "merged" && end.reason.starts_with("into ")) between = " ";
        line(painted("=> " + word, paint) + between + end.reason);
    }

    const ShownTrace& shown_;
    std::size_t width_;
    bool colour_;
    std::string out_;
};

}  // namespace

std::string trace_text(const ShownTrace& shown, std::size_t width, bool colour) {
    return TraceWriter(shown, width, colour).all();
}

}  // namespace etl
