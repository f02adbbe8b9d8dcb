// Data for the workloads, the same bytes each time.
// usage: bench_generate FOLDER orders|customers|measurements ROWS
//   orders        FOLDER/orders_ROWS.csv and FOLDER/orders_ROWS.jsonl: the same rows, nested
//   customers     FOLDER/customers.csv
//   measurements  FOLDER/measurements_ROWS.txt: station;temperature
// 5% of the orders repeat an earlier id (another version of that order), 5% have an unknown customer, 3% no amount.
#include <array>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

namespace {

using std::uint32_t;
using std::uint64_t;

constexpr std::array kFirst = {"Alice",  "Bob",   "Carla",   "David",  "Eva",    "Frank", "Grace",
                               "Henrik", "Ines",  "Jonas",   "Katrin", "Liam",   "Maria", "Nils",
                               "Olga",   "Pedro", "Quentin", "Rosa",   "Stefan", "Tina",  "Ulla",
                               "Viktor", "Wanda", "Yara",    "José",   "Zoë",    "André", "Jürgen"};
constexpr std::array kLast = {"Smith",  "Jones",  "Brown", "Taylor",       "Wilson", "Meyer",   "Schulz", "Rossi",
                              "Novak",  "Jensen", "Silva", "Kowalski",     "Dubois", "Peeters", "Horvat", "Lopez",
                              "Moreau", "Berg",   "Lind",  "Papadopoulos", "Ito",    "Chen",    "García", "Müller"};
constexpr std::array kWords = {"leave",  "at",      "door",   "call",        "before", "gift",     "wrap",
                               "urgent", "fragile", "second", "floor",       "back",   "entrance", "neighbour",
                               "ring",   "twice",   "no",     "substitutes", "please", "thanks"};
constexpr std::array kDomains = {"example.com", "mail.test", "shop.example", "post.invalid"};
constexpr std::array kCurrencies = {"EUR", "EUR", "EUR", "USD", "USD", "GBP", "CHF", "SEK"};
constexpr std::array kCountries = {"DE", "FR", "ES", "IT", "PL", "NL", "SE", "US", "GB", "CH"};
constexpr std::array kSegments = {"consumer", "business", "public"};
constexpr std::array kSyllables = {"ba",   "ko",  "ri",  "sto", "len", "mar", "vik", "ton",
                                   "ural", "dai", "wes", "nor", "øst", "chi", "ala", "pur"};
constexpr uint32_t kStations = 413;

struct Random {
    uint64_t state;

    uint64_t next() {
        uint64_t z = state++ + 0x9E3779B97F4A7C15U;
        z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9U;
        z = (z ^ (z >> 27U)) * 0x94D049BB133111EBU;
        return z ^ (z >> 31U);
    }
    uint32_t below(uint32_t n) { return static_cast<uint32_t>(((next() >> 32U) * n) >> 32U); }
    template <std::size_t N>
    std::string pick(const std::array<const char*, N>& from) {
        return from[below(static_cast<uint32_t>(N))];
    }
};

class Output {
  public:
    explicit Output(const std::string& path) : file_(std::fopen(path.c_str(), "wb")) {
        if (!file_) {
            std::perror(path.c_str());
            std::exit(1);
        }
    }
    Output(const Output&) = delete;
    Output& operator=(const Output&) = delete;
    ~Output() {
        flush();
        std::fclose(file_);
    }
    Output& operator<<(std::string_view text) {
        buffer_ += text;
        return *this;
    }
    void end_record() {
        if (buffer_.size() > (1U << 20U)) flush();
    }

  private:
    void flush() {
        if (std::fwrite(buffer_.data(), 1, buffer_.size(), file_) != buffer_.size()) {
            std::perror("write");
            std::exit(1);
        }
        buffer_.clear();
    }

    std::FILE* file_;
    std::string buffer_;
};

std::string two(uint32_t value) { return {static_cast<char>('0' + value / 10), static_cast<char>('0' + value % 10)}; }

/// Seconds since the start of 2024 as an instant.
std::string instant(uint32_t seconds) {
    constexpr std::array<uint32_t, 12> kDays = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    uint32_t day = seconds / 86400, rest = seconds % 86400, year = 2024, month = 0;
    for (uint32_t days = 366; day >= days; days = year % 4 ? 365 : 366) {
        day -= days;
        ++year;
    }
    for (uint32_t days = kDays[0]; day >= days; days = kDays[month] + (month == 1 && year % 4 == 0)) {
        day -= days;
        ++month;
    }
    return std::to_string(year) + "-" + two(month + 1) + "-" + two(day + 1) + "T" + two(rest / 3600) + ":" +
           two(rest / 60 % 60) + ":" + two(rest % 60) + "Z";
}

void to_lower(std::string& text) {
    for (char& c : text)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
}

void to_upper(std::string& text) {
    for (char& c : text)
        if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 32);
}

std::string quoted_csv(const std::string& text) {
    if (text.find_first_of(",\"\n") == std::string::npos) return text;
    std::string out = "\"";
    for (const char c : text) out += c == '"' ? "\"\"" : std::string(1, c);
    return out + "\"";
}

std::string quoted_json(const std::string& text) {
    std::string out = "\"";
    for (const char c : text) out += c == '"' ? "\\\"" : c == '\n' ? "\\n" : std::string(1, c);
    return out + "\"";
}

struct Order {
    std::string id, customer_id, name, email, phone, amount, currency, placed_at, status, notes, tags;
    bool has_amount = true;
};

std::string notes_of(Random& random) {
    const uint32_t kind = random.below(100);
    if (kind < 30) return {};
    std::string notes;
    const uint32_t words = 2 + random.below(5);
    for (uint32_t word = 0; word < words; ++word) {
        if (word) notes += kind >= 95 && word == 1 ? "\n" : kind >= 83 && kind < 95 && word == 1 ? ", " : " ";
        notes += random.pick(kWords);
    }
    return kind >= 80 && kind < 83 ? "\"" + notes + "\" he said" : notes;
}

Order make_order(uint64_t number) {
    Random random{number * 1000};
    Order order;
    order.id = std::to_string(random.below(100) < 5 ? 1 + random.next() % number : number);
    const uint32_t customer = 1 + random.below(105000);
    order.customer_id = std::to_string(customer);
    Random person{customer * 77ULL};  // the same person each time
    const std::string first = person.pick(kFirst), last = person.pick(kLast);
    order.name = first + " " + last;
    order.email = first.substr(0, 1) + "." + order.customer_id + "@" + person.pick(kDomains);
    switch (random.below(8)) {
        case 0: to_upper(order.name); break;
        case 1: to_lower(order.name); break;
        case 2: order.name = "  " + order.name; break;
        case 3: order.name += " "; break;
        default: break;
    }
    switch (random.below(6)) {
        case 0: to_upper(order.email); break;
        case 1: order.email = " " + order.email; break;
        default: to_lower(order.email);
    }
    const uint32_t line = 100000 + person.below(900000), area = 100 + person.below(900), country = 1 + person.below(9);
    order.phone = "+4" + std::to_string(country) + " " + std::to_string(area) + " " + std::to_string(line);
    const uint32_t cents = 100 + random.below(99900), bad = random.below(100);
    order.has_amount = bad > 2;
    order.amount = order.has_amount ? std::to_string(cents / 100) + "." + two(cents % 100)
                   : bad < 2        ? ""
                                    : (random.below(2) ? "N/A" : "abc");
    order.currency = random.pick(kCurrencies);
    if (random.below(20) == 0)
        order.currency = "";
    else if (random.below(20) == 0)
        order.currency = " " + order.currency;
    else if (random.below(20) == 0)
        to_lower(order.currency);
    order.placed_at = instant(random.below(2 * 365 * 86400));
    const uint32_t share = random.below(100);
    order.status = share < 45   ? "paid"
                   : share < 70 ? "shipped"
                   : share < 85 ? "pending"
                   : share < 95 ? "cancelled"
                                : "refunded";
    order.tags = share % 2 ? R"("web")" : R"("app","vip")";
    order.notes = notes_of(random);
    return order;
}

void write_orders(const std::string& folder, uint64_t rows) {
    const std::string base = folder + "/orders_" + std::to_string(rows);
    Output csv(base + ".csv"), json(base + ".jsonl");
    csv << "id,customer_id,customer_name,email,phone,amount,currency,placed_at,status,notes\n";
    for (uint64_t number = 1; number <= rows; ++number) {
        const Order o = make_order(number);
        csv << o.id << "," << o.customer_id << "," << o.name << "," << o.email << "," << o.phone << "," << o.amount
            << "," << o.currency << "," << o.placed_at << "," << o.status << "," << quoted_csv(o.notes) << "\n";
        json << R"({"id":)" << o.id << R"(,"customer":{"id":)" << o.customer_id << R"(,"name":)" << quoted_json(o.name)
             << R"(,"email":)" << quoted_json(o.email) << R"(,"phone":)" << quoted_json(o.phone) << R"(},"amount":)"
             << (o.has_amount ? o.amount : "null") << R"(,"currency":)" << quoted_json(o.currency)
             << R"(,"placed_at":")" << o.placed_at << R"(","status":")" << o.status << R"(","notes":)"
             << quoted_json(o.notes) << R"(,"tags":[)" << o.tags << "]}\n";
        csv.end_record();
        json.end_record();
    }
}

void write_customers(const std::string& folder, uint64_t rows) {
    Output csv(folder + "/customers.csv");
    csv << "customer_id,name,country,segment,signup_date\n";
    for (uint64_t number = 1; number <= rows; ++number) {
        Random person{number * 77};
        const std::string first = person.pick(kFirst), last = person.pick(kLast);
        const std::string day = instant(person.below(700 * 86400)).substr(0, 10), segment = person.pick(kSegments);
        csv << std::to_string(number) << "," << first << " " << last << "," << person.pick(kCountries) << "," << segment
            << "," << day << "\n";
        csv.end_record();
    }
}

struct Station {
    std::string name;
    double mean;
};

std::vector<Station> make_stations() {
    std::vector<Station> stations;
    for (uint32_t number = 0; number < kStations; ++number) {
        Random random{number * 991ULL};
        std::string name;
        const uint32_t syllables = 2 + random.below(6);
        for (uint32_t k = 0; k < syllables; ++k) name += random.pick(kSyllables);
        if (random.below(4) == 0) name += " City";
        for (const Station& other : stations) {
            if (other.name != name) continue;
            name += std::to_string(number);
            break;
        }
        stations.push_back({name, random.below(450) / 10.0 - 10});
    }
    return stations;
}

void write_measurements(const std::string& folder, uint64_t rows) {
    Output out(folder + "/measurements_" + std::to_string(rows) + ".txt");
    const std::vector<Station> stations = make_stations();
    for (uint64_t number = 0; number < rows; ++number) {
        Random random{number * 3 + 5};
        const Station& station = stations[random.below(kStations)];
        int tenths = 0;
        for (int part = 0; part < 3; ++part) tenths += static_cast<int>(random.next() % 201);
        const auto value = std::lround((station.mean + tenths / 10.0 - 30.0) * 10);
        out << station.name << ";" << (value < 0 ? "-" : "") << std::to_string(std::labs(value) / 10) << "."
            << std::to_string(std::labs(value) % 10) << "\n";
        out.end_record();
    }
}

}  // namespace

int main(int count, char** arguments) {
    const std::string_view what = count == 4 ? arguments[2] : "";
    const uint64_t rows = count == 4 ? std::strtoull(arguments[3], nullptr, 10) : 0;
    if (what == "orders") {
        write_orders(arguments[1], rows);
    } else if (what == "customers") {
        write_customers(arguments[1], rows);
    } else if (what == "measurements") {
        write_measurements(arguments[1], rows);
    } else {
        std::fputs("usage: bench_generate FOLDER orders|customers|measurements ROWS\n", stderr);
        return 2;
    }
    return 0;
}
