const { pl, E, col, toCsv } = require("./orders.js");
const kinds = [pl.Utf8, pl.Int32, pl.Float64, pl.Utf8, pl.Date];  // by the column's number % 5
const name = (k) => "c" + String(k).padStart(3, "0");
const schema = Object.fromEntries(Array.from({ length: 100 }, (_, i) => [name(i + 1), i ? kinds[(i + 1) % 5] : pl.Int64]));
toCsv(pl.scanCSV(E.INPUT, { schema }).filter(col("c042").gt(250)).select("c001", "c018", "c042", "c064", "c100"));
