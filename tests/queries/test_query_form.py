"""Each file of queries/ is one Athena SELECT with a comment that describes its answer."""

from __future__ import annotations

import pytest
import sqlglot
from published_tables import BY_TICKER, COLUMNS, QUERIES
from sqlglot import exp
from sqlglot.optimizer.qualify import qualify

from b3_jobs.contract.schemas import BY_YEAR

FILES = sorted(QUERIES.glob("*.sql"))
# `qualify` needs the names of the columns, and any type for each.
SCHEMA = {"b3": {name: dict.fromkeys(COLUMNS.names, "VARCHAR") for name in (*BY_TICKER, BY_YEAR)}}
SCHEMA["b3"][BY_YEAR] = SCHEMA["b3"][BY_YEAR] | {"ano": "INT"}

every_query = pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)


def comment(text: str) -> str:
    """The lines before the statement, as one text."""
    lines = text.splitlines()
    end = next(number for number, line in enumerate(lines) if not line.startswith("--"))
    return " ".join(line.removeprefix("--").strip() for line in lines[:end])


def lake_tables(statement: exp.Expression) -> list[exp.Table]:
    """The lake's tables that a query reads; those of its WITH clause have no schema."""
    return [table for table in statement.find_all(exp.Table) if table.db]


def test_there_are_thirteen_queries() -> None:
    assert len(FILES) == 13


@every_query
def test_a_query_is_one_athena_select_of_columns_that_exist(file) -> None:
    (statement,) = sqlglot.parse(file.read_text(encoding="utf-8"), read="athena")
    assert isinstance(statement, exp.Select)
    tables = {table.sql() for table in lake_tables(statement)}
    assert tables <= {f"b3.{name}" for name in SCHEMA["b3"]}, tables
    qualify(statement, schema=SCHEMA, dialect="athena", validate_qualify_columns=True)


@every_query
def test_a_query_s_comment_has_the_question_and_every_column_of_the_answer_in_order(file) -> None:
    text = file.read_text(encoding="utf-8")
    header = comment(text)
    assert header.startswith("Question: ")
    assert " Answer: " in header
    assert " Change: " in header
    answer = header.split(" Answer: ")[1].split(" Change: ")[0]
    columns = sqlglot.parse_one(text, read="athena").named_selects
    words = answer.replace(",", " ").replace(";", " ").replace(".", " ").split()
    assert [word for word in dict.fromkeys(words) if word in columns] == columns


@every_query
def test_a_query_restricts_the_partitions_that_it_reads(file) -> None:
    statement = sqlglot.parse_one(file.read_text(encoding="utf-8"), read="athena")
    for table in lake_tables(statement):
        partition = "ano" if table.name == BY_YEAR else "data_pregao"
        where = table.find_ancestor(exp.Select).args.get("where")
        assert where is not None, f"{table.sql()} is read whole"
        assert partition in {column.name for column in where.find_all(exp.Column)}, table.sql()
