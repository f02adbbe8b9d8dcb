#include "tools/etlrun/preview_view.hpp"

#include <algorithm>

#include "base/quantity.hpp"
#include "data/display_width.hpp"
#include "tools/etlrun/cell_table.hpp"
#include "tools/etlrun/stage_changes.hpp"

namespace etl {

namespace {

constexpr std::size_t kMostPlaces = 5;
constexpr const char* kIndent = "    ";

std::string join(const std::vector<std::string>& parts, const char* between) {
    std::string out;
    for (const std::string& part : parts) out += (out.empty() ? "" : between) + part;
    return out;
}

bool has_one_file(const std::vector<RowPlace>& places) {
    return std::all_of(places.begin(), places.end(),
                       [&](const RowPlace& place) { return place.line == 0 || place.file == places.front().file; });
}

class PreviewWriter {
  public:
    PreviewWriter(const ShownPreview& shown, std::size_t width, bool colour)
        : shown_(shown), width_(width), colour_(colour) {}

    std::string all() {
        std::vector<std::string> read;
        for (std::uint32_t node = 0; node < shown_.nodes.size(); ++node)
            if (shown_.sources[node]->is_read) read.push_back(how_read(node));
        out_ += join(read, "; ") + "; nothing is written\n";
        for (const std::uint32_t node : shown_.stages) stage(node);
        return std::move(out_);
    }

  private:
    std::string painted(const std::string& text, const char* paint) const {
        return colour_ ? paint + text + "\x1b[0m" : text;
    }

    std::string how_read(std::uint32_t node) const {
        const std::uint64_t count = shown_.report.nodes[node].in;
        const std::string rows = format_count(count) + (count == 1 ? " row" : " rows");
        const char* part = shown_.sources[node]->more ? "the first " : count == 1 ? "its " : "all ";
        return shown_.nodes[node].name + ": " + (count == 0 ? "no row" : part + rows);
    }

    void stage(std::uint32_t number) {
        const BoundNode& node = shown_.nodes[number];
        title(number, node);
        out_ += kIndent + balance(number) + "\n";
        const PreviewStage& stage = shown_.preview.stage(number);
        if (node.kind == NodeKind::stage && shown_.is_partial(number))
            note("over the rows of this preview only: a run, which sees all rows, may give others");
        for (std::uint32_t port = 0; port < stage.ports.size(); ++port) changes(number, port);
        gone(number);
        rejects(number);
        for (std::uint32_t port = 0; port < stage.ports.size(); ++port) table(number, port);
    }

    void title(std::uint32_t number, const BoundNode& node) {
        const std::string text = title_of(shown_.texts, node);
        const std::string head = std::to_string(number + 1) + "  ";
        const std::string place = place_of(shown_.texts, node.span);
        const std::size_t room =
            width_ > place.size() + head.size() + 20 ? width_ - place.size() - head.size() - 4 : 20;
        out_ += "\n" + painted(head + cut_to_width(text, room), "\x1b[1;36m") + "  " + painted(place, "\x1b[2m") + "\n";
        if (number > 0 && !node.inputs.empty() && node.inputs[0].node + 1 != number) {
            const BoundNode& before = shown_.nodes[node.inputs[0].node];
            std::string port;
            const auto& ports = before.stage.port_names;
            if (node.inputs[0].port < ports.size()) port = " -> " + ports[node.inputs[0].port];
            note("behind " + std::to_string(node.inputs[0].node + 1) + "  " + before.name + port);
        }
    }

    void note(const std::string& text) { out_ += kIndent + painted(text, "\x1b[2m") + "\n"; }

    std::string balance(std::uint32_t number) const {
        const NodeBalance& of = shown_.report.nodes[number];
        std::vector<std::string> parts;
        const auto add = [&](const char* name, std::uint64_t rows, bool always) {
            if (always || rows > 0) parts.push_back(name + (" " + format_count(rows)));
        };
        add(of.kind == NodeKind::source ? "read" : "in", of.in, true);
        add("made", of.made, false);
        add(of.kind == NodeKind::target ? "would be written" : "out", of.out, true);
        add("filtered", of.filtered, false);
        add("rejected", of.rejected, false);
        add("merged", of.merged, false);
        add("cut", of.cut, false);
        add("warned", of.warned, false);
        return join(parts, "  ");
    }

    void changes(std::uint32_t number, std::uint32_t port) {
        const StageChanges changes =
            stage_changes(shown_.nodes, number, port, shown_.preview.stage(number).ports[port]);
        const auto list = [&](const char* what, const std::vector<std::string>& names) {
            if (!names.empty()) out_ += kIndent + painted(what, "\x1b[1m") + ": " + join(names, ", ") + "\n";
        };
        list("changed", changes.changed);
        list("new", changes.added);
        list("dropped", changes.dropped);
        list("renamed", changes.renamed);
        list("type", changes.retyped);
    }

    std::string places(const std::vector<RowPlace>& rows) const {
        const bool one = has_one_file(rows);
        std::vector<std::string> texts;
        for (std::size_t i = 0; i < rows.size() && i < kMostPlaces; ++i)
            if (rows[i].line > 0) texts.push_back(place_text(rows[i], !one));
        return join(texts, ", ");
    }

    void gone(std::uint32_t number) {
        const NodeBalance& of = shown_.report.nodes[number];
        const PreviewStage& stage = shown_.preview.stage(number);
        const std::uint64_t count = of.filtered + of.cut;
        if (count == 0 || stage.gone.empty()) return;
        std::string text = of.cut > 0 ? "cut" : "filtered";
        const std::string where = places(stage.gone);
        if (!where.empty()) text += ": line " + where + (count > kMostPlaces ? ", …" : "");
        out_ += kIndent + painted(text, "\x1b[33m") + "\n";
    }

    void rejects(std::uint32_t number) {
        const PreviewStage& stage = shown_.preview.stage(number);
        std::vector<RowPlace> all;
        for (const PreviewReject& reject : stage.rejects) all.push_back(reject.place);
        const bool one = has_one_file(all);
        for (const auto& [reason, count] : stage.rejects_by_reason) {
            std::string text = "rejected " + format_count(count) + ": " + reason;
            std::vector<std::string> examples;
            for (const PreviewReject& reject : stage.rejects) {
                if (reject.reason != reason || examples.size() == kMostPlaces) continue;
                std::string example = reject.place.line > 0 ? "line " + place_text(reject.place, !one) : "";
                if (!reject.column.empty())
                    example +=
                        (example.empty() ? "" : "  ") + reject.column +
                        (reject.value.empty() ? " is empty"
                                              : " = " + value_text({reject.value, {}, false, reject.value != "***"}));
                if (!example.empty()) examples.push_back(std::move(example));
            }
            out_ += kIndent + painted(text, "\x1b[31m") + "\n";
            for (const std::string& example : examples) out_ += std::string(kIndent) + "    " + example + "\n";
        }
    }

    void table(std::uint32_t number, std::uint32_t port) {
        const BoundNode& node = shown_.nodes[number];
        const PreviewPort& of = shown_.preview.stage(number).ports[port];
        if (port < node.stage.port_names.size())
            out_ += std::string(kIndent) + "-> " + node.stage.port_names[port] + "\n";
        if (of.rows.empty()) return note("no row");
        std::vector<RowPlace> places;
        bool known = false;
        for (const PreviewRow& row : of.rows) {
            places.push_back(row.place);
            known = known || row.place.line > 0;
        }
        const bool one = has_one_file(places);
        CellTable table;
        table.columns.push_back({known ? (one ? "line" : "file:line") : "", "", one, false});
        const Schema& schema = *node.outputs[port];
        const std::vector<std::string> names = schema.names();
        const StageChanges changes = stage_changes(shown_.nodes, number, port, of);
        for (std::uint32_t i = 0; i < schema.size(); ++i) {
            const DataType* type = schema.fields[i].type;
            table.columns.push_back({names[i], to_string(type), type->is_number(), changes.is_new[i]});
        }
        for (const PreviewRow& row : of.rows) {
            std::vector<TableCell> cells{{known ? place_text(row.place, !one) : "", true, false}};
            for (std::size_t i = 0; i < row.cells.size(); ++i)
                cells.push_back({value_text(row.cells[i]), row.cells[i].is_null, row.changed[i]});
            table.rows.push_back(std::move(cells));
        }
        out_ += table.render(width_, colour_, kIndent);
        const std::uint64_t count = shown_.report.nodes[number].out;
        if (node.outputs.size() == 1 && count > of.rows.size())
            note("and " + format_count(count - of.rows.size()) + " more");
    }

    const ShownPreview& shown_;
    std::size_t width_;
    bool colour_;
    std::string out_;
};

}  // namespace

bool ShownPreview::has_more(std::uint32_t node) const {
    const auto& inputs = nodes[node].inputs;
    return sources[node]->more ||
           std::any_of(inputs.begin(), inputs.end(), [&](const NodePort& input) { return has_more(input.node); });
}

bool ShownPreview::is_partial(std::uint32_t node) const {
    const auto& inputs = nodes[node].inputs;
    for (std::uint32_t input = 0; input < inputs.size(); ++input)
        if (is_partial(inputs[input].node) || (preview.is_blocking(node, input) && has_more(inputs[input].node)))
            return true;
    return false;
}

std::string preview_text(const ShownPreview& shown, std::size_t width, bool colour) {
    return PreviewWriter(shown, width, colour).all();
}

}  // namespace etl
