import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.*;
import java.util.Arrays;
import java.util.Properties;
import java.util.concurrent.*;

/** What an application does with MariaDB Connector/J, on the server that DB_HOST and so on name. Prints `ok` at the end. */
public class DriverCheck {
  static final boolean MYSQL = System.getenv("DB_FLAVOUR").equals("mysql");
  static final String NAME = System.getenv("DB_NAME");
  static final String SLOW = "SELECT count(*) FROM items a, items b, items c, items d WHERE a.name > concat(b.name, c.name, d.name)";

  static void check(boolean fine, String what) {
    if (!fine) throw new AssertionError(what);
  }

  interface Work {
    Object run() throws Exception;
  }

  static void fails(int number, String state, Work work) throws Exception {
    try {
      work.run();
    } catch (SQLException error) {
      check(error.getErrorCode() == number && (state == null || state.equals(error.getSQLState())),
          number + ": " + error.getErrorCode() + " " + error.getSQLState() + " " + error.getMessage());
      return;
    }
    throw new AssertionError(number + " did not come");
  }

  static Connection connect(String user, String password, String... options) throws SQLException {
    Properties properties = new Properties();
    properties.setProperty("user", user);
    properties.setProperty("password", password);
    properties.setProperty("allowPublicKeyRetrieval", "true");
    for (String option : options) properties.setProperty(option.split("=", 2)[0], option.split("=", 2)[1]);
    String url = "jdbc:mariadb://" + System.getenv("DB_HOST") + ":" + System.getenv("DB_PORT") + "/" + NAME;
    return DriverManager.getConnection(url, properties);
  }

  static String ask(Connection connection, String sql, Object... values) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      for (int n = 0; n < values.length; n++) statement.setObject(n + 1, values[n]);
      try (ResultSet rows = statement.executeQuery()) {
        check(rows.next(), "no row: " + sql);
        return rows.getString(1);
      }
    }
  }

  static void equal(String got, String wanted) {
    check(wanted.equals(got), got + " instead of " + wanted);
  }

  public static void main(String[] arguments) throws Exception {
    logins();
    String[][] modes = {{}, {"useServerPrepStmts=true"}, {"rewriteBatchedStatements=true"},
        {"useServerPrepStmts=true", "useBulkStmts=true", "useCompression=true"}};
    for (String[] mode : modes) {
      try (Connection connection = connect("app", "app", mode); Statement statement = connection.createStatement()) {
        try {
          use(connection, statement);
        } catch (Exception error) {
          throw new AssertionError(Arrays.toString(mode), error);
        }
      }
    }
    try (Connection connection = connect("app", "app", "useServerPrepStmts=true"); Statement statement = connection.createStatement()) {
      procedures(connection);
      large(connection);
      limits(connection, statement);
      workers(connection);
    }
    multi();
    System.out.println("ok");
  }

  static void logins() throws Exception {
    for (int n = 0; n < 2; n++) {
      try (Connection plain = connect(NAME + "_rsa", NAME + "_rsa")) {
        equal(ask(plain, "SELECT USER()"), NAME + "_rsa@127.0.0.1");
      }
      try (Connection secure = connect(NAME + "_tls", NAME + "_tls", "useSsl=true", "serverSslCert=" + System.getenv("DB_CA"))) {
        equal(ask(secure, "SELECT DATABASE()"), NAME);
      }
    }
    fails(1045, "28000", () -> connect("app", "wrong"));
  }

  static void use(Connection connection, Statement statement) throws Exception {
    statement.execute("DROP TABLE IF EXISTS items, kinds");
    statement.execute("CREATE TABLE items (id int AUTO_INCREMENT PRIMARY KEY, name varchar(200) UNIQUE, price int, n tinyint)");
    statement.execute("CREATE TABLE kinds (id int PRIMARY KEY, big bigint unsigned, amount decimal(30,10), ratio double, day date, moment datetime(6),"
        + " span time, raw longblob, doc json, word text CHARACTER SET utf8mb4, size enum('small','large'), marks set('a','b','c'), flags bit(10))");
    kinds(connection);
    transactions(connection, statement);
    batches(connection);
    errors(connection, statement);
    readOnly(connection, statement);
  }

  static void kinds(Connection connection) throws SQLException {
    byte[] raw = new byte[1 << 20];
    for (int n = 0; n < raw.length; n++) raw[n] = (byte) (n * 31);
    try (PreparedStatement write = connection.prepareStatement("INSERT INTO kinds VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)")) {
      write.setInt(1, 1);
      write.setBigDecimal(2, new BigDecimal("18446744073709551615"));
      write.setBigDecimal(3, new BigDecimal("12345678901234567890.0123456789"));
      write.setDouble(4, 0.1);
      // This driver's binary dates are longer than MySQL 9 takes them.
      if (MYSQL) write.setString(5, "2024-02-29");
      else write.setDate(5, Date.valueOf("2024-02-29"));
      write.setTimestamp(6, Timestamp.valueOf("2024-02-29 13:59:59.123456"));
      write.setString(7, "-12:00:01");
      write.setBytes(8, raw);
      write.setString(9, "{\"a\": 1}");
      write.setString(10, "na\u00efve 'quoted' \\ \ud83d\ude00");
      write.setString(11, "large");
      write.setString(12, "a,c");
      write.setBytes(13, new byte[] {2, 1});
      check(write.executeUpdate() == 1, "inserted");
      write.setInt(1, 2);
      for (int n = 2; n <= 13; n++) write.setNull(n, Types.NULL);
      check(write.executeUpdate() == 1, "inserted nulls");
    }
    try (PreparedStatement read = connection.prepareStatement("SELECT * FROM kinds WHERE id >= ? ORDER BY id")) {
      for (int n = 0; n < 2; n++) {
        read.setInt(1, 1);
        try (ResultSet rows = read.executeQuery()) {
          check(rows.next(), "a row");
          equal(rows.getBigDecimal(2) + " " + rows.getBigDecimal(3) + " " + rows.getDouble(4), "18446744073709551615 12345678901234567890.0123456789 0.1");
          equal(rows.getDate(5) + " " + rows.getTimestamp(6), "2024-02-29 2024-02-29 13:59:59.123456");
          check(rows.getString(7).startsWith("-12:00:01") && Arrays.equals(rows.getBytes(8), raw), "time, bytes");
          equal(rows.getString(9) + rows.getString(10) + rows.getString(11) + rows.getString(12), "{\"a\": 1}na\u00efve 'quoted' \\ \ud83d\ude00largea,c");
          check(Arrays.equals(rows.getBytes(13), new byte[] {2, 1}) && rows.next() && rows.getObject(2) == null && rows.wasNull(), "bits, null");
          check(rows.getString(13) == null && !rows.next(), "nulls");
        }
      }
    }
  }

  static void transactions(Connection connection, Statement statement) throws SQLException {
    connection.setAutoCommit(false);
    statement.executeUpdate("INSERT INTO items (name) VALUES ('one'), ('two')", Statement.RETURN_GENERATED_KEYS);
    try (ResultSet keys = statement.getGeneratedKeys()) {
      check(keys.next() && keys.getInt(1) == 1, "generated keys");
    }
    equal(ask(connection, "SELECT LAST_INSERT_ID()"), "1");
    Savepoint savepoint = connection.setSavepoint();
    statement.executeUpdate("DELETE FROM items");
    connection.rollback(savepoint);
    connection.commit();
    statement.executeUpdate("DELETE FROM items");
    connection.rollback();
    connection.setAutoCommit(true);
    equal(ask(connection, "SELECT count(*) FROM items"), "2");
    try (PreparedStatement write = connection.prepareStatement("UPDATE items SET price = ? WHERE id = ?");
        PreparedStatement read = connection.prepareStatement("SELECT price FROM items WHERE id = ?")) {
      for (int n = 0; n < 30; n++) {
        write.setInt(1, n);
        write.setInt(2, 1);
        check(write.executeUpdate() == 1, "update count");
        read.setInt(1, 1);
        try (ResultSet rows = read.executeQuery()) {
          check(rows.next() && rows.getInt(1) == n, "the own write is visible");
        }
      }
      check(write.executeUpdate() == 1, "rows found, not changed");
    }
  }

  static void batches(Connection connection) throws Exception {
    connection.setAutoCommit(false);
    try (PreparedStatement batch = connection.prepareStatement("INSERT INTO items (name, price) VALUES (?, ?)")) {
      for (int n = 0; n < 500; n++) {
        batch.setString(1, "item " + n + " \ud83d\ude00");
        if (n % 2 == 0) batch.setInt(2, n); else batch.setNull(2, Types.INTEGER);
        batch.addBatch();
      }
      check(batch.executeBatch().length == 500, "batch");
      connection.commit();
      batch.setString(1, "new");
      batch.setInt(2, 1);
      batch.addBatch();
      batch.setString(1, "one");
      batch.addBatch();
      fails(1062, "23000", batch::executeBatch);
      connection.rollback();
    }
    try (Statement batch = connection.createStatement()) {
      for (int n = 0; n < 100; n++) batch.addBatch("UPDATE items SET price = -1 WHERE name = 'item " + n + " \ud83d\ude00'");
      check(batch.executeBatch().length == 100, "batch of texts");
    }
    connection.commit();
    connection.setAutoCommit(true);
    equal(ask(connection, "SELECT concat(count(*), ' ', count(price), ' ', sum(price = -1)) FROM items WHERE name LIKE 'item%'"), "500 300 100");
  }

  static void errors(Connection connection, Statement statement) throws Exception {
    fails(1062, "23000", () -> statement.executeUpdate("INSERT INTO items (name) VALUES ('one')"));
    fails(1064, "42000", () -> statement.execute("SELEC 1"));
    fails(1146, "42S02", () -> statement.execute("SELECT * FROM no_such_table"));
    statement.execute("SET sql_mode = ''");
    statement.executeUpdate("INSERT INTO items (name, n) VALUES ('warned', 1000)");
    SQLWarning warning = statement.getWarnings();
    check(warning != null && warning.getErrorCode() == 1264, "warning");
    check(connection.isValid(5), "ping");
    check(connection.getMetaData().getColumns(null, null, "items", null).next(), "metadata");
    connection.setCatalog("information_schema");
    equal(ask(connection, "SELECT DATABASE()"), "information_schema");
    connection.setCatalog(NAME);
    statement.setFetchSize(50);
    int read = 0;
    try (ResultSet rows = statement.executeQuery("SELECT id, repeat(name, 20) FROM items ORDER BY id")) {
      while (rows.next()) read++;
    }
    check(read == 503, "streamed " + read);
    statement.setFetchSize(0);
  }

  static void readOnly(Connection connection, Statement statement) throws Exception {
    String variable = MYSQL ? "@@transaction_isolation" : "@@tx_isolation";
    for (int level : new int[] {Connection.TRANSACTION_READ_COMMITTED, Connection.TRANSACTION_SERIALIZABLE, Connection.TRANSACTION_REPEATABLE_READ}) {
      connection.setTransactionIsolation(level);
      check(connection.getTransactionIsolation() == level, "isolation level " + ask(connection, "SELECT " + variable));
    }
    connection.setReadOnly(true);
    connection.setAutoCommit(false);
    equal(ask(connection, "SELECT count(*) FROM items WHERE name = 'one'"), "1");
    connection.rollback();
    connection.setAutoCommit(true);
    connection.setReadOnly(false);
    statement.execute("SET SESSION TRANSACTION READ ONLY");
    fails(1792, "25006", () -> statement.executeUpdate("DELETE FROM items"));
    equal(ask(connection, "SELECT count(*) FROM items WHERE name = 'one'"), "1");
    statement.execute("SET SESSION TRANSACTION READ WRITE");
  }

  static void procedures(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute("DROP PROCEDURE IF EXISTS answer");
      statement.execute("DROP FUNCTION IF EXISTS twice");
      statement.execute("CREATE PROCEDURE answer(IN a int, OUT b int) BEGIN"
          + " SELECT a AS first; SELECT a + 1, 'two' UNION SELECT a + 2, 'three'; SET b = a * 2; END");
      statement.execute("CREATE FUNCTION twice(n int) RETURNS int DETERMINISTIC RETURN n * 2");
    }
    try (CallableStatement call = connection.prepareCall("{call answer(?, ?)}")) {
      for (int n = 20; n < 23; n++) {
        call.setInt(1, n);
        call.registerOutParameter(2, Types.INTEGER);
        check(call.execute(), "a result");
        ResultSet first = call.getResultSet();
        check(first.next() && first.getInt(1) == n && call.getMoreResults(), "first result");
        ResultSet second = call.getResultSet();
        check(second.next() && second.getInt(1) == n + 1 && second.next() && second.getString(2).equals("three"), "second result");
        check(call.getInt(2) == 2 * n, "OUT parameter");
      }
    }
    try (CallableStatement call = connection.prepareCall("{? = call twice(?)}")) {
      call.registerOutParameter(1, Types.INTEGER);
      call.setInt(2, 21);
      call.execute();
      check(call.getInt(1) == 42, "function");
    }
  }

  static void large(Connection connection) throws Exception {
    byte[] large = new byte[20_000_000];
    Arrays.fill(large, (byte) 'y');
    equal(ask(connection, "SELECT concat(length(?), ' ', ?)", large, 7), "20000000 7");
    Path file = Files.createTempFile("freshet-", ".csv");
    try (Connection loading = connect("app", "app", "allowLocalInfile=true"); Statement statement = loading.createStatement()) {
      StringBuilder lines = new StringBuilder();
      for (int n = 0; n < 5000; n++) lines.append("loaded ").append(n).append(',').append(n % 100).append('\n');
      Files.writeString(file, lines);
      check(statement.executeUpdate("LOAD DATA LOCAL INFILE '" + file + "' INTO TABLE items FIELDS TERMINATED BY ',' (name, n)") == 5000, "loaded");
    } finally {
      Files.delete(file);
    }
  }

  static void limits(Connection connection, Statement statement) throws Exception {
    ScheduledExecutorService later = Executors.newSingleThreadScheduledExecutor();
    Future<?> cancelled = later.schedule(() -> { statement.cancel(); return null; }, 300, TimeUnit.MILLISECONDS);
    fails(1317, "70100", () -> statement.executeQuery(SLOW));
    cancelled.get();
    later.shutdown();
    if (!MYSQL) {
      statement.setQueryTimeout(1);
      fails(1969, "70100", () -> statement.executeQuery(SLOW));
      statement.setQueryTimeout(0);
    }
    equal(ask(connection, "SELECT 'alive'"), "alive");
  }

  static void workers(Connection connection) throws Exception {
    ExecutorService pool = Executors.newFixedThreadPool(10);
    Future<?>[] workers = new Future<?>[10];
    for (int n = 0; n < 10; n++) {
      workers[n] = pool.submit(() -> {
        try (Connection own = connect("app", "app", "useServerPrepStmts=true")) {
          own.setAutoCommit(false);
          for (int i = 0; i < 10; i++) {
            try (PreparedStatement write = own.prepareStatement("UPDATE items SET price = price + 1 WHERE id = ?")) {
              write.setInt(1, 1 + i % 2);
              write.executeUpdate();
              own.commit();
            }
            equal(ask(own, "SELECT ?", "text " + i), "text " + i);
            own.commit();
          }
        }
        return null;
      });
    }
    int before = 29;
    for (Future<?> worker : workers) worker.get();
    pool.shutdown();
    // They are other sessions, whose writes only `global` promises to show.
    equal(ask(connection, "/* freshet: consistency=global */ SELECT price FROM items WHERE id = 1"), String.valueOf(before + 50));
  }

  static void multi() throws Exception {
    try (Connection connection = connect("app", "app", "allowMultiQueries=true"); Statement statement = connection.createStatement()) {
      check(statement.execute("SELECT 1; UPDATE items SET price = 5 WHERE id = 1; SELECT 'two'"), "first");
      check(!statement.getMoreResults() && statement.getUpdateCount() == 1, "second");
      check(statement.getMoreResults(), "third");
      ResultSet rows = statement.getResultSet();
      check(rows.next() && rows.getString(1).equals("two"), "third row");
      fails(1146, "42S02", () -> {
        statement.execute("SELECT 1; SELECT * FROM no_such_table; DELETE FROM items");
        while (statement.getMoreResults() || statement.getUpdateCount() != -1) continue;
        return null;
      });
      equal(ask(connection, "SELECT count(*) > 0 FROM items"), "1");
    }
  }
}
