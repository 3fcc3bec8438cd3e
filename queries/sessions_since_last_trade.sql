-- Question: which tickers have stopped trading, and for how many sessions?
-- Answer: ativo, ultimo_pregao (its last session), pregoes_sem_negocio
-- (sessions of the market since), fechamento (its last); longest silence first.
-- Tickers that traded on the last session are left out, and so are those that
-- have not traded since the year began.
-- Change: the year and the date as of which you ask.
WITH trades AS (
    SELECT data_pregao, ativo, fechamento
    FROM b3.cotacoes_por_ano
    WHERE ano = 2024 AND data_pregao <= DATE '2024-11-08'
),
sessions AS (
    SELECT DISTINCT data_pregao AS session FROM trades
),
last_trades AS (
    SELECT ativo, max(data_pregao) AS ultimo_pregao, max_by(fechamento, data_pregao) AS fechamento
    FROM trades GROUP BY ativo
)
SELECT last_trades.ativo, last_trades.ultimo_pregao, count(*) AS pregoes_sem_negocio, last_trades.fechamento
FROM last_trades JOIN sessions ON sessions.session > last_trades.ultimo_pregao
GROUP BY last_trades.ativo, last_trades.ultimo_pregao, last_trades.fechamento
ORDER BY pregoes_sem_negocio DESC, last_trades.ativo
