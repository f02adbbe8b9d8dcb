#include "state/recorder.hpp"

#include <algorithm>
#include <functional>

#include "state/thinning.hpp"

namespace etl {

namespace {

constexpr double kLongRun_seconds = 0.2;  // to which waiting for the disk at its end adds nothing
constexpr std::size_t kMostCauses = 200;

/// Messages that hold values would make the history as long as the rejects are.
RunReport with_fewer_causes(RunReport report) {
    for (auto* causes : {&report.rejects_by_reason, &report.warnings_by_reason}) {
        if (causes->size() <= kMostCauses) continue;
        std::vector<std::uint64_t> counts;
        for (const auto& [cause, count] : *causes) counts.push_back(count);
        std::nth_element(counts.begin(), counts.begin() + kMostCauses, counts.end(), std::greater<>());
        const std::uint64_t rare = counts[kMostCauses];
        std::uint64_t others = 0;
        std::erase_if(*causes, [&](const auto& each) {
            if (each.second > rare) return false;
            others += each.second;
            return true;
        });
        (*causes)["other reasons"] += others;
    }
    return report;
}

}  // namespace

void Recorder::begin(const RunStart& start) noexcept {
    try {
        start_ = start;
        file_ = std::make_unique<StateFile>(folder_, StateFile::Use::record);
        mark_.emplace(folder_, start.run_id);
        id_ = RunStore(*file_).begin(start);
    } catch (const std::exception& error) {
        give_up(error.what());
    }
}

void Recorder::end(const RunReport& report) noexcept {
    if (file_ == nullptr) return;
    try {
        RunStore store(*file_);
        store.end(id_, start_, with_fewer_causes(report));
        thin(store, folder_, start_, retention_);
        if (report.seconds >= kLongRun_seconds) file_->take_in_log();
        file_.reset();
        mark_.reset();
    } catch (const std::exception& error) {
        give_up(error.what());
    }
}

void Recorder::give_up(const std::string& why) {
    trouble_ = why;
    file_.reset();
}

}  // namespace etl
