#include "kinds.hpp"
#include "output.hpp"
#include "random.hpp"

namespace bench {

namespace {

constexpr std::array kProducts = {"Screen 27\"", "Pipe 1/2\"", "Lamp \"Aurora\"", "Chair, oak", "Desk", "Cable 2 m"};
constexpr std::array kPlaces = {"Köln", "Kraków", "Zürich", "Malmö", "Paris", "Sankt Gallen, CH"};

struct Language {
    const char* name;
    const char* space;
    std::array<const char*, 16> words;
};

constexpr std::array<Language, 6> kLanguages = {{
    {"el",
     " ",
     {"θάλασσα", "ουρανός", "βιβλίο", "δρόμος", "σπίτι", "νερό", "φως", "ημέρα", "νύχτα", "πόλη", "άνθρωπος", "φίλη",
      "χέρι", "μουσική", "γλώσσα", "ταξίδι"}},
    {"ru",
     " ",
     {"море", "небо", "книга", "дорога", "дом", "вода", "свет", "день", "ночь", "город", "человек", "друг", "рука",
      "музыка", "язык", "путешествие"}},
    {"zh",
     "",
     {"海洋", "天空", "书本", "道路", "房子", "水", "光明", "日子", "夜晚", "城市", "人们", "朋友", "手", "音乐",
      "语言", "旅行"}},
    {"pl",
     " ",
     {"morze", "niebo", "książka", "droga", "dom", "woda", "światło", "dzień", "noc", "miasto", "człowiek",
      "przyjaciel", "ręka", "muzyka", "język", "podróż"}},
    {"sv",
     " ",
     {"hav", "himmel", "bok", "väg", "hus", "vatten", "ljus", "dag", "natt", "stad", "människa", "vän", "hand", "musik",
      "språk", "resa"}},
    {"emoji",
     " ",
     {"🌊", "🌤", "📖", "road", "🏠", "💧", "💡", "day", "🌙", "city", "🧑", "friend", "✋", "🎵", "word", "🚀"}},
}};

std::string sentence(Random& random, const Language& language, uint32_t words) {
    std::string text;
    for (uint32_t word = 0; word < words; ++word) {
        if (word) text += language.space;
        text += random.pick(language.words);
    }
    return text + ".";
}

std::string comment_of(Random& random) {
    std::string comment;
    const uint32_t words = 4 + random.below(12);
    for (uint32_t word = 0; word < words; ++word) {
        if (word) comment += random.below(8) == 0 ? "\n" : random.below(6) == 0 ? ", " : " ";
        const std::string text = random.pick(kWords);
        comment += random.below(6) == 0 ? "\"" + text + "\"" : text;
    }
    return comment;
}

}  // namespace

void write_quoted(const std::string& folder, uint64_t rows) {
    Output csv(folder + "/quoted_" + std::to_string(rows) + ".csv");
    csv << R"("id","product","comment","price","place")"
        << "\n";
    for (uint64_t number = 1; number <= rows; ++number) {
        Random random{number * 41};
        std::string product = random.pick(kProducts);
        if (random.below(5) == 0) product = " " + product + " ";
        csv << in_quotes(std::to_string(number)) << "," << in_quotes(product) << "," << in_quotes(comment_of(random))
            << "," << in_quotes(cents(1 + random.below(30'000))) << "," << in_quotes(random.pick(kPlaces)) << "\n";
        csv.end_record();
    }
}

void write_text(const std::string& folder, uint64_t rows) {
    Output csv(folder + "/text_" + std::to_string(rows) + ".csv");
    csv << "id,language,title,body\n";
    for (uint64_t number = 1; number <= rows; ++number) {
        Random random{number * 59};
        const Language& language = kLanguages[random.below(kLanguages.size())];
        csv << std::to_string(number) << "," << language.name << "," << sentence(random, language, 3 + random.below(5))
            << ",";
        const uint32_t bytes = 1000 + random.below(2000);
        std::string body;
        while (body.size() < bytes) {
            if (!body.empty()) body += random.below(10) == 0 ? "\n" : " ";
            body += sentence(random, language, 5 + random.below(15));
        }
        csv << quoted_csv(body) << "\n";
        csv.end_record();
    }
}

}  // namespace bench
