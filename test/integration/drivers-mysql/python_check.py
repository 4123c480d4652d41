"""What an application does with PyMySQL or MySQLdb (the argument), on the server that DB_HOST and so on name. Prints `ok` at the end."""
import datetime
import decimal
import importlib
import os
import sys
import tempfile
import threading

# PyMySQL was written to take the place of MySQLdb, so both have nearly the same interface.
DRIVER = importlib.import_module(sys.argv[1])
PURE = sys.argv[1] == "pymysql"
NAME = os.environ["DB_NAME"]
CLIENT = importlib.import_module(f"{sys.argv[1]}.constants.CLIENT")
ER = importlib.import_module(f"{sys.argv[1]}.constants.ER")
cursors = importlib.import_module(f"{sys.argv[1]}.cursors")
TLS = {"ssl_ca": os.environ["DB_CA"], "ssl_verify_cert": True, "ssl_verify_identity": True} if PURE else {"ssl": {"ca": os.environ["DB_CA"]}}
FLAVOUR = os.environ["DB_FLAVOUR"]
WHERE = {"host": os.environ["DB_HOST"], "port": int(os.environ["DB_PORT"])}


def connected(user="app", password=None, **options):
    options = {"database": NAME, "charset": "utf8mb4", "local_infile": 1, **options}
    return DRIVER.connect(user=user, password=user if password is None else password, **WHERE, **options)


def rows(connection, sql, arguments=None):
    with connection.cursor() as cursor:
        cursor.execute(sql, arguments)
        return list(cursor.fetchall())


def equal(got, wanted):
    if got != wanted:
        raise AssertionError(f"{repr(got)[:2000]}\ninstead of {repr(wanted)[:2000]}")


def fails(number, work, *arguments):
    try:
        work(*arguments)
    except DRIVER.Error as error:
        assert error.args[0] == number, error
        return error.args[1]
    raise SystemExit(f"{arguments} was accepted")


# Logins: accounts that the servers have not met (with RSA where there is no TLS), again, and with TLS.
for _ in range(2):
    equal(rows(connected(f"{NAME}_rsa"), "SELECT USER()"), [(f"{NAME}_rsa@127.0.0.1",)])
    secure = connected(f"{NAME}_tls", **TLS)
    equal(rows(secure, "SELECT 7"), [(7,)])
    secure.close()
for password, told in (("wrong", "YES"), ("", "NO")):
    text = fails(ER.ACCESS_DENIED_ERROR, connected, "app", password)
    assert text == f"Access denied for user 'app'@'127.0.0.1' (using password: {told})", text
assert "to database 'mysql'" in fails(ER.DBACCESS_DENIED_ERROR, lambda: connected(database="mysql"))

connection = connected()
cursor = connection.cursor()
for sql in (
    "DROP TABLE IF EXISTS items, kinds",
    """CREATE TABLE items (id int AUTO_INCREMENT PRIMARY KEY, name varchar(200) CHARACTER SET utf8mb4 UNIQUE,
       price decimal(10,2), n tinyint)""",
    """CREATE TABLE kinds (id int PRIMARY KEY, big bigint unsigned, amount decimal(30,10), ratio double, day date,
       moment datetime(6), span time(3), raw longblob, doc json, word text CHARACTER SET utf8mb4,
       size enum('small','large'), marks set('a','b','c'), flags bit(10))""",
    "DROP PROCEDURE IF EXISTS answer",
    """CREATE PROCEDURE answer(IN a int, OUT b int) BEGIN
         SELECT a AS first; SELECT a + 1, 'two' UNION SELECT a + 2, 'three'; SET b = a * 2; END""",
):
    cursor.execute(sql)

# Types there and back.
values = (
    1, 2**64 - 1, decimal.Decimal("12345678901234567890.0123456789"), 0.1, datetime.date(2024, 2, 29),
    datetime.datetime(2024, 2, 29, 23, 59, 59, 123456), -datetime.timedelta(hours=700, seconds=1, milliseconds=250),
    os.urandom(1 << 20), '{"a": [1, null, "x"]}', "na\u00efve 'quoted' \\ \U0001f600", "large", "a,c", b"\x02\x01",
)
# PyMySQL writes a negative timedelta wrongly, and reads it right.
cursor.execute("INSERT INTO kinds VALUES (%s" + ",%s" * 12 + ")", (*values[:6], "-700:00:01.250", *values[7:]))
cursor.execute("INSERT INTO kinds (id) VALUES (2)")
connection.commit()
back, empty = rows(connection, "SELECT * FROM kinds ORDER BY id")
for got, sent in zip(back, values):
    equal(got, sent)
equal(empty, (2,) + (None,) * 12)

# Transactions; the own write is visible at once, in autocommit too; the last insert id.
cursor.execute("INSERT INTO items (name) VALUES ('one'), ('two')")
assert (cursor.rowcount, cursor.lastrowid) == (2, 1)
equal(rows(connection, "SELECT LAST_INSERT_ID()"), [(1,)])
connection.commit()
cursor.execute("DELETE FROM items")
cursor.execute("SAVEPOINT s")
cursor.execute("INSERT INTO items (name) VALUES ('never')")
cursor.execute("ROLLBACK TO s")
equal(rows(connection, "SELECT count(*) FROM items"), [(0,)])
connection.rollback()
equal(rows(connection, "SELECT name FROM items ORDER BY id"), [("one",), ("two",)])
assert connection.get_autocommit() is False
connection.autocommit(True)
for n in range(50):
    assert cursor.execute("UPDATE items SET price = %s WHERE id = 1", (n + 1,)) == 1
    equal(rows(connection, "SELECT price FROM items WHERE id = 1"), [(n + 1,)])
assert cursor.execute("UPDATE items SET price = 50 WHERE id = 1") == 0
found = connected(client_flag=CLIENT.FOUND_ROWS)
assert found.cursor().execute("UPDATE items SET price = 50 WHERE id = 1") == 1
found.close()

# Batches in one statement and in many.
assert cursor.executemany("INSERT INTO items (name, n) VALUES (%s, %s)", [(f"item {n}", n % 100) for n in range(1000)]) == 1000
assert cursor.executemany("UPDATE items SET price = %s WHERE name = %s", [(n, f"item {n}") for n in range(1, 50)]) == 49
equal(rows(connection, "SELECT count(*), sum(n) FROM items"), [(1002, 49500)])

# Errors and warnings, with the server's own numbers.
assert "Duplicate entry 'one'" in fails(ER.DUP_ENTRY, cursor.execute, "INSERT INTO items (name) VALUES ('one')")
fails(ER.PARSE_ERROR, cursor.execute, "SELEC 1")
fails(ER.NO_SUCH_TABLE, cursor.execute, "SELECT * FROM no_such_table")
assert connection.show_warnings()[0][:2] == ("Error", ER.NO_SUCH_TABLE)
cursor.execute("SET sql_mode = ''")
cursor.execute("INSERT INTO items (name, n) VALUES ('warned', 1000)")
assert (cursor._result.warning_count if PURE else connection.warning_count()) == 1
assert connection.show_warnings() == (("Warning", 1264, "Out of range value for column 'n' at row 1"),)
equal(rows(connection, "SELECT @@warning_count"), [(1,)])
cursor.execute("SET sql_mode = DEFAULT")

# Procedures: several results, and parameters that come back in user variables.
cursor.callproc("answer", (20, 0))
assert cursor.fetchall() == ((20,),)
assert cursor.nextset() and cursor.fetchall() == ((21, "two"), (22, "three"))
assert cursor.nextset() and cursor.fetchall() == () and not cursor.nextset()
equal(rows(connection, "SELECT @_answer_1"), [(40,)])

# Several statements in one text; the third one fails.
several = connected(client_flag=CLIENT.MULTI_STATEMENTS, autocommit=True)
many = several.cursor()
many.execute("SELECT 1; INSERT INTO items (name) VALUES ('from several'); SELECT 2, 3")
assert many.fetchall() == ((1,),) and many.nextset() and many.rowcount == 1 and many.nextset()
assert many.fetchall() == ((2, 3),) and not many.nextset()
many.execute("SELECT 1; SELECT * FROM no_such_table; DELETE FROM items")
fails(ER.NO_SUCH_TABLE, many.nextset)
equal(rows(several, "SELECT count(*) FROM items"), [(1004,)])
several.close()
if PURE:
    fails(ER.PARSE_ERROR, cursor.execute, "SELECT 1; SELECT 2")

# A result that is read row by row, and one that is left half read.
stream = connection.cursor(cursors.SSCursor)
stream.execute("SELECT id, name, repeat('x', 500) FROM items ORDER BY id")
assert sum(1 for _ in stream) == 1004
stream.execute("SELECT id, repeat('x', 5000) FROM items ORDER BY id")
assert stream.fetchone()[0] == 1
stream.close()
equal(rows(connection, "SELECT 'after'"), [("after",)])

# A file of the client's, a file that is not there, a statement of 40 MB.
with tempfile.NamedTemporaryFile("w", suffix=".csv") as file:
    file.writelines(f"loaded {n},{n % 100}\n" for n in range(5_000))
    file.flush()
    load = f"LOAD DATA LOCAL INFILE '{file.name}' INTO TABLE items FIELDS TERMINATED BY ',' (name, n)"
    assert cursor.execute(load) == 5_000
fails(1017 if PURE else 2, cursor.execute, "LOAD DATA LOCAL INFILE '/no/such/file' INTO TABLE items (name)")
equal(rows(connection, "SELECT count(*) FROM items WHERE name LIKE 'loaded%%'"), [(5_000,)])
large = "y" * 20_000_000
equal(rows(connection, "SELECT length(%s), %s", (large, large[1:])), [(20_000_000, large[1:])])

set_charset = connection.set_charset if PURE else connection.set_character_set
# Character sets, databases, ping, other users' settings.
set_charset("latin1")
equal(rows(connection, "SELECT @@character_set_client, 'na\u00efve'"), [("latin1", "na\u00efve")])
equal(rows(connection, "SELECT hex('\u00ef')"), [("EF",)])
set_charset("utf8mb4")
equal(rows(connection, "SELECT hex('\u00ef')"), [("C3AF",)])
connection.select_db("information_schema")
equal(rows(connection, "SELECT DATABASE()"), [("information_schema",)])
connection.select_db(NAME)
connection.ping()
equal(rows(connection, "SELECT CONNECTION_ID()"), [(connection.thread_id(),)])

# What the C library has besides: compression, another user on the same connection, options, statistics.
if not PURE:
    small = connected(compress=1)
    equal(rows(small, "SELECT repeat('z', 200000)"), [("z" * 200_000,)])
    assert small.cursor().execute("SELECT length(%s)", ("z" * 200_000,)) == 1
    small.cursor().execute("SET @mine = 1, sql_mode = 'ANSI_QUOTES'")
    small.change_user(user=f"{NAME}_tls", passwd=f"{NAME}_tls", db=NAME)
    equal(rows(small, "SELECT USER(), DATABASE(), @mine, @@sql_mode = @@global.sql_mode"), [(f"{NAME}_tls@127.0.0.1", NAME, None, 1)])
    fails(ER.ACCESS_DENIED_ERROR, lambda: small.change_user(user="app", passwd="wrong", db=NAME))
    small.close()
    connection.set_server_option(1)
    fails(ER.PARSE_ERROR, cursor.execute, "SELECT 1; SELECT 2")
    connection.set_server_option(0)
    cursor.execute("SELECT 1; SELECT 2")
    assert cursor.nextset() and cursor.fetchall() == ((2,),)
    assert "Uptime: " in connection.stat()
    cursor.execute("UPDATE items SET n = 1 WHERE id <= 2")
    assert connection.info() == "Rows matched: 2  Changed: 2  Warnings: 0", connection.info()

# Isolation levels and read-only transactions.
for level in ("READ COMMITTED", "SERIALIZABLE", "REPEATABLE READ"):
    cursor.execute(f"SET SESSION TRANSACTION ISOLATION LEVEL {level}")
    name = "transaction_isolation" if FLAVOUR == "mysql" else "tx_isolation"
    equal(rows(connection, f"SELECT @@{name}"), [(level.replace(" ", "-"),)])
cursor.execute("START TRANSACTION READ ONLY")
fails(1792, cursor.execute, "DELETE FROM items")
connection.rollback()
cursor.execute("SET SESSION TRANSACTION READ ONLY")
fails(1792, cursor.execute, "DELETE FROM items")
cursor.execute("SET SESSION TRANSACTION READ WRITE")

# A query that is killed by another session, one over its time, and a connection that is killed.
other = connected()


SLOW = "count(*) FROM items a, items b, items c WHERE a.name > concat(b.name, c.name)"
timer = threading.Timer(0.3, lambda: other.cursor().execute(f"KILL QUERY {connection.thread_id()}"))
timer.start()
fails(ER.QUERY_INTERRUPTED, cursor.execute, f"SELECT {SLOW}")
timer.join()
equal(rows(connection, "SELECT 'alive'"), [("alive",)])
if FLAVOUR == "mysql":
    fails(3024, cursor.execute, f"SELECT /*+ MAX_EXECUTION_TIME(200) */ {SLOW}")
else:
    fails(1969, cursor.execute, f"SET STATEMENT max_statement_time = 0.2 FOR SELECT {SLOW}")
doomed = connected()
if FLAVOUR == "mysql" and PURE:
    # COM_PROCESS_KILL is gone; the C library sends a statement.
    fails(1047, other.kill, doomed.thread_id())
    other.cursor().execute(f"KILL {doomed.thread_id()}")
else:
    other.kill(doomed.thread_id())
try:
    rows(doomed, "SELECT 1")
    raise SystemExit("a killed connection works")
except DRIVER.OperationalError as error:
    assert error.args[0] in (1053, 1927, 2006, 2013), error
other.close()

# Ten workers, each with its own connection.
cursor.execute("UPDATE items SET price = 0")
problems = []


def work(n):
    try:
        mine = connected(autocommit=True)
        for i in range(10):
            mine.cursor().execute("UPDATE items SET price = price + 1 WHERE id = %s", (1 + i % 2,))
            equal(rows(mine, "SELECT %s, %s", (n, i)), [(n, i)])
        mine.close()
    except BaseException as error:
        problems.append(error)


workers = [threading.Thread(target=work, args=(n,)) for n in range(10)]
for worker in workers:
    worker.start()
for worker in workers:
    worker.join()
assert not problems, problems
# They are other sessions, whose writes only `global` promises to show.
equal(rows(connection, "/* freshet: consistency=global */ SELECT price FROM items WHERE id IN (1, 2)"), [(50,), (50,)])

cursor.execute("DROP TABLE items, kinds")
cursor.execute("DROP PROCEDURE answer")
connection.close()
print("ok")
