-- Question: what were a ticker's prices in the shares of one date, the basis?
-- Answer: data_pregao, ativo, fator (prices are multiplied by it: old over new
-- shares of every event after the row's date, up to the basis), abertura,
-- maxima, minima, fechamento and quantidade in the shares of the basis (prices
-- rounded to six decimals, shares to the nearest one, halves away from zero);
-- by ticker, oldest first. fator and the columns after it are null in rows before
-- an event of unknown size (ajuste 'sem_fator'), a change of currency, or a gap so
-- long that no event in it is published (pregoes_desde_anterior is null).
-- Change: the ticker, the basis (no later row is read) and the years.
WITH bars AS (
    SELECT data_pregao, ativo, abertura, maxima, minima, fechamento, quantidade, acoes_novas, acoes_antigas,
           CASE WHEN ajuste = 'sem_fator' OR moeda <> lag(moeda) OVER (PARTITION BY ativo ORDER BY data_pregao)
                     OR pregoes_desde_anterior IS NULL THEN 1 ELSE 0 END AS unknown
    FROM b3.cotacoes_por_ano
    WHERE ativo = 'PETR4' AND ano BETWEEN 2023 AND 2024 AND data_pregao <= DATE '2024-11-08'
),
-- Products of whole numbers by their logarithms, rounded: exact up to 10^13.
factors AS (
    SELECT data_pregao, ativo, abertura, maxima, minima, fechamento, quantidade,
           CASE WHEN coalesce(sum(unknown) OVER later, 0) = 0
                THEN round(exp(coalesce(sum(ln(acoes_antigas)) OVER later, 0)))
                     / round(exp(coalesce(sum(ln(acoes_novas)) OVER later, 0))) END AS fator
    FROM bars
    WINDOW later AS (PARTITION BY ativo ORDER BY data_pregao ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING)
)
SELECT data_pregao, ativo, fator,
       CAST(round(CAST(abertura AS DOUBLE) * fator, 6) AS DECIMAL(18, 6)) AS abertura,
       CAST(round(CAST(maxima AS DOUBLE) * fator, 6) AS DECIMAL(18, 6)) AS maxima,
       CAST(round(CAST(minima AS DOUBLE) * fator, 6) AS DECIMAL(18, 6)) AS minima,
       CAST(round(CAST(fechamento AS DOUBLE) * fator, 6) AS DECIMAL(18, 6)) AS fechamento,
       CAST(round(CAST(quantidade AS DOUBLE) / fator) AS BIGINT) AS quantidade
FROM factors
ORDER BY ativo, data_pregao
