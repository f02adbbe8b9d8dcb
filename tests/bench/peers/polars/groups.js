const { pl, E, col, toCsv } = require("./orders.js");
toCsv(pl.scanCSV(E.INPUT, { schema: { account: pl.Utf8, paid_on: pl.Date, amount: pl.Float64 } }).groupBy("account")
  .agg(pl.len().alias("n"), col("amount").sum().round(2).alias("total"), col("paid_on").max().alias("last")));
