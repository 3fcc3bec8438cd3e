-- Question: which tickers traded most in a month, and what part of the market
-- are they?
-- Answer: posicao, ativo, volume_medio (BRL a session of the market, sessions
-- without a trade counted as 0), participacao (part of all turnover, 0.1 is
-- 10%), pregoes (sessions with a trade); fifty rows, most traded first.
-- Change: the year and the two dates.
WITH trades AS (
    SELECT data_pregao, ativo, CAST(volume_financeiro AS DOUBLE) AS turnover
    FROM b3.cotacoes_por_ano
    WHERE ano = 2024 AND data_pregao BETWEEN DATE '2024-10-01' AND DATE '2024-10-31'
),
market AS (
    SELECT count(DISTINCT data_pregao) AS sessions, sum(turnover) AS turnover FROM trades
),
tickers AS (
    SELECT ativo, sum(turnover) AS turnover, count(*) AS sessions FROM trades GROUP BY ativo
)
SELECT rank() OVER (ORDER BY tickers.turnover DESC NULLS LAST) AS posicao,
       tickers.ativo,
       tickers.turnover / market.sessions AS volume_medio,
       tickers.turnover / market.turnover AS participacao,
       tickers.sessions AS pregoes
FROM tickers CROSS JOIN market
ORDER BY posicao, ativo
LIMIT 50
