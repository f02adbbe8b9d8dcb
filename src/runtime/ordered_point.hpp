#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <vector>

#include "runtime/driver.hpp"
#include "runtime/ticket.hpp"

namespace etl {

/// A worker that would wait its turn says so, that another may run in its place.
class Waiter {
  public:
    virtual ~Waiter() = default;
    virtual void begin_wait() = 0;
    virtual void end_wait() = 0;
};

/// Where batches that many workers made come into order again: lanes in turn, number by number, part by part. With
/// several inputs by MergeOrder. One thread takes, any may put.
class OrderedPoint {
  public:
    /// streams: one an input. most_parts: as many parts of a number wait, then whoever brings more waits (0: nobody).
    OrderedPoint(MergeOrder merge, std::vector<const Stream*> streams, std::uint32_t most_parts);

    /// False: nobody takes any more; the parcel is left to the caller.
    bool push(std::uint32_t input, ParcelPtr& parcel, Waiter* waiter);
    /// No more comes by that input.
    void close(std::uint32_t input);
    /// Waits for the next in order. Nothing: the end.
    ParcelPtr next();
    /// Ends both sides.
    void give_up();
    /// A lane of a stream has ended.
    void look_again();

    std::uint32_t waiting() const;

  private:
    using Parts = std::deque<ParcelPtr>;
    struct Place {
        std::uint64_t number = 0;
        std::uint32_t lane = 0;
    };
    struct Input {
        const Stream* stream;
        std::map<std::pair<std::uint64_t, std::uint32_t>, Parts> waiting;  // by number and lane
        Place place;                                                       // of the next parcel
        bool closed = false;
    };
    enum class Found : std::uint8_t { parcel, later, ended };

    Found take(ParcelPtr& parcel);
    Found take_in_turn(ParcelPtr& parcel);
    Found take_by_number(ParcelPtr& parcel);
    bool skip_ended_lanes(const Stream& stream, Place& place) const;
    static ParcelPtr pop(Input& input, const Place& place, bool& last);
    static void advance(const Stream& stream, Place& place);
    bool is_awaited(std::uint32_t input, const Sequence& sequence) const;

    MergeOrder merge_;
    std::uint32_t most_parts_;
    mutable std::mutex mutex_;
    std::condition_variable arrived_;
    std::condition_variable taken_;
    std::vector<Input> inputs_;
    std::uint32_t turn_ = 0;  // the input whose parcel comes next
    std::uint32_t waiters_ = 0;
    bool given_up_ = false;
};

}  // namespace etl
