package expr

import (
	"slices"
	"strings"
)

// habit is what users of another language write, and what is to be written instead. These words of
// a pattern are holes: x, y and z are operands, list is any number of them, q is a text in whatever
// quotes, typ a type, unit a unit of time, part one as T-SQL has it, field such a unit as a
// function, layout that of a time, mysql that of MySQL, number a place that counts from 1, nth the
// number of a column, mark the escape of LIKE. A kind of operand may stand behind a hole, as in
// x:int; such a habit comes before that for any operand. Any other word stands for itself in
// whatever case, and a/b for one word or the other. A habit that is Go says so by plain: it is no
// mistake. Where write is empty, nothing can be written instead.
type habit struct {
	written string
	write   string
	says    string // what is wrong, unless that there is no such word; more than that behind a semicolon
}

// ADVICE TO MAINTAINERS: what a habit says to write is compiled before anybody is told, but that it
// means the same is in TestHabits and TestHabitsMean alone: give each new habit a line there, with
// what it means written in Go. Where languages differ, leave write empty and say how.

const plain = "plain"

// Precedences of operators that Go does not have; the others have Go's.
const (
	choice     = 0
	power      = 7 // above the signs
	postfix    = 8
	logicOr    = 1
	logicAnd   = 2
	comparison = 3
	sum        = 4
	product    = 5
)

const (
	nullSays   = "a comparison with nil is null in every row"
	movedBy    = "a time is moved by add, in the unit that is meant"
	nanSays    = "nothing equals NaN, not even NaN"
	clockSays  = "results do not depend on the clock: a time is written as a text"
	equalsSays = "= names a result and does not compare"
	roundsSays = "; it rounds in Postgres, a cast here drops the fraction"
	castSays   = "; databases differ in how they make an integer of a fraction: cast(x, int64) drops it, cast(round(x), int64) rounds half away from zero, cast(roundeven(x), int64) half to even"
	signSays   = "% has the sign of what is divided here, in Python that of the divisor"
	nullListed = "; whether a null is found among values with a null differs between versions: isnull(x) || in(x, 1, 2) says yes, in(x, 1, 2) gives null"
	nanToo     = "; NaN is missing in it too"
	tieSays    = "; Postgres rounds the digits that it shows, 2.675 to 2.68, a cast here the exact value of the float, to 2.67"
	halfSays   = "; it rounds half to even there, round here half away from zero"
	powerSays  = "; pow makes a float64, which has not every integer above 2^53, as n * n * n has"
	evenSays   = "; NumPy rounds half to even, round here half away from zero"
	mondaySays = "; Python counts Monday as 0, weekday here Sunday as 0"
	sundaySays = "; a week begins on Sunday in some databases, here on Monday: trunc(x, \"week\") is the Monday, add(trunc(add(x, 1, \"day\"), \"week\"), -1, \"day\") the Sunday"
	weekSays   = "; a week has no number here: trunc(x, \"week\") is its Monday"
	blankSays  = "; SQL takes blanks away, trim here all white space"
	placed     = "casewhen(contains(x, q), len(split(x, q, 0)) + 1, isnull(x), nil, 0)"
)

// infixes are the operators, those that look at types before those that do not.
var infixes = map[int][]habit{
	choice: {
		{"x if y else z", "ifelse(y, x, z)", ""},
		{"x ? y : z", "ifelse(x, y, z)", "there is no ?: here"},
		{"x ?? y", "coalesce(x, y)", ""},
		{"x += y", "x + y", ""}, {"x -= y", "x - y", ""}, {"x *= y", "x * y", ""}, {"x /= y", "x / y", ""},
	},
	logicOr: {
		{"x or y", "x || y", ""}, {"x:bool xor y:bool", "x != y", ""}, {"x ∨ y", "x || y", ""}, {"x || y", "x || y", plain},
	},
	logicAnd: {
		{"x and y", "x && y", ""}, {"x ∧ y", "x && y", ""}, {"x && y", "x && y", plain},
	},
	comparison: {
		{"x is not null/none/nil/na", "!isnull(x)", ""}, {"x is null/none/nil/na", "isnull(x)", ""}, {"x notnull", "!isnull(x)", ""},
		{"x ==/=/===/<=> null/none/nil/na", "isnull(x)", nullSays}, {"x !=/<>/!==/≠ null/none/nil/na", "!isnull(x)", nullSays},
		{"x </<=/>/>= null/none/nil", "isnull(x)", nullSays},
		{"x ==/= nan", "isnan(x)", nanSays}, {"x !=/<> nan", "!isnan(x)", nanSays}, {"x is nan", "isnan(x)", ""}, {"x is not nan", "!isnan(x)", ""},
		{"x is not true", "!coalesce(x, false)", ""}, {"x is not false", "coalesce(x, true)", ""},
		{"x is true", "coalesce(x, false)", ""}, {"x is false", "!coalesce(x, true)", ""},
		{"x not in (list)", "!in(x, list)", ""}, {"x not in [list]", "!coalesce(in(x, list), false)", ""},
		{"x in (list)", "in(x, list)", ""}, {"x in [list]", "coalesce(in(x, list), false)", ""}, {"x %in% c(list)", "coalesce(in(x, list), false)", "there is no %in% here"},
		{"x not in y", "!contains(y, x)", ""}, {"x in y", "contains(y, x)", ""},
		{"x not between y and z", "!between(x, y, z)", ""}, {"x between y and z", "between(x, y, z)", ""},
		{"x not like q escape mark", "!like(x, q)", ""}, {"x like q escape mark", "like(x, q)", ""},
		{"x not ilike q escape mark", "!like(lower(x), lowered)", ""}, {"x ilike q escape mark", "like(lower(x), lowered)", ""},
		{"x is distinct from null", "!isnull(x)", ""}, {"x is not distinct from null", "isnull(x)", ""},
		{"x is distinct from y:constant", "!coalesce(x == y, false)", ""}, {"x is not distinct from y:constant", "coalesce(x == y, false)", ""},
		{"x <=> y:constant", "coalesce(x == y, false)", ""},
		{"x is distinct from y", "!coalesce(x == y, isnull(x) && isnull(y))", ""},
		{"x is not distinct from y", "coalesce(x == y, isnull(x) && isnull(y))", ""}, {"x <=> y", "coalesce(x == y, isnull(x) && isnull(y))", ""},
		{"x not like q", "!like(x, q)", ""}, {"x like q", "like(x, q)", ""},
		{"x not ilike q", "!like(lower(x), lowered)", ""}, {"x ilike q", "like(lower(x), lowered)", ""},
		{"x not rlike/regexp q", "!match(x, q)", ""}, {"x rlike/regexp/~/=~ q", "match(x, q)", ""}, {"x !~ q", "!match(x, q)", ""},
		{"x ~* q", `match(x, anycase)`, ""}, {"x !~* q", `!match(x, anycase)`, ""},
		{"x = y", "x == y", equalsSays}, {"x <>/!==/≠/=! y", "x != y", ""}, {"x === y", "x == y", ""},
		{"x =>/≥ y", "x >= y", ""}, {"x =</≤ y", "x <= y", ""},
		{"x == y", "x == y", plain}, {"x != y", "x != y", plain}, {"x < y", "x < y", plain}, {"x <= y", "x <= y", plain},
		{"x > y", "x > y", plain}, {"x >= y", "x >= y", plain},
	},
	sum: {
		{"x + y", "x + y", plain}, {"x - y", "x - y", plain}, {"x −/–/— y", "x - y", ""}, {"x | y", "x | y", plain}, {"x ^ y", "x ^ y", plain},
	},
	product: slices.Concat(roundedDown("x // y"), roundedDown("x %/% y"), remainders("x %% y"), []habit{
		{"x:int div y:int", "x / y", ""}, {"x div y", "trunc(x / y)", ""}, {"x mod y", "x % y", ""}, {"x ×/· y", "x * y", ""}, {"x:int ÷ y:int", "x / float64(y)", ""}, {"x ÷ y", "x / y", ""},
		{"x:quotient / y:int", "x / float64(y)", "/ of integers drops the fraction here, and keeps it in Python, R, Spark and Excel"},
		{"x:python % y:above", "x % y + ifelse(x % y < 0, y, 0)", signSays}, {"x:python % y", "x % y + ifelse(x % y != 0 && (x % y < 0) != (y < 0), y, 0)", signSays},
		{"x * y", "x * y", plain}, {"x / y", "x / y", plain}, {"x % y", "x % y", plain}, {"x & y", "x & y", plain},
		{"x << y", "x << y", plain}, {"x >> y", "x >> y", plain}, {"x &^ y", "x &^ y", plain},
	}),
	power: {{"x:int ** y:two", "x * x", ""}, {"x:int ** y:three", "x * x * x", ""}, {"x:int ** y:int", "pow(x, y)", powerSays}, {"x ** y", "pow(x, y)", ""}},
	postfix: slices.Concat(roundedDown("x.floordiv(y)"), remainders("x.mod(y)"), []habit{
		{"x:text::varchar(y:whole)", "substr(x, 0, y)", ""}, {"x::varchar(y:whole)", "substr(cast(x, string), 0, y)", ""},
		{"x:float::int8", "cast(roundeven(x), int64)", roundsSays}, {"x:int::int8", "cast(x, int64)", ""},
		{"x:float::typ:integer", "cast(roundeven(x), typ)", roundsSays}, {"x:decimal::typ:integer", "cast(round(x), typ)", roundsSays},
		{"x:float::typ:decimals", "cast(x, typ)", tieSays}, {"x::typ", "cast(x, typ)", ""},
		{"x:date at time zone q", `cast(x, timestamp("us", q))`, ""}, {"x:wall at time zone q", `cast(x, timestamp(own, q))`, ""},
		{"x:zoned at time zone q", `cast(cast(x, timestamp(own, q)), timestamp(own))`, ""},
		{"x:wall.dt.tz_localize(q)", `cast(x, timestamp(own, q))`, ""}, {"x:zoned.dt.tz_convert(q)", `cast(x, timestamp(own, q))`, ""},
		{"x:zoned.dt.convert_time_zone(q)", `cast(x, timestamp(own, q))`, ""}, {"x:wall.dt.replace_time_zone(q)", `cast(x, timestamp(own, q))`, ""},
		{"x:text.astype(typ:truth)", `x != ""`, "; a text is true in Python if it is not empty"}, {"x.astype/cast(typ)", "cast(x, typ)", ""},
		{"x.str.split(y:plain).str[z:literal]", "split(x, y, z)", ""}, {"x.str.split(y:plain)[z:literal]", "split(x, y, z)", ""}, {"x.split(y:plain)[z:literal]", "split(x, y, z)", ""},
		{"x.str.contains(q)", "match(x, q)", ""}, {"x.str.contains(q, case = false)", "match(x, anycase)", ""},
		{"x.str.contains(q, regex = false)", "contains(x, q)", ""}, {"x.str.contains(q, na = false)", "coalesce(match(x, q), false)", ""},
		{"x.str.fullmatch(q)", "match(x, whole)", ""},
		{"x.dt.weekday()", "(weekday(x) + 6) % 7 + 1", "; Polars counts Monday as 1, weekday here Sunday as 0"},
		{"x.isoweekday()", "(weekday(x) + 6) % 7 + 1", ""}, {"x.weekday()", "(weekday(x) + 6) % 7", mondaySays},
		{"x.dt.weekday", "(weekday(x) + 6) % 7", mondaySays}, {"x.weekday", "(weekday(x) + 6) % 7", mondaySays},
		{"x.dt.nanosecond()", "nanosecond(x)", ""}, {"x.dt.microsecond()", "nanosecond(x) / 1000", ""}, {"x.dt.millisecond()", "nanosecond(x) / 1000000", ""},
		{"x.nanosecond", "nanosecond(x) % 1000", ""}, {"x.dt.week()", "", weekSays}, {"x.dt.week", "", weekSays}, {"x.isocalendar()", "", weekSays},
		{"x:decimal.round()", "round(x)", halfSays}, {"x:decimal.round(y)", "round(x, y)", halfSays}, {"x:int.round(y:below)", "round(x, y)", halfSays},
		{"x:float.round()", "roundeven(x)", ""}, {"x:float.round(y:zero)", "roundeven(x)", ""},
		{"x:float.round(y:whole)", "roundeven(x * scale) / scale", evenSays}, {"x:float.round(y:below)", "roundeven(x / scale) * scale", evenSays},
		{"x.str", "x", ""}, {"x.dt", "x", ""},
		{"x.isin([list])", "coalesce(in(x, list), false)", "; isin of a null is false, in of a null is null"},
		{"x.isin((list))", "coalesce(in(x, list), false)", "; isin of a null is false, in of a null is null"}, {"x.is_in([list:nulls])", "", nullListed}, {"x.is_in((list:nulls))", "", nullListed},
		{"x.is_in([list])", "in(x, list)", ""}, {"x.is_in((list))", "in(x, list)", ""},
		{"x.isNull()", "isnull(x)", ""}, {"x:float.isnull/isna()", "isnull(x) || isnan(x)", nanToo}, {"x:float.notnull/notna()", "!isnull(x) && !isnan(x)", nanToo},
		{"x:float.fillna/combine_first(y)", "ifelse(isnull(x) || isnan(x), y, x)", nanToo},
		{"x.isnull/isna/is_null()", "isnull(x)", ""}, {"x.notnull/notna/is_not_null()", "!isnull(x)", ""}, {"x.is_nan()", "isnan(x)", ""},
		{"x.fillna/fill_null(y)", "coalesce(x, y)", ""}, {"x.combine_first(y)", "coalesce(x, y)", ""},
		{"x.strip/strip_chars()", "trim(x)", ""}, {"x.lstrip/strip_chars_start()", "ltrim(x)", ""}, {"x.rstrip/strip_chars_end()", "rtrim(x)", ""},
		{"x.strip/strip_chars(q)", "trim(x, q)", ""}, {"x.lstrip/strip_chars_start(q)", "ltrim(x, q)", ""}, {"x.rstrip/strip_chars_end(q)", "rtrim(x, q)", ""},
		{"x.find/indexof(q:some)", "casewhen(contains(x, q), len(split(x, q, 0)), isnull(x), nil, -1)", ""},
		{"x.zfill(list)", "", "; it puts zeros behind a sign: of texts without one, a call such as LPAD(x, 5, \"0\") says what to write"},
		{"x.to_lowercase/casefold()", "lower(x)", ""}, {"x.to_uppercase()", "upper(x)", ""},
		{"x.len_chars/length()", "len(x)", ""}, {"x.slice(y:zero, z:whole)", "substr(x, 0, z)", ""}, {"x.slice(y:literal)", "substr(x, y)", ""},
		{"x.slice(list)", "", "; it takes a length in Polars, and ends before a place in pandas: substr(x, from, length) is the one, x[from:to] says what to write for the other"},
		{"x.startswith/starts_with((list))", "anyof(startswith, x, list)", ""}, {"x.endswith/ends_with((list))", "anyof(endswith, x, list)", ""},
		{"x.starts_with(y)", "startswith(x, y)", ""}, {"x.ends_with(y)", "endswith(x, y)", ""}, {"x.str.match(q)", "match(x, beginning)", ""},
		{"x.replace_all(y, z)", "replace(x, y, z)", ""}, {"x.is_between(y, z)", "between(x, y, z)", ""}, {"x.between(y, z)", "coalesce(between(x, y, z), false)", "; of a null it is false in pandas, in Spark null, as between(x, low, high) is"},
		{"x:int.pow/power(y:two)", "x * x", ""}, {"x:int.pow/power(y:three)", "x * x * x", ""}, {"x:int.pow/power(y:int)", "pow(x, y)", powerSays}, {"x.power(y)", "pow(x, y)", ""}, {"x.add(y)", "x + y", ""}, {"x.sub(y)", "x - y", ""}, {"x.mul(y)", "x * y", ""},
		{"x.div/truediv(y)", "x / float64(y)", ""}, {"x.eq(y)", "x == y", ""}, {"x.ne(y)", "x != y", ""}, {"x.lt(y)", "x < y", ""}, {"x.le(y)", "x <= y", ""},
		{"x.gt(y)", "x > y", ""}, {"x.ge(y)", "x >= y", ""}, {"x.strftime/to_string(layout)", "format(x, layout)", ""}, {"x.strptime(layout)", "parse(x, layout)", ""},
		{"x.date()", "cast(x, date)", ""}, {"x.date", "cast(x, date)", ""}, {"x.dayofweek/day_of_week", "(weekday(x) + 6) % 7", ""},
		{"x.dayofyear/day_of_year", "yearday(x)", ""}, {"x.microsecond", "nanosecond(x) / 1000", ""}, {"x.floor/truncate(unit)", "trunc(x, unit)", ""},
		{"x.field()", "field(x)", "a part of a time is a function"}, {"x.field", "field(x)", "a part of a time is a function"},
	}, overManyRows(true)),
}

// prefixes are what an operand begins with.
var prefixes = slices.Concat([]habit{
	{"null/none/nil ==/=/is x", "isnull(x)", nullSays}, {"null/none/nil !=/<> x", "!isnull(x)", nullSays},
	{"where x", "x", ""}, {"not x", "!x", ""}, {"¬ x", "!x", ""}, {"~ x", "!x", ""}, {"$ nth", "nth", "a column is written by its name alone"}, {"$/@ x", "x", ""},
	{"if x then y else z end", "ifelse(x, y, z)", ""}, {"if x then y else z", "ifelse(x, y, z)", ""},
	{"if/iif/iff/where(x, y, z)", "ifelse(x, y, z)", ""}, {"case/when(x, list)", "casewhen(x, list)", ""},
	{"cast/try_cast/safe_cast(x:fraction as typ:integer)", "", castSays},
	{"cast/try_cast/safe_cast(x:text as varchar/nvarchar(y:whole))", "substr(x, 0, y)", ""},
	{"cast/try_cast/safe_cast(x as varchar/nvarchar(y:whole))", "substr(cast(x, string), 0, y)", ""},
	{"cast/try_cast/safe_cast(x:float as typ:decimals)", "cast(x, typ)", tieSays}, {"cast/try_cast/safe_cast(x as typ)", "cast(x, typ)", ""}, {"convert(typ, x)", "cast(x, typ)", ""}, {"cast(x, typ)", "cast(x, typ)", plain},
	{"to_char/text(x:number, q)", "", "; numbers have no layouts here: cast(round(x, 2), string) is a number as a text"}, {"to_char(x, oracle)", "format(x, layout)", ""}, {"strftime(x, layout)", "format(x, layout)", ""}, {"date_format(x, mysql)", "format(x, layout)", ""}, {"strftime(layout, x)", "format(x, layout)", ""},
	{"format(x, layout)", "format(x, layout)", plain}, {"parse(x, layout)", "parse(x, layout)", plain}, {"parse(x, layout, y)", "parse(x, layout, y)", plain},
	{"to_timestamp/strptime/to_datetime(x, layout)", "parse(x, layout)", ""}, {"to_date(x, layout)", "cast(parse(x, layout), date)", ""},
	{"str_to_date(x, mysql)", "cast(parse(x, layout), date)", ""},
	{"to_timestamp(x:int)", `add(cast("1970-01-01", timestamp("us")), x, "second")`, ""}, {"to_datetime(x:int)", `cast(x, timestamp("ns"))`, ""},
	{"to_timestamp/to_datetime(x:text)", `cast(x, timestamp("us"))`, ""}, {"to_date(x:text)", "cast(x, date)", ""},
	{"to_number/to_numeric(x)", "cast(x, float64)", ""}, {"to_string(x)", "cast(x, string)", ""},
	{"extract/date_part(epoch from x:date)", `diff(x, "1970-01-01", "day") * 86400`, ""},
	{"extract(epoch from x:wall)", `diff(trunc(x, "second"), "1970-01-01", "second") + nanosecond(x) / 1e9`, ""},
	{"extract(epoch from x:zoned)", `diff(trunc(cast(x, timestamp(own, "UTC")), "second"), "1970-01-01", "second") + nanosecond(x) / 1e9`, ""},
	{"extract(second/seconds from x)", "second(x) + nanosecond(x) / 1e9", "; the second has a fraction in Postgres, and none in MySQL, where it is second(x)"},
	{"extract(isodow from x)", "(weekday(x) + 6) % 7 + 1", ""}, {"extract/date_part(week from x)", "", weekSays},
	{"extract/date_part(field from x)", "field(x)", ""},
	{"extract(dayofweek from x)", "weekday(x) + 1", "; it counts Sunday as 1 in BigQuery and Spark, and as 0 in DuckDB and Snowflake, where it is weekday(x)"},
	{"date_part(field:second, x)", "second(x) + nanosecond(x) / 1e9", "; the second has a fraction in Postgres, and none elsewhere, where it is second(x)"},
	{"date_part(q:epoch, x:date)", `diff(x, "1970-01-01", "day") * 86400`, ""},
	{"date_part(q:epoch, x:wall)", `diff(trunc(x, "second"), "1970-01-01", "second") + nanosecond(x) / 1e9`, ""},
	{"date_part(q:epoch, x:zoned)", `diff(trunc(cast(x, timestamp(own, "UTC")), "second"), "1970-01-01", "second") + nanosecond(x) / 1e9`, ""},
	{"datepart(weekday/dw, x)", "weekday(x) + 1", "; it counts Sunday as 1, weekday here Sunday as 0"}, {"date_part/datepart(field, x)", "field(x)", ""},
	{"datetrunc(part:week, x)", "", sundaySays}, {"datetrunc(part, x)", "trunc(x, part)", ""}, {"date_trunc(unit, x)", "trunc(x, unit)", ""},
	{"timestamp_trunc/date_trunc(x, unit:week)", "", sundaySays}, {"timestamp_trunc/date_trunc(x, unit)", "trunc(x, unit)", ""},
	{"count(*)", "", "count " + reduces}, {"date_add/date_sub(x, y)", "", movedBy + `, as in add(t, 1, "day")`}, {"interval q", "", movedBy + ", one unit at a time"}, {"lit(x)", "x", ""},
	{"dateadd/timestampadd/date_add(part, x, y)", "add(y, x, part)", ""},
	{"datediff/datediff_big(part:week, x, y)", "", sundaySays}, {"datediff/datediff_big(part:day, x:date, y:date)", `diff(y, x, "day")`, ""},
	{"datediff/datediff_big(part, x, y)", "diff(trunc(y, part), trunc(x, part), part)", "; it counts the ends of units between, diff whole units"},
	{"timestampdiff(unit:elapsed, x, y)", "diff(y, x, unit)", ""},
	{"timestampdiff(list)", "", "; it has no whole month from the 31st to the end of a shorter one, where diff(b, a, \"month\") has one"},
	{"date_diff(list)", "", "; it differs between databases: diff(b, a, \"day\") counts whole units from a to b, diff(trunc(b, \"day\"), trunc(a, \"day\"), \"day\") the ends of units between"},
	{"datediff(x, y:constant)", `diff(trunc(x, "day"), trunc(cast(y, timestamp("us")), "day"), "day")`, "; it looks at days alone"},
	{"datediff(x:constant, y)", `diff(trunc(cast(x, timestamp("us")), "day"), trunc(y, "day"), "day")`, "; it looks at days alone"},
	{"datediff(x:date, y:date)", `diff(x, y, "day")`, ""}, {"datediff(x, y)", `diff(trunc(x, "day"), trunc(y, "day"), "day")`, "; it looks at days alone"},
	{"weekday(x)", "(weekday(x) + 6) % 7", "; it counts Monday as 0 in MySQL, weekday here Sunday as 0; in Excel, where Sunday is 1, it is weekday(x) + 1"},
	{"f/functions.weekday(x)", "(weekday(x) + 6) % 7", ""}, {"week/weekofyear/isoweek(list)", "", weekSays},
	{"now/today/getdate/sysdate/current_timestamp/current_date()", `"2006-01-02 15:04:05"`, clockSays},
	{"current_timestamp/current_date/sysdate", `"2006-01-02 15:04:05"`, clockSays},
	{"isnull/nvl/ifnull/ifna/fillna(x, y)", "coalesce(x, y)", ""}, {"nullif(x, y)", "ifelse(x == y, nil, x)", ""},
	{"isna(x:float)", "isnull(x) || isnan(x)", nanToo}, {"pd/pandas.isnull(x:float)", "isnull(x) || isnan(x)", nanToo}, {"notna(x:float)", "!isnull(x) && !isnan(x)", nanToo},
	{"pd/pandas.notnull(x:float)", "!isnull(x) && !isnan(x)", nanToo}, {"isna/is_null(x)", "isnull(x)", ""}, {"notnull/notna/isnotnull/is_not_null(x)", "!isnull(x)", ""}, {"nvl2(x, y, z)", "ifelse(isnull(x), z, y)", ""},
	{"length/char_length/strlen/nchar(x)", "len(x)", ""}, {"ucase/toupper/to_upper(x)", "upper(x)", ""}, {"lcase/tolower/to_lower(x)", "lower(x)", ""},
	{"strip/trimws(x)", "trim(x)", ""}, {"trim/btrim(x)", `trim(x, " ")`, blankSays}, {"ltrim(x)", `ltrim(x, " ")`, blankSays},
	{"rtrim(x)", `rtrim(x, " ")`, blankSays}, {"f/functions.trim(x)", `trim(x, " ")`, blankSays}, {"f/functions.ltrim(x)", `ltrim(x, " ")`, blankSays},
	{"f/functions.rtrim(x)", `rtrim(x, " ")`, blankSays},
	{"btrim(x, q)", "trim(x, q)", ""}, {"trim(both q:one from x)", "trim(x, q)", ""}, {"trim(leading q:one from x)", "ltrim(x, q)", ""},
	{"trim(trailing q:one from x)", "rtrim(x, q)", ""}, {"trim(q:one from x)", "trim(x, q)", ""},
	{"left(x)", "substr(x, 0, 1)", ""}, {"left(x, y:below)", "", "; below 0 it is all but the last so many in Postgres, elsewhere nothing or an error: substr(x, 0, len(x) - 1) is all but the last one"}, {"left(x, y:literal)", "substr(x, 0, y)", ""}, {"left(x, y)", "substr(x, 0, y)", "; below 0 Postgres takes all but so many"},
	{"right(x)", "substr(x, -1)", ""}, {"right(x, y:whole)", "substr(x, -y)", ""}, {"right(x, y:zero)", "substr(x, 0, 0)", ""},
	{"right(x, y)", "substr(x, max(len(x) - max(y, 0), 0))", "; below 0 Postgres takes all but so many"},
	{"position(q:some in x)", placed, ""}, {"strpos/instr(x, q:some)", placed, ""}, {"charindex/locate(q:some, x)", placed, ""},
	{"substring(x from number for z)", "substr(x, number, z)", ""}, {"substring(x from number)", "substr(x, number)", ""},
	{"substring(x, number, z)", "substr(x, number, z)", "; it counts from 1, substr from 0; in R the last number is a place: substring(x, 2, 3) is there what substr(x, 1, 2) is here"},
	{"substr/mid(x, number, z)", "substr(x, number, z)", "; it counts from 1, substr from 0"},
	{"substring/substr(x, number)", "substr(x, number)", "; it counts from 1, substr from 0"},
	{"split_part(x, y, z:below)", `ifelse(isnull(x), nil, coalesce(split(x, y, z), ""))`, ""},
	{"split_part(x, y, number)", `ifelse(isnull(x), nil, coalesce(split(x, y, number), ""))`, ""},
	{"regexp_like/regexp_matches/regexp_contains/regexp(x, q)", "match(x, q)", ""},
	{"starts_with/prefix(x, y)", "startswith(x, y)", ""}, {"ends_with/suffix(x, y)", "endswith(x, y)", ""},
	{"ln(x)", "log(x)", ""}, {"power(x, y)", "pow(x, y)", ""}, {"ceiling(x)", "ceil(x)", ""}, {"mod(x, y)", "x % y", "; in Excel it has the sign of y"},
	{"div(x:int, y:int)", "x / y", ""}, {"div(x, y)", "trunc(x / y)", ""},
	{"log(x)", "", "; it is to base 10 in some languages: log(x) is to base e, log10(x) to base 10"}, {"square(x)", "x * x", ""},
	{"maximum(x, list)", "max(x, list)", ""}, {"minimum(x, list)", "min(x, list)", ""},
	{"greatest(x, list)", "max(x, list)", "; max of a null is null, where Postgres leaves it out"},
	{"least(x, list)", "min(x, list)", "; min of a null is null, where Postgres leaves it out"}, {"clamp(list)", "clip(list)", ""},
	{"truncate(x)", "trunc(x)", ""}, {"trunc/truncate(x:float, y:whole)", "trunc(x * scale) / scale", "; 0.29 * 100 is a float below 29, and so cut to 0.28, where decimals are cut to 0.29"},
	{"trunc(x:instant, unit:coarse)", "trunc(x, unit)", ""}, {"floor(x:float, y:above)", "floor(x / y) * y", ""}, {"ceil/ceiling(x:float, y:above)", "ceil(x / y) * y", ""}, {"isin(x, [list])", "in(x, list)", ""}, {"dayofyear(x)", "yearday(x)", ""},
	{"dayofweek(x)", "weekday(x) + 1", "; it counts Sunday as 1, or as 0 in DuckDB and Snowflake, where it is weekday(x)"},
	{"dayofmonth(x)", "day(x)", ""}, {"ilike(x, q)", "like(lower(x), lowered)", ""},
	{"true", "true", ""}, {"false", "false", ""}, {"null/none/undefined/na", "nil", ""}, {"nan", "nan()", ""}, {"inf/infinity", "inf()", ""},
	// NumPy and Python
	{"math/np/numpy.pi", "math.Pi", ""}, {"math/np/numpy.e", "math.E", ""}, {"pi()", "math.Pi", ""},
	{"np/numpy.round/around/rint(x:float)", "roundeven(x)", evenSays}, {"np/numpy.round/around(x:float, y:zero)", "roundeven(x)", evenSays},
	{"np/numpy.round/around(x:float, y:whole)", "roundeven(x * scale) / scale", evenSays},
	{"np/numpy.round/around(x:float, y:below)", "roundeven(x / scale) * scale", evenSays},
	{"np/numpy.round/around/rint(x:decimal)", "round(x)", halfSays}, {"np/numpy.round/around(x:decimal, y)", "round(x, y)", halfSays},
	{"np/numpy.round/around(x:int, y:below)", "round(x, y)", halfSays}, {"round(x:shaky)", "roundeven(x)", evenSays},
	{"round(x:float)", "round(x)", "; a double precision is rounded half to even in Postgres, as roundeven(x) does, here half away from zero"},
	{"np/numpy.power(x:int, y:two)", "x * x", ""}, {"np/numpy.power(x:int, y:three)", "x * x * x", ""}, {"np/numpy.power(x:int, y:int)", "pow(x, y)", powerSays},
	{"math.fmod(x, y)", "x % y", ""}, {"np/numpy.fmod(x, y)", "x % y", ""},

	// R
	{"is.na(x:float)", "isnull(x) || isnan(x)", nanToo}, {"is.na/null(x)", "isnull(x)", ""}, {"is.nan(x)", "isnan(x)", ""}, {"as.integer(x)", "cast(x, int64)", ""},
	{"as.numeric/double(x)", "cast(x, float64)", ""}, {"as.character(x)", "cast(x, string)", ""}, {"grepl(q, x)", "coalesce(match(x, q), false)", ""},
	{"if_else(x, y, z)", "ifelse(isnull(x), nil, ifelse(x, y, z))", ""},

	// Excel
	{"and(list)", "allof(list)", ""}, {"or(list)", "anyof(list)", ""}, {"isblank(x)", "isnull(x)", ""}, {"ifs(list)", "casewhen(list, nil)", ""},
	{"substitute(x, y, z)", "replace(x, y, z)", ""}, {"value(x)", "cast(x, float64)", ""}, {"text(x, excel)", "format(x, layout)", ""},
	{"vlookup/hlookup/xlookup/lookup (", "", "a lookup reads another table, and an expression sees one row of one: join the tables first"},
	{"sumif/sumifs (", "", "sum " + reduces}, {"countif/countifs (", "", "count " + reduces}, {"averageif/averageifs (", "", "mean " + reduces},
	{"lpad/rpad (", "", "; where the width is a number from 1 to 100 and the filling a text, it can be written by substr, else not"},
	{"iferror/ifna (", "", "a row that fails is reported and null: there is no value instead of it here"},
}, roundedDown("np.floor_divide(x, y)"), remainders("np/numpy.mod/remainder(x, y)"), overManyRows(false))

// roundedDown are quotients that are rounded down, as Python and R have them.
func roundedDown(written string) []habit {
	of := func(x, y string) string {
		w := strings.NewReplacer(" y", " y:"+y, "(y)", "(y:"+y+")").Replace(written)
		return strings.NewReplacer("x ", "x:"+x+" ", "x.", "x:"+x+".", "(x", "(x:"+x).Replace(w)
	}
	says := "; it rounds down, / of integers towards zero"
	return []habit{
		{of("uint", "whole"), "x / y", says}, {of("int", "whole"), "x / y - ifelse(x % y < 0, 1, 0)", says},
		{of("int", "int"), "x / y - ifelse(x % y != 0 && (x < 0) != (y < 0), 1, 0)", says},
		{written, "floor(x / y)", "; where x / y is rounded up to a whole number Python has one less"},
	}
}

// remainders are those with the sign of y, as Python and R have them.
func remainders(written string) []habit {
	above := strings.NewReplacer(" y", " y:above", "(y)", "(y:above)").Replace(written)
	const says = "; there the remainder has the sign of the divisor, here that of what is divided"
	return []habit{{above, "x % y + ifelse(x % y < 0, y, 0)", says}, {written, "x % y + ifelse(x % y != 0 && (x % y < 0) != (y < 0), y, 0)", says}}
}

// overManyRows are the habits of asking for many rows, by a call or a method.
func overManyRows(method bool) (list []habit) {
	for _, name := range keys(overRows) {
		written := name + "(list)"
		switch {
		case method:
			written = "x." + name + "()"
		case name == "min" || name == "max": // of several values they are ours
			written = name + "(x)"
		}
		list = append(list, habit{written, "", name + " " + overRows[name]})
	}
	return list
}

// foreignTypes are the names of types in other languages.
var foreignTypes = map[string]string{
	"int": "int64", "integer": "int64", "bigint": "int64", "long": "int64", "smallint": "int16", "tinyint": "int8", "int4": "int32", "int8": "int8",
	"int2": "int16", "signed": "int64", "unsigned": "uint64", "float": "float64", "double": "float64", "real": "float32", "float8": "float64", "float4": "float32",
	"number": "float64", "varchar": "string", "char": "string", "text": "string", "str": "string", "nvarchar": "string", "character": "string",
	"object": "string", "utf8": "string", "bool": "bool", "boolean": "bool", "date": "date", "datetime": `timestamp("us")`, "timestamp": `timestamp("us")`,
	"timestamptz": `timestamp("us", "UTC")`, "datetime64": `timestamp("ns")`, "numeric": "decimal", "decimal": "decimal", "string": "string",
	"float64": "float64", "float32": "float32", "int64": "int64", "int32": "int32", "int16": "int16", "uint8": "uint8", "uint16": "uint16", "uint32": "uint32", "uint64": "uint64",
	"duration": `duration("us")`, "timedelta64": `duration("ns")`,
}

// foreignUnits are the names of units of time in other languages; y, w, m and t are different units
// in different ones.
var foreignUnits = map[string]string{
	"d": "day", "dd": "day", "h": "hour", "hh": "hour", "hr": "hour", "min": "minute", "mi": "minute", "n": "minute",
	"s": "second", "ss": "second", "sec": "second", "wk": "week", "ww": "week", "mm": "month", "mon": "month",
	"ms": "", "q": "quarter", "qq": "quarter", "yy": "year", "yyyy": "year",
	"doy": "yearday", "dow": "weekday", "dayofyear": "yearday", "weekday": "weekday", "yearday": "yearday",
}
