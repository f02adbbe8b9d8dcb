const { cleansed, toCsv } = require("./orders.js");
toCsv(cleansed());
