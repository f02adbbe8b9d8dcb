const { pl, E, toCsv } = require("./orders.js");
const clicks = pl.scanCSV(E.INPUT, { schema: { id: pl.Int64, customer_id: pl.Int32, page: pl.Utf8, milliseconds: pl.Int32 } });
const contacts = pl.scanCSV(E.CONTACTS, { schema: { customer_id: pl.Int32, kind: pl.Utf8, address: pl.Utf8 } });
toCsv(clicks.join(contacts, { on: "customer_id", how: "inner" }));
