const { pl, E, col, toCsv } = require("./orders.js");
const c = (f) => col("customer").struct.field(f);
const schema = { id: pl.Int64, customer: pl.Struct([new pl.Field("id", pl.Int32), new pl.Field("name", pl.Utf8), new pl.Field("email", pl.Utf8)]),
  amount: pl.Float64, placed_at: pl.Utf8, status: pl.Utf8 };
toCsv(pl.scanJson(E.INPUT, { schema }).filter(col("status").eq(pl.lit("paid")).and(col("amount").gt(100)))
  .select(col("id"), c("id").alias("customer_id"), c("name").alias("customer_name"), c("email").alias("email"), col("amount"), col("placed_at")));
