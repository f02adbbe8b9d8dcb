#include <algorithm>
#include <deque>
#include <map>
#include <optional>

#include "base/error.hpp"
#include "connectors/sqlite/sqlite_cell.hpp"
#include "connectors/sqlite/sqlite_connector.hpp"
#include "connectors/sqlite/sqlite_instants.hpp"
#include "connectors/sqlite/sqlite_position.hpp"
#include "connectors/sqlite/sqlite_rows.hpp"

namespace etl {

namespace {

using Kind = SqliteStatement::Kind;

bool is_less(const Value& left, const Value& right) {
    if (const auto* number = std::get_if<std::int64_t>(&left.data)) return *number < std::get<std::int64_t>(right.data);
    if (const auto* number = std::get_if<double>(&left.data)) return *number < std::get<double>(right.data);
    if (const auto* number = std::get_if<Int128>(&left.data)) return *number < std::get<Int128>(right.data);
    return std::get<std::string>(left.data) < std::get<std::string>(right.data);
}

/// What some of the targets hold. A row is known to them if it lies before it.
struct Held {
    SqlitePosition at;
    std::uint64_t targets = 0;
    std::optional<Value> value;    // of the column's type
    std::optional<Value> from;     // in place of the clause's `since`
    std::int64_t window = 0;       // with `lag`: the first instant whose rows are told apart by their hashes
    RowHashes at_value, unplaced;  // those of `at` that the pass has not seen yet
};

/// A row that the statement stands at.
struct Place {
    SqliteCell cell;
    bool is_placed = false;  // the value is one: neither null nor of another type
    Value value;
    RowHash hash;
};

/// One pass a held position, from the least: what it lacks and the next one holds; the last: what all lack. So every
/// held position is passed exactly.
class NewRows final : public SqliteRows {
  public:
    NewRows(SqliteDatabase& database, const SourceRequest& request, const std::vector<std::string>& positions);

    bool step() override;
    const SqliteStatement& row() const override { return statement_; }
    std::uint64_t known() const override { return known_; }
    void taken() override { take(place_); }
    std::string position() const override;

  private:
    struct Entry {
        std::int64_t time;
        RowHash hash;
    };
    void find_columns(const std::vector<std::string>& names);
    void read_clause();
    void refuse_nulls();
    void add_held(const std::string& text, std::uint64_t targets);
    Value constant(const std::string& text) const;
    void begin_pass();
    std::string condition(const Held& held, SqliteCell& bound);
    void find_fractions();
    void refuse_other_spellings(const Held& held);
    void refuse_number_text(const SqliteCell& cell) const;
    [[noreturn]] void refuse_order(const SqliteCell& first_wrong) const;
    int compare(const SqliteCell& left, const SqliteCell& right) const;
    void look();
    bool is_known(Held& held) const;
    bool is_wanted();
    bool is_behind_pass() const;
    void check_order();
    void take(const Place& place);
    std::int64_t time_of(const Value& value) const { return lag_ == 0 ? 0 : std::get<std::int64_t>(value.data); }
    void check_unseen();
    void end();

    SqliteDatabase& database_;
    const SourceRequest& request_;
    const Incremental& clause_;
    std::string base_;    // table or query, as it stands behind `from`
    std::string column_;  // in quotes
    const DataType* type_ = nullptr;
    ColumnFormat format_;
    int place_of_column_ = 0;
    std::vector<int> hashed_;
    std::string order_;           // behind the column
    bool has_fractions_ = false;  // the order is that of instant_sort_text
    std::int64_t lag_ = 0;        // in microseconds or days, as the column
    std::optional<Value> since_, until_;

    std::vector<Held> held_;
    std::size_t pass_ = 0;
    SqliteStatement statement_;
    std::string bound_bytes_;
    Place place_;
    std::optional<Value> before_;  // of the row before
    std::string scratch_;
    std::uint64_t known_ = 0;
    bool has_ended_ = false;
    bool has_seen_ = false;

    SqlitePosition reached_;  // its value
    bool is_at_held_ = true;  // it is that of the pass
    std::deque<Entry> entries_;
    RowHashes unplaced_;
};

std::string base_of(SqliteDatabase& database, const SourceRequest& request) {
    if (request.member != "query") {
        sqlite_select(database, request);
        return quote_sql_name(request.member_argument);
    }
    std::string query = request.member_argument;
    while (!query.empty() && (query.back() == ';' || query.back() == ' ' || query.back() == '\n' ||
                              query.back() == '\t' || query.back() == '\r'))
        query.pop_back();
    return "(\n" + query + "\n)";
}

NewRows::NewRows(SqliteDatabase& database, const SourceRequest& request, const std::vector<std::string>& positions)
    : database_(database),
      request_(request),
      clause_(request.incremental),
      base_(base_of(database, request)),
      column_(quote_sql_name(clause_.column) + " collate binary") {
    database_.execute("begin");
    const SqliteStatement all = database_.prepare("select * from " + base_);
    std::vector<std::string> names;
    for (int i = 0; i < all.columns(); ++i) names.push_back(all.column_name(i));
    find_columns(names);
    read_clause();
    if (clause_.nulls == Incremental::Nulls::fail) refuse_nulls();
    std::map<std::string, std::uint64_t> targets;
    for (std::size_t i = 0; i < positions.size(); ++i)
        targets[clause_.from.empty() ? positions[i] : ""] |= std::uint64_t{1} << i;
    if (targets.empty()) targets[""] = 0;
    for (const auto& [text, bits] : targets) add_held(text, bits);
    if (type_->is(TypeKind::timestamp)) find_fractions();
    for (const Held& held : held_) refuse_other_spellings(held);
    std::stable_sort(held_.begin(), held_.end(), [this](const Held& left, const Held& right) {
        const int order = compare(left.at.value(), right.at.value());
        return order != 0 ? order < 0
                          : left.at.at_value.distinct() + left.at.unplaced.distinct() <
                                right.at.at_value.distinct() + right.at.unplaced.distinct();
    });
    begin_pass();
}

void NewRows::find_columns(const std::vector<std::string>& names) {
    const auto place_of = [&](const std::string& name) {
        const auto found = std::find(names.begin(), names.end(), name);
        if (found == names.end())
            throw Error("E426", database_.name() + ": no column `" + name + "`; there are " + list_names(names));
        return static_cast<int>(found - names.begin());
    };
    place_of_column_ = place_of(clause_.column);
    for (const SourceColumn& column : request_.columns) {
        if (column.source_name == clause_.column) {
            type_ = column.type;
            std::string error;
            const std::optional<TimeZone> zone = TimeZone::find(request_.timezone);
            auto format = compile_column_format(type_, column.formats, zone.value_or(TimeZone()), error);
            if (!format) throw Error("E429", "column " + column.name + ": " + error);
            format_ = std::move(*format);
        }
        if (!column.key) continue;
        hashed_.push_back(place_of(column.source_name));
        order_ += ", " + quote_sql_name(column.source_name);
    }
    if (type_ == nullptr)
        throw Error("E426", database_.name() + ": the incremental column `" + clause_.column + "` is not read");
    if (!hashed_.empty()) {
        hashed_.push_back(place_of_column_);
        return;
    }
    for (std::size_t i = 0; i < names.size(); ++i) hashed_.push_back(static_cast<int>(i));
}

Value NewRows::constant(const std::string& text) const {
    Value value;
    if (parse_value(text, type_, ColumnFormat(), value) != ParseResult::ok)
        throw Error("E429", "column " + clause_.column + ": `" + text + "` is no " + to_string(type_));
    return value;
}

void NewRows::read_clause() {
    lag_ = type_->is(TypeKind::date) ? clause_.lag_us / kDay_us : clause_.lag_us;
    const std::string& first = clause_.from.empty() ? clause_.since : clause_.from;
    if (!first.empty()) since_ = constant(first);
    if (!clause_.until.empty()) until_ = constant(clause_.until);
}

void NewRows::refuse_nulls() {
    if (database_.query_int("select exists (select 1 from " + base_ + " where " + column_ + " is null)") == 0) return;
    throw Error("E534", database_.name() + ": `" + clause_.column +
                            "`, by which the rows are read, is null in some; write `null exclude` to leave these out, "
                            "`null include` to read them");
}

void NewRows::add_held(const std::string& text, std::uint64_t targets) {
    Held held;
    held.targets = targets;
    if (!text.empty()) held.at = SqlitePosition::parse(text, database_.name());
    if (!held.at.from.empty()) held.from = constant(held.at.from);
    if (held.at.has_value()) {
        refuse_number_text(held.at.value());
        Value value;
        if (convert_cell(held.at.value(), type_, format_, value).empty()) held.value = std::move(value);
        if (lag_ != 0 && !held.value)
            throw Error("E532",
                        database_.name() + ": the stored position `" + held.at.bytes + "` is no " + to_string(type_));
        if (held.value) held.window = time_of(*held.value) - lag_;
    }
    held_.push_back(std::move(held));
}

/// A bound that no row lies before which is wanted; none where the spelling does not tell.
std::string NewRows::condition(const Held& held, SqliteCell& bound) {
    std::string condition;
    if (held.at.has_value() && lag_ == 0) {
        bound = held.at.value();
        if (type_->is(TypeKind::timestamp)) bound.bytes = instant_sort_text(bound.bytes);
    } else if (held.at.has_value() && held.at.kind == Kind::text) {
        std::int32_t day = 0;
        const std::int64_t first =
            type_->is(TypeKind::date) ? held.window : floor_divide(std::max(held.window, kFirstTimestamp), kDay_us);
        if (parse_date(std::string_view(held.at.bytes).substr(0, 10), day) == ParseResult::ok && first > kFirstDate) {
            // A day before, since a local time may lie on the day before that of UTC.
            char room[kDateWidth_bytes];
            bound_bytes_.assign(room, print_date(room, static_cast<std::int32_t>(first) - 1));
            bound = {Kind::text, 0, 0, bound_bytes_};
        }
    }
    if (bound.kind != Kind::null) condition = column_ + " >= ?1";
    if (clause_.nulls != Incremental::Nulls::include)
        return " where " + (condition.empty() ? column_ + " is not null" : condition);
    return condition.empty() ? "" : " where (" + condition + " or " + column_ + " is null)";
}

void NewRows::find_fractions() {
    for (const Held& held : held_) {
        SqliteCell bound;
        const std::string where = condition(held, bound);
        SqliteStatement some =
            database_.prepare("select exists (select 1 from " + base_ + where + (where.empty() ? " where " : " and ") +
                              has_fraction_sql(quote_sql_name(clause_.column)) + ")");
        if (bound.kind != Kind::null) bind_cell(some, 1, bound);
        has_fractions_ = has_fractions_ || has_fraction(held.at.bytes) || (some.step() && some.integer(0) != 0);
    }
}

/// A later row whose spelling puts it before the position would never be read.
void NewRows::refuse_other_spellings(const Held& held) {
    if (lag_ != 0 || !held.value || held.at.kind != Kind::text || !type_->is(TypeKind::timestamp)) return;
    std::int32_t day = 0;
    if (parse_date(std::string_view(held.at.bytes).substr(0, 10), day) != ParseResult::ok || day <= kFirstDate) return;
    char room[kDateWidth_bytes];
    const std::string first(room, print_date(room, day - 1));
    const std::string column = quote_sql_name(clause_.column);
    SqliteStatement others =
        database_.prepare("select " + column + " from " + base_ + " where " + other_spelling_sql(column));
    others.bind_text(1, held.at.bytes);
    others.bind_text(2, first);
    Value value;
    while (others.step()) {
        const SqliteCell cell = cell_of(others, 0);
        if (convert_cell(cell, type_, format_, value).empty() && is_less(*held.value, value)) refuse_order(cell);
    }
}

void NewRows::begin_pass() {
    for (Held& held : held_) {
        held.at_value = held.at.at_value;
        held.unplaced = held.at.unplaced;
    }
    const Held& held = held_[pass_];
    reached_ = SqlitePosition();
    reached_.set_value(held.at.value());
    is_at_held_ = true;
    entries_.clear();
    unplaced_.clear();
    before_.reset();
    SqliteCell bound;
    const std::string where = condition(held, bound);
    const std::string sorted = has_fractions_ ? instant_sort_sql(quote_sql_name(clause_.column)) : column_;
    statement_ = database_.prepare("select * from " + base_ + where + " order by " + sorted + order_);
    if (bound.kind != Kind::null) bind_cell(statement_, 1, bound);
}

/// Where the row that the statement stands at lies.
void NewRows::look() {
    place_.cell = cell_of(statement_, place_of_column_);
    place_.is_placed = place_.cell.kind != Kind::null &&
                       (type_->is(TypeKind::text) || convert_cell(place_.cell, type_, format_, place_.value).empty());
    if (place_.is_placed) refuse_number_text(place_.cell);
    if (place_.is_placed && type_->is(TypeKind::text)) {
        char room[kFloatWidth_bytes];
        place_.value = {type_, std::string(cell_text(place_.cell, room))};
    }
    scratch_.clear();
    for (const int column : hashed_) append_cell(scratch_, cell_of(statement_, column));
    place_.hash = hash_row(scratch_);
}

bool NewRows::is_known(Held& held) const {
    if (!place_.is_placed) return held.unplaced.take(place_.hash);
    if (!held.at.has_value()) {
        const std::optional<Value>& first = held.from ? held.from : since_;
        return first && is_less(place_.value, *first);
    }
    const int order = compare(place_.cell, held.at.value());
    if (order > 0) return false;
    if (lag_ == 0 ? order < 0 : time_of(place_.value) < held.window) return true;
    return held.at_value.take(place_.hash);
}

/// Whether the pass brings the row, and who knows it.
bool NewRows::is_wanted() {
    known_ = 0;
    bool wanted = !(until_ && place_.is_placed && !is_less(place_.value, *until_));
    if (!wanted) return false;
    for (std::size_t i = 0; i < held_.size(); ++i) {
        const bool known = is_known(held_[i]);
        if (known) known_ |= held_[i].targets;
        if (i >= pass_ && known != (i > pass_)) wanted = false;
        if (i == pass_ && known && (held_[i].at.has_value() || !place_.is_placed)) take(place_);
    }
    return wanted;
}

bool NewRows::is_behind_pass() const {
    if (pass_ + 1 == held_.size() || !place_.is_placed || held_[pass_ + 1].at.unplaced.distinct() > 0) return false;
    return compare(place_.cell, held_[pass_ + 1].at.value()) > 0;
}

int NewRows::compare(const SqliteCell& left, const SqliteCell& right) const {
    if (!has_fractions_ || left.kind != Kind::text || right.kind != Kind::text) return compare_cells(left, right);
    return instant_sort_text(left.bytes).compare(instant_sort_text(right.bytes));
}

void NewRows::refuse_order(const SqliteCell& first_wrong) const {
    char room[kFloatWidth_bytes];
    throw Error("E536", database_.name() + ": SQLite does not put the values of `" + clause_.column +
                            "` in their order, since they are not all stored in one spelling; the first that is "
                            "wrong is `" +
                            std::string(cell_text(first_wrong, room)) + "`");
}

/// `10` comes before `9` there.
void NewRows::refuse_number_text(const SqliteCell& cell) const {
    if (cell.kind != Kind::text || !type_->is_number()) return;
    throw Error("E536", database_.name() + ": SQLite does not put the values of `" + clause_.column +
                            "` in their order, since numbers are stored as texts there, as `" +
                            std::string(cell.bytes) +
                            "`; go by another column, or by a query that makes numbers of them: `cast(" +
                            clause_.column + " as real)`");
}

/// Where SQLite's order is not that of the values, rows would be lost behind a greater one.
void NewRows::check_order() {
    if (!place_.is_placed || type_->is(TypeKind::text)) return;
    const Held& held = held_[pass_];
    const bool passes_held = held.value && compare(place_.cell, held.at.value()) > 0;
    const bool wrong =
        (before_ && is_less(place_.value, *before_)) || (passes_held && is_less(place_.value, *held.value));
    if (wrong) refuse_order(place_.cell);
    before_ = place_.value;
}

bool NewRows::step() {
    while (!has_ended_) {
        bool has_row = statement_.step();
        if (has_row) {
            look();
            check_order();
            has_seen_ = has_seen_ || place_.is_placed;
            has_row = !is_behind_pass();
        }
        if (has_row) {
            if (is_wanted()) return true;
        } else if (pass_ + 1 < held_.size()) {
            ++pass_;
            begin_pass();
        } else {
            end();
        }
    }
    return false;
}

void NewRows::take(const Place& place) {
    if (!place.is_placed) return unplaced_.add(place.hash);
    if (!reached_.has_value() || compare(place.cell, reached_.value()) > 0) {
        reached_.set_value(place.cell);
        is_at_held_ = false;
        if (lag_ == 0) entries_.clear();
        while (!entries_.empty() && entries_.front().time < time_of(place.value) - lag_) entries_.pop_front();
    }
    if (lag_ == 0 || time_of(place.value) >= held_[pass_].window || !is_at_held_)
        entries_.push_back({time_of(place.value), place.hash});
}

std::string NewRows::position() const {
    SqlitePosition position = reached_;
    for (const Entry& entry : entries_) position.at_value.add(entry.hash);
    position.unplaced = unplaced_;
    const Held& held = held_[pass_];
    if (is_at_held_ && !has_ended_) held.at_value.for_each([&](RowHash hash) { position.at_value.add(hash); });
    // Those that are no more need not be told apart; without nulls nobody knows whether they are.
    if (!has_ended_ || clause_.nulls != Incremental::Nulls::include)
        held.unplaced.for_each([&](RowHash hash) { position.unplaced.add(hash); });
    if (!position.has_value()) position.from = held.at.from;
    const bool has_some = position.has_value() || !position.from.empty() || position.unplaced.distinct() > 0;
    return has_some ? position.text() : "";
}

/// A table that was made anew with values of a class that comes before must not look as if nothing was new.
void NewRows::check_unseen() {
    const SqlitePosition& at = held_.back().at;
    if (has_seen_ || !at.has_value()) return;
    SqliteStatement greatest = database_.prepare("select max(" + column_ + ") from " + base_);
    if (!greatest.step()) return;
    const SqliteCell cell = cell_of(greatest, 0);
    const auto is_number = [](Kind kind) { return kind == Kind::integer || kind == Kind::floating; };
    if (cell.kind == Kind::null || cell.kind == at.kind || (is_number(cell.kind) && is_number(at.kind))) return;
    throw Error("E532", database_.name() + ": the values of `" + clause_.column +
                            "` are stored in another way than when `" + at.bytes +
                            "` was loaded; `etlrun --full` begins again from nothing");
}

/// Lets go of the read lock, so that a target in the same file can commit.
void NewRows::end() {
    check_unseen();
    has_ended_ = true;
    statement_ = SqliteStatement();
    database_.execute("rollback");
}

}  // namespace

std::unique_ptr<SqliteRows> new_sqlite_rows(SqliteDatabase& database, const SourceRequest& request,
                                            const std::vector<std::string>& positions) {
    return std::make_unique<NewRows>(database, request, positions);
}

}  // namespace etl
