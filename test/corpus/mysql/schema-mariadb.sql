CREATE SEQUENCE seq NOCACHE
CREATE VIEW v_sequence AS SELECT nextval(seq) AS n
CREATE TABLE versioned (id int, v int) WITH SYSTEM VERSIONING
CREATE FUNCTION f_sequence() RETURNS bigint NO SQL RETURN nextval(seq)
