#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

#include "component/sink.hpp"
#include "component/source.hpp"
#include "runtime/tally.hpp"

namespace etl {

class Driver;

/// Stands for a block from when it is read until every branch has settled it: holds its credit, what its rows did and
/// what was refused of them. Thread-safe.
class Ticket {
  public:
    Ticket(Driver& driver, std::uint32_t lane, std::uint64_t number, std::size_t counts)
        : driver_(&driver), lane_(lane), number_(number), tally_(counts) {}

    Driver& driver() const { return *driver_; }
    std::uint32_t lane() const { return lane_; }
    std::uint64_t number() const { return number_; }
    /// Bits of the targets that hold its rows already; set before anybody else sees it.
    std::uint64_t known() const { return known_; }
    void set_known(std::uint64_t bits) { known_ = bits; }
    /// Of its first row, where it was read; the same.
    const std::optional<Origin>& origin() const { return origin_; }
    void set_origin(const Origin& origin) { origin_ = origin; }
    /// Block::path of its rows; set like known().
    std::uint32_t path() const { return path_; }
    void set_path(std::uint32_t path) { path_ = path; }

    void add(const Tally& counts);
    void add(std::uint32_t place, std::uint64_t count);
    void add_rejects(std::vector<Reject>&& rejects);

    /// For the driver, once nobody holds the ticket any more.
    Tally& tally() { return tally_; }
    std::vector<Reject>& rejects() { return rejects_; }

  private:
    friend class TicketRef;
    std::atomic<std::uint32_t> holders_{0};
    Driver* driver_;
    std::uint32_t lane_;
    std::uint64_t number_;
    std::uint64_t known_ = 0;
    std::optional<Origin> origin_;
    std::uint32_t path_ = 0;
    std::mutex mutex_;
    Tally tally_;
    std::vector<Reject> rejects_;
};

/// Holds a ticket; the last one settles it with its driver.
class TicketRef {
  public:
    TicketRef() = default;
    explicit TicketRef(Ticket* ticket) noexcept : ticket_(ticket) { retain(); }
    TicketRef(const TicketRef& other) noexcept : ticket_(other.ticket_) { retain(); }
    TicketRef(TicketRef&& other) noexcept : ticket_(std::exchange(other.ticket_, nullptr)) {}
    TicketRef& operator=(TicketRef other) noexcept {
        std::swap(ticket_, other.ticket_);
        return *this;
    }
    ~TicketRef() { release(); }

    Ticket* operator->() const { return ticket_; }
    Ticket& operator*() const { return *ticket_; }
    explicit operator bool() const { return ticket_ != nullptr; }

  private:
    void retain() const noexcept {
        if (ticket_ != nullptr) ticket_->holders_.fetch_add(1, std::memory_order_relaxed);
    }
    void release() noexcept;
    Ticket* ticket_ = nullptr;
};

/// What travels between the threads of a run: a block as read, the batches of one number, or an encoded chunk.
/// Nothing in it: the number only, so that whoever waits for it can go on.
struct Parcel {
    TicketRef ticket;
    Sequence sequence;
    std::uint32_t edge = 0;  // of batches: the one that they came by
    std::variant<std::monostate, Block, std::vector<Batch>, Chunk> content;
};

using ParcelPtr = std::unique_ptr<Parcel>;

}  // namespace etl
