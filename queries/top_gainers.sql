-- Question: which liquid tickers rose most in a session?
-- Answer: ativo, fechamento (BRL), retorno_diario (0.05 is 5%),
-- volume_financeiro (BRL); ten rows, best first.
-- Change: the session and the least turnover. A ticker that did not trade the
-- session before is left out: its return covers more than a day.
SELECT ativo, fechamento, retorno_diario, volume_financeiro
FROM b3.cotacoes_diarias
WHERE data_pregao = DATE '2024-11-08'
  AND pregoes_desde_anterior = 1
  AND volume_financeiro >= 1000000
  AND retorno_diario IS NOT NULL
ORDER BY retorno_diario DESC, ativo
LIMIT 10
