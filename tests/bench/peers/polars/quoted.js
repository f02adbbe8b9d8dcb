const { pl, E, col, trim, toCsv } = require("./orders.js");
const schema = { id: pl.Int64, product: pl.Utf8, comment: pl.Utf8, price: pl.Float64, place: pl.Utf8 };
toCsv(pl.scanCSV(E.INPUT, { schema }).filter(col("price").gtEq(20)).select(col("id"), trim("product").str.toUpperCase(),
  col("comment").str.replaceAll("\n", " ", true), col("price"), col("place")));
