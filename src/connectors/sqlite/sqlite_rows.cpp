#include "connectors/sqlite/sqlite_rows.hpp"

#include "connectors/sqlite/sqlite_connector.hpp"

namespace etl {

namespace {

class AllRows final : public SqliteRows {
  public:
    explicit AllRows(SqliteStatement statement) : statement_(std::move(statement)) {}
    bool step() override {
        if (statement_.step()) return true;
        // Lets go of the read lock, so that a target in the same file can commit.
        statement_ = SqliteStatement();
        return false;
    }
    const SqliteStatement& row() const override { return statement_; }

  private:
    SqliteStatement statement_;
};

}  // namespace

std::unique_ptr<SqliteRows> all_sqlite_rows(SqliteDatabase& database, const SourceRequest& request) {
    return std::make_unique<AllRows>(database.prepare(sqlite_select(database, request)));
}

}  // namespace etl
