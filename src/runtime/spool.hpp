#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <mutex>
#include <vector>

#include "runtime/ordered_point.hpp"
#include "runtime/outlet.hpp"

namespace etl {

class Engine;

/// An edge whose reader may have to wait for another reader of the same producer: takes batches as they come, bounded
/// by `memory` only, and gives them out again, in order and under their numbers, as they are wanted.
class Spool {
  public:
    Spool(Engine& engine, std::uint32_t edge, Driver& driver, const Stream& stream, Outlet delivery)
        : engine_(engine), edge_(edge), driver_(driver), intake_(MergeOrder::none, {&stream}, 0), delivery_(delivery) {}

    OrderedPoint& intake() { return intake_; }
    /// The bodies of its two threads.
    void take_in();
    void give_out();
    void give_up();

  private:
    struct Item {
        Sequence sequence;
        std::vector<Batch> batches;
        std::size_t kept_bytes = 0;
    };
    void keep(Item& item, Parcel& parcel);
    bool next(Item& item);

    Engine& engine_;
    std::uint32_t edge_;
    Driver& driver_;
    OrderedPoint intake_;
    Outlet delivery_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<Item> items_;
    bool closed_ = false;
    bool given_up_ = false;
    std::vector<const char*> last_buffers_;  // of the batch before: one that goes on in them is not counted twice
};

}  // namespace etl
