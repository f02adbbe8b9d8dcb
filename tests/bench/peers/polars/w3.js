const { E, cleansed } = require("./orders.js");
cleansed().sinkNdJson(E.OUT).collectSync({ engine: "streaming" });
