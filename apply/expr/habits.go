package expr

import "slices"

// habit is what users of another language write, and what is to be written instead. These words of a
// pattern are holes: x, y and z are operands, list is any number of them, q is a text in whatever
// quotes, typ a type, unit a unit of time, field such a unit as a function, layout that of a time,
// number a place that counts from 1. Any other word stands for itself in whatever case, and a/b for
// one word or the other. A habit that is Go says so by plain: it is no mistake. Where write is empty,
// nothing can be written instead.
type habit struct {
	written string
	write   string
	says    string // what is wrong, unless that there is no such word
}

// ADVICE TO MAINTAINERS: what a habit says to write is compiled before anybody is told, but that it
// means the same is in TestHabits alone: give each new habit a line there.

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
		{"x or y", "x || y", ""}, {"x xor y", "x != y", ""}, {"x ∨ y", "x || y", ""}, {"x || y", "x || y", plain},
	},
	logicAnd: {
		{"x and y", "x && y", ""}, {"x ∧ y", "x && y", ""}, {"x && y", "x && y", plain},
	},
	comparison: {
		{"x is not null/none/nil/na", "!isnull(x)", ""}, {"x is null/none/nil/na", "isnull(x)", ""}, {"x notnull", "!isnull(x)", ""},
		{"x ==/=/===/<=> null/none/nil", "isnull(x)", nullSays}, {"x !=/<>/!==/≠ null/none/nil", "!isnull(x)", nullSays},
		{"x </<=/>/>= null/none/nil", "isnull(x)", nullSays},
		{"x ==/= nan", "isnan(x)", nanSays}, {"x !=/<> nan", "!isnan(x)", nanSays}, {"x is nan", "isnan(x)", ""}, {"x is not nan", "!isnan(x)", ""},
		{"x is not true", "!coalesce(x, false)", ""}, {"x is not false", "coalesce(x, true)", ""},
		{"x is true", "coalesce(x, false)", ""}, {"x is false", "!coalesce(x, true)", ""},
		{"x not in (list)", "!in(x, list)", ""}, {"x not in [list]", "!in(x, list)", ""},
		{"x in (list)", "in(x, list)", ""}, {"x in [list]", "in(x, list)", ""},
		{"x not in y", "!contains(y, x)", ""}, {"x in y", "contains(y, x)", ""},
		{"x not between y and z", "!between(x, y, z)", ""}, {"x between y and z", "between(x, y, z)", ""},
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
	product: {
		{"x // y", "x / y", "there is no // here: / of integers drops the fraction, floor(x / y) is for the others"},
		{"x div y", "x / y", ""}, {"x mod y", "x % y", ""}, {"x ×/· y", "x * y", ""}, {"x ÷ y", "x / y", ""},
		{"x * y", "x * y", plain}, {"x / y", "x / y", plain}, {"x % y", "x % y", plain}, {"x & y", "x & y", plain},
		{"x << y", "x << y", plain}, {"x >> y", "x >> y", plain}, {"x &^ y", "x &^ y", plain},
	},
	power: {{"x ** y", "pow(x, y)", ""}},
	postfix: slices.Concat([]habit{
		{"x::typ", "cast(x, typ)", ""}, {"x.astype/cast(typ)", "cast(x, typ)", ""},
		{"x.str.split(y).str[z]", "split(x, y, z)", ""}, {"x.str.split(y)[z]", "split(x, y, z)", ""}, {"x.split(y)[z]", "split(x, y, z)", ""},
		{"x.str.contains(q)", "match(x, q)", ""}, {"x.dt.weekday()", "(weekday(x) + 6) % 7", "in Polars Monday is 1: then add 1"},
		{"x.dt.weekday", "(weekday(x) + 6) % 7", ""}, {"x.str", "x", ""}, {"x.dt", "x", ""},
		{"x.isin/is_in([list])", "in(x, list)", ""}, {"x.isin/is_in((list))", "in(x, list)", ""},
		{"x.isnull/isna/is_null()", "isnull(x)", ""}, {"x.notnull/notna/is_not_null()", "!isnull(x)", ""}, {"x.is_nan()", "isnan(x)", ""},
		{"x.fillna/fill_null(y)", "coalesce(x, y)", ""}, {"x.combine_first(y)", "coalesce(x, y)", ""},
		{"x.strip/strip_chars()", "trim(x)", ""}, {"x.to_lowercase/casefold()", "lower(x)", ""}, {"x.to_uppercase()", "upper(x)", ""},
		{"x.len_chars/length()", "len(x)", ""}, {"x.slice(y, z)", "substr(x, y, z)", ""}, {"x.slice(y)", "substr(x, y)", ""},
		{"x.starts_with(y)", "startswith(x, y)", ""}, {"x.ends_with(y)", "endswith(x, y)", ""}, {"x.str.match(q)", "match(x, beginning)", ""},
		{"x.replace_all(y, z)", "replace(x, y, z)", ""}, {"x.is_between(y, z)", "between(x, y, z)", ""},
		{"x.power(y)", "pow(x, y)", ""}, {"x.mod(y)", "x % y", ""}, {"x.add(y)", "x + y", ""}, {"x.sub(y)", "x - y", ""}, {"x.mul(y)", "x * y", ""},
		{"x.div/truediv(y)", "x / float64(y)", ""}, {"x.eq(y)", "x == y", ""}, {"x.ne(y)", "x != y", ""}, {"x.lt(y)", "x < y", ""}, {"x.le(y)", "x <= y", ""},
		{"x.gt(y)", "x > y", ""}, {"x.ge(y)", "x >= y", ""}, {"x.strftime/to_string(layout)", "format(x, layout)", ""}, {"x.strptime(layout)", "parse(x, layout)", ""},
		{"x.date()", "cast(x, date)", ""}, {"x.date", "cast(x, date)", ""}, {"x.dayofweek/day_of_week", "(weekday(x) + 6) % 7", ""},
		{"x.dayofyear/day_of_year", "yearday(x)", ""}, {"x.microsecond", "nanosecond(x) / 1000", ""}, {"x.floor/truncate(unit)", "trunc(x, unit)", ""},
		{"x.field", "field(x)", "a part of a time is a function"},
	}, overManyRows(true)),
}

// prefixes are what an operand begins with.
var prefixes = slices.Concat([]habit{
	{"null/none/nil ==/=/is x", "isnull(x)", nullSays}, {"null/none/nil !=/<> x", "!isnull(x)", nullSays},
	{"where x", "x", ""}, {"when(x).then(y).otherwise(z)", "ifelse(x, y, z)", ""}, {"when(x, y).otherwise(z)", "ifelse(x, y, z)", ""}, {"not x", "!x", ""}, {"¬ x", "!x", ""}, {"~ x", "!x", ""}, {"$/@ x", "x", ""},
	{"if x then y else z end", "ifelse(x, y, z)", ""}, {"if x then y else z", "ifelse(x, y, z)", ""},
	{"if/iif/where(x, y, z)", "ifelse(x, y, z)", ""}, {"case/switch/when(x, list)", "casewhen(x, list)", ""},
	{"cast/try_cast/safe_cast(x as typ)", "cast(x, typ)", ""}, {"convert(typ, x)", "cast(x, typ)", ""}, {"cast(x, typ)", "cast(x, typ)", plain},
	{"to_char/strftime(x, layout)", "format(x, layout)", ""}, {"date_format(x, mysql)", "format(x, layout)", ""}, {"strftime(layout, x)", "format(x, layout)", ""},
	{"format(x, layout)", "format(x, layout)", plain}, {"parse(x, layout)", "parse(x, layout)", plain}, {"parse(x, layout, y)", "parse(x, layout, y)", plain},
	{"to_timestamp/strptime/to_datetime(x, layout)", "parse(x, layout)", ""}, {"to_date(x, layout)", "cast(parse(x, layout), date)", ""}, {"str_to_date(x, mysql)", "cast(parse(x, layout), date)", ""},
	{"to_timestamp/to_datetime(x)", `cast(x, timestamp("us"))`, ""}, {"to_date(x)", "cast(x, date)", ""},
	{"to_number/to_numeric(x)", "cast(x, float64)", ""}, {"to_string(x)", "cast(x, string)", ""},
	{"extract/date_part(field from x)", "field(x)", ""}, {"date_part/datepart(field, x)", "field(x)", ""},
	{"date_trunc/datetrunc(unit, x)", "trunc(x, unit)", ""}, {"timestamp_trunc/date_trunc(x, unit)", "trunc(x, unit)", ""},
	{"count(*)", "", "count " + reduces}, {"date_add/date_sub(x, y)", "", movedBy + `, as in add(t, 1, "day")`}, {"interval q", "", movedBy + ", one unit at a time"}, {"lit(x)", "x", ""},
	{"dateadd/timestampadd/date_add(unit, x, y)", "add(y, x, unit)", ""}, {"datediff/timestampdiff/date_diff(unit, x, y)", "diff(y, x, unit)", ""},
	{"datediff(x, y)", `diff(x, y, "day")`, ""},
	{"now/today/getdate/sysdate/current_timestamp/current_date()", `"2006-01-02 15:04:05"`, clockSays},
	{"current_timestamp/current_date/sysdate", `"2006-01-02 15:04:05"`, clockSays},
	{"isnull/nvl/ifnull/ifna/fillna(x, y)", "coalesce(x, y)", ""}, {"nullif(x, y)", "ifelse(x == y, nil, x)", ""},
	{"isna/is_null(x)", "isnull(x)", ""}, {"notnull/notna/isnotnull/is_not_null(x)", "!isnull(x)", ""}, {"nvl2(x, y, z)", "ifelse(isnull(x), z, y)", ""},
	{"length/char_length/strlen(x)", "len(x)", ""}, {"ucase/toupper/to_upper(x)", "upper(x)", ""}, {"lcase/tolower/to_lower(x)", "lower(x)", ""},
	{"strip/btrim(x)", "trim(x)", ""}, {"left(x, y)", "substr(x, 0, y)", ""}, {"right(x, y)", "substr(x, -y)", ""},
	{"substring(x from number for z)", "substr(x, number, z)", ""}, {"substring(x from number)", "substr(x, number)", ""},
	{"substring/substr/mid(x, number, z)", "substr(x, number, z)", "there is no SUBSTR that counts from 1 here"},
	{"substring/substr(x, number)", "substr(x, number)", "there is no SUBSTR that counts from 1 here"},
	{"split_part(x, y, number)", "split(x, y, number)", ""}, {"regexp_like/regexp_matches/regexp_contains/regexp(x, q)", "match(x, q)", ""},
	{"starts_with/prefix(x, y)", "startswith(x, y)", ""}, {"ends_with/suffix(x, y)", "endswith(x, y)", ""},
	{"ln(x)", "log(x)", ""}, {"power(x, y)", "pow(x, y)", ""}, {"ceiling(x)", "ceil(x)", ""}, {"mod(x, y)", "x % y", ""}, {"div(x, y)", "x / y", ""}, {"square(x)", "x * x", ""},
	{"greatest/maximum(x, list)", "max(x, list)", ""}, {"least/minimum(x, list)", "min(x, list)", ""}, {"clamp(list)", "clip(list)", ""},
	{"truncate(x)", "trunc(x)", ""}, {"isin(x, [list])", "in(x, list)", ""}, {"dayofyear(x)", "yearday(x)", ""}, {"dayofweek(x)", "weekday(x) + 1", ""},
	{"dayofmonth(x)", "day(x)", ""}, {"ilike(x, q)", "like(lower(x), lowered)", ""},
	{"true", "true", ""}, {"false", "false", ""}, {"null/none/undefined", "nil", ""}, {"nan", "nan()", ""}, {"inf/infinity", "inf()", ""},
}, overManyRows(false))

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

// foreignUnits are the names of units of time in other languages.
var foreignUnits = map[string]string{
	"d": "day", "dd": "day", "h": "hour", "hh": "hour", "hr": "hour", "min": "minute", "mi": "minute", "n": "minute", "t": "minute",
	"s": "second", "ss": "second", "sec": "second", "w": "week", "wk": "week", "ww": "week", "m": "month", "mm": "month", "mon": "month",
	"ms": "", "q": "quarter", "qq": "quarter", "y": "year", "yy": "year", "yyyy": "year",
	"doy": "yearday", "dow": "weekday", "dayofyear": "yearday", "weekday": "weekday", "yearday": "yearday",
}
