const { pl, E, col, lit, schema, toCsv } = require("./orders.js");
toCsv(pl.scanCSV(E.INPUT, { schema: Object.fromEntries(Object.keys(schema).map((k) => [k, pl.Utf8])) })
  .filter(col("status").eq(lit("paid"))));
