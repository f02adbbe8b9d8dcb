#include "connectors/files/file_entries.hpp"

#include <algorithm>
#include <charconv>
#include <string_view>

#include "base/error.hpp"
#include "data/json.hpp"
#include "data/key.hpp"

namespace etl {

namespace {

constexpr std::size_t kHead_bytes = 1024;
constexpr std::size_t kTail_bytes = 64;
constexpr std::string_view kHexDigits = "0123456789abcdef";

std::string hex(std::uint64_t number) {
    std::string text(16, '0');
    for (std::size_t i = 16; i-- > 0; number >>= 4) text[i] = kHexDigits[number & 15];
    return text;
}

void read_all(ByteReader& reader, std::string& to, std::size_t bytes, const std::string& name) {
    to.resize(bytes);
    for (std::size_t got = 0; got < bytes;) {
        const std::size_t more = reader.read(to.data() + got, bytes - got);
        if (more == 0) throw Error("E532", name + " became shorter while it was looked at; start the load again");
        got += more;
    }
}

/// A name in one line; what is no UTF-8, which a target's text may not hold, as \xHH.
std::string escaped(const std::string& name) {
    const bool valid = is_valid_utf8(name.data(), name.size());
    std::string text;
    for (const char c : name) {
        const auto byte = static_cast<unsigned char>(c);
        if (c == '\\') {
            text += "\\\\";
        } else if (c == '\n' || (byte >= 0x80 && !valid)) {
            text += "\\x";
            text += kHexDigits[byte >> 4];
            text += kHexDigits[byte & 15];
        } else {
            text += c;
        }
    }
    return text;
}

[[noreturn]] void throw_unknown(std::string_view line) {
    throw Error("E532", "the stored position \"" + std::string(line) +
                            "\" is not one of files; set it back with `--reset-offset`, or load everything again with "
                            "`--full`");
}

std::string unescaped(std::string_view text, std::string_view line) {
    std::string name;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '\\') {
            name += text[i];
        } else if (i + 1 < text.size() && text[i + 1] == '\\') {
            name += text[++i];
        } else {
            unsigned byte = 0;
            if (i + 4 > text.size() || text[i + 1] != 'x' ||
                std::from_chars(text.data() + i + 2, text.data() + i + 4, byte, 16).ptr != text.data() + i + 4)
                throw_unknown(line);
            name += static_cast<char>(byte);
            i += 3;
        }
    }
    return name;
}

/// Takes a line's words, one by one.
class Words {
  public:
    explicit Words(std::string_view line) : line_(line), rest_(line) {}
    std::string_view word() {
        const std::size_t space = rest_.find(' ');
        if (space == std::string_view::npos || space == 0) throw_unknown(line_);
        const std::string_view found = rest_.substr(0, space);
        rest_.remove_prefix(space + 1);
        return found;
    }
    template <typename Number>
    void number(Number& to) {
        const std::string_view text = word();
        const auto result = std::from_chars(text.data(), text.data() + text.size(), to);
        if (result.ec != std::errc() || result.ptr != text.data() + text.size()) throw_unknown(line_);
    }
    std::string name() const { return unescaped(rest_, line_); }

  private:
    std::string_view line_;
    std::string_view rest_;
};

}  // namespace

Fingerprint Fingerprint::of_file(const InputFile& file, std::uint64_t until_byte) {
    Fingerprint made;
    read_all(*open_file(file), made.head_, std::min<std::uint64_t>(until_byte, kHead_bytes), file.name);
    const std::size_t tail = std::min<std::uint64_t>(until_byte, kTail_bytes);
    read_all(*open_file(file, until_byte - tail), made.tail_, tail, file.name);
    return made;
}

void Fingerprint::add(std::span<const char> bytes) {
    head_.append(bytes.data(), std::min(bytes.size(), kHead_bytes - head_.size()));
    const std::size_t taken = std::min(bytes.size(), kTail_bytes);
    tail_.append(bytes.data() + bytes.size() - taken, taken);
    if (tail_.size() > kTail_bytes) tail_.erase(0, tail_.size() - kTail_bytes);
}

std::string Fingerprint::text() const {
    return hex(hash_bytes(head_.data(), head_.size())) + hex(hash_bytes(tail_.data(), tail_.size()));
}

std::string to_text(const FileEntries& entries) {
    std::string text;
    for (const auto& [name, entry] : entries) {
        constexpr std::string_view kStates[] = {"done", "part", "tail"};
        text += kStates[static_cast<std::size_t>(entry.state)];
        for (const std::uint64_t number : {entry.place.byte, entry.place.record, entry.place.line})
            text += " " + std::to_string(number);
        if (entry.state == FileEntry::State::tail)
            text += " " + entry.fingerprint;
        else
            text += " " + std::to_string(entry.size_bytes) + " " + std::to_string(entry.modified_ns);
        text += " " + escaped(name) + "\n";
    }
    return text;
}

FileEntries parse_entries(const std::string& text, Incremental::Kind kind) {
    FileEntries entries;
    for (std::string_view rest = text; !rest.empty();) {
        const std::string_view line = rest.substr(0, rest.find('\n'));
        rest.remove_prefix(std::min(rest.size(), line.size() + 1));
        Words words(line);
        FileEntry entry;
        const std::string_view state = words.word();
        const bool by_offset = state == "tail";
        if (state != "done" && state != "part" && !by_offset) throw_unknown(line);
        if (by_offset != (kind == Incremental::Kind::offset))
            throw Error("E532", std::string("the stored position is one of `incremental by ") +
                                    (by_offset ? "offset" : "file") +
                                    "`; write that again, or load everything again with `--full`");
        entry.state = by_offset         ? FileEntry::State::tail
                      : state == "done" ? FileEntry::State::done
                                        : FileEntry::State::part;
        words.number(entry.place.byte);
        words.number(entry.place.record);
        words.number(entry.place.line);
        if (by_offset) {
            entry.fingerprint = words.word();
        } else {
            words.number(entry.size_bytes);
            words.number(entry.modified_ns);
        }
        entries[words.name()] = std::move(entry);
    }
    return entries;
}

}  // namespace etl
