const { pl, E, col, toCsv } = require("./orders.js");
toCsv(pl.scanCSV(E.INPUT, { hasHeader: false, sep: ";", quoteChar: "\x01", schema: { station: pl.Utf8, t: pl.Float64 } }).groupBy("station")
  .agg(col("t").min().alias("lo"), col("t").mean().alias("mean"), col("t").max().alias("hi")).sort("station"));
