#pragma once

#include <cstdint>

#include "runtime/channel.hpp"
#include "runtime/ordered_point.hpp"

namespace etl {

/// Where parcels leave a chain: a channel that many workers take from, or an input of an ordered point.
class Outlet {
  public:
    explicit Outlet(Channel& channel) : channel_(&channel) {}
    Outlet(OrderedPoint& point, std::uint32_t input) : point_(&point), input_(input) {}

    bool is_ordered() const { return point_ != nullptr; }
    /// May wait. A parcel that nobody takes is dropped.
    void push(ParcelPtr parcel, Waiter* waiter) const {
        if (point_ != nullptr)
            point_->push(input_, parcel, waiter);
        else
            channel_->push(parcel);
    }
    void close() const {
        if (point_ != nullptr)
            point_->close(input_);
        else
            channel_->close();
    }

  private:
    Channel* channel_ = nullptr;
    OrderedPoint* point_ = nullptr;
    std::uint32_t input_ = 0;
};

}  // namespace etl
