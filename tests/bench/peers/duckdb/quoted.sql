COPY (SELECT id, upper(trim(product)) AS product, replace(comment, chr(10), ' ') AS comment, price, place
  FROM read_csv('${INPUT}', auto_detect = false, header = true, delim = ',', quote = '"', escape = '"',
    columns = {'id': 'BIGINT', 'product': 'VARCHAR', 'comment': 'VARCHAR', 'price': 'DECIMAL(9,2)', 'place': 'VARCHAR'})
  WHERE price >= 20)
TO '${OUT}' (FORMAT csv, HEADER);
