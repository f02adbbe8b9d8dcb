SET threads = ${THREADS};
SET preserve_insertion_order = true;
CREATE VIEW orders AS FROM read_csv('${INPUT}', auto_detect = false, header = true, delim = ',', quote = '"', escape = '"',
  columns = {'id': 'BIGINT', 'customer_id': 'INTEGER', 'customer_name': 'VARCHAR', 'email': 'VARCHAR', 'phone': 'VARCHAR',
             'amount': 'VARCHAR', 'currency': 'VARCHAR', 'placed_at': 'VARCHAR', 'status': 'VARCHAR', 'notes': 'VARCHAR'});
CREATE VIEW cleansed AS
  SELECT id, upper(trim(customer_name)) AS customer_name, lower(trim(email)) AS email,
         coalesce(nullif(upper(trim(currency)), ''), 'EUR') AS currency, amt AS amount, CAST(amt * 1.2 AS DECIMAL(12,2)) AS gross
  FROM (SELECT *, TRY_CAST(amount AS DECIMAL(12,2)) AS amt FROM orders)
  WHERE amt > 250 AND status IN ('paid', 'shipped');
