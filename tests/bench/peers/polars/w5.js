const { pl, col, orders, amount, toCsv } = require("./orders.js");
toCsv(orders().select(col("customer_id"), amount()).groupBy("customer_id").agg(
  col("amount").sum().round(2).alias("total"), pl.len().alias("n"), col("amount").min().alias("lo"), col("amount").max().alias("hi")));
