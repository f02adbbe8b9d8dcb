const { col, orders, toCsv } = require("./orders.js");
toCsv(orders().sort("placed_at", false).unique("id", "last"));
