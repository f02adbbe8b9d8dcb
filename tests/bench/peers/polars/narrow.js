const { pl, E, col, toCsv } = require("./orders.js");
const schema = { id: pl.Int64, shop: pl.Int32, quantity: pl.Int32, price: pl.Float64, discount: pl.Float64 };
toCsv(pl.scanCSV(E.INPUT, { schema }).filter(col("quantity").gtEq(3).and(col("price").lt(500)))
  .select(col("id"), col("shop"), col("price").mul(col("quantity")).sub(col("discount")).round(2).alias("total")));
