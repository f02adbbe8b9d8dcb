const { col, orders, amount, toCsv } = require("./orders.js");
toCsv(orders().withColumn(amount().alias("amount")).filter(col("amount").gt(250).and(col("status").isIn(["paid", "shipped"])))
  .select("id", "customer_id", "amount"));
