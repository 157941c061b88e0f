package csvio

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/internal/strictjson"
)

// readValues has values of every field of ReadOptions, each with the data it is stored as.
var readValues = map[string]map[string]any{
	"Delimiter": {`"delimiter":";"`: byte(';'), `"delimiter":"\t"`: byte('\t')}, "Separator": {`"separator":"||"`: "||"}, "Quote": {`"quote":"'"`: byte('\'')},
	"NoQuotes": {`"noQuotes":true`: true}, "Escape": {`"escape":"\\"`: byte('\\')}, "Comment": {`"comment":"#"`: byte('#')}, "NoComment": {`"noComment":true`: true},
	"LineEnd": {`"lineEnd":"lf"`: LF, `"lineEnd":"cr"`: CR, `"lineEnd":"mixed"`: MixedEnds}, "Trim": {`"trim":"keep"`: KeepBlanks, `"trim":"trim"`: TrimBlanks},
	"BlankRows": {`"blankRows":true`: true}, "Skip": {`"skip":-1`: -1, `"skip":3`: 3}, "Header": {`"header":"present"`: Present, `"header":"absent"`: Absent}, "HeaderRows": {`"headerRows":2`: 2},
	"Names":    {`"names":["a","b c"]`: []string{"a", "b c"}, `"names":[]`: []string{}},
	"Encoding": {`"encoding":"UTF-8"`: UTF8, `"encoding":"Windows-1252"`: Windows1252, `"encoding":"UTF-16LE"`: UTF16LE},
	"Types": {`"types":{"a":"int64","b":"timestamp[us, Europe/Rome]"}`: map[string]arrow.DataType{"a": arrow.PrimitiveTypes.Int64, "b": &arrow.TimestampType{Unit: arrow.Microsecond, TimeZone: "Europe/Rome"}},
		`"types":{"":"decimal(18,2)"}`: map[string]arrow.DataType{"": &arrow.Decimal128Type{Precision: 18, Scale: 2}}},
	"Null": {`"null":["-","NaN"]`: []string{"-", "NaN"}, `"null":[]`: []string{}}, "True": {`"true":["ja"]`: []string{"ja"}}, "False": {`"false":["nein"]`: []string{"nein"}},
	"Decimal": {`"decimal":","`: byte(',')}, "Thousands": {`"thousands":" "`: byte(' ')}, "Dates": {`"dates":"day-first"`: DayFirst, `"dates":"month-first"`: MonthFirst, `"dates":"year-first"`: YearFirst},
	"OnError": {
		`"onError":{"policy":"stop"}`: chunker.Stop(), `"onError":{"policy":"null"}`: chunker.Null(), `"onError":{"policy":"reject"}`: chunker.Reject(nil, 0),
		`"onError":{"policy":"skip","rowsMax":7,"ratioMax":0.25}`:                                                              limited(chunker.Skip(), 7, 0.25),
		`"onError":{"policy":"reject","rowsMax":7,"to":{"format":"csv","files":["bad.csv"],"options":{"compression":"gzip"}}}`: chunker.Reject(WriteOptions{Compression: "gzip"}.Create("bad.csv"), 7),
	},
	"RowMax": {`"rowMax":1073741824`: 1 << 30}, "FieldMax": {`"fieldMax":5`: 5}, "ColumnsMax": {`"columnsMax":6`: 6}, "RatioMax": {`"ratioMax":-1`: -1},
	"Report": {``: new(Report)}, // is whoever's reads
}

var writeValues = map[string]map[string]any{
	"Delimiter": {`"delimiter":"\t"`: byte('\t')}, "Null": {`"null":"\\N"`: `\N`}, "NoHeader": {`"noHeader":true`: true}, "CRLF": {`"crlf":true`: true}, "QuoteAll": {`"quoteAll":true`: true},
	"DefuseFormulas": {`"defuseFormulas":true`: true}, "Compression": {`"compression":"zstd"`: "zstd", `"compression":"none"`: "none"},
}

func limited(p chunker.Policy, rowsMax int, ratioMax float64) chunker.Policy {
	p.RowsMax, p.RatioMax = rowsMax, ratioMax
	return p
}

// TestEveryOptionIsStored and read back equal; of the defaults nothing is written.
func TestEveryOptionIsStored(t *testing.T) {
	stored := func(of any) (string, chunker.Files) {
		files, err := chunker.FilesOf(of)
		require.NoError(t, err)
		data, err := strictjson.Marshal(files)
		require.NoError(t, err)
		v, err := strictjson.Parse("", data)
		require.NoError(t, err)
		var back chunker.Files
		require.NoError(t, v.Decode(&back))
		return string(data), back
	}
	with := func(options string) string {
		if options == "" {
			return `{"format":"csv","files":["a","b*"]}`
		}
		return `{"format":"csv","files":["a","b*"],"options":{` + options + `}}`
	}
	for i, f := range reflect.VisibleFields(reflect.TypeFor[ReadOptions]()) {
		require.NotEmpty(t, readValues[f.Name], "%s has no value here", f.Name)
		for want, value := range readValues[f.Name] {
			var o ReadOptions
			reflect.ValueOf(&o).Elem().Field(i).Set(reflect.ValueOf(value))
			data, back := stored(o.Open("a", "b*"))
			require.Equal(t, with(want), data)
			again, err := back.Source()
			require.NoError(t, err)
			o.Report = nil
			require.Equal(t, o, again.(*source).options)
			require.Equal(t, []string{"a", "b*"}, again.(*source).paths)
		}
	}
	for i, f := range reflect.VisibleFields(reflect.TypeFor[WriteOptions]()) {
		require.NotEmpty(t, writeValues[f.Name], "%s has no value here", f.Name)
		for want, value := range writeValues[f.Name] {
			var o WriteOptions
			reflect.ValueOf(&o).Elem().Field(i).Set(reflect.ValueOf(value))
			data, back := stored(o.Create("out.csv"))
			require.Equal(t, `{"format":"csv","files":["out.csv"],"options":{`+want+`}}`, data)
			again, err := back.Sink()
			require.NoError(t, err)
			require.Equal(t, o.Create("out.csv"), again)
		}
	}
	data, _ := stored(Open("a", "b*"))
	require.Equal(t, with(""), data)
	data, _ = stored(Create("x"))
	require.Equal(t, `{"format":"csv","files":["x"]}`, data)
}

func TestWhatIsNoFileIsNotStored(t *testing.T) {
	for want, of := range map[string]any{
		"standard input: a reader has no name":                   ReadOptions{}.From("standard input", strings.NewReader("")),
		"Delimiter 'é' is no single ASCII character":             ReadOptions{Delimiter: 0xe9}.Open("a"),
		"ReadOptions.OnError has RowsMax 3":                      ReadOptions{OnError: chunker.Policy{RowsMax: 3}}.Open("a"),
		"ReadOptions.Header -1: use the constants":               ReadOptions{Header: -1}.Open("a"),
		`ReadOptions.Types of column "a": the type list`:         ReadOptions{Types: map[string]arrow.DataType{"a": arrow.ListOf(arrow.PrimitiveTypes.Int8)}}.Open("a"),
		"ReadOptions.OnError: to: *chunker.FrameSink: it cannot": ReadOptions{OnError: chunker.Reject(new(chunker.FrameSink), 0)}.Open("a"),
		"csvio.streamSink: it cannot be stored":                  WriteOptions{}.To(new(strings.Builder)),
		"Delimiter 'ÿ'":                                          WriteOptions{Delimiter: 0xff}.Create("a"),
	} {
		_, err := chunker.FilesOf(of)
		require.ErrorContains(t, err, want)
	}
}

// TestWrongOptionsAreTold by where they stand.
func TestWrongOptionsAreTold(t *testing.T) {
	for options, want := range map[string]string{
		`{"delimeter": ";"}`:                            `options: no field "delimeter" is known here; did you mean "delimiter"?`,
		`{"delimiter": ";;"}`:                           `options: delimiter ";;": write a single ASCII character`,
		`{"quote": "é"}`:                                `options: quote "é": write a single ASCII character`,
		`{"header": "yes"}`:                             `options: header: there is no "yes"; there are present, absent`,
		`{"onError": "null"}`:                           "options.onError: this is a text, where an object should be",
		`{"onError": {"policy": "nul"}}`:                `options.onError: no policy "nul"; did you mean "null"?`,
		`{"onError": {"policy": "stop", "rowsMax": 2}}`: "options.onError: rowsMax 2 and ratioMax 0 of a policy that stops",
		`{"dates": "dmy"}`:                              `options: dates: there is no "dmy"`,
		`{"encoding": "klingon"}`:                       "options: encoding: ",
		`{"types": {"a b": "in64"}}`:                    `options: types of "a b": no type "in64"; did you mean "int64"?`,
		`{"types": {"a b": 64}}`:                        `options.types["a b"]: this is a number, where a text should be`,
		`{"null": "NA"}`:                                "options.null: this is a text, where a list should be",
		`{"onError": {"policy": "reject", "to": {"format": "csv", "files": []}}}`:    "options.onError: one file is written, and 0 are named",
		`{"onError": {"policy": "reject", "to": {"format": "xls", "files": ["a"]}}}`: `options.onError: no format "xls" is known`,
		`{"rowMax": 1e30}`: "options.rowMax: 1e30 is no whole number",
	} {
		_, err := sourceOf(t, "csv", options)
		require.ErrorContains(t, err, want, options)
	}
	_, err := sourceOf(t, "parquet", `{}`)
	require.EqualError(t, err, `no format "parquet" is known: import _ "github.com/volley-go/volley/io/parquetio"`)
	got, err := sourceOf(t, "tsv", `{"null": ["-"]}`)
	require.NoError(t, err)
	require.Equal(t, ReadOptions{Delimiter: '\t', Null: []string{"-"}}, got.(*source).options)
}

// sourceOf reads a source with options from its data.
func sourceOf(t *testing.T, format, options string) (chunker.Source, error) {
	t.Helper()
	require.True(t, json.Valid([]byte(options)))
	v, err := strictjson.Parse("", []byte(`{"format": "`+format+`", "files": ["a"], "options": `+options+`}`))
	require.NoError(t, err)
	var files chunker.Files
	require.NoError(t, v.Decode(&files))
	return files.Source()
}
