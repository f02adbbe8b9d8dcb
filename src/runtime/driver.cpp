#include "runtime/driver.hpp"

#include <algorithm>

namespace etl {

void Ticket::add(const Tally& counts) {
    const std::lock_guard lock(mutex_);
    for (std::size_t i = 0; i < counts.size(); ++i) tally_[i] += counts[i];
}

void Ticket::add(std::uint32_t place, std::uint64_t count) {
    const std::lock_guard lock(mutex_);
    tally_[place] += count;
}

void Ticket::add_rejects(std::vector<Reject>&& rejects) {
    const std::lock_guard lock(mutex_);
    std::move(rejects.begin(), rejects.end(), std::back_inserter(rejects_));
    rejects.clear();
}

void TicketRef::release() noexcept {
    if (ticket_ != nullptr && ticket_->holders_.fetch_sub(1, std::memory_order_acq_rel) == 1)
        ticket_->driver().settle(ticket_);
}

Driver::Driver(std::uint32_t index, std::uint32_t lanes, std::uint32_t credits, std::size_t counts,
               DriverListener& listener)
    : index_(index), most_(0), counts_(counts), listener_(listener), credits_(std::max(1U, lanes)) {
    for (auto& credit : credits_) {
        credit = std::max(1U, credits / this->lanes());
        most_ += credit;
    }
}

TicketRef Driver::take(std::uint32_t lane, std::uint64_t number) {
    const std::uint64_t wanted = key(lane, number);
    std::unique_lock lock(mutex_);
    freed_.wait(lock, [&] { return (credits_[lane] > 0 && !paused_) || is_cut(wanted); });
    if (is_cut(wanted)) return {};
    auto* ticket = new Ticket(*this, lane, number, counts_);
    --credits_[lane];
    ++outstanding_;
    return TicketRef(ticket);
}

void Driver::begin() {
    const std::lock_guard lock(mutex_);
    began_ = true;
    ++takers_;
}

void Driver::end() {
    {
        const std::lock_guard lock(mutex_);
        if (--takers_ > 0 || outstanding_ > 0 || told_) return;
        told_ = true;
    }
    listener_.driver_ended(index_);
}

void Driver::cut_from(std::uint64_t key) {
    {
        const std::lock_guard lock(mutex_);
        if (key >= wanted_.load(std::memory_order_relaxed)) return;
        wanted_.store(key, std::memory_order_release);
    }
    freed_.notify_all();
    if (on_cut) on_cut();
}

bool Driver::idle() const {
    const std::lock_guard lock(mutex_);
    return takers_ == 0 && outstanding_ == 0;
}

void Driver::pause() {
    bool quiet = false;
    {
        const std::lock_guard lock(mutex_);
        paused_ = true;
        quiet = outstanding_ == 0;
    }
    if (quiet) listener_.driver_quiet(index_);
}

void Driver::resume() {
    {
        const std::lock_guard lock(mutex_);
        paused_ = false;
    }
    freed_.notify_all();
}

bool Driver::is_quiet() const {
    const std::lock_guard lock(mutex_);
    return outstanding_ == 0;
}

void Driver::settle(Ticket* ticket) noexcept {
    if (!is_cut(*ticket)) listener_.settled(*ticket);
    bool ended = false;
    bool quiet = false;
    {
        const std::lock_guard lock(mutex_);
        ++credits_[ticket->lane()];
        --outstanding_;
        quiet = paused_ && outstanding_ == 0;
        ended = began_ && takers_ == 0 && outstanding_ == 0 && !told_;
        told_ = told_ || ended;
    }
    freed_.notify_all();
    delete ticket;
    if (quiet) listener_.driver_quiet(index_);
    if (ended) listener_.driver_ended(index_);
}

}  // namespace etl
