#include "kinds.hpp"
#include "output.hpp"
#include "random.hpp"

namespace bench {

namespace {

constexpr std::array kApps = {"web", "android", "ios", "till"};
constexpr std::array kMethods = {"card", "card", "cash", "transfer"};
constexpr std::array kStreets = {"Long Lane", "Am \"Anger\" 3", "Rue de l'Église", "Calle Mayor"};

std::string header_of(Random& random) {
    const std::string span = std::to_string(random.next() >> 1U), parent = std::to_string(random.next() >> 1U);
    const std::string app = random.pick(kApps);
    const std::string major = std::to_string(1 + random.below(9)), minor = std::to_string(random.below(50));
    return R"({"trace":{"span":{"id":")" + span + R"(","parent":{"id":")" + parent +
           R"(","flags":[0,1,1]}},"sampled":true},"source":{"app":{"name":")" + app + R"(","version":{"major":)" +
           major + R"(,"minor":)" + minor + R"(}},"host":{"region":"eu-1","zone":null}}})";
}

std::string customer_of(Random& random, uint32_t id) {
    const std::string email = random.pick(kFirst) + std::to_string(id) + "@" + random.pick(kDomains);
    const std::string street = quoted_json(random.pick(kStreets)), city = quoted_json(random.pick(kLast) + "stad");
    const std::string lat = "5" + cents(random.below(1000)), lon = "1" + cents(random.below(1000));
    return R"({"id":)" + std::to_string(id) + R"(,"contact":{"email":)" + quoted_json(email) +
           R"(,"address":{"street":)" + street + R"(,"city":{"name":)" + city + R"(,"postcode":")" +
           std::to_string(10'000 + random.below(90'000)) + R"(","position":{"lat":)" + lat + R"(,"lon":)" + lon +
           "}}}}}";
}

std::string lines_of(Random& random) {
    std::string lines;
    const uint32_t count = 1 + random.below(4);
    for (uint32_t line = 0; line < count; ++line) {
        if (line) lines += ",";
        const std::string sku = std::to_string(random.below(100'000));
        const std::string quantity = std::to_string(1 + random.below(9)), price = cents(1 + random.below(50'000));
        lines += R"({"sku":")" + sku + R"(","quantity":)" + quantity + R"(,"price":)" + price +
                 R"(,"options":{"gift":{"wrap":true,"card":{"text":")" + random.pick(kWords) + R"(\n"}}}})";
    }
    return "[" + lines + "]";
}

std::string payment_of(Random& random) {
    const std::string method = random.pick(kMethods);
    const std::string card = method == "card" ? R"({"network":"visa","digits":"1234"})" : "null";
    return R"({"method":{"kind":")" + method + R"(","card":)" + card + R"(},"amount":)" +
           cents(100 + random.below(50'000)) + "}";
}

}  // namespace

void write_nested(const std::string& folder, uint64_t rows) {
    Output json(folder + "/nested_" + std::to_string(rows) + ".jsonl");
    for (uint64_t number = 1; number <= rows; ++number) {
        Random random{number * 71};
        json << R"({"id":)" << std::to_string(number) << R"(,"header":)" << header_of(random)
             << R"(,"body":{"order":{"number":"A-)" << std::to_string(random.below(1'000'000)) << R"(","customer":)"
             << customer_of(random, 1 + random.below(100'000)) << R"(,"lines":)" << lines_of(random) << R"(,"payment":)"
             << payment_of(random) << "}}}\n";
        json.end_record();
    }
}

}  // namespace bench
