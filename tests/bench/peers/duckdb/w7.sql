LOAD '${DUCKDB_SQLITE}';
ATTACH '${OUT}' AS target (TYPE sqlite);
CREATE TABLE target.orders AS SELECT id, customer_id, TRY_CAST(amount AS DOUBLE) AS amount, placed_at, status FROM orders;
