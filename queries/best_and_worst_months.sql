-- Question: what were the best and the worst month of each ticker in a year?
-- Answer: ativo, melhor_mes (its first session), melhor_retorno (close over the
-- ticker's previous monthly close - 1), pior_mes and pior_retorno (likewise),
-- meses_em_alta (months that rose), meses (months with a return); by ticker.
-- Change: the two dates. In the monthly table retorno_diario is the return of
-- the month.
SELECT ativo,
       max_by(data_pregao, retorno_diario) AS melhor_mes,
       max(retorno_diario) AS melhor_retorno,
       min_by(data_pregao, retorno_diario) AS pior_mes,
       min(retorno_diario) AS pior_retorno,
       sum(CASE WHEN retorno_diario > 0 THEN 1 ELSE 0 END) AS meses_em_alta,
       count(*) AS meses
FROM b3.cotacoes_mensais
WHERE data_pregao BETWEEN DATE '2024-01-01' AND DATE '2024-12-31'
  AND retorno_diario IS NOT NULL
GROUP BY ativo
ORDER BY ativo
