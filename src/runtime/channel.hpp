#pragma once

#include <cstdint>
#include <memory>

#include "runtime/ticket.hpp"

namespace etl {

/// A bounded queue of parcels between the threads of two stages, closed from either side. Who waits sleeps.
/// The parcels of one thread come out in the order in which it put them in.
class Channel {
  public:
    explicit Channel(std::uint32_t capacity);
    ~Channel();
    Channel(const Channel&) = delete;
    Channel& operator=(const Channel&) = delete;

    /// Waits for room. False: nobody takes any more; the parcel is left to the caller.
    bool push(ParcelPtr& parcel);
    /// No more comes.
    void close();
    /// Waits for a parcel. Nothing: the end (see ended()), or somebody called wake().
    ParcelPtr pop();
    /// Closed and empty, or given up.
    bool ended() const;
    /// Gives up what is in it: push fails, pop gives nothing.
    void give_up();
    /// Lets one pop return with nothing.
    void wake();

    std::uint32_t size() const;
    std::uint32_t capacity() const { return capacity_; }

  private:
    struct Queue;
    std::uint32_t capacity_;
    std::unique_ptr<Queue> queue_;
};

}  // namespace etl
