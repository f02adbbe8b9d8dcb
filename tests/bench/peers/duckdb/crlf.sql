COPY (SELECT * FROM read_csv('${INPUT}', auto_detect = false, header = true, delim = ',', quote = '"', escape = '"', new_line = '\r\n',
  columns = {'id': 'VARCHAR', 'customer_id': 'VARCHAR', 'customer_name': 'VARCHAR', 'email': 'VARCHAR', 'phone': 'VARCHAR',
             'amount': 'VARCHAR', 'currency': 'VARCHAR', 'placed_at': 'VARCHAR', 'status': 'VARCHAR', 'notes': 'VARCHAR'})
  WHERE status = 'paid')
TO '${OUT}' (FORMAT csv, HEADER);
