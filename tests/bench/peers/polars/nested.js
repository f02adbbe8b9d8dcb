const { pl, E, col, lit, toCsv } = require("./orders.js");
const record = (fields) => pl.Struct(Object.entries(fields).map(([name, type]) => new pl.Field(name, type)));
const schema = { id: pl.Int64,
  header: record({ source: record({ app: record({ name: pl.Utf8, version: record({ major: pl.Int32 }) }) }) }),
  body: record({ order: record({
    customer: record({ id: pl.Int32, contact: record({ email: pl.Utf8,
      address: record({ city: record({ name: pl.Utf8, position: record({ lat: pl.Float64 }) }) }) }) }),
    payment: record({ amount: pl.Float64, method: record({ kind: pl.Utf8 }) }) }) }) };
const at = (path) => path.split(".").slice(1).reduce((value, name) => value.struct.field(name), col(path.split(".")[0]));
const customer = "body.order.customer", city = customer + ".contact.address.city", payment = "body.order.payment";
toCsv(pl.scanJson(E.INPUT, { schema }).filter(at(payment + ".amount").gt(50).and(at(payment + ".method.kind").eq(lit("card"))))
  .select(col("id"), at("header.source.app.name").alias("app"), at("header.source.app.version.major").alias("version"),
    at(customer + ".id").alias("customer"), at(customer + ".contact.email").alias("email"), at(city + ".name").alias("city"),
    at(city + ".position.lat").alias("lat"), at(payment + ".amount").alias("amount")));
