#include "lang/bind/setting.hpp"

#include <algorithm>

#include "data/time.hpp"
#include "lang/bind/option.hpp"
#include "lang/settings/setting_specs.hpp"

namespace etl::bind {

namespace {

class SettingBinder {
  public:
    explicit SettingBinder(Context& context) : context_(context), settings_(context.settings) {}

    void apply(const GivenOption& option);
    bool check_name(const std::string& name, SourceSpan span);

  private:
    void apply_special(const GivenOption& option, GivenValue value);
    void workers(const GivenValue& value);
    void max_rejects(const GivenValue& value);
    void commit_every(const GivenValue& value);
    void retry(const GivenValue& value);
    void timezone(const GivenValue& value);
    void refuse(const GivenValue& value, const std::string& name, const std::string& note) {
        context_.diagnostics.error("E303", value.span, "wrong value for `" + name + "`", "this is " + describe(value),
                                   {note});
    }

    Context& context_;
    Settings& settings_;
};

const OptionSpec* find_spec(std::string_view name) {
    for (const OptionSpec& spec : setting_specs())
        if (spec.name == name) return &spec;
    return nullptr;
}

bool SettingBinder::check_name(const std::string& name, SourceSpan span) {
    if (find_spec(name) != nullptr) return true;
    std::vector<std::string> names;
    for (const OptionSpec& spec : setting_specs()) names.emplace_back(spec.name);
    std::vector<std::string> notes;
    if (std::string near = did_you_mean(name, names); !near.empty()) notes.push_back(std::move(near));
    context_.diagnostics.error("E302", span, "unknown setting `" + name + "`",
                               "there are " + list_options(setting_specs()), std::move(notes));
    return false;
}

void SettingBinder::workers(const GivenValue& value) {
    const bool range = value.kind == GivenValue::Kind::range;
    if (!range && value.kind != GivenValue::Kind::integer)
        return refuse(value, "workers", "write a count or a range: 4, 1..8");
    const std::int64_t most = range ? value.range_end : value.integer;
    if (value.integer < 1 || most > 1024) {
        context_.diagnostics.error("E303", value.span, "`workers` is out of bounds", "must be 1 to 1024");
        return;
    }
    settings_.workers = {static_cast<std::uint32_t>(value.integer), static_cast<std::uint32_t>(most)};
}

void SettingBinder::max_rejects(const GivenValue& value) {
    const bool share = value.kind == GivenValue::Kind::share;
    if (!share && value.kind != GivenValue::Kind::integer)
        return refuse(value, "max_rejects", "write a count or a share: 100, 1%");
    if ((share && (value.number < 0 || value.number > 1)) || (!share && value.integer < 0)) {
        context_.diagnostics.error("E303", value.span, "`max_rejects` is out of bounds",
                                   share ? "a share is 0% to 100%" : "must be at least 0");
        return;
    }
    settings_.max_rejects.reset();
    settings_.max_rejects_share.reset();
    if (share)
        settings_.max_rejects_share = value.number;
    else
        settings_.max_rejects = static_cast<std::uint64_t>(value.integer);
}

void SettingBinder::commit_every(const GivenValue& value) {
    const bool duration = value.kind == GivenValue::Kind::duration;
    if (!duration && value.kind != GivenValue::Kind::integer)
        return refuse(value, "commit_every", "write a number of rows or a duration: 100_000, 30s");
    if (value.integer < 1) {
        context_.diagnostics.error("E303", value.span, "`commit_every` is out of bounds", "must be at least 1");
        return;
    }
    const auto amount = static_cast<std::uint64_t>(value.integer);
    settings_.commit_rows = duration ? 0 : amount;
    settings_.commit_ms = duration ? amount : 0;
}

void SettingBinder::retry(const GivenValue& value) {
    if (value.kind != GivenValue::Kind::record)
        return refuse(value, "retry", "write `{ attempts = 3, delay = 5s, backoff = exponential, max_delay = 15m }`");
    const std::size_t errors = context_.diagnostics.errors();
    const OptionValues values = check_options(retry_specs(), value.fields, "retry", context_.diagnostics);
    if (context_.diagnostics.errors() > errors) return;
    settings_.retry = {static_cast<std::uint32_t>(values.integer("attempts")),
                       static_cast<std::uint64_t>(values.integer("delay")),
                       static_cast<std::uint64_t>(values.integer("max_delay")), values.text("backoff") != "constant"};
}

void SettingBinder::timezone(const GivenValue& value) {
    if (value.kind != GivenValue::Kind::text) return refuse(value, "timezone", "write a name: \"Europe/Berlin\"");
    if (!TimeZone::find(value.text)) {
        context_.diagnostics.error("E303", value.span, "unknown time zone", "not in the tz database",
                                   {"write a name as \"Europe/Berlin\", or \"UTC\""});
        return;
    }
    settings_.timezone = value.text;
    context_.tables.set_timezone(value.text);
}

/// Those that are no plain option.
void SettingBinder::apply_special(const GivenOption& option, GivenValue value) {
    if (option.name == "timezone") return timezone(value);
    if (option.name == "retry") return retry(value);
    if (value.loose && value.kind == GivenValue::Kind::text) value = parse_given(value.text, value.span);
    if (option.name == "workers") return workers(value);
    if (option.name == "max_rejects") return max_rejects(value);
    if (option.name == "commit_every") return commit_every(value);
    context_.diagnostics.error("E303", value.span, "`rejects` has no place here", "a target of one pipeline",
                               {"write it into `pipeline { }`"});
}

void SettingBinder::apply(const GivenOption& option) {
    if (!check_name(option.name, option.name_span)) return;
    const std::string& name = option.name;
    constexpr std::string_view kSpecial[] = {"timezone", "workers", "max_rejects", "rejects", "commit_every", "retry"};
    if (std::find(std::begin(kSpecial), std::end(kSpecial), name) != std::end(kSpecial))
        return apply_special(option, option.value);
    const auto value = check_option(*find_spec(name), option.value, context_.diagnostics);
    if (!value) return;
    const auto* whole = std::get_if<std::int64_t>(&*value);
    if (name == "memory") settings_.memory_bytes = static_cast<std::uint64_t>(*whole);
    if (name == "batch") settings_.batch_rows = static_cast<std::uint32_t>(*whole);
    if (name == "hard_terminate") settings_.hard_terminate_ms = static_cast<std::uint64_t>(*whole);
    if (name == "timeout") settings_.timeout_ms = static_cast<std::uint64_t>(*whole);
    const auto* number = std::get_if<double>(&*value);
    if (number == nullptr) return;
    const bool threshold = name == "threshold";
    if (threshold ? *number <= 0 || *number > 1 : *number <= 1 || *number > 100) {
        context_.diagnostics.error("E303", option.value.span, "`" + name + "` is out of bounds",
                                   threshold ? "must be over 0 and at most 1" : "must be over 1 and at most 100");
        return;
    }
    (threshold ? settings_.threshold : settings_.growth) = *number;
}

}  // namespace

const ast::Expr* bind_settings(const ast::PipelineDecl* decl, Context& context) {
    SettingBinder binder(context);
    std::vector<GivenOption> shared = context.config.settings;
    resolve_environment(shared, context);
    for (const GivenOption& option : shared) binder.apply(option);
    const ast::Expr* rejects = nullptr;
    std::vector<std::string> seen;
    if (decl != nullptr)
        for (const ast::Assign& assign : decl->settings.items) {
            const std::string& name = assign.name.text;
            if (std::find(seen.begin(), seen.end(), name) != seen.end()) {
                context.diagnostics.error("E304", assign.name.span, "`" + name + "` is given twice", "given before");
                continue;
            }
            seen.push_back(name);
            // The value of an unknown setting is not looked at.
            if (!binder.check_name(name, assign.name.span)) continue;
            if (name == "commit_every") context.commit_every = assign.value->span;
            if (context.has_syntax_error(assign.value->span)) continue;
            if (name == "rejects")
                rejects = assign.value.get();
            else if (auto value = given_value(*assign.value, context); value)
                binder.apply({name, assign.name.span, std::move(*value)});
        }
    for (const auto& [name, text] : context.options.settings) {
        const auto size = static_cast<std::uint32_t>(name.size());
        const std::uint32_t file = context.texts.add("command line", name + "=" + text);
        GivenOption option;
        option.name = name;
        option.name_span = {file, 0, size};
        option.value.text = text;
        option.value.span = {file, size + 1, size + 1 + static_cast<std::uint32_t>(text.size())};
        option.value.loose = true;
        binder.apply(option);
    }
    return rejects;
}

}  // namespace etl::bind
