#include <array>
#include <filesystem>
#include <string>
#include <string_view>

#include "kinds.hpp"
#include "output.hpp"
#include "random.hpp"

namespace bench {

namespace {

constexpr std::array kCurrencies = {"EUR", "EUR", "EUR", "USD", "USD", "GBP", "CHF", "SEK"};
constexpr std::string_view kHeader = "id,customer_id,customer_name,email,phone,amount,currency,placed_at,status,notes";

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
    const uint32_t amount = 100 + random.below(99900), bad = random.below(100);
    order.has_amount = bad > 2;
    order.amount = order.has_amount ? cents(amount) : bad < 2 ? "" : (random.below(2) ? "N/A" : "abc");
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

std::string csv_record(const Order& o) {
    return o.id + "," + o.customer_id + "," + o.name + "," + o.email + "," + o.phone + "," + o.amount + "," +
           o.currency + "," + o.placed_at + "," + o.status + "," + quoted_csv(o.notes);
}

std::string json_record(const Order& o) {
    return R"({"id":)" + o.id + R"(,"customer":{"id":)" + o.customer_id + R"(,"name":)" + quoted_json(o.name) +
           R"(,"email":)" + quoted_json(o.email) + R"(,"phone":)" + quoted_json(o.phone) + R"(},"amount":)" +
           (o.has_amount ? o.amount : "null") + R"(,"currency":)" + quoted_json(o.currency) + R"(,"placed_at":")" +
           o.placed_at + R"(","status":")" + o.status + R"(","notes":)" + quoted_json(o.notes) + R"(,"tags":[)" +
           o.tags + "]}\n";
}

void write_csv(const std::string& path, uint64_t first, uint64_t end, std::string_view line_end) {
    Output csv(path);
    csv << kHeader << line_end;
    for (uint64_t number = first; number < end; ++number) {
        csv << csv_record(make_order(number)) << line_end;
        csv.end_record();
    }
}

}  // namespace

void write_orders(const std::string& folder, uint64_t rows) {
    const std::string base = folder + "/orders_" + std::to_string(rows);
    write_csv(base + ".csv", 1, rows + 1, "\n");
    Output json(base + ".jsonl");
    for (uint64_t number = 1; number <= rows; ++number) {
        json << json_record(make_order(number));
        json.end_record();
    }
}

void write_crlf(const std::string& folder, uint64_t rows) {
    write_csv(folder + "/crlf_" + std::to_string(rows) + ".csv", 1, rows + 1, "\r\n");
}

void write_gzip(const std::string& folder, uint64_t rows) {
    write_csv(folder + "/gzip_" + std::to_string(rows) + ".csv.gz", 1, rows + 1, "\n");
}

void write_files(const std::string& folder, uint64_t rows, uint64_t files) {
    const std::string inside = folder + "/files_" + std::to_string(rows);
    std::filesystem::create_directories(inside);
    for (uint64_t file = 0; file < files; ++file) {
        const std::string number = std::to_string(100'000 + file).substr(1);
        write_csv(inside + "/" + number + ".csv", 1 + rows * file / files, 1 + rows * (file + 1) / files, "\n");
    }
}

}  // namespace bench
