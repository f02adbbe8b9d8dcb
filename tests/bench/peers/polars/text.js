const { pl, E, col, lit, toCsv } = require("./orders.js");
const schema = { id: pl.Int64, language: pl.Utf8, title: pl.Utf8, body: pl.Utf8 };
toCsv(pl.scanCSV(E.INPUT, { schema }).filter(col("language").neq(lit("zh")).and(col("body").str.contains("музыка язык", true).not()))
  .select(col("id"), col("title").str.toUpperCase(), col("body").str.lengths().alias("characters"),
    col("body").str.slice(0, 60).alias("teaser"), col("body")));
