COPY (SELECT c001, c018, c042, c064, c100 FROM read_csv('${INPUT}', auto_detect = false, header = true, delim = ',', quote = '"', escape = '"',
  columns = {
    'c001': 'BIGINT', 'c002': 'DECIMAL(9,2)', 'c003': 'VARCHAR', 'c004': 'DATE', 'c005': 'VARCHAR',
    'c006': 'INTEGER', 'c007': 'DECIMAL(9,2)', 'c008': 'VARCHAR', 'c009': 'DATE', 'c010': 'VARCHAR',
    'c011': 'INTEGER', 'c012': 'DECIMAL(9,2)', 'c013': 'VARCHAR', 'c014': 'DATE', 'c015': 'VARCHAR',
    'c016': 'INTEGER', 'c017': 'DECIMAL(9,2)', 'c018': 'VARCHAR', 'c019': 'DATE', 'c020': 'VARCHAR',
    'c021': 'INTEGER', 'c022': 'DECIMAL(9,2)', 'c023': 'VARCHAR', 'c024': 'DATE', 'c025': 'VARCHAR',
    'c026': 'INTEGER', 'c027': 'DECIMAL(9,2)', 'c028': 'VARCHAR', 'c029': 'DATE', 'c030': 'VARCHAR',
    'c031': 'INTEGER', 'c032': 'DECIMAL(9,2)', 'c033': 'VARCHAR', 'c034': 'DATE', 'c035': 'VARCHAR',
    'c036': 'INTEGER', 'c037': 'DECIMAL(9,2)', 'c038': 'VARCHAR', 'c039': 'DATE', 'c040': 'VARCHAR',
    'c041': 'INTEGER', 'c042': 'DECIMAL(9,2)', 'c043': 'VARCHAR', 'c044': 'DATE', 'c045': 'VARCHAR',
    'c046': 'INTEGER', 'c047': 'DECIMAL(9,2)', 'c048': 'VARCHAR', 'c049': 'DATE', 'c050': 'VARCHAR',
    'c051': 'INTEGER', 'c052': 'DECIMAL(9,2)', 'c053': 'VARCHAR', 'c054': 'DATE', 'c055': 'VARCHAR',
    'c056': 'INTEGER', 'c057': 'DECIMAL(9,2)', 'c058': 'VARCHAR', 'c059': 'DATE', 'c060': 'VARCHAR',
    'c061': 'INTEGER', 'c062': 'DECIMAL(9,2)', 'c063': 'VARCHAR', 'c064': 'DATE', 'c065': 'VARCHAR',
    'c066': 'INTEGER', 'c067': 'DECIMAL(9,2)', 'c068': 'VARCHAR', 'c069': 'DATE', 'c070': 'VARCHAR',
    'c071': 'INTEGER', 'c072': 'DECIMAL(9,2)', 'c073': 'VARCHAR', 'c074': 'DATE', 'c075': 'VARCHAR',
    'c076': 'INTEGER', 'c077': 'DECIMAL(9,2)', 'c078': 'VARCHAR', 'c079': 'DATE', 'c080': 'VARCHAR',
    'c081': 'INTEGER', 'c082': 'DECIMAL(9,2)', 'c083': 'VARCHAR', 'c084': 'DATE', 'c085': 'VARCHAR',
    'c086': 'INTEGER', 'c087': 'DECIMAL(9,2)', 'c088': 'VARCHAR', 'c089': 'DATE', 'c090': 'VARCHAR',
    'c091': 'INTEGER', 'c092': 'DECIMAL(9,2)', 'c093': 'VARCHAR', 'c094': 'DATE', 'c095': 'VARCHAR',
    'c096': 'INTEGER', 'c097': 'DECIMAL(9,2)', 'c098': 'VARCHAR', 'c099': 'DATE', 'c100': 'VARCHAR'})
  WHERE c042 > 250)
TO '${OUT}' (FORMAT csv, HEADER);
