"""What an application does with psycopg 3, through whatever PGHOST and PGPORT point at. Prints `ok` at the end."""
import asyncio
import datetime
import threading

import psycopg
from psycopg import errors

connection = psycopg.connect("")

# Tables, and rows written in transactions; parameters are bound by the server.
connection.execute("DROP TABLE IF EXISTS psycopg3_items")
connection.execute("CREATE TABLE psycopg3_items (id int PRIMARY KEY, name text, price numeric, tags text[], day date)")
connection.commit()
day = datetime.date(2024, 2, 29)
with connection.transaction():
    connection.execute("INSERT INTO psycopg3_items VALUES (%s, %s, %s, %s, %s)", (1, "na\u00efve", 1.5, ["a", "b,c"], day))
    connection.execute("INSERT INTO psycopg3_items (id) VALUES (2)")
try:
    with connection.transaction():
        connection.execute("INSERT INTO psycopg3_items (id) VALUES (3)")
        with connection.transaction():
            connection.execute("INSERT INTO psycopg3_items (id) VALUES (4)")
        raise psycopg.Rollback()
except psycopg.Rollback:
    pass
rows = connection.execute("SELECT id, name, tags, day FROM psycopg3_items ORDER BY id").fetchall()
assert rows == [(1, "na\u00efve", ["a", "b,c"], day), (2, None, None, None)], rows
assert connection.cursor(binary=True).execute("SELECT day, price FROM psycopg3_items WHERE id = 1").fetchone()[0] == day
connection.commit()

# The own write is visible at once; after five times psycopg prepares the statements by itself.
connection.autocommit = True
for n in range(50):
    connection.execute("UPDATE psycopg3_items SET price = %s WHERE id = 1", (n,))
    assert connection.execute("SELECT price::int FROM psycopg3_items WHERE id = 1").fetchone() == (n,)
    assert connection.execute("SELECT id FROM psycopg3_items WHERE id = %s", (2,), prepare=True).fetchone() == (2,)

# DDL under a prepared statement: the server's own error reaches the client or the new columns do.
connection.execute("ALTER TABLE psycopg3_items ADD COLUMN more int DEFAULT 7")
for attempt in range(2):
    try:
        row = connection.execute("SELECT id FROM psycopg3_items WHERE id = %s", (2,), prepare=True).fetchone()
        assert row == (2,)
    except errors.FeatureNotSupported:
        connection.execute("DEALLOCATE ALL")
connection.autocommit = False

# Errors, with the server's own codes.
for sql, kind in [
    ("INSERT INTO psycopg3_items (id) VALUES (1)", errors.UniqueViolation),
    ("SELECT * FROM no_such_table", errors.UndefinedTable),
    ("SELEC 1", errors.SyntaxError),
    ("SELECT 1 / 0", errors.DivisionByZero),
]:
    try:
        connection.execute(sql)
        raise SystemExit(f"{sql} was accepted")
    except kind:
        pass
    try:
        connection.execute("SELECT 1")
        raise SystemExit("a failed transaction went on")
    except errors.InFailedSqlTransaction:
        connection.rollback()

# Many statements in one pipeline, one of them wrong.
with connection.cursor() as cursor:
    cursor.executemany("INSERT INTO psycopg3_items (id, name) VALUES (%s, %s)", [(n, f"item {n}") for n in range(10, 1010)])
connection.commit()
if psycopg.Pipeline.is_supported():
    with connection.pipeline():
        first = connection.execute("SELECT count(*) FROM psycopg3_items")
        second = connection.execute("SELECT sum(id) FROM psycopg3_items WHERE id < %s", (3,))
    assert first.fetchone() == (1002,) and second.fetchone() == (3,)
    try:
        with connection.pipeline():
            connection.execute("INSERT INTO psycopg3_items (id) VALUES (5000)")
            connection.execute("SELECT 1 / 0")
            connection.execute("INSERT INTO psycopg3_items (id) VALUES (5001)")
        raise SystemExit("the pipeline did not fail")
    except (errors.DivisionByZero, psycopg.errors.PipelineAborted):
        connection.rollback()
    assert connection.execute("SELECT count(*) FROM psycopg3_items WHERE id >= 5000").fetchone() == (0,)
    connection.commit()

# COPY in both directions, text and binary; a server-side cursor; a stream.
with connection.cursor().copy("COPY psycopg3_items (id, name) FROM STDIN") as copy:
    for n in range(10000, 15000):
        copy.write_row((n, f"copied {n}"))
connection.commit()
with connection.cursor().copy("COPY (SELECT id FROM psycopg3_items WHERE id >= 10000 ORDER BY id) TO STDOUT (FORMAT binary)") as copy:
    copy.set_types(["int4"])
    assert [row[0] for row in copy.rows()] == list(range(10000, 15000))
with connection.cursor("named") as named:
    named.execute("SELECT id FROM psycopg3_items WHERE id >= 10000 ORDER BY id")
    assert named.fetchmany(3) == [(10000,), (10001,), (10002,)]
    named.scroll(1000)
    assert named.fetchone() == (11003,)
connection.commit()
assert sum(row[0] for row in connection.cursor().stream("SELECT n FROM generate_series(1, 1000) AS n")) == 500500
connection.commit()

# Notices, and notifications.
seen = []
connection.add_notice_handler(lambda diagnostic: seen.append(diagnostic.message_primary))
connection.execute("DO $$ BEGIN RAISE NOTICE 'look here'; END $$")
connection.commit()
assert seen == ["look here"], seen


async def hear():
    async with await psycopg.AsyncConnection.connect("", autocommit=True) as listener:
        await listener.execute("LISTEN psycopg3_news")
        connection.execute("SELECT pg_notify('psycopg3_news', 'hello')")
        connection.commit()
        async for notification in listener.notifies():
            return notification.channel, notification.payload


assert asyncio.run(asyncio.wait_for(hear(), 30)) == ("psycopg3_news", "hello")

# Cancel, and the connection works afterwards.
threading.Timer(0.5, connection.cancel).start()
try:
    connection.execute("SELECT pg_sleep(60)")
    raise SystemExit("was not cancelled")
except errors.QueryCanceled:
    connection.rollback()

# Read-only transactions at every isolation level.
for level in psycopg.IsolationLevel:
    connection.isolation_level = level
    connection.read_only = True
    assert connection.execute("SELECT count(*) FROM psycopg3_items WHERE id < 3").fetchone() == (2,)
    try:
        connection.execute("DELETE FROM psycopg3_items")
        raise SystemExit("a read-only transaction wrote")
    except errors.ReadOnlySqlTransaction:
        connection.rollback()
connection.read_only = None
connection.isolation_level = None
connection.execute("DROP TABLE psycopg3_items")
connection.commit()
connection.close()
print("ok")
