#include "kinds.hpp"
#include "output.hpp"
#include "random.hpp"

namespace bench {

namespace {

constexpr std::array kSegments = {"consumer", "business", "public"};
constexpr std::array kContacts = {"phone", "mail", "letter"};
constexpr std::array kPages = {"/", "/basket", "/search", "/help", "/account/orders", "/product"};

std::string address_of(Random& random, uint64_t number) {
    std::string first = random.pick(kFirst), last = random.pick(kLast);
    to_lower(first);
    to_lower(last);
    return first + "." + last + "." + std::to_string(number) + "@" + random.pick(kDomains);
}

}  // namespace

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

// The one with two fifths of the contacts has the number 0.
void write_contacts(const std::string& folder, uint64_t rows) {
    Output csv(folder + "/contacts.csv");
    csv << "customer_id,kind,address\n";
    const uint64_t others = rows - rows * 2 / 5;
    for (uint64_t number = 1; number <= rows; ++number) {
        Random random{number * 31};
        csv << std::to_string(number <= others ? number : 0) << "," << random.pick(kContacts) << ","
            << address_of(random, number) << "\n";
        csv.end_record();
    }
}

// Of 100,000 contacts 60,000 are of customers with one; every 100,000th click is of the one with 40,000.
void write_skew(const std::string& folder, uint64_t rows) {
    Output csv(folder + "/skew_" + std::to_string(rows) + ".csv");
    csv << "id,customer_id,page,milliseconds\n";
    for (uint64_t number = 1; number <= rows; ++number) {
        Random random{number * 17 + 3};
        const uint32_t share = random.below(100);
        const uint32_t customer = number % 100'000 == 1 ? 0
                                  : share < 50          ? 1
                                  : share < 75          ? 2 + random.below(9)
                                                        : 1 + random.below(60'000);
        csv << std::to_string(number) << "," << std::to_string(customer) << "," << random.pick(kPages) << ","
            << std::to_string(random.below(5000)) << "\n";
        csv.end_record();
    }
}

void write_groups(const std::string& folder, uint64_t rows) {
    Output csv(folder + "/groups_" + std::to_string(rows) + ".csv");
    csv << "account,paid_on,amount\n";
    const auto accounts = static_cast<uint32_t>(rows / 5 + 1);
    for (uint64_t number = 1; number <= rows; ++number) {
        Random random{number * 23 + 1};
        const uint32_t account = random.below(accounts);
        Random person{account * 13ULL};
        csv << address_of(person, account) << "," << instant(random.below(700 * 86400)).substr(0, 10) << ","
            << cents(1 + random.below(100'000)) << "\n";
        csv.end_record();
    }
}

}  // namespace bench
