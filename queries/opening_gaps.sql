-- Question: which tickers opened a session outside the range of the session
-- before?
-- Answer: ativo, direcao ('alta' above its high, 'baixa' below its low),
-- fechamento_anterior, abertura, lacuna (open over the close before - 1),
-- fechada (whether the session traded back to that close); widest first.
-- Tickers that did not trade in the session before, or whose shares changed
-- since, are left out.
-- Change: the session, and the date some sessions before it from which to read.
WITH bars AS (
    SELECT data_pregao, ativo, abertura, maxima, minima, pregoes_desde_anterior,
           acoes_novas, acoes_antigas, ajuste,
           lag(maxima) OVER (PARTITION BY ativo ORDER BY data_pregao) AS high_before,
           lag(minima) OVER (PARTITION BY ativo ORDER BY data_pregao) AS low_before,
           lag(fechamento) OVER (PARTITION BY ativo ORDER BY data_pregao) AS close_before
    FROM b3.cotacoes_diarias
    WHERE data_pregao BETWEEN DATE '2024-11-01' AND DATE '2024-11-08'
)
SELECT ativo,
       CASE WHEN abertura > high_before THEN 'alta' ELSE 'baixa' END AS direcao,
       close_before AS fechamento_anterior,
       abertura,
       CAST(abertura AS DOUBLE) / CAST(close_before AS DOUBLE) - 1 AS lacuna,
       minima <= close_before AND maxima >= close_before AS fechada
FROM bars
WHERE data_pregao = DATE '2024-11-08'
  AND pregoes_desde_anterior = 1
  AND acoes_novas = acoes_antigas AND ajuste <> 'sem_fator'
  AND (abertura > high_before OR abertura < low_before)
ORDER BY abs(CAST(abertura AS DOUBLE) / CAST(close_before AS DOUBLE) - 1) DESC, ativo
