-- Question: prices are as traded, so where does a jump look like a split or a
-- reverse split?
-- Answer: data_pregao, ativo, tipo ('desdobramento' split, 'grupamento' reverse
-- split), fator (shares for one, or one for shares), fechamento_anterior,
-- abertura; newest first. A jump counts when the open is within 5% of the close
-- before divided or multiplied by a whole number.
-- Change: the year. What a source says about splits lies in the lake's actions/
-- folder.
WITH opens AS (
    SELECT data_pregao, ativo, abertura,
           lag(fechamento) OVER (PARTITION BY ativo ORDER BY data_pregao) AS fechamento_anterior
    FROM b3.cotacoes_por_ano
    WHERE ano = 2024
),
jumps AS (
    SELECT data_pregao, ativo, abertura, fechamento_anterior,
           CASE WHEN abertura < fechamento_anterior THEN 'desdobramento' ELSE 'grupamento' END AS tipo,
           CASE WHEN abertura < fechamento_anterior
                THEN CAST(fechamento_anterior AS DOUBLE) / CAST(abertura AS DOUBLE)
                ELSE CAST(abertura AS DOUBLE) / CAST(fechamento_anterior AS DOUBLE) END AS jump
    FROM opens
    WHERE fechamento_anterior IS NOT NULL
)
SELECT data_pregao, ativo, tipo, CAST(round(jump) AS INTEGER) AS fator, fechamento_anterior, abertura
FROM jumps
WHERE round(jump) >= 2 AND abs(jump / round(jump) - 1) <= 0.05
ORDER BY data_pregao DESC, ativo
