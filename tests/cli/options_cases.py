from harness import COPY, ROWS, Case


class Options(Case):
    def test_no_file(self):
        for program in ("etlrun", "etlcheck"):
            done = self.expect(self.run_tool(program), 2, "no FILE is given")
            self.assertEqual(done.stdout, "")
            self.assertLessEqual(len(done.stderr.splitlines()), 2)

    def test_an_unknown_option_is_named(self):
        for program in ("etlrun", "etlcheck"):
            self.expect(self.run_tool(program, "--nope"), 2, "--nope", "--help")

    def test_a_param_without_a_value(self):
        self.write("p.etl", COPY)
        for program in ("etlrun", "etlcheck"):
            self.expect(self.run_tool(program, "p.etl", "-p", "x"), 2, "error[E315]", "NAME=VALUE, not `x`")

    def test_an_unknown_param(self):
        self.write("in.csv", ROWS)
        self.expect(self.etlrun(COPY, "-p", "x=1"), 2, "unknown param `x`", "-p x=1")

    def test_a_pipeline_that_cannot_be_read(self):
        (self.folder / "folder").mkdir()
        self.write("closed.etl", COPY, 0o000)
        for program in ("etlrun", "etlcheck"):
            for name, why in (("none.etl", "no such file or folder"), ("folder", "it is a directory"),
                              ("closed.etl", "no permission")):
                done = self.run_tool(program, name, other_user=True)
                self.expect(done, 1, f"cannot read {name}: {why}")

    def test_a_configuration_that_cannot_be_read(self):
        self.write("in.csv", ROWS)
        self.expect(self.etlrun(COPY, "--config", "none.toml"), 1, "cannot read none.toml: no such file or folder")
        self.expect(self.etlrun(COPY, "--profile", "night"), 1, "profile night: there is no etl.toml")

    def test_help(self):
        for program in ("etlrun", "etlcheck"):
            done = self.expect(self.run_tool(program, "--help"), 0, "--json")
            self.assertEqual(done.stderr, "")
        self.expect(self.run_tool("etlcheck", "--help", "trim"), 0, "trim(value: text)")
        self.expect(self.run_tool("etlcheck", "--help", "dedupe"), 0, "keep latest")
        self.expect(self.run_tool("etlcheck", "--help", "threshold"), 0, "Unless set: `0.75`")
        self.expect(self.run_tool("etlcheck", "--help", "tirm"), 2, "nothing is called `tirm`; did you mean `trim`?")

    def test_dry_run_and_explain_touch_nothing(self):
        self.write("in.csv", ROWS)
        self.expect(self.etlrun(COPY, "--dry-run"), 0, "p.etl: good; no row was read or written")
        self.expect(self.etlrun(COPY, "--explain"), 0, "t | into out.csv")
        self.assertEqual(sorted(path.name for path in self.folder.iterdir()), ["in.csv", "p.etl"])

    def test_quiet(self):
        self.write("in.csv", ROWS)
        unread = 'source unread = csv("in.csv")\n'
        done = self.expect(self.etlrun(COPY + unread, "-q"), 0)
        self.assertEqual((done.stdout, done.stderr, self.read("out.csv")), ("", "", ROWS))
