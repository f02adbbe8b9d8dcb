COPY (SELECT account, count(*) AS n, sum(amount) AS total, max(paid_on) AS last
  FROM read_csv('${INPUT}', auto_detect = false, header = true, delim = ',', quote = '"', escape = '"',
    columns = {'account': 'VARCHAR', 'paid_on': 'DATE', 'amount': 'DECIMAL(12,2)'})
  GROUP BY account)
TO '${OUT}' (FORMAT csv, HEADER);
