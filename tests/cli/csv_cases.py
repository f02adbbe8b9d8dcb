import csv
import io

from harness import COPY, ROWS, Case


class CsvInputs(Case):
    def test_cut_in_a_quoted_field(self):
        self.write("in.csv", ROWS + '3,"cut\nhere')
        self.expect_old_target(COPY, 1, "error[E412]: in.csv: the quoted field that begins in line 4 does not end")

    def test_a_line_of_100_mb(self):
        text = "x" * 100_000_000
        self.write("in.csv", f"id,name\n1,{text}\n2,b\n")
        self.expect(self.etlrun(COPY), 0)
        self.assertTrue((self.folder / "out.csv").read_bytes() == (self.folder / "in.csv").read_bytes())

    def test_300_columns(self):
        rows = [[f"c{i}" for i in range(300)]] + [[str(i * j) for i in range(300)] for j in range(50)]
        self.write("in.csv", "".join(",".join(row) + "\n" for row in rows))
        self.expect(self.etlrun('source t = csv("in.csv")\nfrom t | into csv("out.csv")\n'), 0)
        self.assertEqual(self.read("out.csv"), self.read("in.csv"))

    def test_a_header_of_megabytes(self):
        names = [f"a column with a long name {number}" for number in range(60_000)]
        text = ",".join(names) + "\n" + ",".join(str(number) for number in range(len(names))) + "\n"
        self.write("in.csv", text)
        self.expect(self.etlrun('source t = csv("in.csv")\nfrom t | into csv("out.csv")\n'), 0)
        self.assertEqual(self.read("out.csv"), text)

    def test_very_many_columns_through_stages(self):
        names = [f"c{number}" for number in range(100_000)]
        self.write("in.csv", ",".join(names) + "\n" + ",".join(f" {name}" for name in names) + "\n")
        text = ('source t = csv("in.csv")\nflow a = from t | cleanse { all: trim } | map { *, x = c1 }\n'
                'flow b = from a | drop x\nfrom a | drop x | union b | into csv("out.csv")\n')
        self.expect(self.etlrun(text), 0)
        self.assertEqual(self.read("out.csv"), 3 * (",".join(names) + "\n"))

    def test_objects_of_very_many_members(self):
        text = "".join("{" + ",".join(f'"member {number}":{number + row}' for number in range(100_000)) + "}\n"
                       for row in range(3))
        self.write("in.jsonl", text)
        self.expect(self.etlrun('source t = jsonl("in.jsonl")\nfrom t | into jsonl("out.jsonl")\n'), 0)
        self.assertEqual(self.read("out.jsonl"), text)

    def test_a_name_twice_in_the_header(self):
        self.write("in.csv", "id,name,id\n1,a,2\n")
        self.expect_old_target(COPY, 2, "error[E411]: in.csv: the header has `id` more than once", "p.etl:1:28")

    def test_nul_bytes(self):
        self.write("in.csv", b"id,name\n1,a\0b\n2,c\n\0\0,z\n4,d\n")
        self.expect(self.etlrun(COPY), 0, "2  t: a NUL byte")
        self.assertEqual(self.read("out.csv"), "id,name\n2,c\n4,d\n")
        self.assertEqual([(row["line"], row["reason"]) for row in self.rejects()],
                         [(2, "a NUL byte"), (4, "a NUL byte")])

    def test_a_stray_quote_changes_one_record(self):
        text = 'id,name\n1,a\n2,b "q" c\n3,"d" x\n4,e"\n5,"f ""g"""\n6,"h\ni"\n7,j\n'
        self.write("in.csv", text)
        self.expect(self.etlrun(COPY), 0)
        python = list(csv.reader(io.StringIO(text, newline="")))
        ours = list(csv.reader(io.StringIO(self.read("out.csv"), newline="")))
        self.assertEqual(ours, [row for row in python if row[0] != "3"])
        self.assertEqual([(row["line"], row["reason"], row["row"]) for row in self.rejects()],
                         [(4, "text behind a closing quote", '3,"d" x')])

    def test_bytes_that_are_no_text_in_rejects(self):
        self.write("in.csv", b"id,name\n1,a\xffb\n2,c\n")
        self.expect(self.etlrun(COPY + 'from rejects | map { line, reason, row } | into jsonl("rejects.jsonl")\n'), 0)
        rejects = (self.folder / "rejects.jsonl").read_text(encoding="utf-8", errors="strict")
        self.assertEqual(rejects, '{"line":2,"reason":"not valid UTF-8","row":"1,a\ufffdb"}\n')
