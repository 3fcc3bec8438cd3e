-- Question: which tickers traded above everything of the 52 weeks before?
-- Answer: ativo, maxima, maxima_anterior (highest of the 52 weeks before),
-- data_anterior (when), acima (0.01 is 1% above); most above first. Only
-- tickers that traded in the first four of the 52 weeks.
-- Change: the session, the day 364 days before it, the day four weeks after that
-- one, and the years. Prices are as traded: a split inside the 52 weeks hides a
-- new high, a reverse split invents one (adjusted_prices.sql converts them).
WITH bars AS (
    SELECT data_pregao, ativo, maxima
    FROM b3.cotacoes_por_ano
    WHERE ano IN (2023, 2024) AND data_pregao BETWEEN DATE '2023-11-10' AND DATE '2024-11-08'
),
before AS (
    SELECT ativo, min(data_pregao) AS first_session, max(maxima) AS maxima_anterior,
           max_by(data_pregao, maxima) AS data_anterior
    FROM bars WHERE data_pregao < DATE '2024-11-08' GROUP BY ativo
)
SELECT bars.ativo, bars.maxima, before.maxima_anterior, before.data_anterior,
       CAST(bars.maxima AS DOUBLE) / CAST(before.maxima_anterior AS DOUBLE) - 1 AS acima
FROM bars JOIN before ON before.ativo = bars.ativo
WHERE bars.data_pregao = DATE '2024-11-08'
  AND before.first_session < DATE '2023-12-08'
  AND bars.maxima > before.maxima_anterior
ORDER BY acima DESC, bars.ativo
