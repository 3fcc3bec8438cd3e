-- Question: which tickers went ex-dividend when, and how much was it?
-- Answer: data_pregao (its first session without the right), ativo, proventos
-- (cash a share: dividends, interest on capital and returns of capital),
-- rendimento (proventos over the close before, in the same shares; 0.01 is 1%),
-- fechamento; newest first.
-- Change: the dates and the years.
SELECT data_pregao, ativo, proventos,
       -- proventos / close before. The close before in this bar's shares is
       -- (fechamento + proventos) / (1 + retorno_total); lag(fechamento) may be in others.
       CAST(proventos AS DOUBLE)
           / ((CAST(fechamento AS DOUBLE) + CAST(proventos AS DOUBLE)) / (1 + retorno_total)) AS rendimento,
       fechamento
FROM b3.cotacoes_por_ano
WHERE ano = 2024 AND data_pregao BETWEEN DATE '2024-01-01' AND DATE '2024-11-08' AND proventos > 0
ORDER BY data_pregao DESC, ativo
