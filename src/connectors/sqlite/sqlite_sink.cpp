#include "base/error.hpp"
#include "connectors/sqlite/sqlite_connector.hpp"
#include "connectors/sqlite/sqlite_encoder.hpp"
#include "connectors/sqlite/sqlite_offsets.hpp"
#include "connectors/sqlite/sqlite_table.hpp"
#include "connectors/sqlite/sqlite_transaction.hpp"
#include "connectors/sqlite/sqlite_where.hpp"
#include "connectors/sqlite/sqlite_writer.hpp"

namespace etl {

namespace {

class SqliteSink final : public Sink {
  public:
    explicit SqliteSink(const SinkRequest& request)
        : request_(request), table_(request_), offsets_(request_.pipeline, request_.member_argument) {}

    std::unique_ptr<Encoder> make_encoder() override { return make_sqlite_encoder(request_); }

    std::vector<StoredPosition> begin(RunContext& run) override {
        transaction_ = SqliteTransaction::join(request_, run);
        if (!request_.commits || request_.full || table_.is_taken_over_once()) transaction_->hold_back();
        std::vector<StoredPosition> held;
        transaction_->write([&](SqliteDatabase& database) {
            if (request_.commits) held = take_over_target(database, run);
            table_.prepare(database);
            table_.make_stage(database, transaction_->next_number());
        });
        if (request_.commits) transaction_->commit_beginning();
        if (replaces() || starts_again())
            transaction_->write([&](SqliteDatabase& database) {
                const bool some = replaces() && request_.where != nullptr;
                rows_before_ = some ? delete_where(database, request_, run) : table_.remove_all(database);
            });
        return held;
    }

    std::unique_ptr<Writer> open() override { return make_sqlite_writer(request_, table_, transaction_, written_); }

    bool commit(const Checkpoint& checkpoint) override {
        store(checkpoint, false);
        return transaction_->commit();
    }

    void prepare() override {
        if (replaces() && written_.rows == 0 && rows_before_ > 0 && !request_.options.boolean("allow_empty"))
            throw Error("E427", name() + ": no row came, so the table keeps " +
                                    (request_.where == nullptr ? "its " : "the ") + std::to_string(rows_before_) +
                                    (rows_before_ == 1 ? " row" : " rows") +
                                    (request_.where == nullptr ? "" : " that are to be replaced") +
                                    "; `allow_empty = true` lets `replace` take them away");
        store({}, true);
    }

    void publish(const Checkpoint& checkpoint) override {
        if (request_.commits) store(checkpoint, false);
        transaction_->publish();
    }

    void discard() noexcept override {
        if (transaction_ != nullptr) transaction_->roll_back();
    }

    std::uint64_t merged_rows() const override { return merged_; }
    std::string name() const override {
        return request_.connection.text("path") + ": table " + request_.member_argument;
    }

  private:
    bool replaces() const { return request_.mode == WriteMode::replace; }
    /// What changes or deletes the rows of others has none of its own to begin again.
    bool starts_again() const {
        return request_.commits && request_.full &&
               (request_.mode == WriteMode::append || request_.mode == WriteMode::upsert);
    }

    /// From here on no other run of the pipeline commits to the table.
    std::vector<StoredPosition> take_over_target(SqliteDatabase& database, const RunContext& run) {
        offsets_.make_table(database);
        std::int64_t& epoch = transaction_->epochs()[request_.pipeline + "\n" + request_.member_argument];
        if (epoch == 0) epoch = offsets_.take_epoch(database, run.run_id);
        offsets_.set_epoch(epoch);
        if (request_.full) offsets_.forget(database);
        return offsets_.read(database);
    }

    /// Rows written so far go from the stage into the table, beside them the positions.
    void store(const Checkpoint& checkpoint, bool at_end) {
        transaction_->write([&](SqliteDatabase& database) {
            if (request_.commits) offsets_.store(database, checkpoint.positions);
            if (!table_.is_staged() || (table_.is_taken_over_once() && !at_end)) return;
            merged_ += written_.rows - taken_over_ - table_.take_over(database);
            taken_over_ = written_.rows;
        });
    }

    SinkRequest request_;
    SqliteTable table_;
    SqliteOffsets offsets_;
    std::shared_ptr<SqliteTransaction> transaction_;
    std::int64_t rows_before_ = 0;
    SqliteWritten written_;
    std::uint64_t taken_over_ = 0;  // of those
    std::uint64_t merged_ = 0;
};

}  // namespace

std::unique_ptr<Sink> make_sqlite_sink(const SinkRequest& request) { return std::make_unique<SqliteSink>(request); }

}  // namespace etl
