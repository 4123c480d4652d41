<?php
// What an application does with PDO, on the server that DB_HOST and so on name. Prints `ok` at the end.
declare(strict_types=1);
$NAME = getenv('DB_NAME');
$MYSQL = getenv('DB_FLAVOUR') === 'mysql';

function connected(array $options = [], string $user = 'app', ?string $password = null, string $more = 'charset=utf8mb4'): PDO
{
    $dsn = sprintf('mysql:host=%s;port=%s;dbname=%s;%s', getenv('DB_HOST'), getenv('DB_PORT'), getenv('DB_NAME'), $more);
    return new PDO($dsn, $user, $password ?? $user, $options + [PDO::ATTR_ERRMODE => PDO::ERRMODE_EXCEPTION]);
}

function check(mixed $got, mixed $wanted, string $what): void
{
    if ($got !== $wanted) throw new AssertionError($what . ': ' . substr(var_export($got, true), 0, 1000) . ' instead of ' . substr(var_export($wanted, true), 0, 1000));
}

function fails(int $number, string $state, callable $work): void
{
    try {
        $work();
    } catch (PDOException $error) {
        check(array_slice($error->errorInfo, 0, 2), [$state, $number], $error->getMessage());
        return;
    }
    throw new AssertionError("$number did not come");
}

for ($n = 0; $n < 2; $n++) {
    check(connected([], "{$NAME}_rsa")->query('SELECT USER()')->fetchColumn(), "{$NAME}_rsa@127.0.0.1", 'RSA login');
    check(connected([PDO::MYSQL_ATTR_SSL_CA => getenv('DB_CA')], "{$NAME}_tls")->query('SELECT 7')->fetchColumn(), 7, 'TLS login');
}
fails(1045, 'HY000', fn () => connected([], 'app', 'wrong'));

$raw = random_bytes(1 << 20);
$values = [1, '18446744073709551615', '12345678901234567890.0123456789', 0.1, '2024-02-29', '2024-02-29 23:59:59.123456', '-700:00:01.250',
    $raw, '{"a": 1}', "na\u{ef}ve 'quoted' \\ \u{1F600}", 'large', 'a,c', 513];
foreach ([true, false] as $emulated) {
    $db = connected([PDO::ATTR_EMULATE_PREPARES => $emulated, PDO::MYSQL_ATTR_LOCAL_INFILE => true, PDO::MYSQL_ATTR_FOUND_ROWS => true,
        PDO::MYSQL_ATTR_COMPRESS => !$emulated, PDO::MYSQL_ATTR_INIT_COMMAND => "SET time_zone = '+03:00'"]);
    $db->exec('DROP TABLE IF EXISTS items, kinds');
    $db->exec('CREATE TABLE items (id int AUTO_INCREMENT PRIMARY KEY, name varchar(200) UNIQUE, price int, n tinyint)');
    $db->exec("CREATE TABLE kinds (id int PRIMARY KEY, big bigint unsigned, amount decimal(30,10), ratio double, day date, moment datetime(6), span time(3),
      raw longblob, doc json, word text CHARACTER SET utf8mb4, size enum('small','large'), marks set('a','b','c'), flags bit(10))");
    $db->exec('DROP PROCEDURE IF EXISTS answer');
    $db->exec("CREATE PROCEDURE answer(IN a int, OUT b int) BEGIN SELECT a AS first; SELECT a + 1, 'two' UNION SELECT a + 2, 'three'; SET b = a * 2; END");
    check($db->query('SELECT @@time_zone')->fetchColumn(), '+03:00', 'first statement');

    $insert = $db->prepare('INSERT INTO kinds VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)');
    foreach ($values as $n => $value) $insert->bindValue($n + 1, $value, $n === 7 ? PDO::PARAM_LOB : (is_int($value) ? PDO::PARAM_INT : PDO::PARAM_STR));
    $insert->execute();
    $select = $db->prepare('SELECT * FROM kinds WHERE id = ?');
    $select->execute([1]);
    check(array_map(strval(...), $select->fetch(PDO::FETCH_NUM)), array_map(strval(...), $values), 'types');

    $db->beginTransaction();
    check($db->exec("INSERT INTO items (name) VALUES ('one'), ('two')"), 2, 'inserted');
    check($db->lastInsertId(), '1', 'last insert id');
    $db->commit();
    $db->beginTransaction();
    $db->exec('DELETE FROM items');
    check($db->inTransaction(), true, 'in a transaction');
    $db->rollBack();
    $db->setAttribute(PDO::ATTR_AUTOCOMMIT, 0);
    $db->exec('DELETE FROM items');
    $db->rollBack();
    $db->setAttribute(PDO::ATTR_AUTOCOMMIT, 1);
    $update = $db->prepare('UPDATE items SET price = :price WHERE id = :id');
    $read = $db->prepare('SELECT price FROM items WHERE id = :id');
    for ($n = 0; $n < 50; $n++) {
        $update->execute(['price' => $n, 'id' => 1]);
        $read->execute(['id' => 1]);
        check($read->fetchAll(PDO::FETCH_NUM), [[$n]], 'the own write is visible');
    }
    $update->execute(['price' => 49, 'id' => 1]);
    check($update->rowCount(), 1, 'rows found');

    fails(1062, '23000', fn () => $db->exec("INSERT INTO items (name) VALUES ('one')"));
    fails(1064, '42000', fn () => $db->query('SELEC 1'));
    fails(1146, '42S02', fn () => $db->prepare('SELECT * FROM no_such_table WHERE id = ?')->execute([1]));
    $db->exec("SET sql_mode = ''");
    $db->exec("INSERT INTO items (name, n) VALUES ('warned', 1000)");
    // MySQL cannot prepare SHOW WARNINGS, and forgets the warnings when it is asked to.
    if ($emulated || !$MYSQL) check($db->query('SHOW WARNINGS')->fetchAll(PDO::FETCH_NUM), [['Warning', 1264, "Out of range value for column 'n' at row 1"]], 'warnings');

    $call = $db->prepare('CALL answer(?, @b)');
    $call->execute([20]);
    check($call->fetchAll(PDO::FETCH_NUM), [[20]], 'first result');
    check($call->nextRowset(), true, 'another result');
    check($call->fetchAll(PDO::FETCH_NUM), [[21, 'two'], [22, 'three']], 'second result');
    $call->closeCursor();
    check($db->query('SELECT @b')->fetchColumn(), 40, 'OUT parameter');
    if ($emulated) {
        $several = $db->query("SELECT 1; SELECT 'two'");
        $several->nextRowset();
        check($several->fetchColumn(), 'two', 'several statements');
        $several->closeCursor();
    } else fails(1064, '42000', fn () => $db->prepare('SELECT 1; SELECT 2')->execute());

    $file = tempnam(sys_get_temp_dir(), 'freshet');
    file_put_contents($file, implode('', array_map(fn ($n) => "loaded $n,1\n", range(1, 5000))));
    check($db->exec("LOAD DATA LOCAL INFILE '$file' INTO TABLE items FIELDS TERMINATED BY ',' (name, n)"), 5000, 'loaded');
    unlink($file);
    $db->setAttribute(PDO::MYSQL_ATTR_USE_BUFFERED_QUERY, false);
    $all = $db->query('SELECT id, repeat(name, 20) FROM items ORDER BY id');
    check(count($all->fetchAll()), 5003, 'unbuffered');
    $all->closeCursor();
    $db->setAttribute(PDO::MYSQL_ATTR_USE_BUFFERED_QUERY, true);
    $large = str_repeat('y', 5_000_000);
    $echo = $db->prepare('SELECT length(?), ?');
    $echo->execute([$large, $large]);
    [$length, $back] = $echo->fetch(PDO::FETCH_NUM);
    check([$length, $back === $large], [5_000_000, true], '5 MB');

    $db->exec('SET SESSION TRANSACTION READ ONLY');
    fails(1792, '25006', fn () => $db->exec('DELETE FROM items'));
    $db->exec('SET SESSION TRANSACTION READ WRITE');
    $db->exec($MYSQL ? 'SET max_execution_time = 200' : 'SET max_statement_time = 0.2');
    $slow = 'SELECT count(*) FROM items a, items b, items c WHERE a.name > concat(b.name, c.name)';
    fails($MYSQL ? 3024 : 1969, $MYSQL ? 'HY000' : '70100', fn () => $db->query($slow));
    check($db->query("SELECT 'alive'")->fetchColumn(), 'alive', 'after the time limit');
    check(str_contains($db->getAttribute(PDO::ATTR_SERVER_INFO), 'Uptime: '), true, 'statistics');
}
check(connected([], 'app', null, 'charset=latin1')->query("SELECT hex('\xef')")->fetchColumn(), 'EF', 'latin1');
$kept = connected([PDO::ATTR_PERSISTENT => true]);
$kept->exec('SET @mine = 1');
unset($kept);
check(connected([PDO::ATTR_PERSISTENT => true])->query('SELECT 7')->fetchColumn(), 7, 'a persistent connection');
echo "ok\n";
