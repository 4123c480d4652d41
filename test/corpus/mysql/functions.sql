--= read read none # builtin functions that compute
SELECT ABS(-1), ACOS(1), ASIN(1), ATAN(1), ATAN(1, 2), ATAN2(1, 2), CEIL(1.5), CEILING(1.5), CONV('a', 16, 2), COS(0), COT(1), CRC32('a')
SELECT DEGREES(1), EXP(1), FLOOR(1.5), LN(2), LOG(2), LOG(2, 8), LOG10(10), LOG2(8), MOD(5, 3), PI(), POW(2, 3), POWER(2, 3), RADIANS(1)
SELECT ROUND(1.55, 1), SIGN(-1), SIN(0), SQRT(4), TAN(0), TRUNCATE(1.55, 1)
SELECT ASCII('a'), BIN(5), BIT_LENGTH('a'), CHAR(65, 66), CHAR(65 USING utf8mb4), CHAR_LENGTH('a'), CHARACTER_LENGTH('a'), CONCAT('a', 1), CONCAT_WS(',', 'a', 'b')
SELECT ELT(1, 'a'), EXPORT_SET(5, 'Y', 'N'), FIELD('a', 'b', 'a'), FIND_IN_SET('a', 'b,a'), FORMAT(1234.5, 2), FROM_BASE64('YQ=='), HEX('a'), INSERT('abc', 1, 1, 'x')
SELECT INSTR('abc', 'b'), LCASE('A'), LEFT('abc', 1), LENGTH('a'), LOCATE('b', 'abc'), LOWER('A'), LPAD('a', 3, ' '), LTRIM(' a'), MAKE_SET(1, 'a'), MID('abc', 1, 1)
SELECT OCT(8), OCTET_LENGTH('a'), ORD('a'), QUOTE('a'), REPEAT('a', 2), REPLACE('abc', 'b', 'x'), REVERSE('abc'), RIGHT('abc', 1), RPAD('a', 3, ' '), RTRIM('a ')
SELECT SOUNDEX('a'), SPACE(2), STRCMP('a', 'b'), SUBSTR('abc', 2), SUBSTRING_INDEX('a.b', '.', 1), TO_BASE64('a'), TRIM(' a '), UCASE('a'), UNHEX('41'), UPPER('a'), WEIGHT_STRING('a')
SELECT REGEXP_INSTR('abc', 'b'), REGEXP_REPLACE('abc', 'b', 'x'), REGEXP_SUBSTR('abc', 'b')
SELECT ADDDATE('2024-01-01', 1), ADDDATE('2024-01-01', INTERVAL 1 DAY), ADDTIME('10:00', '1:00'), CONVERT_TZ('2024-01-01', '+00:00', '+01:00'), DATE('2024-01-01'), DATE_ADD('2024-01-01', INTERVAL 1 MONTH), DATE_FORMAT('2024-01-01', '%Y'), DATE_SUB('2024-01-01', INTERVAL 1 WEEK), DATEDIFF('2024-01-02', '2024-01-01')
SELECT DAY('2024-01-01'), DAYNAME('2024-01-01'), DAYOFMONTH('2024-01-01'), DAYOFWEEK('2024-01-01'), DAYOFYEAR('2024-01-01'), FROM_DAYS(738000), FROM_UNIXTIME(0), GET_FORMAT(DATE, 'EUR'), HOUR('10:00'), LAST_DAY('2024-01-01'), MAKEDATE(2024, 1), MAKETIME(1, 2, 3)
SELECT MICROSECOND('10:00'), MINUTE('10:00'), MONTH('2024-01-01'), MONTHNAME('2024-01-01'), PERIOD_ADD(202401, 1), PERIOD_DIFF(202402, 202401), QUARTER('2024-01-01'), SEC_TO_TIME(60), SECOND('10:00:01'), STR_TO_DATE('2024', '%Y'), SUBDATE('2024-01-01', 1), SUBTIME('10:00', '1:00')
SELECT TIME('10:00'), TIME_FORMAT('10:00', '%H'), TIME_TO_SEC('10:00'), TIMEDIFF('10:00', '9:00'), TIMESTAMP('2024-01-01'), TIMESTAMPADD(MINUTE, 1, '2024-01-01'), TIMESTAMPDIFF(DAY, '2024-01-01', '2024-01-02'), TO_DAYS('2024-01-01'), TO_SECONDS('2024-01-01'), WEEK('2024-01-01'), WEEKDAY('2024-01-01'), WEEKOFYEAR('2024-01-01'), YEAR('2024-01-01'), YEARWEEK('2024-01-01')
SELECT AVG(qty), BIT_AND(qty), BIT_OR(qty), BIT_XOR(qty), COUNT(qty), GROUP_CONCAT(sku), MAX(qty), MIN(qty), STD(qty), STDDEV(qty), STDDEV_POP(qty), STDDEV_SAMP(qty), SUM(qty), VAR_POP(qty), VAR_SAMP(qty), VARIANCE(qty) FROM items
SELECT JSON_ARRAYAGG(sku), JSON_OBJECTAGG(sku, qty) FROM items
SELECT COALESCE(NULL, 1), GREATEST(1, 2), LEAST(1, 2), INTERVAL(5, 1, 10), ISNULL(1)
SELECT AES_ENCRYPT('a', 'k'), AES_DECRYPT('a', 'k'), COMPRESS('a'), UNCOMPRESS('a'), UNCOMPRESSED_LENGTH('a'), SHA2('a', 256)
SELECT BIT_COUNT(5), INET_ATON('127.0.0.1'), INET_NTOA(1), INET6_ATON('::1'), INET6_NTOA(INET6_ATON('::1')), IS_IPV4('1.1.1.1'), IS_IPV4_COMPAT(INET6_ATON('::1')), IS_IPV4_MAPPED(INET6_ATON('::1')), IS_IPV6('::1'), NAME_CONST('a', 1)
SELECT CHARSET('a'), COLLATION('a'), COERCIBILITY('a')
SELECT EXTRACTVALUE('<a>1</a>', '/a'), UPDATEXML('<a>1</a>', '/a', '<b/>')
SELECT JSON_ARRAY(1), JSON_ARRAY_APPEND('[]', '$', 1), JSON_ARRAY_INSERT('[1]', '$[0]', 2), JSON_CONTAINS('[1]', '1'), JSON_CONTAINS_PATH('{}', 'one', '$.a'), JSON_DEPTH('[]'), JSON_EXTRACT('{"a": 1}', '$.a'), JSON_INSERT('{}', '$.a', 1), JSON_KEYS('{}'), JSON_LENGTH('[]')
SELECT JSON_MERGE_PATCH('{}', '{}'), JSON_MERGE_PRESERVE('{}', '{}'), JSON_OBJECT('a', 1), JSON_QUOTE('a'), JSON_REMOVE('{"a": 1}', '$.a'), JSON_REPLACE('{"a": 1}', '$.a', 2), JSON_SEARCH('["a"]', 'one', 'a'), JSON_SET('{}', '$.a', 1), JSON_TYPE('[]'), JSON_UNQUOTE('"a"'), JSON_VALID('[]'), JSON_OVERLAPS('[1]', '[1]'), JSON_VALUE('{"a": 1}', '$.a')
SELECT j.a FROM JSON_TABLE('[{"a": 1}]', '$[*]' COLUMNS (a int PATH '$.a', n FOR ORDINALITY)) AS j
SELECT j.a FROM users, JSON_TABLE(users.data, '$' COLUMNS (a varchar(10) PATH '$.a' DEFAULT '"x"' ON EMPTY NULL ON ERROR, NESTED PATH '$.b[*]' COLUMNS (b int PATH '$'))) j
SELECT ST_AsText(ST_GeomFromText('POINT(1 1)')), ST_X(POINT(1, 2)), ST_Y(POINT(1, 2)), ST_Distance(POINT(0, 0), POINT(1, 1)), ST_AsBinary(POINT(1, 1)), ST_SRID(POINT(1, 1))
SELECT ST_Area(ST_GeomFromText('POLYGON((0 0, 1 0, 1 1, 0 0))')), ST_Contains(g, g), MBRContains(g, g), ST_Within(g, g), ST_Intersects(g, g) FROM users
SELECT LINESTRING(POINT(0, 0), POINT(1, 1)), ST_Length(LINESTRING(POINT(0, 0), POINT(1, 1))), ST_NumPoints(LINESTRING(POINT(0, 0), POINT(1, 1)))
--= read read none fails mysql # loadable ones in MySQL 9.6 and later; here an error
SELECT MD5('a'), SHA('a'), SHA1('a')
--= read read none mariadb # loadable ones in MySQL 9.6 and later
SELECT MD5('a'), SHA('a'), SHA1('a')
--= read read none # loadable ones in MySQL 9.6 and later
SELECT RANDOM_BYTES(4)
--= read read none mysql # functions that only MySQL has
SELECT JSON_SCHEMA_VALID('{}', '{}')
SELECT REGEXP_LIKE('a', 'a'), BIN_TO_UUID(UUID_TO_BIN('6ccd780c-baba-1026-9564-5b8c656024db')), IS_UUID('x'), FORMAT_BYTES(1024), FORMAT_PICO_TIME(1000), STATEMENT_DIGEST('SELECT 1'), STATEMENT_DIGEST_TEXT('SELECT 1')
SELECT JSON_PRETTY('[]'), JSON_STORAGE_SIZE('[]'), JSON_STORAGE_FREE('[]'), JSON_SCHEMA_VALIDATION_REPORT('{}', '{}')
SELECT ST_GeoHash(1, 1, 5), ST_LatFromGeoHash('s'), ST_IsValid(POINT(1, 1)), ST_Transform(ST_GeomFromText('POINT(1 1)', 4326), 4326), ST_SwapXY(POINT(1, 2))
SELECT GTID_SUBSET('', ''), GTID_SUBTRACT('', '')
SELECT VECTOR_DIM(STRING_TO_VECTOR('[1, 2]')), VECTOR_TO_STRING(TO_VECTOR('[1]'))
--= read read none mariadb # functions that only MariaDB has
SELECT NVL(NULL, 1), NVL2(1, 2, 3), CHR(65), LENGTHB('a'), SFORMAT('{}', 1), NATURAL_SORT_KEY('a1'), TO_CHAR('2024-01-01', 'YYYY'), ADD_MONTHS('2024-01-01', 1), CRC32C('a')
SELECT JSON_COMPACT('[]'), JSON_DETAILED('[]'), JSON_LOOSE('[]'), JSON_EXISTS('{}', '$.a'), JSON_QUERY('{"a": []}', '$.a'), JSON_EQUALS('1', '1'), JSON_NORMALIZE('[]'), JSON_PRETTY('[]')
SELECT COLUMN_CREATE('a', 1), COLUMN_JSON(COLUMN_CREATE('a', 1)), COLUMN_GET(COLUMN_CREATE('a', 1), 'a' AS int), COLUMN_LIST(COLUMN_CREATE('a', 1)), COLUMN_EXISTS(COLUMN_CREATE('a', 1), 'a'), COLUMN_CHECK(COLUMN_CREATE('a', 1)), COLUMN_ADD(COLUMN_CREATE('a', 1), 'b', 2), COLUMN_DELETE(COLUMN_CREATE('a', 1), 'a')
SELECT PASSWORD('a'), OLD_PASSWORD('a'), ENCODE('a', 'k'), DECODE('a', 'k'), ENCRYPT('a')
SELECT DECODE_ORACLE(1, 1, 'a'), LPAD('a', 3), RPAD('a', 3), ST_IsRing(ST_GeomFromText('LINESTRING(0 0, 1 1, 0 0)'))
--= read read none mysql # functions that only MySQL has, once more
SELECT ETAG(id, name) FROM users
SELECT ST_AsText(ST_MultiPointFromText('MULTIPOINT(1 1, 2 2)')), ST_AsText(ST_MultiLineStringFromText('MULTILINESTRING((0 0, 1 1))')), ST_AsText(ST_MultiPolygonFromText('MULTIPOLYGON(((0 0, 1 0, 1 1, 0 0)))')), ST_AsText(ST_GeomCollFromTxt('GEOMETRYCOLLECTION(POINT(1 1))'))
SELECT ST_AsText(ST_GeometryCollectionFromWKB(ST_AsBinary(ST_GeomFromText('GEOMETRYCOLLECTION(POINT(1 1))')))), ST_AsText(ST_LineStringFromWKB(ST_AsBinary(ST_GeomFromText('LINESTRING(0 0, 1 1)')))), ST_AsText(ST_MultiLineStringFromWKB(ST_AsBinary(ST_GeomFromText('MULTILINESTRING((0 0, 1 1))'))))
SELECT ST_AsText(ST_MultiPointFromWKB(ST_AsBinary(ST_GeomFromText('MULTIPOINT(1 1)')))), ST_AsText(ST_MultiPolygonFromWKB(ST_AsBinary(ST_GeomFromText('MULTIPOLYGON(((0 0, 1 0, 1 1, 0 0)))')))), ST_AsText(ST_PolygonFromWKB(ST_AsBinary(ST_GeomFromText('POLYGON((0 0, 1 0, 1 1, 0 0))'))))
--= read read none mariadb # spatial functions under their old names
SELECT X(POINT(1, 2)), Y(POINT(1, 2)), SRID(POINT(1, 1)), GeometryType(POINT(1, 1)), Dimension(POINT(1, 1)), IsEmpty(POINT(1, 1)), IsSimple(POINT(1, 1)), AsText(Envelope(POINT(1, 1))), ROWNUM()
SELECT Area(p), AsText(Boundary(p)), AsText(Buffer(p, 1)) IS NULL, AsText(Centroid(p)), AsText(ConvexHull(p)), AsText(ExteriorRing(p)), NumInteriorRings(p), AsText(InteriorRingN(p, 1)), AsText(PointOnSurface(p)) FROM (SELECT GeomFromText('POLYGON((0 0, 1 0, 1 1, 0 0))') AS p) q
SELECT Contains(a, b), Crosses(a, b), Disjoint(a, b), Equals(a, b), Intersects(a, b), Overlaps(a, b), Touches(a, b), Within(a, b) FROM (SELECT POINT(1, 1) AS a, POINT(2, 2) AS b) q
SELECT IsClosed(l), IsRing(l), AsText(PointN(l, 1)), NumGeometries(m), AsText(GeometryN(m, 1)) FROM (SELECT GeomFromText('LINESTRING(0 0, 1 1)') AS l, GeomFromText('MULTIPOINT(1 1, 2 2)') AS m) q
SELECT AsText(GeometryFromText('POINT(1 1)')), AsText(GeomCollFromText('GEOMETRYCOLLECTION(POINT(1 1))')), AsText(GeometryCollectionFromText('GEOMETRYCOLLECTION(POINT(1 1))')), AsText(LineFromText('LINESTRING(0 0, 1 1)')), AsText(LineStringFromText('LINESTRING(0 0, 1 1)')), AsText(PointFromText('POINT(1 1)')), AsText(PolyFromText('POLYGON((0 0, 1 0, 1 1, 0 0))')), AsText(PolygonFromText('POLYGON((0 0, 1 0, 1 1, 0 0))'))
SELECT AsText(MLineFromText('MULTILINESTRING((0 0, 1 1))')), AsText(MultiLineStringFromText('MULTILINESTRING((0 0, 1 1))')), AsText(MPointFromText('MULTIPOINT(1 1)')), AsText(MultiPointFromText('MULTIPOINT(1 1)')), AsText(MPolyFromText('MULTIPOLYGON(((0 0, 1 0, 1 1, 0 0)))')), AsText(MultiPolygonFromText('MULTIPOLYGON(((0 0, 1 0, 1 1, 0 0)))'))
SELECT AsText(GeometryFromWKB(AsBinary(GeomFromText('POINT(1 1)')))), AsText(GeomCollFromWKB(AsBinary(GeomFromText('GEOMETRYCOLLECTION(POINT(1 1))')))), AsText(GeometryCollectionFromWKB(AsBinary(GeomFromText('GEOMETRYCOLLECTION(POINT(1 1))')))), AsText(LineFromWKB(AsBinary(GeomFromText('LINESTRING(0 0, 1 1)')))), AsText(LineStringFromWKB(AsBinary(GeomFromText('LINESTRING(0 0, 1 1)')))), AsText(PointFromWKB(AsBinary(GeomFromText('POINT(1 1)'))))
SELECT AsText(PolyFromWKB(AsBinary(GeomFromText('POLYGON((0 0, 1 0, 1 1, 0 0))')))), AsText(PolygonFromWKB(AsBinary(GeomFromText('POLYGON((0 0, 1 0, 1 1, 0 0))')))), AsText(MLineFromWKB(AsBinary(GeomFromText('MULTILINESTRING((0 0, 1 1))')))), AsText(MultiLineStringFromWKB(AsBinary(GeomFromText('MULTILINESTRING((0 0, 1 1))')))), AsText(MPointFromWKB(AsBinary(GeomFromText('MULTIPOINT(1 1)')))), AsText(MultiPointFromWKB(AsBinary(GeomFromText('MULTIPOINT(1 1)')))), AsText(MPolyFromWKB(AsBinary(GeomFromText('MULTIPOLYGON(((0 0, 1 0, 1 1, 0 0)))')))), AsText(MultiPolygonFromWKB(AsBinary(GeomFromText('MULTIPOLYGON(((0 0, 1 0, 1 1, 0 0)))'))))
SELECT ST_AsText(ST_MultiPointFromText('MULTIPOINT(1 1, 2 2)')), ST_AsText(ST_MultiLineStringFromText('MULTILINESTRING((0 0, 1 1))')), ST_AsText(ST_MultiPolygonFromText('MULTIPOLYGON(((0 0, 1 0, 1 1, 0 0)))'))
SELECT ST_AsText(ST_GeometryCollectionFromWKB(ST_AsBinary(ST_GeomFromText('GEOMETRYCOLLECTION(POINT(1 1))')))), ST_AsText(ST_LineStringFromWKB(ST_AsBinary(ST_GeomFromText('LINESTRING(0 0, 1 1)')))), ST_AsText(ST_MultiLineStringFromWKB(ST_AsBinary(ST_GeomFromText('MULTILINESTRING((0 0, 1 1))'))))
SELECT ST_AsText(ST_MultiPointFromWKB(ST_AsBinary(ST_GeomFromText('MULTIPOINT(1 1)')))), ST_AsText(ST_MultiPolygonFromWKB(ST_AsBinary(ST_GeomFromText('MULTIPOLYGON(((0 0, 1 0, 1 1, 0 0)))')))), ST_AsText(ST_PolygonFromWKB(ST_AsBinary(ST_GeomFromText('POLYGON((0 0, 1 0, 1 1, 0 0))'))))
--= read read none # spatial functions that both have
SELECT ST_AsText(GEOMETRYCOLLECTION(POINT(1, 1), POINT(2, 2))), ST_AsWKB(POINT(1, 1)), ST_AsWKT(POINT(1, 1)), ST_AsGeoJSON(POINT(1, 1)), ST_AsText(ST_GeomFromGeoJSON('{"type": "Point", "coordinates": [1, 2]}'))
SELECT MBRDisjoint(a, b), MBREquals(a, b), MBRIntersects(a, b), MBROverlaps(a, b), MBRTouches(a, b), MBRWithin(a, b) FROM (SELECT POINT(1, 1) AS a, POINT(2, 2) AS b) q
SELECT ST_AsText(ST_Centroid(p)), ST_AsText(ST_ConvexHull(p)), ST_Dimension(p), ST_AsText(ST_Envelope(p)), ST_AsText(ST_ExteriorRing(p)), ST_GeometryType(p), ST_IsSimple(p), ST_NumInteriorRings(p), ST_AsText(ST_InteriorRingN(p, 1)) FROM (SELECT ST_GeomFromText('POLYGON((0 0, 9 0, 9 9, 0 0), (5 1, 6 1, 6 2, 5 1))') AS p) q
SELECT ST_Crosses(a, b), ST_Disjoint(a, b), ST_Equals(a, b), ST_Overlaps(a, b), ST_Touches(a, b) FROM (SELECT ST_GeomFromText('LINESTRING(0 0, 2 2)') AS a, ST_GeomFromText('LINESTRING(0 2, 2 0)') AS b) q
SELECT ST_AsText(ST_Difference(a, b)), ST_AsText(ST_Intersection(a, b)), ST_AsText(ST_SymDifference(a, b)), ST_AsText(ST_Union(a, b)) FROM (SELECT ST_GeomFromText('POLYGON((0 0, 4 0, 4 4, 0 0))') AS a, ST_GeomFromText('POLYGON((1 0, 5 0, 5 4, 1 0))') AS b) q
SELECT ST_AsText(ST_StartPoint(l)), ST_AsText(ST_EndPoint(l)), ST_AsText(ST_PointN(l, 1)), ST_IsClosed(l), ST_NumGeometries(m), ST_AsText(ST_GeometryN(m, 1)) FROM (SELECT ST_GeomFromText('LINESTRING(0 0, 1 1)') AS l, ST_GeomFromText('MULTIPOINT(1 1, 2 2)') AS m) q
SELECT ST_AsText(ST_GeomCollFromText('GEOMETRYCOLLECTION(POINT(1 1))')), ST_AsText(ST_GeometryCollectionFromText('GEOMETRYCOLLECTION(POINT(1 1))')), ST_AsText(ST_GeometryFromText('POINT(1 1)')), ST_AsText(ST_LineFromText('LINESTRING(0 0, 1 1)')), ST_AsText(ST_LineStringFromText('LINESTRING(0 0, 1 1)')), ST_AsText(ST_PointFromText('POINT(1 1)')), ST_AsText(ST_PolyFromText('POLYGON((0 0, 4 0, 4 4, 0 0))')), ST_AsText(ST_PolygonFromText('POLYGON((0 0, 4 0, 4 4, 0 0))'))
SELECT ST_AsText(ST_GeomCollFromWKB(ST_AsBinary(ST_GeomFromText('GEOMETRYCOLLECTION(POINT(1 1))')))), ST_AsText(ST_GeomFromWKB(ST_AsBinary(ST_GeomFromText('POINT(1 1)')))), ST_AsText(ST_GeometryFromWKB(ST_AsBinary(ST_GeomFromText('POINT(1 1)')))), ST_AsText(ST_LineFromWKB(ST_AsBinary(ST_GeomFromText('LINESTRING(0 0, 1 1)')))), ST_AsText(ST_PointFromWKB(ST_AsBinary(ST_GeomFromText('POINT(1 1)')))), ST_AsText(ST_PolyFromWKB(ST_AsBinary(ST_GeomFromText('POLYGON((0 0, 4 0, 4 4, 0 0))'))))
--= read read none mysql # spatial functions that only MySQL has
SELECT ST_AsText(GEOMCOLLECTION(POINT(1, 1))), MBRCoveredBy(POINT(1, 1), POINT(1, 1)), MBRCovers(POINT(1, 1), POINT(1, 1)), ST_AsText(ST_MakeEnvelope(POINT(0, 0), POINT(1, 1))), ST_AsText(ST_Validate(POINT(1, 1))), ST_AsText(ST_Simplify(LINESTRING(POINT(0, 0), POINT(1, 1)), 1))
SELECT ST_LongFromGeoHash('s'), ST_AsText(ST_PointFromGeoHash('s', 0)), ST_Latitude(p), ST_Longitude(p) FROM (SELECT ST_GeomFromText('POINT(1 2)', 4326) AS p) q
SELECT ST_AsText(ST_LineInterpolatePoint(l, 0.5)), ST_AsText(ST_LineInterpolatePoints(l, 0.5)), ST_AsText(ST_PointAtDistance(l, 1)), ST_FrechetDistance(l, l), ST_HausdorffDistance(l, l) FROM (SELECT ST_GeomFromText('LINESTRING(0 0, 0 5)') AS l) q
SELECT ST_AsText(ST_Buffer(POINT(0, 0), 1, ST_Buffer_Strategy('point_square'))), JSON_MERGE('{}', '{}'), FROM_VECTOR(TO_VECTOR('[1, 2]')), ST_NumInteriorRing(ST_GeomFromText('POLYGON((0 0, 1 0, 1 1, 0 0))'))
SELECT ST_AsText(ST_MLineFromText('MULTILINESTRING((0 0, 1 1))')), ST_AsText(ST_MPointFromText('MULTIPOINT(1 1, 2 2)')), ST_AsText(ST_MPolyFromText('MULTIPOLYGON(((0 0, 1 0, 1 1, 0 0)))')), ST_AsText(ST_MLineFromWKB(ST_AsBinary(ST_GeomFromText('MULTILINESTRING((0 0, 1 1))')))), ST_AsText(ST_MPointFromWKB(ST_AsBinary(ST_GeomFromText('MULTIPOINT(1 1, 2 2)')))), ST_AsText(ST_MPolyFromWKB(ST_AsBinary(ST_GeomFromText('MULTIPOLYGON(((0 0, 1 0, 1 1, 0 0)))'))))
--= read read none clock # the time, called
SELECT CURRENT_TIME(), CURRENT_DATE(), LOCALTIMESTAMP()
--= read read none mariadb # functions that only MariaDB has, or under a name of its own
SELECT REPLACE_ORACLE('abc', 'b', 'x'), SUBSTR_ORACLE('abc', 0, 1), CONCAT_OPERATOR_ORACLE('a', 'b'), LPAD_ORACLE('a', 3, ' '), RPAD_ORACLE('a', 3, ' '), LTRIM_ORACLE(' a'), RTRIM_ORACLE('a '), DECODE_HISTOGRAM('SINGLE_PREC_HB', x'00ff'), JSON_MERGE('{}', '{}')
SELECT GLength(l), NumPoints(l), AsText(StartPoint(l)), AsText(EndPoint(l)), AsWKB(l), AsWKT(l), AsText(GeomFromWKB(AsBinary(l))), MBREqual(l, l) FROM (SELECT GeomFromText('LINESTRING(0 0, 1 1)') AS l) q
SELECT ST_AsText(ST_Boundary(p)), ST_AsText(ST_PointOnSurface(p)), ST_Relate(p, p, 'T********') FROM (SELECT ST_GeomFromText('POLYGON((0 0, 4 0, 4 4, 0 0))') AS p) q
SELECT ST_AsText(ST_MLineFromText('MULTILINESTRING((0 0, 1 1))')), ST_AsText(ST_MPointFromText('MULTIPOINT(1 1, 2 2)')), ST_AsText(ST_MPolyFromText('MULTIPOLYGON(((0 0, 1 0, 1 1, 0 0)))')), ST_AsText(ST_MLineFromWKB(ST_AsBinary(ST_GeomFromText('MULTILINESTRING((0 0, 1 1))')))), ST_AsText(ST_MPointFromWKB(ST_AsBinary(ST_GeomFromText('MULTIPOINT(1 1, 2 2)')))), ST_AsText(ST_MPolyFromWKB(ST_AsBinary(ST_GeomFromText('MULTIPOLYGON(((0 0, 1 0, 1 1, 0 0)))'))))
--= read read none clock mariadb # functions that only MariaDB has, or under a name of its own
SELECT SYS_GUID()
