-- Question: what did the weeks of a ticker look like?
-- Answer: data_pregao (the week's first session), abertura, maxima, minima,
-- fechamento, quantidade, amplitude (high - low over open), cor ('alta' when
-- the week closed above its open, 'baixa' below, 'neutra' equal, null where the
-- open is not known); oldest first.
-- Change: the ticker and the dates. Monthly candles: the same from
-- b3.cotacoes_mensais.
SELECT data_pregao, abertura, maxima, minima, fechamento, quantidade,
       CAST(maxima - minima AS DOUBLE) / CAST(abertura AS DOUBLE) AS amplitude,
       CASE WHEN fechamento > abertura THEN 'alta' WHEN fechamento < abertura THEN 'baixa'
            WHEN fechamento = abertura THEN 'neutra' END AS cor
FROM b3.cotacoes_semanais
WHERE ativo = 'PETR4' AND data_pregao BETWEEN DATE '2024-08-01' AND DATE '2024-11-08'
ORDER BY data_pregao
