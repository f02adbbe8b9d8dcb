#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

namespace bench {

using std::uint32_t;
using std::uint64_t;

/// SplitMix64. Each record begins one of its own with its number as the seed, so a record is the same in any file.
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

inline constexpr std::array kFirst = {"Alice",  "Bob",   "Carla",   "David",  "Eva",    "Frank", "Grace",
                                      "Henrik", "Ines",  "Jonas",   "Katrin", "Liam",   "Maria", "Nils",
                                      "Olga",   "Pedro", "Quentin", "Rosa",   "Stefan", "Tina",  "Ulla",
                                      "Viktor", "Wanda", "Yara",    "José",   "Zoë",    "André", "Jürgen"};
inline constexpr std::array kLast = {"Smith",  "Jones",        "Brown",  "Taylor", "Wilson", "Meyer",
                                     "Schulz", "Rossi",        "Novak",  "Jensen", "Silva",  "Kowalski",
                                     "Dubois", "Peeters",      "Horvat", "Lopez",  "Moreau", "Berg",
                                     "Lind",   "Papadopoulos", "Ito",    "Chen",   "García", "Müller"};
inline constexpr std::array kWords = {"leave",  "at",      "door",   "call",        "before", "gift",     "wrap",
                                      "urgent", "fragile", "second", "floor",       "back",   "entrance", "neighbour",
                                      "ring",   "twice",   "no",     "substitutes", "please", "thanks"};
inline constexpr std::array kDomains = {"example.com", "mail.test", "shop.example", "post.invalid"};
inline constexpr std::array kCountries = {"DE", "FR", "ES", "IT", "PL", "NL", "SE", "US", "GB", "CH"};

}  // namespace bench
