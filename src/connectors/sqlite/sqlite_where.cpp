#include "connectors/sqlite/sqlite_where.hpp"

#include <algorithm>
#include <vector>

#include "base/error.hpp"
#include "component/evaluation.hpp"
#include "connectors/sqlite/sqlite_cell.hpp"
#include "data/gather.hpp"

namespace etl {

namespace {

constexpr std::uint32_t kRows = 1024;  // looked at together

class WhereRows {
  public:
    WhereRows(SqliteDatabase& database, const SinkRequest& request, RunContext& run)
        : database_(database),
          request_(request),
          run_(run),
          slot_(run),
          table_(quote_sql_name(request.member_argument)) {
        used_.resize(request_.schema->size());
        mark_columns(*request_.where, used_);
        format_.zone = TimeZone::find(request_.timezone).value_or(TimeZone());
        rowid_ = name_of_rowid();
    }

    std::int64_t remove() {
        std::string sql = "select " + rowid_;
        for (std::size_t i = 0; i < used_.size(); ++i)
            if (used_[i]) sql += ", " + quote_sql_name(request_.schema->fields[i].name);
        SqliteStatement rows = database_.prepare(sql + " from " + table_);
        std::vector<std::int64_t> found;
        while (look_at_some(rows, found)) {
        }
        rows = SqliteStatement();
        SqliteStatement remove = database_.prepare("delete from " + table_ + " where " + rowid_ + " = ?");
        for (const std::int64_t row : found) {
            remove.bind_int(1, row);
            remove.step();
            remove.reset();
        }
        return static_cast<std::int64_t>(found.size());
    }

  private:
    /// A column of the table may bear one of the names.
    std::string name_of_rowid() const {
        const auto columns = database_.table_columns(request_.member_argument);
        for (const char* name : {"rowid", "_rowid_", "oid"})
            if (std::none_of(columns.begin(), columns.end(), [&](const auto& column) { return column.name == name; }))
                try {
                    database_.prepare(std::string("select ") + name + " from " + table_);
                    return name;
                } catch (const Error&) {  // a view, or WITHOUT ROWID
                    break;
                }
        throw fault("`replace where` needs a table whose rows have a rowid");
    }

    Error fault(const std::string& why) const {
        return {"E437", database_.name() + ": table " + request_.member_argument + ": " + why};
    }

    /// False: no row is left.
    bool look_at_some(SqliteStatement& rows, std::vector<std::int64_t>& found) {
        std::vector<ColumnBuilder> builders;
        for (const Field& field : request_.schema->fields)
            builders.emplace_back(with_nullable(field.type, true), run_.memory);
        std::vector<std::int64_t> numbers;
        bool more = true;
        while (numbers.size() < kRows && (more = rows.step())) {
            numbers.push_back(rows.integer(0));
            int place = 1;
            for (std::size_t i = 0; i < used_.size(); ++i)
                if (used_[i])
                    append(builders[i], request_.schema->fields[i], cell_of(rows, place++));
                else
                    builders[i].append_null();
        }
        Batch batch;
        batch.schema = request_.schema.get();
        for (ColumnBuilder& builder : builders) batch.columns.push_back(builder.finish(batch.keep));
        batch.rows = static_cast<std::uint32_t>(numbers.size());
        batch.selected = {nullptr, batch.rows};
        const Selection matching = slot_.evaluator.select(*request_.where, batch, batch.selected);
        if (!slot_.evaluator.failures().empty())
            throw fault("whether a row is to be replaced cannot be told: " +
                        error_text(slot_.evaluator.failures().front()));
        for_each_row(matching, [&](std::uint32_t row) { found.push_back(numbers[row]); });
        slot_.evaluator.hand_over(batch);
        return more;
    }

    void append(ColumnBuilder& builder, const Field& field, const SqliteCell& cell) const {
        Value value;
        const std::string wrong = convert_cell(cell, builder.type(), format_, value);
        if (wrong.empty()) return builder.append_value(value);
        char room[kFloatWidth_bytes];
        throw fault("whether a row is to be replaced cannot be told: its `" + field.name + "` is " + wrong +
                    (field.is_private ? "" : ": `" + std::string(cell_text(cell, room)) + "`"));
    }

    SqliteDatabase& database_;
    const SinkRequest& request_;
    RunContext& run_;
    EvaluatorSlot slot_;
    std::string table_;
    std::string rowid_;
    std::vector<bool> used_;
    ColumnFormat format_;
};

}  // namespace

std::int64_t delete_where(SqliteDatabase& database, const SinkRequest& request, RunContext& run) {
    return WhereRows(database, request, run).remove();
}

}  // namespace etl
