const { pl, E, col, orders, toCsv } = require("./orders.js");
const customers = pl.scanCSV(E.CUSTOMERS, { schema: { customer_id: pl.Int32, name: pl.Utf8, country: pl.Utf8, segment: pl.Utf8, signup_date: pl.Utf8 } });
toCsv(orders().join(customers, { on: "customer_id", how: "inner" }).select("id", "customer_id", "amount", "placed_at", "name", "country", "segment"));
