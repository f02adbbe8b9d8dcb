#include "connectors/sqlite/sqlite_offset_book.hpp"

#include "base/error.hpp"
#include "connectors/sqlite/sqlite_connector.hpp"
#include "connectors/sqlite/sqlite_offsets.hpp"
#include "connectors/sqlite/sqlite_position.hpp"

namespace etl {

namespace {

class SqliteOffsetBook final : public OffsetBook {
  public:
    explicit SqliteOffsetBook(const SinkRequest& request)
        : request_(request), offsets_(request.pipeline, request.member_argument) {}

    std::vector<StoredPosition> read() override {
        const auto database = open(SqliteDatabase::Access::read);
        return database == nullptr ? std::vector<StoredPosition>() : offsets_.read(*database);
    }

    std::vector<StoredPosition> take_over(const std::string& run) override {
        database_ = open(SqliteDatabase::Access::write);
        if (database_ == nullptr) return {};
        std::vector<StoredPosition> held;
        write([&] {
            offsets_.set_epoch(offsets_.take_epoch(*database_, run));
            held = offsets_.read(*database_);
        });
        return held;
    }

    void store(std::span<const StoredPosition> positions) override {
        write([&] { offsets_.store(*database_, positions); });
    }

    std::string name() const override {
        return request_.connection.text("path") + ": table " + request_.member_argument;
    }

  private:
    /// Nothing where no run has stored anything.
    std::unique_ptr<SqliteDatabase> open(SqliteDatabase::Access access) const {
        const std::filesystem::path path = sqlite_path(request_.connection, request_.base_folder);
        if (is_missing(path)) return nullptr;
        auto database = std::make_unique<SqliteDatabase>(path.string(), request_.connection.text("path"), access,
                                                         static_cast<int>(request_.connection.integer("timeout")));
        if (!SqliteOffsets::has_table(*database)) return nullptr;
        return database;
    }

    template <typename Body>
    void write(Body&& body) {
        database_->execute("begin immediate");
        try {
            body();
            database_->execute("commit");
        } catch (...) {
            // Closing the file rolls back what is left open.
            database_.reset();
            throw;
        }
    }

    SinkRequest request_;
    SqliteOffsets offsets_;
    std::unique_ptr<SqliteDatabase> database_;
};

}  // namespace

std::unique_ptr<OffsetBook> make_sqlite_offset_book(const SinkRequest& request) {
    return std::make_unique<SqliteOffsetBook>(request);
}

PositionSummary summarize_sqlite_position(const std::string& text, Incremental::Kind kind) {
    if (kind != Incremental::Kind::column) throw Error("E532", "the stored position is one of a column");
    const SqlitePosition position = SqlitePosition::parse(text, "the source");
    PositionSummary summary;
    summary.is_included = !position.has_value() && !position.from.empty();
    summary.value = summary.is_included ? position.from : position.bytes;
    return summary;
}

std::string sqlite_position_from(const std::string& stored, const std::string& value) {
    SqlitePosition made;
    if (!stored.empty()) made.unplaced = SqlitePosition::parse(stored, "the source").unplaced;
    made.from = value;
    return made.text();
}

}  // namespace etl
