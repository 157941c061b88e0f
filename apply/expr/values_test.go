package expr

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// Where no result is named, a name is a mistake: it would be ignored, and what is left kept.
func TestCompileValueHasNoName(t *testing.T) {
	schema := taxi(t).Schema()
	for text, write := range map[string]string{
		"paid = true":                    "paid == true",
		"paid := true":                   "",
		"fare = 3":                       "fare == 3",
		"fare = 3 && paid":               "fare == 3 && paid",
		"fare = 3 AND tip = 2":           "fare == 3 && tip == 2",
		`zone = 'Zone 7'`:                `zone == "Zone 7"`,
		`"unit price" = 1`:               `col("unit price") == 1`,
		"paid = fare > 3":                "paid == (fare > 3)",
		"long = fare > 3":                "fare > 3",
		"total = fare + tip":             "fare + tip",
		"len(zone) = 3":                  "len(zone) == 3",
		"fare => 3":                      "fare >= 3",
		"day = DATE '2024-01-01'":        `day == "2024-01-01"`,
		"zone = NULL":                    "isnull(zone)",
		"paid = true OR zone IN ('a')":   `paid == true || in(zone, "a")`,
		"day = '2024-01-01' && fare = 3": `day == "2024-01-01" && fare == 3`,
	} {
		_, err := CompileValue(schema, text)
		require.ErrorContains(t, err, "=", text)
		if write != "" {
			require.ErrorContains(t, err, ": write "+write+"\n", text)
			_, err = CompileValue(schema, write)
			require.NoError(t, err, text)
		}
	}
	for _, text := range []string{"paid", "paid == true", "fare <= 3", "fare >= 3", "fare != 3", `zone == "a=b"`} {
		p, err := CompileValue(schema, text)
		require.NoError(t, err, text)
		require.Equal(t, text, p.Name())
	}
}

// A character in single quotes is a number in Go, in the text of a function too.
func TestQuotedCharacters(t *testing.T) {
	schema := taxi(t).Schema()
	for text, write := range map[string]string{
		"'H'": `"H"`, "n == 'H'": `"H"`, "n + '\\n'": `"\n"`, "zone == '\\''": `"'"`, "zone == '\"'": `"\""`, "zone == '\\u00e9'": `"é"`, "zone == 'é'": `"é"`,
		"func(n int64) bool { return n == '1' }":                           `write "1"`,
		"func(zone string) bool { return zone == 'ab' }":                   `write "ab"`,
		"func(n int64) int64 { if n > 'a' { return '\\t' }; return n }":    `write "a"`,
		"func(n int64) string {\n\tx := '\\\\'\n\treturn string(x)\n}":     `write "\\"`,
		"func(n int64) bool {\n\t// it's\n\treturn n == '1'\n}":            `write "1"`,
		"func(zone string) bool { return zone == \"it's\" + 'x' + \"'\" }": `write "x"`,
	} {
		_, err := Compile(schema, text)
		require.ErrorContains(t, err, write, text)
	}
	for _, text := range []string{`zone == "it's"`, "zone == `'a'`", `func(zone string) bool { return zone == "'" }`} {
		_, err := Compile(schema, text)
		require.NoError(t, err, text)
	}
}

// What asks for many rows says what there is for it.
func TestManyRows(t *testing.T) {
	schema := taxi(t).Schema()
	for _, text := range []string{
		"max(fare)", "min(zone)", "MAX(n)", "sum(fare)", "SUM(fare) / COUNT(*)", "count(zone)", "avg(fare)", "mean(fare)", "median(fare)",
		"fare - fare.mean()", "fare > mean(fare)", "df.fare.sum()", "np.mean(fare)", `ifelse(paid, max(fare), 0)`, "x = stddev(fare)",
		"func(fare float64) float64 { return max(fare) }",
	} {
		_, err := Compile(schema, text)
		require.ErrorContains(t, err, "apply.Fold", text)
	}
	for _, text := range []string{"lag(fare)", "LAG(fare, 1)", "fare.shift()", "row_number()", "cumsum(fare)"} {
		_, err := Compile(schema, text)
		require.ErrorContains(t, err, "looks at other rows", text)
	}
	for _, text := range []string{"max(fare, tip)", "min(n, small, 3)", "func(fare, tip float64) float64 { return max(fare, tip) }"} {
		_, err := Compile(schema, text)
		require.NoError(t, err, text)
	}
}

// A comparison with nil is null in every row, wherever it stands.
func TestComparisonWithNil(t *testing.T) {
	schema := taxi(t).Schema()
	for _, text := range []string{
		"fare == nil", "nil != zone", "paid == nil", "at > nil", "fare <= nil", "price == nil", "nil == nil", "ifelse(fare == nil, 0, fare)",
		"between(fare, nil, 3)", "func(fare float64) bool { return fare == nil }",
	} {
		_, err := Compile(schema, text)
		require.ErrorContains(t, err, "isnull(", text)
	}
}

// Layouts of Go are what they were; what none is, is told so where nothing can be said instead.
func TestLayouts(t *testing.T) {
	schema := taxi(t).Schema()
	for _, layout := range []string{
		"2006", "02.01.06", "Jan _2", "3:04 PM", "Monday", "15h 04", "20060102T150405Z0700", "2006-002", "MST", ".000", "05.000000", "2006 %", "le 2 Jan", "-07:00",
	} {
		_, err := Compile(schema, "format(at, `"+layout+"`)")
		require.NoError(t, err, layout)
	}
	for layout, mention := range map[string]string{"": "no part of a time", "x": "no part of a time", "date": "no part of a time", "%q": "layout of Go", "%G-%V": "layout of Go",
		"%M": "one language", "yyyy-mm-dd": "one language", "HH:MM": "one language", "YYYY-MM-dd": "one language", "Q1 %Y": "has not", "%S%f": "has not", "yyyy-MM-dd HH:mm:SS": "one language"} {
		_, err := Compile(schema, "format(at, `"+layout+"`)")
		require.ErrorContains(t, err, mention, layout)
		require.ErrorContains(t, err, "2006-01-02", layout)
	}
	_, err := Compile(schema, "func(at timestamp) string { return format(at, \"%Y\") }")
	require.Error(t, err)
}

// Explain tells of ^, which other languages have for powers.
func TestExplainExclusiveOr(t *testing.T) {
	for text, noted := range map[string]bool{"n ^ 2": true, "2 ^ 3": true, "x = small ^ small + 1": true, "^n": false, "pow(n, 2)": false} {
		p, err := Compile(taxi(t).Schema(), text)
		require.NoError(t, err)
		if noted {
			require.Contains(t, p.Explain(), "note: ^ in "+text+" is the exclusive or of bits; a power is pow(x, y)\n")
		} else {
			require.NotContains(t, p.Explain(), "note:")
		}
	}
}

// A mistake besides the habit is told too; one in front of it is told alone.
func TestHabitsAndMistakes(t *testing.T) {
	for text, want := range map[string]string{
		"zome IS NULL":          `there is no IS NULL here: write isnull(zome); besides, no column "zome"; did you mean zone?`,
		"zome == nil":           `no column "zome"; did you mean zone?`,
		"fare > 3 AND zone":     `there is no AND here: write fare > 3 && zone; besides, column zone (string) is used where bool is needed: compare it, as in zone != ""`,
		"zone IS NULL (":        `there is no IS NULL here; that part is isnull(zone), and the rest is not understood`,
		"sqrt(fare, tip)":       `sqrt takes 1 argument, not 2: sqrt(x)`,
		"date_add(day, 7)":      `a time is moved by add, in the unit that is meant, as in add(t, 1, "day")`,
		"fare tip":              `there is no operator before tip`,
		"case when paid then 1": `case is a keyword of Go: a column of that name is written col("case")`,
	} {
		_, err := Compile(taxi(t).Schema(), text)
		var e *Error
		require.ErrorAs(t, err, &e, text)
		require.Equal(t, want, e.Msg, text)
	}
}

// A value that stands where another type is needed is told with a cast that works there.
func TestCastsThatMessagesWrite(t *testing.T) {
	schema := taxi(t).Schema()
	for text, write := range map[string]string{
		"func(n int64) int8 { return n }":        "", // what is returned has no text of its own
		"substr(zone, fare)":                     "",
		"fare && paid":                           "compare it, as in fare != 0",
		"paid || zone":                           `compare it, as in zone != ""`,
		"ifelse(at, 1, 2)":                       "compare it, or see isnull",
		"func(fare int64) int64 { return fare }": "write cast(fare, int64)",
	} {
		_, err := Compile(schema, text)
		require.ErrorContains(t, err, write, text)
	}
	for _, typ := range []string{`timestamp("s")`, `timestamp("ns", "Europe/Rome")`, `duration("ms")`, "decimal(10, 2)", "int8", "date", "string"} {
		p, err := Compile(schema, "cast(nil, "+typ+")")
		require.NoError(t, err)
		require.Equal(t, typ, writtenType(p.Type()))
	}
}
