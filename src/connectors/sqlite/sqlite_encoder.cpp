#include "connectors/sqlite/sqlite_encoder.hpp"

#include <algorithm>

#include "component/evaluation.hpp"
#include "component/flat_column.hpp"
#include "data/print.hpp"
#include "expr/row_origins.hpp"

namespace etl {

namespace {

struct EncodeSlot final : EvaluatorSlot {
    explicit EncodeSlot(RunContext& run) : EvaluatorSlot(run), arena(run.memory) {}
    Arena arena;
    std::string text;
};

class SqliteEncoder final : public Encoder {
  public:
    explicit SqliteEncoder(const SinkRequest& request) : where_(request.where), delete_when_(request.delete_when) {}

    std::unique_ptr<Slot> make_slot(RunContext& run) override { return std::make_unique<EncodeSlot>(run); }

    void encode(Batch&& batch, Slot& slot, std::uint32_t stage, Chunk& chunk) override {
        auto& state = static_cast<EncodeSlot&>(slot);
        if (where_ != nullptr) refuse_outside(batch, state, stage);
        Column gone;
        if (delete_when_ != nullptr) gone = find_gone(batch, state, stage);
        for (Column& column : batch.columns) {
            column = flat_column(batch, column, state.arena);
            const TypeKind kind = column.type->kind;
            if (kind != TypeKind::integer && kind != TypeKind::boolean && kind != TypeKind::floating &&
                kind != TypeKind::text)
                column = printed(column, batch, state);
        }
        if (delete_when_ != nullptr) batch.columns.push_back(gone);
        state.arena.hand_over(batch.keep);
        state.evaluator.hand_over(batch);
        chunk.rows = batch.selected.size;
        chunk.batch = std::move(batch);
    }

    void prologue(std::string& /*out*/) const override {}
    void epilogue(std::string& /*out*/) const override {}

  private:
    /// They would be doubled by the next run, which does not replace them.
    void refuse_outside(Batch& batch, EncodeSlot& state, std::uint32_t stage) const {
        const Selection inside = state.evaluator.select(*where_, batch, batch.selected);
        state.evaluator.reject_failures(batch, stage);
        std::vector<bool> used(batch.columns.size());
        mark_columns(*where_, used);
        const auto first = static_cast<std::size_t>(std::find(used.begin(), used.end(), true) - used.begin());
        RowOrigins origins(batch);
        std::uint32_t next = 0;
        for_each_row(batch.selected, [&](std::uint32_t row) {
            if (next < inside.size && inside[next] == row) {
                ++next;
                return;
            }
            Reject reject;
            reject.stage = stage;
            reject.span = where_->span;
            if (first < used.size()) {
                reject.column = batch.schema->fields[first].name;
                append_text(reject.value, batch.columns[first], row);
                if (batch.schema->fields[first].is_private) reject.value = "***";
            }
            reject.reason = "not one of the rows that `replace where` replaces";
            reject.origin = origins.at(row);
            reject.record_number = batch.record_number(row);
            batch.keep_row(row, reject);
            batch.rejects.push_back(std::move(reject));
        });
        batch.selected = inside;
    }

    Column find_gone(Batch& batch, EncodeSlot& state, std::uint32_t stage) const {
        const Selection gone = state.evaluator.select(*delete_when_, batch, batch.selected);
        state.evaluator.reject_failures(batch, stage);
        Column column;
        column.type = simple_type(TypeKind::boolean);
        auto* values = state.arena.array<std::uint8_t>(std::max(1U, batch.rows));
        std::fill_n(values, batch.rows, std::uint8_t{0});
        for_each_row(gone, [&](std::uint32_t row) { values[row] = 1; });
        column.values = values;
        return column;
    }

    static Column printed(const Column& column, const Batch& batch, EncodeSlot& state) {
        Column out;
        out.type = simple_type(TypeKind::text, column.type->nullable);
        out.encoding = column.encoding;
        out.valid = column.valid;
        const std::uint32_t rows = column.encoding == Encoding::constant ? 1 : batch.rows;
        auto* texts = state.arena.array<Text>(std::max(1U, rows));
        const auto print = [&](std::uint32_t row) {
            if (!column.is_valid(row)) return;
            state.text.clear();
            append_text(state.text, column, row);
            char* bytes = state.arena.array<char>(std::max<std::size_t>(1, state.text.size()));
            std::copy(state.text.begin(), state.text.end(), bytes);
            texts[row] = make_text(bytes, state.text.size());
        };
        if (column.encoding == Encoding::constant)
            print(0);
        else
            for_each_row(batch.selected, print);
        out.values = texts;
        return out;
    }

    ExprPtr where_;
    ExprPtr delete_when_;
};

}  // namespace

std::unique_ptr<Encoder> make_sqlite_encoder(const SinkRequest& request) {
    return std::make_unique<SqliteEncoder>(request);
}

}  // namespace etl
