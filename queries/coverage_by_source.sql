-- Question: which months does the lake hold, from which source, and how
-- completely? A quote counts for the source whose row was published.
-- Answer: mes (its first day), fonte, pregoes (sessions), ativos (tickers),
-- linhas (rows), primeiro and ultimo (first and last session); in order of
-- month and source.
-- Change: the years. Sessions that are missing altogether: `python -m
-- b3_jobs.audit`.
SELECT CAST(date_trunc('month', data_pregao) AS DATE) AS mes, fonte,
       count(DISTINCT data_pregao) AS pregoes,
       count(DISTINCT ativo) AS ativos,
       count(*) AS linhas,
       min(data_pregao) AS primeiro,
       max(data_pregao) AS ultimo
FROM b3.cotacoes_por_ano
WHERE ano BETWEEN 2023 AND 2024
GROUP BY CAST(date_trunc('month', data_pregao) AS DATE), fonte
ORDER BY mes, fonte
