"""The same orders as JSON: in.jsonl, a record a line, or in.json, a whole document."""
import json

from orders import COLUMNS, CsvFile, Judged, values_of

NO_JSON = '{"id": 4,'


def record_of(values):
    number, name, note, amount, day = values
    members = [("id", number), ("name", json.dumps(name, ensure_ascii=False)), ("note", json.dumps(note or None)),
               ("amount", amount), ("day", json.dumps(day))]
    return "{" + ", ".join(f'"{column}": {text}' for column, text in members) + "}"


def json_records(rng, first, count, is_document):
    """In ten of them one is not as it should be, some ids come again."""
    for number in range(first, first + count):
        chance = rng.random()
        values = values_of(rng, rng.randrange(1, number + 1) if chance < 0.15 else number)
        if chance > 0.9:
            yield rng.choice([
                record_of(['"no number"', *values[1:]]), record_of([*values[:3], '"a lot"', values[4]]),
                record_of(values).replace('"amount"', '"sum"'), f"[{number}]",
                f"[{number}]" if is_document else NO_JSON])
        else:
            yield record_of(values)


def judge_json(path, judged):
    """Of a document: each object stands in a line of its own."""
    is_document = path.suffix == ".json"
    for line, text in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        record = text.removesuffix(",") if is_document else text
        if is_document and record in ("[", "]"):
            continue
        row = None if record == NO_JSON else json.loads(record, parse_float=str, parse_int=str)
        why = ("not valid JSON: a member's name is expected" if row is None else
               "not valid JSON: an object is expected" if isinstance(row, list) else
               "null or missing, but decimal(12, 2) must have a value" if "amount" not in row else "")
        if why:
            judged.rejects[(path.name, line, why, record)] += 1
        else:
            judged.judge([row[column] for column in COLUMNS], (path.name, line), record)


class JsonFile(CsvFile):
    """Written anew before each load, or grown (lines only)."""

    def __init__(self, name="in.jsonl", grows=False, clause=""):
        super().__init__(grows, clause)
        self.files, self.form = [name], name.rpartition(".")[2]
        self.declaration = CsvFile.declaration.replace('csv("in.csv")', f'{self.form}("{name}")')

    def grow(self, folder, rng, load, count):
        self.write(folder / self.files[0], json_records(rng, 1 + load * count, count, self.form == "json"))

    def write(self, path, records):
        if self.form == "json":
            path.write_text("[\n" + ",\n".join(records) + "\n]\n", encoding="utf-8")
        else:
            with open(path, "a" if self.grows else "w", encoding="utf-8") as file:
                file.writelines(record + "\n" for record in records)

    def judged(self, folder):
        judged = Judged()
        judge_json(folder / self.files[0], judged)
        return judged


class JsonFolder(JsonFile):
    """inbox/*.json: more documents before each load."""

    def __init__(self, clause=""):
        super().__init__("inbox/*.json", clause=clause)
        self.files = ["inbox"]

    def grow(self, folder, rng, load, count):
        (folder / "inbox").mkdir(exist_ok=True)
        for part in range(3):
            first = 1 + (load * 3 + part) * count
            self.write(folder / "inbox" / f"part-{load}-{part}.json", json_records(rng, first, count // 3, True))

    def judged(self, folder):
        judged = Judged()
        for path in sorted((folder / "inbox").iterdir()):
            judge_json(path, judged)
        return judged
