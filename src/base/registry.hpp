#pragma once

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <vector>

namespace etl {

/// Puts a Spec into the registry of its type when the program starts: a list node in static storage, so that neither
/// allocation nor the order of initialisation matters. The spec must live as long as the program.
template <typename Spec>
class Registration {
  public:
    explicit Registration(const Spec& spec) noexcept : spec_(&spec), next_(head()) { head() = this; }
    Registration(const Registration&) = delete;
    Registration& operator=(const Registration&) = delete;

    static const Registration*& head() noexcept {
        static const Registration* first = nullptr;
        return first;
    }
    const Spec& spec() const noexcept { return *spec_; }
    const Registration* next() const noexcept { return next_; }

  private:
    const Spec* spec_;
    const Registration* next_;
};

/// All registered Specs by name. A Spec has a member `name`. Two alike abort at the first use.
template <typename Spec>
class Registry {
  public:
    /// Sorted by name.
    static const std::vector<const Spec*>& all() {
        static const std::vector<const Spec*> specs = sorted();
        return specs;
    }
    /// nullptr if there is none.
    static const Spec* find(std::string_view name) {
        const auto& specs = all();
        const auto at = std::lower_bound(specs.begin(), specs.end(), name,
                                         [](const Spec* spec, std::string_view key) { return spec->name < key; });
        return at != specs.end() && (*at)->name == name ? *at : nullptr;
    }

  private:
    static std::vector<const Spec*> sorted() {
        std::vector<const Spec*> specs;
        for (const auto* node = Registration<Spec>::head(); node != nullptr; node = node->next())
            specs.push_back(&node->spec());
        std::sort(specs.begin(), specs.end(), [](const Spec* a, const Spec* b) { return a->name < b->name; });
        for (std::size_t i = 1; i < specs.size(); ++i) {
            if (specs[i]->name != specs[i - 1]->name) continue;
            std::fprintf(stderr, "registered twice: %.*s\n", static_cast<int>(specs[i]->name.size()),
                         specs[i]->name.data());
            std::abort();
        }
        return specs;
    }
};

}  // namespace etl
