#include <openssl/evp.h>

#include <memory>

#include "base/error.hpp"
#include "expr/lift.hpp"

namespace etl {
namespace {

constexpr unsigned kDigest_bytes = 32;

struct ContextDeleter {
    void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};

char* put_hex(char* out, const unsigned char* digest) {
    constexpr std::string_view letters = "0123456789abcdef";
    for (unsigned i = 0; i < kDigest_bytes; ++i) {
        *out++ = letters[digest[i] >> 4];
        *out++ = letters[digest[i] & 15];
    }
    return out;
}

void sha256(const Call& call, Column& out) {
    // Looking the algorithm up takes longer than hashing a short text.
    static const EVP_MD* const algorithm = EVP_MD_fetch(nullptr, "SHA256", nullptr);
    const std::unique_ptr<EVP_MD_CTX, ContextDeleter> context(EVP_MD_CTX_new());
    if (algorithm == nullptr || context == nullptr) throw Error("E501", "SHA-256 is not to be had from OpenSSL");
    const lifting::Input<std::string_view> texts(call, 0);
    auto* const hashes = call.arena.array<Text>(call.row_count);
    out.values = hashes;
    for_each_row(call.rows, [&](std::uint32_t row) {
        const std::string_view text = texts.get(row);
        unsigned char digest[kDigest_bytes];
        EVP_DigestInit_ex2(context.get(), algorithm, nullptr);
        EVP_DigestUpdate(context.get(), text.data(), text.size());
        EVP_DigestFinal_ex(context.get(), digest, nullptr);
        TextWriter writer(call.arena, 2 * kDigest_bytes);
        writer.move_to(put_hex(writer.end(), digest));
        hashes[row] = writer.finish();
    });
}

constexpr Parameter kParameters[] = {{"value", TypePattern::text}};
constexpr Overload kOverloads[] = {{kParameters, gives<TypeKind::text>, sha256}};
constexpr Example kExamples[] = {
    {R"(sha256("abc"))", R"("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")"},
    {R"(sha256(""))", R"("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")"},
};
constexpr FunctionSpec kSpec{.name = "sha256",
                             .category = "hash",
                             .summary = "The SHA-256 of a text's UTF-8 bytes, as 64 hexadecimal digits.",
                             .overloads = kOverloads,
                             .examples = kExamples};
const Registration<FunctionSpec> kRegistration{kSpec};

}  // namespace
}  // namespace etl
