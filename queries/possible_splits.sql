-- Question: on which dates may a ticker's shares have been split or grouped by an
-- event that is not known?
-- Answer: data_pregao, ativo, razao (close over the close before; 0.25 looks
-- like 4 for 1), parece (new shares for old ones as n:1 or 1:n, such as '4:1' or
-- '1:10'; null where none is within 5%), fechamento_anterior (null if it is older
-- than the years, and so are razao and parece), fechamento,
-- pregoes_desde_anterior; newest first. These are the rows whose ajuste is
-- 'sem_fator' (docs/concepts.md). Averages and returns across such a row are
-- null until the event is known: write it into actions/ (docs/ingestion.md).
-- Change: the years and the date; the first year is read only for the close before.
WITH bars AS (
    SELECT data_pregao, ativo, fechamento, ajuste, pregoes_desde_anterior,
           lag(fechamento) OVER (PARTITION BY ativo ORDER BY data_pregao) AS fechamento_anterior
    FROM b3.cotacoes_por_ano
    WHERE ano IN (2023, 2024)
),
steps AS (
    SELECT *, CAST(fechamento AS DOUBLE) / CAST(fechamento_anterior AS DOUBLE) AS razao
    FROM bars
    WHERE ajuste = 'sem_fator' AND data_pregao >= DATE '2024-01-01'
),
rounded AS (
    SELECT *, CAST(round(1 / razao) AS INTEGER) AS novas, CAST(round(razao) AS INTEGER) AS antigas FROM steps
)
SELECT data_pregao, ativo, razao,
       -- The nearest whole ratio, if it is within 5% of the real one: 0.255 is 4:1, 10.2 is 1:10.
       CASE WHEN novas >= 2 AND abs(novas * razao - 1) <= 0.05 THEN concat(CAST(novas AS VARCHAR), ':1')
            WHEN antigas >= 2 AND abs(antigas / razao - 1) <= 0.05 THEN concat('1:', CAST(antigas AS VARCHAR))
       END AS parece,
       fechamento_anterior, fechamento, pregoes_desde_anterior
FROM rounded
ORDER BY data_pregao DESC, ativo
