#include "stages/join/join_operator.hpp"

#include <algorithm>
#include <cstring>
#include <iterator>
#include <utility>

#include "base/error.hpp"
#include "component/evaluation.hpp"
#include "component/source_order.hpp"
#include "data/gather.hpp"
#include "data/print.hpp"

namespace etl {

namespace {

constexpr std::uint32_t kPairsAtOnce = 4096;

using Matches = std::span<const char* const>;

bool is_part(const Sequence& sequence) { return sequence.part != 0 || !sequence.last; }

}  // namespace

struct JoinSlot final : EvaluatorSlot {
    explicit JoinSlot(RunContext& context) : EvaluatorSlot(context), run(&context) {}
    RunContext* run;
    std::unique_ptr<JoinPart> part;
    // Of the batch under way. By place in its selection: matches.
    std::vector<Column> key_columns, keep_columns;
    KeyBatch keys, keep_values;
    std::vector<std::uint32_t> numbers;
    std::vector<Matches> matches;
    SpilledJoinTable::Scratch spilled;
    std::vector<const char*> good_rows;  // what matches point to once they are judged
    std::vector<FailedRow> failed;
};

namespace {

/// Walks through the matches of all rows, pair by pair.
class PairWalk {
  public:
    PairWalk(Selection rows, const std::vector<Matches>& matches, bool keeps_unmatched)
        : rows_(rows), matches_(matches), keeps_unmatched_(keeps_unmatched) {}

    /// The next ones, as many as given at most. False: none is left.
    bool next(RowPairs& pairs, std::size_t most) {
        pairs.clear();
        for (; at_ < rows_.size && pairs.size() < most; ++at_, match_ = 0) {
            const Matches& matches = matches_[at_];
            if (matches.empty() && keeps_unmatched_) pairs.add(rows_[at_], nullptr);
            while (match_ < matches.size() && pairs.size() < most) pairs.add(rows_[at_], matches[match_++]);
            if (match_ < matches.size()) break;
        }
        return pairs.size() != 0;
    }

  private:
    Selection rows_;
    const std::vector<Matches>& matches_;
    bool keeps_unmatched_;
    std::uint32_t at_ = 0;
    std::size_t match_ = 0;
};

RowKeys keep_keys(const BoundKeep& keep) { return RowKeys({{keep.value, false, keep.latest}}, KeyUse::order); }

}  // namespace

JoinOperator::JoinOperator(JoinPlan plan)
    : plan_(std::move(plan)),
      left_keys_(plan_.condition, &JoinCondition::Equality::left),
      right_keys_(plan_.condition, &JoinCondition::Equality::right),
      layouts_(plan_.right),
      reader_(layouts_) {
    if (plan_.keep) keep_.emplace(keep_keys(*plan_.keep));
}

std::unique_ptr<Slot> JoinOperator::make_slot(RunContext& run) { return std::make_unique<JoinSlot>(run); }

void JoinOperator::process(Batch&& batch, std::uint32_t input, Slot& slot, Emitter& out) {
    auto& state = static_cast<JoinSlot&>(slot);
    if (input == 1)
        build(batch, state);
    else
        probe(std::move(batch), state, out);
}

void JoinOperator::build(Batch& batch, JoinSlot& slot) {
    if (slot.part == nullptr)
        slot.part = std::make_unique<JoinPart>(*slot.run, plan_.label, right_keys_.encoder().fixed_size(), layouts_);
    right_keys_.evaluate(slot.evaluator, batch, slot.key_columns);
    if (keep_) keep_->evaluate(slot.evaluator, batch, slot.keep_columns);
    for (std::uint32_t i = 0; i < batch.columns.size(); ++i)
        if (batch.columns[i].encoding == Encoding::raw)
            batch.columns[i] = slot.evaluator.evaluate(*column_expr(*plan_.right, i, {}), batch, batch.selected);
    slot.evaluator.reject_failures(batch, plan_.stage);
    slot.counts.merged += batch.selected.size;
    const Selection rows = right_keys_.encode(slot.key_columns, batch.selected, slot.keys, slot.evaluator.arena());
    if (keep_) keep_->encode(slot.keep_columns, rows, slot.keep_values);
    slot.part->add(batch, rows, slot.keys, keep_ ? &slot.keep_values : nullptr);
    std::vector<BufferRef> dropped;
    slot.evaluator.arena().hand_over(dropped);
}

void JoinOperator::combine(Slot& slot, std::uint32_t input) {
    auto& state = static_cast<JoinSlot&>(slot);
    if (input == 1 && state.part != nullptr) parts_.push_back(std::move(state.part));
}

void JoinOperator::make_table(RunContext& run) {
    MatchOrder order = MatchOrder::source;
    if (plan_.keep) order = plan_.keep->latest ? MatchOrder::greatest_first : MatchOrder::least_first;
    if (fit_into_memory(parts_, run.memory)) {
        table_ = std::make_unique<JoinTable>(std::move(parts_), order, layouts_, run.memory, plan_.label);
        return;
    }
    std::vector<RecordRun> runs;
    for (const auto& part : parts_) std::move(part->runs().begin(), part->runs().end(), std::back_inserter(runs));
    parts_.clear();
    spilled_ = std::make_unique<SpilledJoinTable>(std::move(runs), order, layouts_, run, plan_.label);
}

void JoinOperator::probe(Batch&& batch, JoinSlot& slot, Emitter& out) {
    // A table that could not be made is there for nobody: batches before the one that failed may still be wanted.
    std::call_once(built_, [&] {
        try {
            make_table(*slot.run);
        } catch (...) {
            not_built_ = std::current_exception();
        }
    });
    if (not_built_ != nullptr) std::rethrow_exception(not_built_);
    {
        const ColumnsAsTheyWere restored(batch);
        left_keys_.evaluate(slot.evaluator, batch, slot.key_columns);
        slot.evaluator.reject_failures(batch, plan_.stage);
    }
    if (spilled_ != nullptr && spilled_->rows_at_once() < batch.selected.size && !is_part(batch.sequence))
        probe_slices(std::move(batch), slot, out);
    else
        probe_rows(std::move(batch), slot, out);
}

// What matches a row on disk is copied into memory: a few rows at a time where each has many matches.
void JoinOperator::probe_slices(Batch&& batch, JoinSlot& slot, Emitter& out) const {
    const std::uint32_t size = batch.selected.size;
    const std::uint32_t most = std::max(spilled_->rows_at_once(), size / (kMostParts - 1) + 1);
    std::vector<std::uint32_t> rows;
    for_each_row(batch.selected, [&](std::uint32_t row) { rows.push_back(row); });
    slot.evaluator.hand_over(batch);
    std::vector<Reject> rejects = std::move(batch.rejects);
    batch.rejects.clear();
    for (std::uint32_t first = 0, part = 0; first < size; first += most, ++part) {
        Batch slice = batch;
        slice.rejects = std::exchange(rejects, {});
        const std::uint32_t count = std::min(most, size - first);
        auto* const selected = slot.evaluator.arena().array<std::uint32_t>(count);
        std::copy_n(rows.data() + first, count, selected);
        slice.selected = {selected, count};
        slice.sequence.part = part;
        slice.sequence.last = first + count == size;
        probe_rows(std::move(slice), slot, out);
    }
}

void JoinOperator::probe_rows(Batch&& batch, JoinSlot& slot, Emitter& out) const {
    find_matches(batch, slot);
    if (plan_.condition.rest != nullptr) {
        if (plan_.kind == JoinKind::lookup_best)
            judge_in_turn(batch, slot);
        else
            judge_all(batch, slot);
    }
    if (plan_.kind == JoinKind::lookup) refuse_ambiguous(batch, slot);
    const bool single =
        plan_.kind == JoinKind::lookup_best || std::all_of(slot.matches.begin(), slot.matches.end(),
                                                           [](const Matches& matches) { return matches.size() <= 1; });
    if (single)
        push_single(std::move(batch), slot, out);
    else
        push_many(std::move(batch), slot, out);
}

void JoinOperator::find_matches(Batch& batch, JoinSlot& slot) const {
    const Selection keyed = left_keys_.encode(slot.key_columns, batch.selected, slot.keys, slot.evaluator.arena());
    slot.matches.assign(batch.selected.size, {});
    const auto place = [&](auto&& matches_of) {
        for (std::uint32_t i = 0, k = 0; k < keyed.size; ++i)
            if (batch.selected[i] == keyed[k]) slot.matches[i] = matches_of(k++);
    };
    if (spilled_ != nullptr) {
        SpilledJoinTable::Scratch& found = slot.spilled;
        spilled_->find(slot.keys, slot.evaluator.arena(), found);
        return place([&](std::uint32_t k) {
            return Matches(found.rows.data() + found.begins[k], found.ends[k] - found.begins[k]);
        });
    }
    slot.numbers.resize(keyed.size);
    table_->find(slot.keys, slot.numbers.data());
    place([&](std::uint32_t k) { return table_->matches(slot.numbers[k]); });
}

/// Which of the pairs meet the rest of the condition. Rows whose evaluation fails are noted with the left's number.
void JoinOperator::judge(const Batch& batch, JoinSlot& slot, const RowPairs& pairs,
                         std::vector<std::uint32_t>& good) const {
    Batch made = make_pairs(batch, pairs, slot.evaluator.arena(), &plan_.rest_reads);
    const Selection selected = slot.evaluator.select(*plan_.condition.rest, made, made.selected);
    good.clear();
    for_each_row(selected, [&](std::uint32_t pair) { good.push_back(pair); });
    for (FailedRow& failed : slot.evaluator.failures()) {
        failed.row = pairs.left[failed.row];
        slot.failed.push_back(std::move(failed));
    }
    slot.evaluator.failures().clear();
    std::vector<BufferRef> dropped;
    slot.evaluator.arena().hand_over(dropped);
}

void JoinOperator::judge_all(Batch& batch, JoinSlot& slot) const {
    slot.evaluator.hand_over(batch);
    slot.good_rows.clear();
    std::vector<std::size_t> counts(batch.rows);
    std::vector<std::uint32_t> good;
    RowPairs pairs;
    PairWalk walk(batch.selected, slot.matches, false);
    while (walk.next(pairs, kPairsAtOnce)) {
        judge(batch, slot, pairs, good);
        for (const std::uint32_t pair : good) {
            slot.good_rows.push_back(pairs.right[pair]);
            ++counts[pairs.left[pair]];
        }
    }
    const char* const* next = slot.good_rows.data();
    for (std::uint32_t i = 0; i < batch.selected.size; ++i) {
        slot.matches[i] = {next, counts[batch.selected[i]]};
        next += slot.matches[i].size();
    }
    refuse_failed(batch, slot);
}

/// The best match most often comes early: candidates are tried one, two, four … at a time.
void JoinOperator::judge_in_turn(Batch& batch, JoinSlot& slot) const {
    slot.evaluator.hand_over(batch);
    std::vector<Matches> left = slot.matches;
    std::vector<const char*> found(batch.rows);
    std::vector<std::uint32_t> good;
    RowPairs pairs;
    for (std::size_t turn = 1;; turn *= 2) {
        std::vector<Matches> tried(left.size());
        bool any = false;
        for (std::size_t i = 0; i < left.size(); ++i) {
            if (found[batch.selected[static_cast<std::uint32_t>(i)]] != nullptr) continue;
            tried[i] = left[i].first(std::min(turn, left[i].size()));
            left[i] = left[i].subspan(tried[i].size());
            any |= !tried[i].empty();
        }
        if (!any) break;
        PairWalk walk(batch.selected, tried, false);
        while (walk.next(pairs, kPairsAtOnce)) {
            judge(batch, slot, pairs, good);
            for (const std::uint32_t pair : good)
                if (found[pairs.left[pair]] == nullptr) found[pairs.left[pair]] = pairs.right[pair];
        }
    }
    slot.good_rows.assign(batch.selected.size, nullptr);
    for (std::uint32_t i = 0; i < batch.selected.size; ++i) {
        slot.good_rows[i] = found[batch.selected[i]];
        slot.matches[i] = {&slot.good_rows[i], slot.good_rows[i] == nullptr ? 0U : 1U};
    }
    refuse_failed(batch, slot);
}

/// A row for which a pair could not be judged is refused, with the first reason.
void JoinOperator::refuse_failed(Batch& batch, JoinSlot& slot) const {
    if (slot.failed.empty()) return;
    slot.evaluator.failures() = std::move(slot.failed);
    slot.failed.clear();
    const Selection before = batch.selected;
    slot.evaluator.reject_failures(batch, plan_.stage);
    for (std::uint32_t i = 0, kept = 0; i < before.size && kept < batch.selected.size; ++i)
        if (before[i] == batch.selected[kept]) slot.matches[kept++] = slot.matches[i];
    slot.matches.resize(batch.selected.size);
}

void JoinOperator::refuse_ambiguous(Batch& batch, JoinSlot& slot) const {
    std::vector<std::uint32_t> rows;
    std::uint32_t kept = 0;
    for (std::uint32_t i = 0; i < batch.selected.size; ++i) {
        if (slot.matches[i].size() <= 1) {
            slot.matches[kept++] = slot.matches[i];
            continue;
        }
        const std::uint32_t row = batch.selected[i];
        rows.push_back(row);
        Reject reject;
        reject.stage = plan_.stage;
        reject.span = plan_.span;
        reject.column = first_column_name(left_keys_.first());
        if (left_keys_.first().is_private)
            reject.value = "***";
        else
            append_text(reject.value, slot.key_columns.front(), row);
        reject.reason = "more than one row of `" + plan_.name + "` matches";
        reject.origin = batch.origin_of(row);
        reject.record_number = batch.record_number(row);
        batch.keep_row(row, reject);
        batch.rejects.push_back(std::move(reject));
    }
    if (rows.empty()) return;
    batch.selected = slot.evaluator.without(batch.selected, rows);
    slot.matches.resize(kept);
}

/// No row has more than one match: the left's columns stay in their places.
void JoinOperator::push_single(Batch&& batch, JoinSlot& slot, Emitter& out) const {
    Arena& arena = slot.evaluator.arena();
    auto** const rows = arena.array<const char*>(batch.rows + std::size_t{1});
    auto* const selected = arena.array<std::uint32_t>(batch.selected.size + std::size_t{1});
    std::uint32_t count = 0;
    for (std::uint32_t i = 0; i < batch.selected.size; ++i) {
        const std::uint32_t row = batch.selected[i];
        rows[row] = slot.matches[i].empty() ? nullptr : slot.matches[i].front();
        __builtin_prefetch(rows[row]);
        selected[count] = row;
        count += rows[row] != nullptr || keeps_unmatched() ? 1 : 0;
    }
    if (count != batch.selected.size) {
        slot.counts.filtered += batch.selected.size - count;
        batch.selected = {selected, count};
    }
    for (std::uint32_t i = 0; i < plan_.right->size(); ++i) {
        batch.columns.push_back(reader_.read_column(i, rows, batch.rows, batch.selected, arena, batch.keep));
        batch.columns.back().type = plan_.output->fields[plan_.left_columns + i].type;
    }
    batch.schema = plan_.output.get();
    slot.evaluator.hand_over(batch);
    out.push(std::move(batch));
}

/// Rows that come out several times, and those whose siblings an earlier join made.
const std::uint64_t* JoinOperator::find_siblings(const Batch& batch, JoinSlot& slot) const {
    const std::size_t words = bitmap_words(batch.rows) + 1;
    auto* const made = slot.evaluator.arena().array<std::uint64_t>(words);
    if (batch.siblings == nullptr)
        std::memset(made, 0, words * sizeof *made);
    else
        std::memcpy(made, batch.siblings, bitmap_words(batch.rows) * sizeof *made);
    for (std::uint32_t i = 0; i < batch.selected.size; ++i) {
        const std::uint32_t row = batch.selected[i];
        if (slot.matches[i].size() > 1) made[row >> 6] |= std::uint64_t{1} << (row & 63);
    }
    return made;
}

/// In parts that are not larger than usual, but in as many as a number may have; a part is not parted again.
void JoinOperator::push_many(Batch&& batch, JoinSlot& slot, Emitter& out) const {
    std::size_t total = 0;
    for (const Matches& matches : slot.matches) {
        if (!matches.empty()) slot.counts.made += matches.size() - 1;
        if (matches.empty() && !keeps_unmatched()) ++slot.counts.filtered;
        total += matches.empty() && keeps_unmatched() ? 1 : matches.size();
    }
    const bool parted = is_part(batch.sequence);
    const std::size_t most = parted ? total : std::max<std::size_t>(kPairsAtOnce, total / (kMostParts - 1) + 1);
    if (most > kMostPartRows)
        throw Error("E507", "`" + plan_.label + "` makes " + std::to_string(total) + " rows of " +
                                std::to_string(batch.selected.size) + ": its condition matches too many");
    slot.evaluator.hand_over(batch);
    batch.siblings = find_siblings(batch, slot);
    PairWalk walk(batch.selected, slot.matches, keeps_unmatched());
    RowPairs pairs;
    std::size_t done = 0;
    for (std::uint32_t part = 0; walk.next(pairs, most); ++part) {
        Batch made = make_pairs(batch, pairs, slot.evaluator.arena(), nullptr);
        done += pairs.size();
        if (!parted) {
            made.sequence.part = part;
            made.sequence.last = done == total;
        }
        if (done == total) {
            made.rejects = std::move(batch.rejects);
        }
        made.keep.insert(made.keep.end(), batch.keep.begin(), batch.keep.end());
        slot.evaluator.hand_over(made);
        out.push(std::move(made));
    }
}

Batch JoinOperator::make_pairs(const Batch& batch, const RowPairs& pairs, Arena& arena,
                               const std::vector<bool>* wanted) const {
    Batch made;
    made.schema = plan_.output.get();
    made.rows = pairs.size();
    made.selected = {nullptr, pairs.size()};
    made.sequence = batch.sequence;
    made.origin = batch.origin;
    made.records = batch.records;
    auto* const records = arena.array<std::uint32_t>(pairs.size());
    for (std::uint32_t i = 0; i < pairs.size(); ++i) records[i] = batch.record_number(pairs.left[i]);
    made.record_of = records;
    if (wanted == nullptr && batch.siblings != nullptr) {
        auto* const siblings = arena.array<std::uint64_t>(bitmap_words(pairs.size()) + 1);
        std::memset(siblings, 0, (bitmap_words(pairs.size()) + 1) * sizeof *siblings);
        for (std::uint32_t i = 0; i < pairs.size(); ++i) {
            const std::uint32_t row = pairs.left[i];
            siblings[i >> 6] |= (batch.siblings[row >> 6] >> (row & 63) & 1) << (i & 63);
        }
        made.siblings = siblings;
    }
    if (batch.row_origins != nullptr) {
        auto* const origins = arena.array<std::uint64_t>(pairs.size());
        for (std::uint32_t i = 0; i < pairs.size(); ++i) origins[i] = batch.row_origins[pairs.left[i]];
        made.row_origins = origins;
    }
    made.columns.resize(plan_.output->size());
    for (std::uint32_t i = 0; i < made.columns.size(); ++i) {
        if (wanted != nullptr && !(*wanted)[i]) {
            made.columns[i].type = plan_.output->fields[i].type;
        } else if (i >= plan_.left_columns) {
            made.columns[i] = reader_.read_column(i - plan_.left_columns, pairs.right.data(), pairs.size(),
                                                  made.selected, arena, made.keep);
            made.columns[i].type = plan_.output->fields[i].type;
        } else if (batch.columns[i].encoding == Encoding::raw) {
            made.columns[i] = batch.columns[i];
        } else {
            made.columns[i] = gather(batch.columns[i], pairs.left.data(), pairs.size(), arena);
        }
    }
    return made;
}

}  // namespace etl
