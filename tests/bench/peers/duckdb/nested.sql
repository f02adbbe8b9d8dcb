COPY (SELECT id, header.source.app.name AS app, header.source.app.version.major AS version, o.customer.id AS customer,
    o.customer.contact.email AS email, o.customer.contact.address.city.name AS city,
    o.customer.contact.address.city.position.lat AS lat, o.payment.amount AS amount
  FROM (SELECT id, header, body.order AS o FROM read_json('${INPUT}', format = 'newline_delimited', columns = {'id': 'BIGINT',
    'header': 'STRUCT(source STRUCT(app STRUCT(name VARCHAR, version STRUCT(major INTEGER))))',
    'body': 'STRUCT("order" STRUCT(customer STRUCT(id INTEGER, contact STRUCT(email VARCHAR, address STRUCT(city STRUCT(name VARCHAR,
      position STRUCT(lat DECIMAL(9,4)))))), payment STRUCT(amount DECIMAL(12,2), method STRUCT(kind VARCHAR))))'}))
  WHERE o.payment.amount > 50 AND o.payment.method.kind = 'card')
TO '${OUT}' (FORMAT csv, HEADER);
