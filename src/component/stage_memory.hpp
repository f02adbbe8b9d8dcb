#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

#include "data/memory.hpp"

namespace etl {

/// What a part of a stage keeps in memory, counted against the run's `memory` and given back when it goes.
/// One thread at a time.
class StageMemory {
  public:
    static constexpr std::size_t kMargin_bytes = 64;  // readable behind what is asked for

    /// What keep() does beyond the limit: throws, or counts all the same, since the stage looks at should_spill().
    enum class Beyond : std::uint8_t { refused, spilled };

    /// stage: what a person knows it by, "group by customer_id". memory must outlive it.
    StageMemory(Memory& memory, std::string stage, Beyond beyond = Beyond::refused)
        : memory_(&memory), stage_(std::move(stage)), beyond_(beyond) {}
    ~StageMemory() { memory_->release(kept_bytes_); }
    StageMemory(const StageMemory&) = delete;
    StageMemory& operator=(const StageMemory&) = delete;

    /// Beyond the run's limit throws Error E501, which names the stage, unless that spills.
    void keep(std::size_t bytes);
    void let_go(std::size_t bytes);
    /// The run keeps more than it may, or would with so much more, and this is no small part of it: write it out.
    bool should_spill(std::size_t more_bytes = 0) const;
    /// Throws Error E501.
    [[noreturn]] void refuse() const;

    Memory& buffers() const { return *memory_; }
    const std::string& stage() const { return stage_; }
    std::size_t kept_bytes() const { return kept_bytes_; }

  private:
    Memory* memory_;
    std::string stage_;
    Beyond beyond_;
    std::size_t kept_bytes_ = 0;
};

/// A page for what a stage writes from its begin to its end: asked of the system at once, counted by the StageMemory,
/// which must outlive it. 64 more bytes may be read behind what is asked for.
class StagePage {
  public:
    StagePage(StageMemory& memory, std::size_t bytes);
    ~StagePage();
    StagePage(StagePage&& other) noexcept
        : memory_(other.memory_), data_(std::exchange(other.data_, nullptr)), mapped_bytes_(other.mapped_bytes_) {}
    StagePage& operator=(StagePage&&) = delete;

    char* data() const { return data_; }

  private:
    StageMemory* memory_;
    char* data_ = nullptr;
    std::size_t mapped_bytes_ = 0;
};

/// Zeroed bytes that grow in their place of the address space or move, without being copied: for tables with one
/// stride. Counted by the StageMemory, which must outlive it.
class GrowingBytes {
  public:
    explicit GrowingBytes(StageMemory& memory) : memory_(&memory) {}
    ~GrowingBytes() { reset(); }
    GrowingBytes(GrowingBytes&& other) noexcept
        : memory_(other.memory_),
          data_(std::exchange(other.data_, nullptr)),
          mapped_bytes_(std::exchange(other.mapped_bytes_, 0)) {}
    GrowingBytes& operator=(GrowingBytes&& other) noexcept;
    GrowingBytes(const GrowingBytes&) = delete;
    GrowingBytes& operator=(const GrowingBytes&) = delete;

    /// How soon the new bytes are written: all of them, as a table of slots, or as they are needed.
    enum class Use : std::uint8_t { soon, late };
    /// At least that many bytes, the new ones 0; addresses change. 64 bytes behind them may be read.
    void grow(std::size_t bytes, Use use = Use::late);
    /// Lets go of all.
    void reset() noexcept;

    char* data() const { return data_; }
    std::size_t capacity_bytes() const { return mapped_bytes_ == 0 ? 0 : mapped_bytes_ - StageMemory::kMargin_bytes; }

  private:
    StageMemory* memory_;
    char* data_ = nullptr;
    std::size_t mapped_bytes_ = 0;
};

}  // namespace etl
