#include "tests/unit/catch.hpp"
#include "tests/unit/files_copy.hpp"

using namespace etl;
using namespace std::string_literals;

using Strings = std::vector<std::string>;

namespace {

const DataType* text_type(bool nullable = false) { return simple_type(TypeKind::text, nullable); }

/// What csv("in.csv") | into csv("out.csv") writes, for any batch size; rejects behind it.
struct Copied {
    std::string text;
    Strings rejects;
};

Copied copy_csv(FilesCopy& copy, const std::string& text) {
    copy.folder.put("in.csv", text);
    Copied first;
    for (const std::uint32_t batch_rows : {0, 1, 2, 7}) {
        copy.batch_rows = batch_rows;
        copy.run();
        const Copied now{copy.folder.get("out.csv"), copy.reasons()};
        if (batch_rows == 0) first = now;
        CHECK(now.text == first.text);
        CHECK(now.rejects == first.rejects);
    }
    return first;
}

Copied copy_csv(const std::string& text) {
    const TestFolder folder;
    FilesCopy copy(folder);
    return copy_csv(copy, text);
}

}  // namespace

TEST_CASE("csv: fields, quotes, line ends") {
    const auto same = [](const std::string& text) { CHECK(copy_csv(text).text == text); };
    same("a,b\n1,2\n");
    same("a,b\n");
    same("a\n1\n\n2\n");
    same("a,b\n\"x,y\",\"two\nlines\"\n\"say \"\"hi\"\"\",\"\r\"\n");
    same("a,b\n,\nü,日本\n");
    CHECK(copy_csv("a,b\n1,2").text == "a,b\n1,2\n");
    CHECK(copy_csv("a,b\r\n1,2\r\n\"x\",\"y,\"\r\n").text == "a,b\n1,2\nx,\"y,\"\n");
    CHECK(copy_csv("a,b\n\"1\",\"\"\n").text == "a,b\n1,\n");
    CHECK(copy_csv("\xEF\xBB\xBF\"a\",b\n1,2\n").text == "a,b\n1,2\n");
    CHECK(copy_csv("a,b\n\n1,2\n\r\n\n3,4\n\n").text == "a,b\n1,2\n3,4\n");
    CHECK(copy_csv("a,b\n1,2\r\n3,4\n5\r,6\r").text == "a,b\n1,2\n3,4\n\"5\r\",6\n");
}

TEST_CASE("csv: a stray quote changes one record") {
    const Copied inner = copy_csv("a,b\n1,5\" disk\n2,\"x\"\n3,y\"\n");
    CHECK(inner.text == "a,b\n1,\"5\"\" disk\"\n2,x\n3,\"y\"\"\"\n");
    CHECK(inner.rejects.empty());
    const Copied behind = copy_csv("a,b\n1,\"x\"y\n2,z\n\"p\" ,q\n3,\"w\"\n");
    CHECK(behind.text == "a,b\n2,z\n3,w\n");
    CHECK(behind.rejects == Strings{"2 text behind a closing quote", "4 text behind a closing quote"});
}

TEST_CASE("csv: bad records are rejects, with their line") {
    const Copied copied = copy_csv("a,b\n1\n\"x\ny\",2\n1,2,3\nn\0l,4\n\xFF,5\nü,6\n7,\xC3\n8,9"s);
    CHECK(copied.text == "a,b\n\"x\ny\",2\nü,6\n8,9\n");
    CHECK(copied.rejects == Strings{"2 1 field, but 2 are expected", "5 3 fields, but 2 are expected", "6 a NUL byte",
                                    "7 not valid UTF-8", "9 not valid UTF-8"});
}

TEST_CASE("csv: a quote that is never closed") {
    const TestFolder folder;
    FilesCopy copy(folder);
    folder.put("in.csv", "a,b\n1,\"x\ny\"\n2,\"open\n3,4\n");
    CHECK(error_of(copy) ==
          "E412 in.csv: the quoted field that begins in line 4 does not end: the file is cut off there, or a quote is "
          "missing");
    CHECK(folder.names() == Strings{"in.csv"});
    copy.option("max_record", std::int64_t{1024});
    folder.put("in.csv", "a,b\n1,\"x" + std::string(400'000, 'y') + "\"\n");
    CHECK(error_of(copy) ==
          "E412 in.csv: the quoted field that begins in line 2 does not end within 1.0 KiB (`max_record`)");
    copy.option("max_record", std::int64_t{1} << 28);
    CHECK(error_of(copy).empty());
    CHECK(folder.get("out.csv").size() == 4 + 2 + 400'001 + 1);
}

TEST_CASE("csv: a file cut at every byte") {
    const std::string text = "id,n\n1,\"a, b\"\n2,\"c\nd\"\n3,\"e\"\"f\"\n4,gh\n";
    const std::string whole = "id,n\n1,\"a, b\"\n2,\"c\nd\"\n3,\"e\"\"f\"\n4,gh\n";
    const TestFolder folder;
    FilesCopy copy(folder);
    copy.column("id", text_type()).column("n", text_type());
    for (std::size_t size = 5; size < text.size(); ++size) {
        folder.put("in.csv", text.substr(0, size));
        std::filesystem::remove(folder.path() / "out.csv");
        const std::string error = error_of(copy);
        const std::string got = folder.get("out.csv");
        INFO(size << ": " << error << got);
        if (!error.empty()) {
            CHECK(error.find("E412 in.csv: the quoted field that begins in line ") == 0);
            CHECK(got.empty());
            continue;
        }
        // Whole records come as they are, what is cut off is the last one or none.
        const std::size_t last = got.rfind('\n', got.size() - 2);
        CHECK(whole.starts_with(got.substr(0, last + 1)));
        CHECK(copy.rejects.size() <= 1);
    }
}

TEST_CASE("csv: columns by name, place and type") {
    const TestFolder folder;
    FilesCopy copy(folder);
    copy.column("c", text_type()).column("a", simple_type(TypeKind::integer, true));
    const Copied copied = copy_csv(copy, "a,b,c\n1,x,y\n,x,z\n+5,\"x\",w\n1.5,x,v\n99999999999999999999,,\n");
    CHECK(copied.text == "c,a\ny,1\nz,\nw,5\n");
    CHECK(copied.rejects == Strings{"5 a=1.5 not an int", "6 a=99999999999999999999 out of range for int"});
    copy.option("header", std::int64_t{0});
    CHECK(copy_csv(copy, "p,1,q\nr,2,s\n").text == "c,a\np,1\nr,2\n");
    CHECK(copy_csv(copy, "").text == "c,a\n");
    folder.put("in.csv", "p\n");
    CHECK(error_of(copy) == "E410 in.csv: the first record has 1 fields, but 2 columns are declared");
}

TEST_CASE("csv: what is not as we print it is printed anew") {
    const TestFolder folder;
    FilesCopy copy(folder);
    copy.column("t", simple_type(TypeKind::timestamp))
        .column("d", decimal_type(6, 2, true))
        .column("n", text_type(true));
    CHECK(copy_csv(copy, "t,d,n\n2024-01-31 10:00,1.5,\"\"\n").text == "t,d,n\n2024-01-31T10:00:00Z,1.50,\"\"\n");
    CHECK(copy_csv(copy, "t,d,n\n2024-01-31T10:00:00Z,,\n").text == "t,d,n\n2024-01-31T10:00:00Z,,\n");
    FilesCopy formatted(folder);
    formatted.column("t", simple_type(TypeKind::date), {"%d.%m.%Y"}).column("d", decimal_type(9, 2), {"1.234,56"});
    formatted.option("delimiter", ";");
    const Copied copied = copy_csv(formatted, "t;d\n31.01.2024;1.000,5\n31.02.2024;2\n1.2.2024;x\n");
    CHECK(copied.text == "t,d\n2024-01-31,1000.50\n");
    CHECK(copied.rejects.size() == 2);
    formatted.use = ColumnUse::typed;
    CHECK(copy_csv(formatted, "t;d\n31.01.2024;1.000,5\n").text == "t,d\n2024-01-31,1000.50\n");
}

TEST_CASE("csv: options of reading") {
    const TestFolder folder;
    FilesCopy copy(folder);
    copy.option("skip", std::int64_t{2}).option("header", std::int64_t{2}).option("footer", std::int64_t{1});
    copy.option("comment", "#").option("delimiter", "\t").option("quote", "'");
    const Copied copied =
        copy_csv(copy, "bank \"x\nreport\nNo\tName\n\n# it's\nid\tname\n1\t'a\tb'\n#'\n2\t\"\n# end\n3\tc\nsum\t6\n");
    CHECK(copied.text == "id,name\n1,a\tb\n2,\"\"\"\"\n3,c\n");
    FilesCopy nulls(folder);
    nulls.option("null_text", "NULL").out_option("null_text", "-");
    nulls.column("a", text_type(true)).column("b", simple_type(TypeKind::integer, true)).column("c", text_type());
    CHECK(copy_csv(nulls, "a,b,c\nNULL,NULL,NULL\n\"NULL\",5,\"\"\n,,-\n\"\",-1,x\n").text ==
          "a,b,c\n-,-,NULL\nNULL,5,\n-,-,\"-\"\n\"\",-1,x\n");
    FilesCopy unquoted(folder);
    unquoted.option("quote", "");
    CHECK(copy_csv(unquoted, "a,b\n\"x,y\"\n").text == "a,b\n\"\"\"x\",\"y\"\"\"\n");
}

TEST_CASE("csv: options of writing") {
    const TestFolder folder;
    FilesCopy copy(folder);
    copy.out_option("delimiter", ";").out_option("header", std::int64_t{0});
    CHECK(copy_csv(copy, "a,b\n\"x,y\",z;\n\"p\"\"\",q\n").text == "x,y;\"z;\"\n\"p\"\"\";q\n");
    FilesCopy unquoted(folder);
    unquoted.out_option("quote", "");
    const Copied copied = copy_csv(unquoted, "a,b\n\"x,y\",z\np,\"q\"\"\"\n");
    CHECK(copied.text == "a,b\np,q\"\n");
    CHECK(copied.rejects == Strings{"2 a=x,y cannot be written without quotes"});
    FilesCopy digits(folder);
    digits.out_option("delimiter", "1").column("a", simple_type(TypeKind::integer)).column("b", text_type());
    CHECK(copy_csv(digits, "a,b\n215,x\n3,1\n").text == "a1b\n\"215\"1x\n31\"1\"\n");
    FilesCopy wrong(folder);
    wrong.out_option("skip", std::int64_t{1});
    CHECK(error_of(wrong) == "E415 `skip` is an option of reading");
}

TEST_CASE("csv: encodings") {
    const TestFolder folder;
    FilesCopy copy(folder);
    copy.option("encoding", "latin1").out_option("encoding", "utf-16");
    CHECK(copy_csv(copy, "n\xE4me\nM\xFCller\n").text == "\xFF\xFEn\0\xE4\0m\0e\0\n\0M\0\xFC\0l\0l\0e\0r\0\n\0"s);
    FilesCopy back(folder);
    back.option("encoding", "utf-16").out_option("encoding", "windows-1252");
    const Copied copied = copy_csv(back, "\xFF\xFE\x61\0\n\0\xAC\x20\n\0\x3E\xD8\x01\xDD\n\0\x62\0\n\0"s);
    CHECK(copied.text == "a\n\x80\nb\n");
    CHECK(copied.rejects == Strings{"3 a character that windows-1252 does not have"});
    FilesCopy broken(folder);
    broken.option("encoding", "shift_jis");
    CHECK(copy_csv(broken, "a\nx\n\x81\x20\n\x83\x41\n").text == "a\nx\nア\n");
    broken.option("encoding", "klingon");
    CHECK(error_of(broken).find("E408 ") == 0);
    FilesCopy unsaid(folder);
    folder.put("in.csv", "\xFF\xFE\x61\0\n\0"s);
    CHECK(error_of(unsaid) == "E413 in.csv: the file is UTF-16; write `encoding = \"utf-16\"`");
}

TEST_CASE("csv: headers that do not fit") {
    const TestFolder folder;
    FilesCopy copy(folder);
    copy.column("customer", text_type());
    const auto error = [&](std::string_view text) {
        folder.put("in.csv", text);
        return error_of(copy);
    };
    CHECK(error("id,custmer\n1,2\n") ==
          "E410 in.csv: there is no column `customer`; the header has id, custmer; did you mean `custmer`?");
    CHECK(error("id;customer\n1;2\n") ==
          "E410 in.csv: there is no column `customer`; the header has id;customer; is `delimiter = \";\"` missing?");
    CHECK(error("customer,customer\n1,2\n") == "E411 in.csv: the header has `customer` more than once");
    CHECK(error("customer,b,b\n1,2,3\n").empty());
    CHECK(error("") == "E413 in.csv: a header was expected, but the file is empty");
    CHECK(error("a\xFF,b\n").find("E413 in.csv: the header is not valid UTF-8") == 0);
    CHECK(error("customer\r1\r2\r").find("E413 in.csv: its lines end with a carriage return alone") == 0);
    CHECK(error("customer,\"b\n") == "E412 in.csv: the header holds a quoted name that does not end");
    copy.strict = true;
    CHECK(error("customer,new\n1,2\n") == "E414 in.csv: the source is `strict`, but the file also has new");
}

TEST_CASE("csv: private columns are masked in rejects") {
    const TestFolder folder;
    FilesCopy copy(folder);
    copy.column("mail", text_type())
        .column("n", simple_type(TypeKind::integer))
        .column("pin", simple_type(TypeKind::integer));
    copy.columns[0].is_private = copy.columns[2].is_private = true;
    folder.put("in.csv", "n,mail,pin\nx,a@b,1\n5,c@d,y\n6,e\n");
    copy.run();
    CHECK(copy.reasons() == Strings{"2 n=x not an int", "3 pin=*** not an int", "4 2 fields, but 3 are expected"});
    CHECK(copy.rejects[0].row == "x,***,***");
    CHECK(copy.rejects[1].row == "5,***,***");
    CHECK(copy.rejects[2].row == "***");
}
