import gzip
import os

from harness import COPY, ROWS, Case

ROWS_OF = ('source t = FORMAT("in.FORMAT", max_record = 500KB) { id: int, name: text }\n'
           'from t | into csv("out.csv")\n')


class Inputs(Case):
    def test_unreadable(self):
        self.write("in.csv", ROWS, 0o000)
        self.expect_old_target(COPY, 2, "error[E403]: cannot read in.csv: no permission", "p.etl:1:16",
                               other_user=True)

    def test_a_directory(self):
        (self.folder / "in.csv").mkdir()
        self.expect_old_target(COPY, 2, "error[E402]: cannot read in.csv: it is a directory", "p.etl:1:16")

    def test_missing(self):
        self.expect_old_target(COPY, 2, "error[E401]: cannot read in.csv: no such file or folder", "p.etl:1:16")

    def test_a_folder_that_may_not_be_listed(self):
        self.write("inbox/a.csv", ROWS)
        (self.folder / "inbox").chmod(0o000)
        self.expect_old_target(COPY.replace("in.csv", "inbox/*.csv"), 2, "cannot read inbox: no permission",
                               other_user=True)

    def test_a_glob_without_a_file(self):
        (self.folder / "inbox").mkdir()
        self.expect_old_target(COPY.replace("in.csv", "inbox/*.csv"), 2, "error[E406]: no file matches inbox/*.csv")

    def test_a_file_that_vanishes_behind_the_check(self):
        """The first file is a pipe whose reader waits, so the second can be taken away meanwhile."""
        os.mkfifo(self.folder / "1.csv")
        self.write("2.csv", ROWS)
        self.write("out.csv", "old")
        self.write("p.etl", COPY.replace("in.csv", "[12].csv"))
        process = self.start("etlrun", "p.etl")
        with open(self.folder / "1.csv", "w", encoding="utf-8") as pipe:
            pipe.write(ROWS)
            pipe.flush()
            (self.folder / "2.csv").unlink()
        done = self.ended(process, *process.communicate(timeout=30))
        self.expect(done, 1, "error[E401]: cannot read 2.csv: no such file or folder")
        self.assertEqual(self.read("out.csv"), "old")

    def test_standard_input(self):
        done = self.etlrun(COPY.replace("in.csv", "-"), input_bytes=ROWS.encode())
        self.expect(done, 0)
        self.assertEqual(self.read("out.csv"), ROWS)

    def test_standard_input_without_a_byte_or_closed(self):
        text = COPY.replace("in.csv", "-")
        self.expect_old_target(text, 1, "standard input: a header was expected, but the file is empty")
        self.write("p.etl", text)
        done = self.shell('"$0" p.etl <&-')
        self.expect(done, 1, "cannot read standard input: it is closed")

    def test_truncated_and_broken_gzip(self):
        rows = "id,name\n" + "".join(f"{i},name {i * i}\n" for i in range(300000))
        packed = gzip.compress(rows.encode(), mtime=0)
        text = COPY.replace("in.csv", "in.csv.gz")
        self.write("in.csv.gz", packed[:len(packed) * 3 // 4])
        self.expect_old_target(text, 1, "error[E407]: cannot read in.csv.gz: the gzip file is cut short")
        self.write("in.csv.gz", packed[:-8] + bytes(8))
        self.expect_old_target(text, 1, "error[E407]: cannot read in.csv.gz: the gzip file is broken")
        self.write("in.csv.gz", ROWS)
        self.expect_old_target(text, 2, "error[E407]: cannot read in.csv.gz: the gzip file is broken", "p.etl:1:16")

    def test_a_record_longer_than_max_record(self):
        long = "x" * 600_000
        for ending, rows, line in (("csv", f'id,name\n1,a\n2,"{long}\n"\n', 3),
                                   ("jsonl", '{"id":1,"name":"a"}\n{"id":2,"name":"%s"}\n' % long, 2),
                                   ("json", '[{"id":1,"name":"a"},\n{"id":2,"name":"%s"}]\n' % long, 2)):
            self.write(f"in.{ending}", rows)
            text = ROWS_OF.replace("FORMAT", ending)
            self.expect_old_target(text, 1, f"in.{ending}: ", f"line {line} ", "`max_record`")
            self.expect(self.etlrun(text.replace("500KB", "700KB")), 0)
