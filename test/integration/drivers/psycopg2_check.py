"""What an application does with psycopg2, through whatever PGHOST and PGPORT point at. Prints `ok` at the end."""
import io
import select
import threading

import psycopg2
import psycopg2.errors
import psycopg2.extras

connection = psycopg2.connect("")
cursor = connection.cursor()

# Tables, and rows written in transactions.
cursor.execute("DROP TABLE IF EXISTS psycopg2_items")
cursor.execute("CREATE TABLE psycopg2_items (id int PRIMARY KEY, name text, price numeric, tags text[], at timestamptz)")
connection.commit()
cursor.execute("INSERT INTO psycopg2_items VALUES (%s, %s, %s, %s, now())", (1, "na\u00efve 'quoted' \\ text", "1.50", ["a", "b,c"]))
cursor.execute("INSERT INTO psycopg2_items (id, name) VALUES (2, NULL)")
connection.commit()
cursor.execute("INSERT INTO psycopg2_items (id, name) VALUES (3, 'never')")
connection.rollback()
cursor.execute("SELECT id, name, tags FROM psycopg2_items ORDER BY id")
assert cursor.fetchall() == [(1, "na\u00efve 'quoted' \\ text", ["a", "b,c"]), (2, None, None)]
connection.commit()

# The own write is visible at once, in autocommit too.
connection.autocommit = True
for n in range(50):
    cursor.execute("UPDATE psycopg2_items SET price = %s WHERE id = 1", (n,))
    cursor.execute("SELECT price FROM psycopg2_items WHERE id = 1")
    assert cursor.fetchone()[0] == n
connection.autocommit = False

# Errors, with the server's own codes; a failed transaction; savepoints.
try:
    cursor.execute("INSERT INTO psycopg2_items (id) VALUES (1)")
    raise SystemExit("a duplicate key was accepted")
except psycopg2.errors.UniqueViolation as error:
    assert error.diag.constraint_name == "psycopg2_items_pkey", error.diag.constraint_name
try:
    cursor.execute("SELECT 1")
    raise SystemExit("a failed transaction went on")
except psycopg2.errors.InFailedSqlTransaction:
    connection.rollback()
cursor.execute("SAVEPOINT before")
try:
    cursor.execute("SELECT 1 / 0")
except psycopg2.errors.DivisionByZero:
    cursor.execute("ROLLBACK TO before")
cursor.execute("SELECT count(*) FROM psycopg2_items")
assert cursor.fetchone() == (2,)
connection.commit()

# Named cursors.
with connection, connection.cursor("named") as named:
    named.itersize = 100
    named.execute("SELECT n FROM generate_series(1, 1000) AS n")
    assert sum(row[0] for row in named) == 500500

# COPY in both directions.
rows = "".join(f"{n}\titem {n}\n" for n in range(10, 5010))
cursor.copy_expert("COPY psycopg2_items (id, name) FROM STDIN", io.StringIO(rows))
connection.commit()
out = io.StringIO()
cursor.copy_expert("COPY (SELECT id, name FROM psycopg2_items WHERE id >= 10 ORDER BY id) TO STDOUT", out)
assert out.getvalue() == rows
try:
    cursor.copy_expert("COPY psycopg2_items (id) FROM STDIN", io.StringIO("x\n"))
    raise SystemExit("COPY took a letter for a number")
except psycopg2.errors.InvalidTextRepresentation:
    connection.rollback()

# Prepared by SQL; many values at once; session settings.
cursor.execute("PREPARE one (int) AS SELECT name FROM psycopg2_items WHERE id = $1")
cursor.execute("EXECUTE one (10)")
assert cursor.fetchone() == ("item 10",)
connection.commit()
psycopg2.extras.execute_values(cursor, "INSERT INTO psycopg2_items (id, name) VALUES %s", [(n, "many") for n in range(6000, 6500)])
connection.commit()
cursor.execute("EXECUTE one (6001)")
assert cursor.fetchone() == ("many",)
connection.commit()
cursor.execute("SET TIME ZONE 'Asia/Tokyo'")
connection.commit()
assert connection.get_parameter_status("TimeZone") == "Asia/Tokyo"
cursor.execute("SHOW TimeZone")
assert cursor.fetchone() == ("Asia/Tokyo",)
connection.commit()

# Read-only sessions refuse writes with the server's code.
connection.set_session(readonly=True)
try:
    cursor.execute("DELETE FROM psycopg2_items")
    raise SystemExit("a read-only transaction wrote")
except psycopg2.errors.ReadOnlySqlTransaction:
    connection.rollback()
connection.set_session(readonly=False)

# Notices, and notifications from another session.
cursor.execute("DO $$ BEGIN RAISE NOTICE 'look here'; END $$")
connection.commit()
assert any("look here" in notice for notice in connection.notices), connection.notices
listener = psycopg2.connect("")
listener.autocommit = True
listener.cursor().execute("LISTEN psycopg2_news")
cursor.execute("NOTIFY psycopg2_news, 'hello'")
connection.commit()
while not listener.notifies:
    assert select.select([listener], [], [], 30)[0], "no notification in 30 s"
    listener.poll()
assert (listener.notifies[0].channel, listener.notifies[0].payload) == ("psycopg2_news", "hello")
listener.close()

# Cancel, and the connection works afterwards.
timer = threading.Timer(0.5, connection.cancel)
timer.start()
try:
    cursor.execute("SELECT pg_sleep(60)")
    raise SystemExit("was not cancelled")
except psycopg2.errors.QueryCanceled:
    connection.rollback()
cursor.execute("DROP TABLE psycopg2_items")
connection.commit()
connection.close()
print("ok")
