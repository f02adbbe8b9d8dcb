const { pl, E, schema, toCsv } = require("./orders.js");
toCsv(pl.scanCSV(E.ORDERS, { schema: Object.fromEntries(Object.keys(schema).map((k) => [k, pl.Utf8])) }));
