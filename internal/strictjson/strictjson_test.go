package strictjson

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

type inner1 struct {
	Words []string `json:"words,omitempty"`
}

type sample struct {
	Name  string            `json:"name,omitempty"`
	Rows  int               `json:"rows,omitempty"`
	Small int8              `json:"small,omitempty"`
	Share float64           `json:"share,omitempty"`
	On    bool              `json:"on,omitempty"`
	Types map[string]string `json:"types,omitempty"`
	Inner *inner1           `json:"inner,omitempty"`
	List  []inner1          `json:"list,omitempty"`
}

func TestWhatIsWrittenIsReadBack(t *testing.T) {
	for _, want := range []sample{
		{},
		{Name: "a > b && c < \"d\" \u2028 é \x01", Rows: -1 << 63, Small: -128, Share: 0.1, On: true},
		{Types: map[string]string{"": "x", "a b": "y", "\ufffd": "z"}, Inner: &inner1{Words: []string{"", "\ufffd"}}, List: []inner1{{}, {Words: []string{"a"}}}},
	} {
		data, err := Marshal(want)
		require.NoError(t, err)
		v, err := Parse("", data)
		require.NoError(t, err)
		var got sample
		require.NoError(t, v.Decode(&got))
		require.Equal(t, want, got)
		again, err := Marshal(got)
		require.NoError(t, err)
		require.Equal(t, string(data), string(again))
	}
	data, err := Marshal(sample{Name: "a > b && c"})
	require.NoError(t, err)
	require.Equal(t, `{"name":"a > b && c"}`, string(data), "as people write it")
}

// TestFaultsHaveTheirPlace: whatever a stranger sends is told by where it stands, and nothing of it
// is mended.
func TestFaultsHaveTheirPlace(t *testing.T) {
	for data, want := range map[string]string{
		``:                              "line 1, column 1: this is no JSON",
		"{\n  \"name\": \"a\",\n}":      "line 3, column 1: this is no JSON",
		`{"name": "a"} {}`:              "line 1, column 15: this is no JSON",
		`{"name": 'a'}`:                 "line 1, column 10: this is no JSON",
		`{"rows": 01}`:                  "line 1, column 11: this is no JSON",
		"{\"name\": \"\xff\"}":          "not UTF-8",
		`[]`:                            "this is a list, where an object should be",
		`null`:                          "this is null, where an object should be",
		`{"nam": "a"}`:                  `no field "nam" is known here; did you mean "name"?`,
		`{"Name": "a"}`:                 `no field "Name" is known here; did you mean "name"?`,
		`{"name": "a", "name": "b"}`:    `the field "name" is there twice`,
		`{"name": 1}`:                   "name: this is a number, where a text should be",
		`{"name": null}`:                "name: this is null, where a text should be: leave the field out",
		`{"name": "\u0000"}`:            "name: the text has a NUL",
		`{"name": "\ud800"}`:            "name: the text has half of a character",
		`{"name": "\udc00\ud800x"}`:     "name: the text has half of a character",
		`{"types": {"\u0000": "a"}}`:    "types: the text has a NUL",
		`{"rows": "1"}`:                 "rows: this is a text, where a number should be",
		`{"rows": 1.5}`:                 "rows: 1.5 is no whole number",
		`{"rows": 1e3}`:                 "rows: 1e3 is no whole number",
		`{"rows": 9223372036854775808}`: "rows: 9223372036854775808 is no whole number of at most 64 bits",
		`{"rows": ` + strings.Repeat("9", 5000) + `}`: "rows: " + strings.Repeat("9", 40) + "… is no whole number",
		`{"small": 128}`:                      "small: 128 is no whole number of at most 8 bits",
		`{"share": 1e400}`:                    "share: the number 1e400 is too large",
		`{"on": 1}`:                           "on: this is a number, where true or false should be",
		`{"types": {"a b": 1}}`:               `types["a b"]: this is a number, where a text should be`,
		`{"list": [{}, {"words": ["a", 2]}]}`: "list[1].words[1]: this is a number, where a text should be",
		`{"inner": {"wordz": []}}`:            `inner: no field "wordz" is known here; did you mean "words"?`,
		`{"list": {}}`:                        "list: this is an object, where a list should be",
		strings.Repeat(`{"inner":`, 100) + "1" + strings.Repeat("}", 100): "values lie more than 64 deep in each other",
		strings.Repeat("[", 100) + strings.Repeat("]", 100):               "values lie more than 64 deep in each other",
		strings.Repeat("[", 1_000_000):                                    "this is no JSON",
	} {
		v, err := Parse("", []byte(data))
		if err == nil {
			err = v.Decode(new(sample))
		}
		require.ErrorContains(t, err, want, "%.80s", data)
		require.Less(t, len(err.Error()), 1000)
	}
}

// TestFieldsThatMustBeThere: what has no omitempty is never left to a default.
func TestFieldsThatMustBeThere(t *testing.T) {
	type must struct {
		Rows int    `json:"rows"`
		Name string `json:"name,omitempty"`
	}
	for data, want := range map[string]string{
		`{}`: `there is no field "rows"`, `{"name": "a"}`: `there is no field "rows"`, `{"row": 1}`: `no field "row" is known here; did you mean "rows"?`,
	} {
		v, err := Parse("steps[0]", []byte(data))
		require.NoError(t, err)
		require.EqualError(t, v.Decode(new(must)), "steps[0]: "+want)
	}
}

func TestAValueIsWrittenAsItWasRead(t *testing.T) {
	const data = `{"b":[1,2.50,"x > y",true,null,{}],"a \"b\"":{"":[]},"c":1e400}`
	v, err := Parse("", []byte(data))
	require.NoError(t, err)
	got, err := Marshal(v)
	require.NoError(t, err)
	require.Equal(t, data, string(got))
}

func TestTextsThatJSONCannotHoldAreNotWritten(t *testing.T) {
	for _, c := range []struct {
		of   sample
		want string
	}{
		{sample{Name: "caf\xe9"}, `name: the text "caf\xe9" is not UTF-8`},
		{sample{Types: map[string]string{"a\xe9": "x"}}, `types: the text "a\xe9" is not UTF-8`},
		{sample{List: []inner1{{Words: []string{"a", "\xff"}}}}, `list[0].words[1]: the text "\xff" is not UTF-8`},
		{sample{Inner: &inner1{Words: []string{"\x00"}}}, "inner.words[0]: the text \"\\x00\" has a NUL"},
	} {
		_, err := Marshal(c.of)
		require.ErrorContains(t, err, c.want)
	}
}
