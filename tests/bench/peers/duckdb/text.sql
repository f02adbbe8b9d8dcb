COPY (SELECT id, upper(title) AS title, length(body) AS characters, left(body, 60) AS teaser, body
  FROM read_csv('${INPUT}', auto_detect = false, header = true, delim = ',', quote = '"', escape = '"',
    columns = {'id': 'BIGINT', 'language': 'VARCHAR', 'title': 'VARCHAR', 'body': 'VARCHAR'})
  WHERE language <> 'zh' AND NOT contains(body, 'музыка язык'))
TO '${OUT}' (FORMAT csv, HEADER);
