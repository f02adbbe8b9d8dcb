COPY (SELECT id, shop, price * quantity - discount AS total
  FROM read_csv('${INPUT}', auto_detect = false, header = true, delim = ',', quote = '"', escape = '"',
    columns = {'id': 'BIGINT', 'shop': 'INTEGER', 'quantity': 'INTEGER', 'price': 'DECIMAL(9,2)', 'discount': 'DECIMAL(9,2)'})
  WHERE quantity >= 3 AND price < 500)
TO '${OUT}' (FORMAT csv, HEADER);
