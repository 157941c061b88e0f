package csvio

import (
	"fmt"
	"reflect"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/io/csvio/internal/sniff"
	"github.com/volley-go/volley/io/csvio/internal/write"
)

// TestWhatOptionsSayIsNotLookedFor: every option that sniffing knows is handed to it, and no other.
func TestWhatOptionsSayIsNotLookedFor(t *testing.T) {
	own := map[string]bool{"Mends": true} // follows OnError
	for i := range reflect.TypeFor[sniff.Options]().NumField() {
		name := reflect.TypeFor[sniff.Options]().Field(i).Name
		if own[name] {
			continue
		}
		require.NotEmpty(t, readValues[name], "%s is no field of ReadOptions", name)
		for _, value := range readValues[name] {
			var o ReadOptions
			reflect.ValueOf(&o).Elem().FieldByName(name).Set(reflect.ValueOf(value))
			got := reflect.ValueOf(*o.sniffing())
			require.Equal(t, fmt.Sprint(number(value)), fmt.Sprint(number(got.FieldByName(name).Interface())), name)
			for k := range got.NumField() {
				if other := got.Type().Field(k).Name; other != name && other != "ColumnsMax" {
					require.True(t, got.Field(k).IsZero(), "%s sets %s", name, other)
				}
			}
		}
	}
	require.Equal(t, columnsMax, new(ReadOptions).sniffing().ColumnsMax)
	require.True(t, (&ReadOptions{OnError: chunker.Null()}).sniffing().Mends)
	require.False(t, (&ReadOptions{OnError: chunker.Skip()}).sniffing().Mends)
}

// number is a constant without its String method, and any other value as it is.
func number(v any) any {
	if r := reflect.ValueOf(v); r.Kind() == reflect.Int {
		return r.Int()
	}
	return v
}

// TestTheWriterIsGivenEveryOption by the same name.
func TestTheWriterIsGivenEveryOption(t *testing.T) {
	for i := range reflect.TypeFor[WriteOptions]().NumField() {
		name := reflect.TypeFor[WriteOptions]().Field(i).Name
		for _, value := range writeValues[name] {
			var o WriteOptions
			reflect.ValueOf(&o).Elem().FieldByName(name).Set(reflect.ValueOf(value))
			require.Equal(t, value, reflect.ValueOf(write.Options(o)).FieldByName(name).Interface(), name)
		}
	}
}
