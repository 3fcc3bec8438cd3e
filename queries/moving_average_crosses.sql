-- Question: on which sessions did the 20-session average of a ticker cross its
-- 50-session average?
-- Answer: data_pregao, ativo, sinal ('alta' when the 20 came out above, 'baixa'
-- below), fechamento, media_movel_20, media_movel_50; newest first. Sessions on
-- which the two are equal are skipped: to touch is not to cross.
-- Change: the three dates and the years. Crosses are listed from the date of the
-- last WHERE on; reading begins two weeks before it, so that a cross on it is seen.
WITH sides AS (
    SELECT data_pregao, ativo, fechamento, media_movel_20, media_movel_50,
           sign(media_movel_20 - media_movel_50) AS side,
           lag(sign(media_movel_20 - media_movel_50)) OVER (PARTITION BY ativo ORDER BY data_pregao) AS side_before
    FROM b3.cotacoes_por_ano
    WHERE ano = 2024 AND data_pregao BETWEEN DATE '2024-09-17' AND DATE '2024-11-08'
      AND media_movel_20 <> media_movel_50
)
SELECT data_pregao, ativo, CASE WHEN side > 0 THEN 'alta' ELSE 'baixa' END AS sinal,
       fechamento, media_movel_20, media_movel_50
FROM sides
WHERE data_pregao >= DATE '2024-10-01' AND side <> side_before
ORDER BY data_pregao DESC, ativo
