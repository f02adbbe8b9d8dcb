#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <vector>

#include "component/row_layout.hpp"
#include "io/spill_file.hpp"
#include "runtime/ordered_point.hpp"
#include "runtime/outlet.hpp"

namespace etl {

class Engine;

/// An edge whose reader may have to wait for another reader of the same producer: takes batches as they come, without
/// a bound, and gives them out again, in order and under their numbers, as they are wanted. What the run has no memory
/// for waits on disk.
class Spool {
  public:
    Spool(Engine& engine, std::uint32_t edge, Driver& driver, const Stream& stream, Outlet delivery);

    OrderedPoint& intake() { return intake_; }
    /// The bodies of its two threads.
    void take_in();
    void give_out();
    void give_up();

  private:
    struct Item {
        Sequence sequence;
        std::uint64_t known = 0;           // bits of targets, as the ticket's
        std::uint32_t path = 0;            // as the ticket's
        std::vector<Batch> batches;        // of one that waits on disk: all but its rows
        std::vector<SpilledBlock> blocks;  // by batch; no bytes: it is in memory
        std::size_t kept_bytes = 0;
    };
    void keep(Item& item, Parcel& parcel);
    void keep_batch(Item& item, Batch&& batch);
    SpilledBlock write_out(const Batch& batch);
    void read_back(Item& item);
    bool next(Item& item);

    Engine& engine_;
    std::uint32_t edge_;
    Driver& driver_;
    OrderedPoint intake_;
    Outlet delivery_;
    RowLayouts layouts_;
    std::unique_ptr<SpillFile> file_;  // made before the first item that needs it is handed over
    std::vector<char> rows_;           // of the batch that is written out
    std::atomic<std::size_t> kept_bytes_{0};
    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<Item> items_;
    bool closed_ = false;
    bool given_up_ = false;
    std::vector<const char*> last_buffers_;  // of the batch before: one that goes on in them is not counted twice
};

}  // namespace etl
