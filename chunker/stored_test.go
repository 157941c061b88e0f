package chunker_test

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/chunker"
)

// every keeps every nth row: a step of a program of its own.
type every struct {
	Rows int `json:"rows"`
}

func (e every) Bind(context.Context, *arrow.Schema) (chunker.BoundStep, error) {
	return nil, fmt.Errorf("not bound here")
}

func (e every) Stored() (kind string, settings any, err error) { return "example/every", e, nil }

func init() {
	chunker.RegisterStep("example/every", func(e every) (chunker.Step, error) {
		if e.Rows < 1 {
			return nil, fmt.Errorf("rows %d: give a number from 1", e.Rows)
		}
		return e, nil
	})
}

// A step of a program's own is stored by its kind and settings.
func ExampleRegisterStep() {
	data, err := json.Marshal(chunker.Steps{every{Rows: 10}})
	fmt.Println(string(data), err)
	var steps chunker.Steps
	fmt.Println(json.Unmarshal(data, &steps), steps)
	fmt.Println(json.Unmarshal([]byte(`[{"step": "example/every", "rows": 0}]`), &steps))
	// Output:
	// [{"step":"example/every","rows":10}] <nil>
	// <nil> [{10}]
	// steps[0]: rows 0: give a number from 1
}

// Of a format whose package is not imported the error says what to import.
func ExampleFormatNamed() {
	_, err := chunker.FormatNamed("parquet")
	fmt.Println(err)
	// Output:
	// no format "parquet" is known: import _ "github.com/volley-go/volley/io/parquetio"
}

func init() {
	chunker.RegisterFormat(chunker.Format{Name: "example", Endings: []string{".example"}, Magic: []byte("EX")})
}

func TestRegistriesRefuseWhatIsTaken(t *testing.T) {
	read := func(every) (chunker.Step, error) { return every{}, nil }
	require.PanicsWithValue(t, `chunker: RegisterStep: the name "example/every" is taken`, func() { chunker.RegisterStep("example/every", read) })
	require.PanicsWithValue(t, "chunker: RegisterStep: the name is empty", func() { chunker.RegisterStep("", read) })
	require.PanicsWithValue(t, `chunker: RegisterFormat: the name "example" is taken`, func() { chunker.RegisterFormat(chunker.Format{Name: "example"}) })
	require.PanicsWithValue(t, `chunker: RegisterFormat("other"): the ending .example is that of "example"`, func() { chunker.RegisterFormat(chunker.Format{Name: "other", Endings: []string{".example"}}) })
	require.Contains(t, chunker.FormatNames(), "example")
	for path, want := range map[string]string{"a.example": "example ", "A.EXAMPLE.GZ": "example gzip", "x/b.example.zst": "example zstd", "a.other": " ", "a.gz": " gzip", "": " ", ".example": "example "} {
		f, compression, _ := chunker.FormatOfName(path)
		require.Equal(t, want, f.Name+" "+compression, path)
	}
	f, ok := chunker.FormatOfBytes([]byte("EX and more"))
	require.True(t, ok)
	require.Equal(t, "example", f.Name)
	_, ok = chunker.FormatOfBytes([]byte("E"))
	require.False(t, ok)
	_, err := chunker.FormatNamed("exmaple")
	require.EqualError(t, err, `no format "exmaple" is known; did you mean "example"?`)
}

// TestStepsOfOthersAreRefused where they have no form as data.
func TestStepsOfOthersAreRefused(t *testing.T) {
	_, err := json.Marshal(chunker.Steps{every{1}, unstored{}})
	require.ErrorContains(t, err, "steps[1]: chunker_test.unstored: it cannot be stored: its type has no method Stored (see chunker.StoredStep)")
}

type unstored struct{ chunker.Step }

// Policies are read back equal.
func TestPoliciesAreStored(t *testing.T) {
	limited := chunker.Null()
	limited.RowsMax, limited.RatioMax = 3, 0.125
	for want, p := range map[string]chunker.Policy{`{"policy":"stop"}`: chunker.Stop(), `{"policy":"null"}`: chunker.Null(), `{"policy":"skip"}`: chunker.Skip(), `{"policy":"reject","rowsMax":2}`: chunker.Reject(nil, 2), `{"policy":"null","rowsMax":3,"ratioMax":0.125}`: limited} {
		data, err := json.Marshal(p)
		require.NoError(t, err)
		require.Equal(t, want, string(data))
		var back chunker.Policy
		require.NoError(t, json.Unmarshal(data, &back))
		require.Equal(t, p, back)
	}
	for text, want := range map[string]string{
		`{"policy":""}`: `no policy ""`, `{"policy":"skp"}`: `did you mean "skip"?`, `{"policy":"skip","rowsMax":-1}`: "give a number of rows", `{"policy":"stop","rowsMax":1}`: "limits are for", `{"policy":"stop","ratioMax":0.5}`: "limits are for",
		`{"policy":"null","to":{"format":"example","files":["a"]}}`: `the policy "reject", and no other, has a field "to"`,
	} {
		require.ErrorContains(t, json.Unmarshal([]byte(text), new(chunker.Policy)), want, text)
	}
}
