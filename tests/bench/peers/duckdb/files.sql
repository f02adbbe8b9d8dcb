COPY (SELECT id, customer_id, amt AS amount
  FROM (SELECT *, TRY_CAST(amount AS DECIMAL(12,2)) AS amt FROM orders)
  WHERE amt > 250 AND status IN ('paid', 'shipped'))
TO '${OUT}' (FORMAT csv, HEADER);
