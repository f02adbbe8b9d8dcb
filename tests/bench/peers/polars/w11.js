const { orders, toCsv } = require("./orders.js");
toCsv(orders().sort(["customer_id", "placed_at"], [false, true]));
