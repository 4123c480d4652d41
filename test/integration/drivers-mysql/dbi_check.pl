# What an application does with DBD::MariaDB or DBD::mysql (the argument), on the server that DB_HOST and so on name. Prints `ok` at the end.
use strict;
use warnings;
use utf8;
use DBI;
use File::Temp;
use POSIX '_exit';

my $driver = shift;
my $new = $driver eq 'MariaDB';
my $prefix = $new ? 'mariadb' : 'mysql';
my ($name, $host, $port, $mysql) = ($ENV{DB_NAME}, $ENV{DB_HOST}, $ENV{DB_PORT}, $ENV{DB_FLAVOUR} eq 'mysql');

sub connected {
  my ($user, $password, %more) = @_;
  my $options = join '', map { ";${prefix}_$_=$more{$_}" } sort keys %more;
  my %utf8 = $new ? () : (mysql_enable_utf8mb4 => 1);
  return DBI->connect("DBI:$driver:database=$name;host=$host;port=$port;${prefix}_local_infile=1$options", $user // 'app', $password // $user // 'app',
    { RaiseError => 1, PrintError => 0, AutoCommit => 1, %utf8 });
}

sub check {
  my ($got, $wanted, $what) = @_;
  $got = defined $got ? $got : 'undef';
  die "$what: " . substr($got, 0, 500) . ' instead of ' . substr($wanted, 0, 500) . "\n" if $got ne $wanted;
}

sub one { my ($db, $sql, @values) = @_; return ($db->selectrow_array($sql, undef, @values))[0] }

sub fails {
  my ($number, $state, $work) = @_;
  eval { $work->(); 1 } and die "$number did not come\n";
  check(DBI->err // $DBI::err, $number, $@);
  check($DBI::state, $state, $@) if defined $state;
}

for (1, 2) {
  check(one(connected("${name}_rsa"), 'SELECT USER()'), "${name}_rsa\@127.0.0.1", 'RSA login');
  check(one(connected("${name}_tls", undef, ssl => 1, ssl_ca_file => $ENV{DB_CA}, $new ? () : (ssl_optional => 1)), 'SELECT DATABASE()'), $name, 'TLS login');
}
fails(1045, undef, sub { connected('app', 'wrong') });
check($DBI::errstr =~ /Access denied for user 'app'\@'127.0.0.1' \(using password: YES\)/ ? 1 : 0, 1, $DBI::errstr);

my $raw = pack 'C*', map { $_ * 31 % 256 } 0 .. 300_000;
# DBD::mysql's server-side statements do not work directly either (binary for JSON, and it hangs).
for my $server_side ($new ? (0, 1) : 0) {
  my $db = connected('app', 'app', server_prepare => $server_side);
  $db->do('DROP TABLE IF EXISTS items, kinds');
  $db->do('CREATE TABLE items (id int AUTO_INCREMENT PRIMARY KEY, name varchar(200) UNIQUE, price int, n tinyint)');
  $db->do("CREATE TABLE kinds (id int PRIMARY KEY, big bigint unsigned, amount decimal(30,10), ratio double, day date, moment datetime(6), span time(3),
    raw longblob, doc json, word text CHARACTER SET utf8mb4, size enum('small','large'), marks set('a','b','c'))");
  my @values = (1, '18446744073709551615', '12345678901234567890.0123456789', '0.1', '2024-02-29', '2024-02-29 23:59:59.123456', '-700:00:01.250',
    $raw, '{"a": 1}', "naïve 'quoted' \\ 😀", 'large', 'a,c');
  my $insert = $db->prepare('INSERT INTO kinds VALUES (?,?,?,?,?,?,?,?,?,?,?,?)');
  $insert->bind_param($_ + 1, $values[$_], $_ == 7 ? DBI::SQL_BLOB : DBI::SQL_VARCHAR) for 0 .. $#values;
  check($insert->execute, 1, 'inserted');
  $insert->bind_param($_ + 1, $_ ? undef : 2) for 0 .. $#values;
  $insert->execute;
  my $select = $db->prepare('SELECT * FROM kinds WHERE id = ?');
  $select->execute(1);
  my @row = $select->fetchrow_array;
  # The client library cuts the six digits off where it turns binary values into text.
  check($row[$_] =~ s/\.250000$/.250/r, $values[$_], "column $_") for grep { $_ != 7 } 0 .. $#values;
  check($row[7] eq $raw ? 1 : 0, 1, 'blob');
  $select->execute(2);
  check(scalar(grep { defined } $select->fetchrow_array), 1, 'nulls');

  $db->begin_work;
  check($db->do("INSERT INTO items (name) VALUES ('one'), ('two')"), 2, 'affected');
  check($db->last_insert_id(undef, undef, undef, undef), 1, 'last insert id');
  check(one($db, 'SELECT LAST_INSERT_ID()'), 1, 'LAST_INSERT_ID()');
  $db->commit;
  $db->{AutoCommit} = 0;
  $db->do('DELETE FROM items');
  $db->rollback;
  $db->{AutoCommit} = 1;
  my $update = $db->prepare('UPDATE items SET price = ? WHERE id = ?');
  my $read = $db->prepare('SELECT price FROM items WHERE id = ?');
  for my $n (0 .. 49) {
    check($update->execute($n, 1), 1, 'updated');
    $read->execute(1);
    check(($read->fetchrow_array)[0], $n, 'the own write is visible');
  }
  # FOUND_ROWS is the drivers' default.
  check($update->execute(49, 1), 1, 'rows found');
  check($db->prepare('INSERT INTO items (name) VALUES (?)')->execute_array({}, [map { "item $_" } 1 .. 500]), 500, 'many');
  check(one($db, "SELECT count(*) FROM items WHERE name LIKE 'item%'"), 500, 'counted');

  fails(1062, '23000', sub { $db->do("INSERT INTO items (name) VALUES ('one')") });
  fails(1064, '42000', sub { $db->do('SELEC 1') });
  fails(1146, '42S02', sub { $db->selectrow_array('SELECT * FROM no_such_table') });
  $db->do("SET sql_mode = ''");
  $db->do("INSERT INTO items (name, n) VALUES ('warned', 1000)");
  check(join('|', @{ $db->selectall_arrayref('SHOW WARNINGS')->[0] }), "Warning|1264|Out of range value for column 'n' at row 1", 'warnings') if !$server_side;

  $db->do('DROP PROCEDURE IF EXISTS answer');
  $db->do("CREATE PROCEDURE answer(IN a int, OUT b int) BEGIN SELECT a AS first; SELECT a + 1, 'two' UNION SELECT a + 2, 'three'; SET b = a * 2; END");
  my $call = $db->prepare('CALL answer(20, @b)');
  $call->execute;
  check($call->fetchrow_arrayref->[0], 20, 'first result');
  if (!$server_side) {
    check($call->more_results, 1, 'another result');
    check(join('|', map { @$_ } @{ $call->fetchall_arrayref }), '21|two|22|three', 'second result');
    $call->more_results;
  }
  $call->finish;
  undef $call;
  check(one($db, 'SELECT @b'), 40, 'OUT parameter') if !$server_side;

  my $file = File::Temp->new(SUFFIX => '.csv');
  print $file join('', map { "loaded $_,1\n" } 1 .. 5000);
  close $file;
  check($db->do("LOAD DATA LOCAL INFILE '$file' INTO TABLE items FIELDS TERMINATED BY ',' (name, n)"), 5000, 'loaded');
  my $stream = $db->prepare('SELECT id, repeat(name, 20) FROM items ORDER BY id', $new ? {} : { mysql_use_result => 1 });
  $stream->execute;
  check(scalar @{ $stream->fetchall_arrayref }, 5503, 'many rows');
  my $large = 'y' x 20_000_000;
  check(one($db, 'SELECT concat(length(?), ?)', $large, 'x'), '20000000x', '20 MB');

  $db->do('SET SESSION TRANSACTION READ ONLY');
  fails(1792, '25006', sub { $db->do('DELETE FROM items') });
  $db->do('SET SESSION TRANSACTION READ WRITE');
  check($db->ping ? 1 : 0, 1, 'ping');
  check(one($db, 'SELECT CONNECTION_ID()'), $new ? $db->{mariadb_thread_id} : $db->{mysql_thread_id}, 'connection id');
  $db->do($mysql ? 'SET max_execution_time = 200' : 'SET max_statement_time = 0.2');
  fails($mysql ? 3024 : 1969, undef, sub { one($db, 'SELECT count(*) FROM items a, items b, items c WHERE a.name > concat(b.name, c.name)') });
  check(one($db, "SELECT 'alive'"), 'alive', 'after the time limit');
  undef $_ for $insert, $select, $update, $read, $stream;
  $db->disconnect;
}

my $db = connected('app', 'app', multi_statements => 1, compression => 1);
my $several = $db->prepare("SELECT 1; UPDATE items SET price = 1 WHERE id = 1; SELECT 'two'");
$several->execute;
check($several->fetchrow_arrayref->[0], 1, 'first');
$several->more_results;
check($several->rows, 1, 'second');
$several->more_results;
check($several->fetchrow_arrayref->[0], 'two', 'third');
$several->finish;
my $text = 'compressed ' x 50_000;
check(one($db, 'SELECT ?', $text), $text, 'compressed');

# Ten workers, each with its own connection.
$db->do('UPDATE items SET price = 0');
for my $n (0 .. 9) {
  next if fork;
  my $fine = eval {
    my $own = connected();
    for my $i (0 .. 9) {
      $own->do('UPDATE items SET price = price + 1 WHERE id = ?', undef, 1 + $i % 2);
      check(one($own, 'SELECT ? + 0', $n * 10 + $i), $n * 10 + $i, 'own answer');
    }
    1;
  };
  print STDERR $@ if !$fine;
  # Nothing of the parent's is destroyed here.
  _exit($fine ? 0 : 1);
}
while (wait != -1) { check($?, 0, 'worker') }
# They are other sessions, whose writes only `global` promises to show.
check(one($db, '/* freshet: consistency=global */ SELECT sum(price) FROM items WHERE id <= 2'), 100, 'workers');
print "ok\n";
