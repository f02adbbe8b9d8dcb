COPY (SELECT id, customer_id, page, milliseconds, kind, address
  FROM read_csv('${INPUT}', auto_detect = false, header = true, delim = ',', quote = '"', escape = '"',
    columns = {'id': 'BIGINT', 'customer_id': 'INTEGER', 'page': 'VARCHAR', 'milliseconds': 'INTEGER'}) AS clicks
  JOIN read_csv('${CONTACTS}', auto_detect = false, header = true, delim = ',', quote = '"', escape = '"',
    columns = {'customer_id': 'INTEGER', 'kind': 'VARCHAR', 'address': 'VARCHAR'}) AS contacts USING (customer_id))
TO '${OUT}' (FORMAT csv, HEADER);
