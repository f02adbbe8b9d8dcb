#include <cmath>
#include <vector>

#include "kinds.hpp"
#include "output.hpp"
#include "random.hpp"

namespace bench {

namespace {

constexpr std::array kSyllables = {"ba",   "ko",  "ri",  "sto", "len", "mar", "vik", "ton",
                                   "ural", "dai", "wes", "nor", "øst", "chi", "ala", "pur"};
constexpr uint32_t kStations = 413;

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

}  // namespace

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

}  // namespace bench
