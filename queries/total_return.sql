-- Question: what did each ticker give over a period, splits and distributions
-- included?
-- Answer: ativo, primeiro and ultimo (its first and last session of the period),
-- retorno_total (0.1 is 10%, each distribution put back into the ticker at its
-- first close without the right), proventos_pagos (sessions with a distribution), pregoes;
-- best first. retorno_total is null where a session after the first has none.
-- Change: the dates and the years. The first session is the buying price, so its
-- own return does not count.
WITH bars AS (
    SELECT data_pregao, ativo, retorno_total, proventos,
           row_number() OVER (PARTITION BY ativo ORDER BY data_pregao) AS place
    FROM b3.cotacoes_por_ano
    WHERE ano = 2024 AND data_pregao BETWEEN DATE '2024-01-02' AND DATE '2024-11-08'
)
SELECT ativo, min(data_pregao) AS primeiro, max(data_pregao) AS ultimo,
       CASE WHEN count_if(place > 1 AND retorno_total IS NULL) = 0
            THEN exp(sum(CASE WHEN place > 1 THEN ln(1 + retorno_total) ELSE 0 END)) - 1 END AS retorno_total,
       count_if(place > 1 AND proventos > 0) AS proventos_pagos, count(*) AS pregoes
FROM bars
GROUP BY ativo
ORDER BY retorno_total DESC NULLS LAST, ativo
