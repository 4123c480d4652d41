<?php
// What an application does with mysqli, on the server that DB_HOST and so on name. Prints `ok` at the end.
declare(strict_types=1);
mysqli_report(MYSQLI_REPORT_ERROR | MYSQLI_REPORT_STRICT);
$NAME = getenv('DB_NAME');
$MYSQL = getenv('DB_FLAVOUR') === 'mysql';

function connected(string $user = 'app', ?string $password = null, int $flags = 0, array $options = []): mysqli
{
    $link = mysqli_init();
    foreach ($options as $option => $value) $link->options($option, $value);
    if ($flags & MYSQLI_CLIENT_SSL) $link->ssl_set(null, null, getenv('DB_CA'), null, null);
    $link->real_connect(getenv('DB_HOST'), $user, $password ?? $user, getenv('DB_NAME'), (int) getenv('DB_PORT'), null, $flags);
    $link->set_charset('utf8mb4');
    return $link;
}

function check(mixed $got, mixed $wanted, string $what): void
{
    if ($got !== $wanted) throw new AssertionError($what . ': ' . substr(var_export($got, true), 0, 1000) . ' instead of ' . substr(var_export($wanted, true), 0, 1000));
}

function one(mysqli $link, string $sql): mixed
{
    return $link->query($sql)->fetch_row()[0];
}

function fails(int $number, ?string $state, callable $work): string
{
    try {
        $work();
    } catch (mysqli_sql_exception $error) {
        check($error->getCode(), $number, $error->getMessage());
        if ($state !== null) check($error->getSqlState(), $state, $error->getMessage());
        return $error->getMessage();
    }
    throw new AssertionError("$number did not come");
}

for ($n = 0; $n < 2; $n++) {
    check(one(connected("{$NAME}_rsa"), 'SELECT USER()'), "{$NAME}_rsa@127.0.0.1", 'RSA login');
    check(one(connected("{$NAME}_tls", null, MYSQLI_CLIENT_SSL), 'SELECT DATABASE()'), $NAME, 'TLS login');
}
check(fails(1045, null, fn () => connected('app', 'wrong')), "Access denied for user 'app'@'127.0.0.1' (using password: YES)", 'wrong password');

$link = connected();
foreach ([
    'DROP TABLE IF EXISTS items, kinds',
    'CREATE TABLE items (id int AUTO_INCREMENT PRIMARY KEY, name varchar(200) UNIQUE, price int, n tinyint)',
    "CREATE TABLE kinds (id int PRIMARY KEY, big bigint unsigned, amount decimal(30,10), ratio double, day date, moment datetime(6), span time(3),
      raw longblob, doc json, word text CHARACTER SET utf8mb4, size enum('small','large'), marks set('a','b','c'), flags bit(10))",
    'DROP PROCEDURE IF EXISTS answer',
    "CREATE PROCEDURE answer(IN a int, OUT b int) BEGIN SELECT a AS first; SELECT a + 1, 'two' UNION SELECT a + 2, 'three'; SET b = a * 2; END",
] as $sql) $link->query($sql);

// Types, written by a prepared statement with long data, read in both protocols.
$raw = random_bytes(1 << 20);
$values = [1, '18446744073709551615', '12345678901234567890.0123456789', 0.1, '2024-02-29', '2024-02-29 23:59:59.123456', '-700:00:01.250',
    null, '{"a": 1}', "na\u{ef}ve 'quoted' \\ \u{1F600}", 'large', 'a,c', 513];
$write = $link->prepare('INSERT INTO kinds VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)');
$write->bind_param('issdsssbssssi', ...$values);
foreach (str_split($raw, 300_000) as $part) $write->send_long_data(7, $part);
check($write->execute(), true, 'insert');
$values[7] = $raw;
$read = $link->prepare('SELECT * FROM kinds WHERE id = ?');
$read->execute([1]);
$row = $read->get_result()->fetch_row();
check(sha1($row[7]), sha1($raw), 'long data');
check($row, $values, 'binary');
$row = $link->query('SELECT * FROM kinds')->fetch_row();
check(array_map(strval(...), $row), array_map(strval(...), $values), 'text');
$link->query('INSERT INTO kinds (id) VALUES (2)');
$read->execute([2]);
check($read->get_result()->fetch_row(), [2, ...array_fill(0, 12, null)], 'nulls');

// Transactions, insert ids, affected rows, info.
$link->begin_transaction();
$link->query("INSERT INTO items (name) VALUES ('one'), ('two')");
check([$link->insert_id, $link->affected_rows, $link->info], [1, 2, 'Records: 2  Duplicates: 0  Warnings: 0'], 'insert id');
check(one($link, 'SELECT LAST_INSERT_ID()'), '1', 'last insert id');
$link->savepoint('s');
$link->query('DELETE FROM items');
$link->query('ROLLBACK TO s');
$link->commit();
$link->autocommit(false);
$link->query('DELETE FROM items');
$link->rollback();
$link->autocommit(true);
$update = $link->prepare('UPDATE items SET price = ? WHERE id = ?');
$select = $link->prepare('SELECT price FROM items WHERE id = ?');
for ($n = 0; $n < 50; $n++) {
    $update->execute([$n, 1]);
    check($update->affected_rows, 1, 'updated');
    $select->execute([1]);
    check($select->get_result()->fetch_row(), [$n], 'the own write is visible');
}
$update->execute([49, 1]);
check($update->affected_rows, 0, 'changed rows');
$found = connected(flags: MYSQLI_CLIENT_FOUND_ROWS);
$found->query('UPDATE items SET price = 49 WHERE id = 1');
check($found->affected_rows, 1, 'found rows');

// Errors and warnings.
fails(1062, '23000', fn () => $link->query("INSERT INTO items (name) VALUES ('one')"));
fails(1064, '42000', fn () => $link->query('SELEC 1'));
fails(1146, '42S02', fn () => $link->prepare('SELECT * FROM no_such_table'));
$link->query("SET sql_mode = ''");
$link->query("INSERT INTO items (name, n) VALUES ('warned', 1000)");
check([$link->warning_count, $link->get_warnings()->errno], [1, 1264], 'warning');
check(one($link, 'SELECT @@warning_count'), '1', 'warning count');

// Procedures and several statements.
$link->multi_query('SET @b = 0; CALL answer(20, @b); SELECT @b; SELECT * FROM no_such_table; DELETE FROM items');
$seen = [];
fails(1146, null, function () use ($link, &$seen) {
    do {
        $result = $link->store_result();
        if ($result) array_push($seen, ...$result->fetch_all());
    } while ($link->next_result());
});
check($seen, [['20'], ['21', 'two'], ['22', 'three'], ['40']], 'several results');
$call = $link->prepare('CALL answer(?, @b)');
$call->execute([5]);
check($call->get_result()->fetch_all(), [[5]], 'first result');
$call->next_result();
check(count($call->get_result()->fetch_all()), 2, 'second result');
while ($call->next_result()) continue;
check(one($link, 'SELECT @b'), '10', 'OUT parameter');

// A server-side cursor, unbuffered results, several connections waited for at once.
$numbers = implode(',', array_map(fn ($n) => "('number $n')", range(1, 500)));
$link->query("INSERT INTO items (name) VALUES $numbers");
$cursor = $link->prepare("SELECT id, repeat(name, 20) FROM items WHERE name LIKE 'number%' ORDER BY id");
$cursor->attr_set(MYSQLI_STMT_ATTR_CURSOR_TYPE, MYSQLI_CURSOR_TYPE_READ_ONLY);
$cursor->execute();
$cursor->bind_result($id, $text);
$count = 0;
while ($cursor->fetch()) if (++$count === 100) check(one($link, 'SELECT 7'), '7', 'between fetches');
check($count, 500, 'cursor');
$cursor->close();
$unbuffered = $link->query('SELECT name FROM items ORDER BY id', MYSQLI_USE_RESULT);
check($unbuffered->fetch_row(), ['one'], 'unbuffered');
$unbuffered->free();
$links = array_map(fn () => connected(), range(0, 9));
foreach ($links as $n => $one) $one->query("SELECT $n, SLEEP(0.1)", MYSQLI_ASYNC);
foreach ($links as $n => $one) check($one->reap_async_query()->fetch_row()[0], (string) $n, 'asynchronous');

// Another user, options, character sets, statistics, compression.
$other = connected(flags: MYSQLI_CLIENT_COMPRESS);
$other->query('SET @mine = 7');
$other->change_user("{$NAME}_tls", "{$NAME}_tls", $NAME);
check($other->query('SELECT USER(), @mine')->fetch_row(), ["{$NAME}_tls@127.0.0.1", null], 'change user');
$large = str_repeat('compressed ', 50_000);
check(one($other, "SELECT '$large'"), $large, 'compressed');
$other->set_charset('latin1');
check($other->query("SELECT hex('\xef'), @@character_set_client")->fetch_row(), ['EF', 'latin1'], 'latin1');
check($other->character_set_name(), 'latin1', 'character set');
check(str_contains($other->stat(), 'Uptime: '), true, 'statistics');
check(one($other, 'SELECT CONNECTION_ID()'), (string) $other->thread_id, 'connection id');
$other->select_db('information_schema');
check(one($other, 'SELECT DATABASE()'), 'information_schema', 'database');

// A file of the client's, and 20 MB.
$loading = connected(options: [MYSQLI_OPT_LOCAL_INFILE => true]);
$file = tempnam(sys_get_temp_dir(), 'freshet');
file_put_contents($file, implode('', array_map(fn ($n) => "loaded $n,1\n", range(1, 5000))));
$loading->query("LOAD DATA LOCAL INFILE '$file' INTO TABLE items FIELDS TERMINATED BY ',' (name, n)");
unlink($file);
check([$loading->affected_rows, $loading->info], [5000, 'Records: 5000  Deleted: 0  Skipped: 0  Warnings: 0'], 'loaded');
$large = str_repeat('y', 20_000_000);
$echo = $link->prepare('SELECT length(?), ?');
$echo->execute([$large, $large]);
$row = $echo->get_result()->fetch_row();
check([$row[0], $row[1] === $large], [20_000_000, true], '20 MB');

// Isolation, read-only transactions, KILL.
$variable = $MYSQL ? '@@transaction_isolation' : '@@tx_isolation';
$link->query('SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED');
check(one($link, "SELECT $variable"), 'READ-COMMITTED', 'isolation');
$link->begin_transaction(MYSQLI_TRANS_START_READ_ONLY);
fails(1792, '25006', fn () => $link->query('DELETE FROM items'));
$link->rollback();
$slow = 'SELECT count(*) FROM items a, items b, items c WHERE a.name > concat(b.name, c.name)';
$victim = connected();
$victim->query($slow, MYSQLI_ASYNC);
usleep(200_000);
$link->query("KILL QUERY $victim->thread_id");
fails(1317, '70100', fn () => $victim->reap_async_query());
check(one($victim, "SELECT 'alive'"), 'alive', 'after KILL QUERY');
$MYSQL ? $link->query("KILL $victim->thread_id") : $link->kill($victim->thread_id);
try {
    @$victim->query('SELECT 1');
    throw new AssertionError('a killed connection works');
} catch (mysqli_sql_exception $error) {
    check($error->getCode(), 2006, $error->getMessage());
}
echo "ok\n";
