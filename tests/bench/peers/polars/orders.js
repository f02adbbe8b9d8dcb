// What every Polars script uses: the lazy scan of the orders CSV, the amount as a number, and the cleansing step of w2 and w3.
const pl = require("nodejs-polars");
const E = process.env;
const { col, lit } = pl;
const schema = { id: pl.Int64, customer_id: pl.Int32, customer_name: pl.Utf8, email: pl.Utf8, phone: pl.Utf8, amount: pl.Utf8,
  currency: pl.Utf8, placed_at: pl.Utf8, status: pl.Utf8, notes: pl.Utf8 };
const orders = () => pl.scanCSV(E.INPUT, { schema });
const amount = () => col("amount").cast(pl.Float64, false);  // not strict: what is no number becomes null
const trim = (c) => col(c).str.stripChars(" ");
const cleansed = () => orders()
  .withColumn(amount().alias("amount"))
  .filter(col("amount").gt(250).and(col("status").isIn(["paid", "shipped"])))
  .select(col("id"), trim("customer_name").str.toUpperCase().alias("customer_name"), trim("email").str.toLowerCase().alias("email"),
    pl.when(trim("currency").fillNull("").eq(lit(""))).then(lit("EUR")).otherwise(trim("currency").str.toUpperCase()).alias("currency"),
    col("amount"), col("amount").mul(1.2).round(2).alias("gross"));
const toCsv = (lf) => lf.sinkCSV(E.OUT, { maintainOrder: true }).collectSync({ engine: "streaming" });
module.exports = { pl, E, col, lit, orders, amount, cleansed, trim, toCsv, schema };
