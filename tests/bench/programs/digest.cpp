// What a CSV file holds, whatever its quoting, the order of its records and the spelling of its numbers (they are
// rounded to two places): records, columns, a checksum that does not depend on order, one of the texts alone (what is
// neither empty nor a number), one that depends on order, and the sum of each column.
// usage: bench_digest FILE [COLUMN[d]…]    counts also the records out of order by these columns, d for descending
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

namespace {

struct Key {
    std::size_t column;
    bool descending;
};

bool is_number(std::string_view text) {
    std::size_t digits = 0, points = 0;
    for (std::size_t i = !text.empty() && text[0] == '-' ? 1 : 0; i < text.size(); ++i) {
        if (text[i] >= '0' && text[i] <= '9')
            ++digits;
        else if (text[i] != '.' || ++points > 1)
            return false;
    }
    return digits > 0 && text.size() < 25;
}

std::uint64_t hash(std::uint64_t seed, std::string_view text) {
    for (const char c : text) seed = (seed ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
    return (seed ^ 31U) * 0x9E3779B97F4A7C15U;
}

int compare(const std::string& a, const std::string& b) {
    if (!is_number(a) || !is_number(b)) return a.compare(b);
    const double x = std::strtod(a.c_str(), nullptr), y = std::strtod(b.c_str(), nullptr);
    return (x > y) - (x < y);
}

class Digest {
  public:
    explicit Digest(std::vector<Key> keys) : keys_(std::move(keys)) {}

    void record(std::vector<std::string>&& row) {
        std::uint64_t sum = 14695981039346656037U, texts = sum;
        for (std::size_t column = 0; column < row.size(); ++column) {
            const bool number = is_number(row[column]);
            sum = hash(sum, number ? rounded(column, row[column]) : std::string_view(row[column]));
            if (!number && !row[column].empty()) texts = hash(texts ^ column, row[column]);
        }
        if (rows_ > 1 && is_out_of_order(row)) ++bad_;
        if (rows_ > 0 && row.size() != last_.size()) ++bad_;
        total_ += sum ^ (sum >> 29U);
        texts_ += texts ^ (texts >> 29U);
        chain_ = (chain_ ^ sum) * 0x100000001b3U;
        ++rows_;
        last_ = std::move(row);
    }

    void print() const {
        std::printf("%zu rows %zu cols %016llx texts=%016llx order=%016llx bad=%zu sums", rows_, last_.size(),
                    static_cast<unsigned long long>(total_), static_cast<unsigned long long>(texts_),
                    static_cast<unsigned long long>(chain_), bad_);
        for (const double sum : sums_) std::printf(" %.0f", sum);
        std::puts("");
    }

  private:
    std::string_view rounded(std::size_t column, const std::string& text) {
        double value = 0;
        std::from_chars(text.data(), text.data() + text.size(), value);
        if (sums_.size() <= column) sums_.resize(column + 1);
        sums_[column] += value;
        rounded_ = std::round(value * 100) + 0.0;
        return {reinterpret_cast<const char*>(&rounded_), sizeof rounded_};
    }

    bool is_out_of_order(const std::vector<std::string>& row) const {
        for (const Key key : keys_) {
            if (key.column >= row.size() || key.column >= last_.size()) return true;
            const int order = compare(last_[key.column], row[key.column]);
            if (order != 0) return key.descending ? order < 0 : order > 0;
        }
        return false;
    }

    std::vector<Key> keys_;
    std::vector<std::string> last_;
    std::vector<double> sums_;
    double rounded_ = 0;  // the last number, times 100
    std::uint64_t total_ = 0, texts_ = 0, chain_ = 0;
    std::size_t rows_ = 0, bad_ = 0;
};

void read_csv(std::FILE* file, Digest& digest) {
    std::vector<std::string> row;
    std::string value;
    bool quoted = false, begun = false;
    int before = 0;
    for (int c = getc_unlocked(file); c != EOF; before = c, c = getc_unlocked(file)) {
        if (c == '"') {
            if (!quoted && before == '"' && begun) value += '"';
            quoted = !quoted;
            begun = true;
        } else if (quoted || (c != ',' && c != '\n' && c != '\r')) {
            value += static_cast<char>(c);
            begun = true;
        } else if (c == ',' || c == '\n') {
            row.push_back(std::move(value));
            value.clear();
            begun = c == ',';
            if (c == '\n') digest.record(std::move(row)), row = {};
        }
    }
    if (!begun && row.empty()) return;
    row.push_back(std::move(value));
    digest.record(std::move(row));
}

}  // namespace

int main(int count, char** arguments) {
    std::FILE* file = count > 1 ? std::fopen(arguments[1], "rb") : nullptr;
    if (!file) return std::perror(count > 1 ? arguments[1] : "usage: bench_digest FILE [COLUMN[d]…]"), 2;
    std::vector<Key> keys;
    for (int i = 2; i < count; ++i) {
        char* rest = nullptr;
        const std::size_t column = std::strtoul(arguments[i], &rest, 10);
        keys.push_back({column - 1, *rest == 'd'});
    }
    Digest digest(std::move(keys));
    read_csv(file, digest);
    std::fclose(file);
    digest.print();
    return 0;
}
