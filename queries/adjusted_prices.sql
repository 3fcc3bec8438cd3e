-- Question: what were a ticker's prices in the shares of one date, its basis?
-- Answer: data_pregao, ativo, fator (what a price is multiplied with: the old
-- over the new shares of every event after it and up to the basis), abertura,
-- maxima, minima, fechamento and quantidade in the shares of the basis (prices
-- rounded to six decimals, shares to the nearest one); oldest first. All null
-- before an event of unknown size (ajuste 'sem_fator') and before another
-- currency.
-- Change: the ticker, the basis (no later row is read) and the years.
WITH bars AS (
    SELECT data_pregao, ativo, abertura, maxima, minima, fechamento, quantidade,
           ln(CAST(acoes_antigas AS DOUBLE) / CAST(acoes_novas AS DOUBLE)) AS step,
           CASE WHEN ajuste = 'sem_fator' OR moeda <> lag(moeda) OVER (ORDER BY data_pregao) THEN 1 ELSE 0 END AS unknown
    FROM b3.cotacoes_por_ano
    WHERE ativo = 'PETR4' AND ano BETWEEN 2023 AND 2024 AND data_pregao <= DATE '2024-11-08'
),
factors AS (
    SELECT data_pregao, ativo, abertura, maxima, minima, fechamento, quantidade,
           CASE WHEN coalesce(sum(unknown) OVER later, 0) = 0 THEN exp(coalesce(sum(step) OVER later, 0)) END AS fator
    FROM bars
    WINDOW later AS (ORDER BY data_pregao ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING)
)
SELECT data_pregao, ativo, fator,
       CAST(round(CAST(abertura AS DOUBLE) * fator, 6) AS DECIMAL(18, 6)) AS abertura,
       CAST(round(CAST(maxima AS DOUBLE) * fator, 6) AS DECIMAL(18, 6)) AS maxima,
       CAST(round(CAST(minima AS DOUBLE) * fator, 6) AS DECIMAL(18, 6)) AS minima,
       CAST(round(CAST(fechamento AS DOUBLE) * fator, 6) AS DECIMAL(18, 6)) AS fechamento,
       CAST(round(CAST(quantidade AS DOUBLE) / fator) AS BIGINT) AS quantidade
FROM factors
ORDER BY data_pregao
