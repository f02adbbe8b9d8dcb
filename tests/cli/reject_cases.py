from harness import COPY, Case

PIPELINE = "pipeline p { max_rejects = LIMIT }\n" + COPY
ROWS = "id,name\n" + "".join(f"{i if i % 10 else 'x'},n\n" for i in range(1, 3001))
KEPT = "".join(line + "\n" for line in ROWS.splitlines() if not line.startswith("x"))


def limited(limit):
    return PIPELINE.replace("LIMIT", limit)


class Rejects(Case):
    def setUp(self):
        super().setUp()
        self.write("in.csv", ROWS)

    def test_a_count(self):
        done = self.expect_old_target(limited("5"), 3, "error[E521]: more rejects than `max_rejects` (5) allows",
                                      "rejects: 6", "6  t: id: not an int")
        self.assertEqual([row["line"] for row in self.rejects()], [11, 21, 31, 41, 51, 61])
        self.assertIn(".etl/rejects/", done.stderr)

    def test_a_share(self):
        self.expect_old_target(limited("9.9%"), 3, "error[E521]: more rejects than `max_rejects` (9.9%) allows")

    def test_no_more_than_the_limit(self):
        for limit in ("300", "10%"):
            self.expect(self.etlrun(limited(limit)), 0, "rejects: 300", "300  t: id: not an int")
            self.assertEqual(self.read("out.csv"), KEPT)
        self.expect_old_target(limited("299"), 3, "`max_rejects` (299)")

    def test_json(self):
        done = self.expect(self.etlrun(limited("5"), "--json"), 3)
        self.assertEqual(done.stderr, "")
        report = self.objects(done.stdout)[-1]
        self.assertEqual((report["status"], report["code"], report["rejects"], report["rejects_by_reason"]),
                         ("too_many_rejects", "E521", 6, {"t: id: not an int": 6}))

    def test_rejects_that_cannot_be_written(self):
        self.write(".etl", "a file where the state's folder should be")
        self.expect_old_target(COPY, 1, ".etl", "the rejects cannot be written")
