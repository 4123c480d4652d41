import java.io.StringReader;
import java.io.StringWriter;
import java.sql.*;
import java.util.Properties;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;

/** What an application does with the JDBC driver. Arguments: URL, user, password. Prints `ok` at the end. */
public class DriverCheck {
  static void check(boolean fine, String what) {
    if (!fine) throw new AssertionError(what);
  }

  static void fails(String state, Statement statement, String sql) throws SQLException {
    try {
      statement.execute(sql);
    } catch (SQLException error) {
      check(state.equals(error.getSQLState()), sql + ": " + error.getSQLState() + " " + error.getMessage());
      return;
    }
    throw new AssertionError(sql + " was accepted");
  }

  static int number(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement(); ResultSet rows = statement.executeQuery(sql)) {
      check(rows.next(), "no row");
      return rows.getInt(1);
    }
  }

  public static void main(String[] arguments) throws Exception {
    for (String mode : new String[] {"extended", "simple", "extendedForPrepared", "extendedCacheEverything"}) {
      Properties properties = new Properties();
      properties.setProperty("user", arguments[1]);
      properties.setProperty("password", arguments[2]);
      properties.setProperty("preferQueryMode", mode);
      properties.setProperty("readOnlyMode", "always");
      try (Connection connection = DriverManager.getConnection(arguments[0], properties)) {
        use(connection, mode);
      }
    }
    System.out.println("ok");
  }

  static void use(Connection connection, String mode) throws Exception {
    String table = "jdbc_" + mode.toLowerCase();
    try (Statement statement = connection.createStatement()) {
      statement.execute("DROP TABLE IF EXISTS " + table);
      statement.execute("CREATE TABLE " + table + " (id int PRIMARY KEY, name text, price numeric(10,2))");
      transactions(connection, statement, table);
      prepared(connection, table);
      errors(connection, statement, table);
      large(connection, table);
      copy(connection, table);
      readOnly(connection, statement, table);
      notices(connection, statement);
      cancel(connection);
      check(connection.getMetaData().getColumns(null, null, table, null).next(), "metadata");
      statement.execute("DROP TABLE " + table);
    }
  }

  static void transactions(Connection connection, Statement statement, String table) throws SQLException {
    connection.setAutoCommit(false);
    statement.executeUpdate("INSERT INTO " + table + " VALUES (1, 'one', 1.50)");
    Savepoint savepoint = connection.setSavepoint();
    statement.executeUpdate("INSERT INTO " + table + " VALUES (2, 'two', 2)");
    connection.rollback(savepoint);
    connection.commit();
    statement.executeUpdate("INSERT INTO " + table + " VALUES (3, 'three', 3)");
    connection.rollback();
    connection.setAutoCommit(true);
    check(number(connection, "SELECT count(*) FROM " + table) == 1, "one row is left");
  }

  /** More often than prepareThreshold, so that the driver names its statement on the server. */
  static void prepared(Connection connection, String table) throws SQLException {
    try (PreparedStatement write = connection.prepareStatement("UPDATE " + table + " SET name = ?, price = ? WHERE id = ?");
        PreparedStatement read = connection.prepareStatement("SELECT name, price FROM " + table + " WHERE id = ?")) {
      for (int n = 0; n < 50; n++) {
        write.setString(1, "na\u00efve ? $1 '" + n + "'");
        write.setBigDecimal(2, new java.math.BigDecimal(n));
        write.setInt(3, 1);
        check(write.executeUpdate() == 1, "update count");
        read.setInt(1, 1);
        try (ResultSet rows = read.executeQuery()) {
          check(rows.next() && rows.getInt(2) == n, "the own write is visible");
          check(rows.getString(1).equals("na\u00efve ? $1 '" + n + "'"), "text");
        }
      }
    }
    try (PreparedStatement batch = connection.prepareStatement("INSERT INTO " + table + " VALUES (?, ?, ?)")) {
      connection.setAutoCommit(false);
      for (int n = 10; n < 1010; n++) {
        batch.setInt(1, n);
        batch.setString(2, "item " + n);
        batch.setNull(3, Types.NUMERIC);
        batch.addBatch();
      }
      check(batch.executeBatch().length == 1000, "batch");
      connection.commit();
      connection.setAutoCommit(true);
    }
    try (PreparedStatement insert = connection.prepareStatement(
        "INSERT INTO " + table + " VALUES (9000, 'generated', 1)", Statement.RETURN_GENERATED_KEYS)) {
      insert.executeUpdate();
      try (ResultSet keys = insert.getGeneratedKeys()) {
        check(keys.next() && keys.getInt(1) == 9000, "generated keys");
      }
    }
  }

  static void errors(Connection connection, Statement statement, String table) throws SQLException {
    fails("23505", statement, "INSERT INTO " + table + " VALUES (1)");
    fails("42P01", statement, "SELECT * FROM no_such_table");
    fails("42601", statement, "SELEC 1");
    fails("22012", statement, "SELECT 1 / 0");
    connection.setAutoCommit(false);
    fails("22012", statement, "SELECT 1 / 0");
    fails("25P02", statement, "SELECT 1");
    connection.rollback();
    connection.setAutoCommit(true);
  }

  /** A result read in portions, which keeps a portal open over several round trips. */
  static void large(Connection connection, String table) throws SQLException {
    connection.setAutoCommit(false);
    try (PreparedStatement statement = connection.prepareStatement("SELECT id FROM " + table + " WHERE id BETWEEN 10 AND 1009 ORDER BY id")) {
      statement.setFetchSize(50);
      try (ResultSet rows = statement.executeQuery()) {
        int expected = 10;
        while (rows.next()) check(rows.getInt(1) == expected++, "order");
        check(expected == 1010, "all rows");
      }
    }
    connection.commit();
    connection.setAutoCommit(true);
  }

  static void copy(Connection connection, String table) throws Exception {
    StringBuilder lines = new StringBuilder();
    for (int n = 20000; n < 22000; n++) lines.append(n).append("\tcopied ").append(n).append("\n");
    org.postgresql.copy.CopyManager copy = connection.unwrap(PGConnection.class).getCopyAPI();
    check(copy.copyIn("COPY " + table + " (id, name) FROM STDIN", new StringReader(lines.toString())) == 2000, "copied in");
    StringWriter out = new StringWriter();
    copy.copyOut("COPY (SELECT id, name FROM " + table + " WHERE id >= 20000 ORDER BY id) TO STDOUT", out);
    check(out.toString().equals(lines.toString()), "copied out");
    try {
      copy.copyIn("COPY " + table + " (id) FROM STDIN", new StringReader("x\n"));
      throw new AssertionError("COPY took a letter for a number");
    } catch (SQLException error) {
      check("22P02".equals(error.getSQLState()), error.getMessage());
    }
  }

  static void readOnly(Connection connection, Statement statement, String table) throws SQLException {
    connection.setReadOnly(true);
    connection.setAutoCommit(false);
    check(number(connection, "SELECT count(*) FROM " + table + " WHERE id < 10") == 1, "read only");
    fails("25006", statement, "DELETE FROM " + table);
    connection.rollback();
    connection.setTransactionIsolation(Connection.TRANSACTION_SERIALIZABLE);
    check(number(connection, "SELECT count(*) FROM " + table + " WHERE id < 10") == 1, "serializable");
    connection.commit();
    connection.setTransactionIsolation(Connection.TRANSACTION_READ_COMMITTED);
    connection.setAutoCommit(true);
    fails("25006", statement, "DELETE FROM " + table);
    connection.setReadOnly(false);
  }

  static void notices(Connection connection, Statement statement) throws SQLException {
    statement.execute("DO $$ BEGIN RAISE NOTICE 'look here'; END $$");
    check(statement.getWarnings() != null && statement.getWarnings().getMessage().equals("look here"), "notice");
    statement.execute("LISTEN jdbc_news");
    statement.execute("NOTIFY jdbc_news, 'hello'");
    PGNotification[] heard = connection.unwrap(PGConnection.class).getNotifications(30000);
    check(heard != null && heard.length == 1 && heard[0].getParameter().equals("hello"), "notification");
    statement.execute("UNLISTEN *");
  }

  static void cancel(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.setQueryTimeout(1);
      fails("57014", statement, "SELECT pg_sleep(60)");
    }
    check(number(connection, "SELECT 7") == 7, "works after a cancel");
  }
}
