package parquetio

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math"
	"math/big"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/stretchr/testify/require"
)

// TestRowsAreThoseOfTheOracle holds every file of hyparquet's corpus that comes with its rows as
// JSON against them. What JSON shows in another way than Arrow is let pass by same, and by nothing
// else.
func TestRowsAreThoseOfTheOracle(t *testing.T) {
	compared := 0
	for _, path := range corpora(t, "hyparquet") {
		want, err := os.ReadFile(strings.TrimSuffix(path, ".parquet") + ".json")
		if err != nil {
			continue
		}
		t.Run(filepath.Base(path), func(t *testing.T) {
			if strings.Contains(path, "shredded-") {
				t.Skip("variants are handed out as they are stored, and shown put together by the oracle")
			}
			var rows [][]any
			d := json.NewDecoder(bytes.NewReader(want))
			d.UseNumber()
			require.NoError(t, d.Decode(&rows))
			f, err := ReadFile(t.Context(), path)
			require.NoError(t, err)
			require.Equal(t, len(rows), f.NumRows())
			at := 0
			for _, rec := range f.Records() {
				for i := range int(rec.NumRows()) {
					for c, col := range rec.Columns() {
						if c < len(rows[at]) || !col.IsNull(i) {
							require.NoError(t, same(col, i, rows[at][c]), "row %d, column %s (%v)", at, rec.ColumnName(c), col.DataType())
						}
					}
					at++
				}
			}
		})
		compared++
	}
	require.GreaterOrEqual(t, compared, 55)
}

// same compares a value with what JSON says of it.
func same(a arrow.Array, i int, want any) error {
	differs := func() error { return fmt.Errorf("%s, the oracle has %v", a.ValueStr(i), want) }
	if a.IsNull(i) {
		if want != nil {
			return differs()
		}
		return nil
	}
	ok := false
	switch a := a.(type) {
	case *array.Dictionary:
		return same(a.Dictionary(), a.GetValueIndex(i), want)
	case *array.Map:
		return sameMap(a, i, want)
	case *array.List:
		return sameList(a, i, want)
	case *array.Struct:
		return sameStruct(a, i, want)
	case *array.Boolean:
		ok = want == a.Value(i)
	case *array.String:
		ok = want == a.Value(i) || sameJSON(a.Value(i), want)
	case *array.LargeString:
		ok = want == a.Value(i)
	case *array.Binary:
		ok = sameBytes(a.Value(i), want) || isShape(want) // a shape, kept in its own binary form
	case *array.FixedSizeBinary:
		ok = sameBytes(a.Value(i), want)
	case *array.Float64:
		ok = sameFloat(a.Value(i), want, 0)
	case *array.Float32:
		ok = sameFloat(float64(a.Value(i)), want, 0)
	case *array.Float16:
		ok = sameFloat(float64(a.Value(i).Float32()), want, 0)
	case *array.Decimal128:
		ok = sameDecimal(a.Value(i).BigInt(), a.DataType().(*arrow.Decimal128Type).Scale, want)
	case *array.Decimal256:
		ok = sameDecimal(a.Value(i).BigInt(), a.DataType().(*arrow.Decimal256Type).Scale, want)
	case *array.Date32:
		ok = sameTime(a.Value(i).ToTime(), want)
	case *array.Timestamp:
		ok = sameTime(a.Value(i).ToTime(a.DataType().(*arrow.TimestampType).Unit), want)
	default:
		n, isNumber := want.(json.Number)
		ok = isNumber && (n.String() == a.ValueStr(i) || sameInt(a, i, n))
	}
	if !ok {
		return differs()
	}
	return nil
}

// sameInt allows for JavaScript's integers, which are floats, and its times of day, which are
// counts.
func sameInt(a arrow.Array, i int, want json.Number) bool {
	v, isInt := new(big.Int).SetString(a.ValueStr(i), 10)
	if t, isTime := a.(*array.Time64); isTime && !isInt {
		v, isInt = big.NewInt(int64(t.Value(i))), true
	}
	if !isInt {
		return false
	}
	f, _ := new(big.Float).SetInt(v).Float64()
	return sameFloat(f, want, 0)
}

func sameFloat(v float64, want any, near float64) bool {
	if want == nil {
		return math.IsNaN(v) || math.IsInf(v, 0)
	}
	n, ok := want.(json.Number)
	if !ok {
		return false
	}
	f, err := n.Float64()
	return err == nil && (f == v || math.Abs(f-v) <= near*math.Abs(v))
}

func sameDecimal(v *big.Int, scale int32, want any) bool {
	f := new(big.Rat).SetFrac(v, new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(scale)), nil))
	got, _ := f.Float64()
	return sameFloat(got, want, 1e-14)
}

func sameTime(v time.Time, want any) bool {
	s, ok := want.(string)
	if !ok {
		return false
	}
	if strings.HasPrefix(s, "+0") { // a year of five digits
		return "+0"+v.UTC().Format("2006-01-02T15:04:05.000Z") == s
	}
	at, err := time.Parse(time.RFC3339Nano, s)
	if err != nil {
		at, err = time.Parse(time.DateOnly, s)
	}
	return err == nil && v.UTC().Truncate(time.Millisecond).Equal(at)
}

// sameBytes knows bytes as text, as numbers and as a UUID.
func sameBytes(v []byte, want any) bool {
	switch want := want.(type) {
	case string:
		return want == string(v) || strings.ToValidUTF8(string(v), "�") == want || strings.ReplaceAll(want, "-", "") == hex.EncodeToString(v) || sameJSON(string(v), want)
	case []any:
		return fmt.Sprint(want) == fmt.Sprint(v)
	}
	return sameJSON(string(v), want)
}

// sameJSON compares a text that is JSON with what it stands for.
func sameJSON(text string, want any) bool {
	var v any
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	return d.Decode(&v) == nil && reflect.DeepEqual(v, want)
}

func isShape(v any) bool {
	m, _ := v.(map[string]any)
	_, coordinates := m["coordinates"]
	_, geometries := m["geometries"]
	return coordinates || geometries
}

func sameList(a *array.List, i int, want any) error {
	list, ok := want.([]any)
	lo, hi := a.ValueOffsets(i)
	if want == nil && lo == hi {
		return nil // the oracle knows no empty list where a repeated column is no list by name
	}
	if m, isMap := want.(map[string]any); isMap {
		return samePairs(a, lo, hi, m)
	}
	if !ok || len(list) != int(hi-lo) {
		return fmt.Errorf("%s, the oracle has %v", a.ValueStr(i), want)
	}
	for k := range list {
		if err := same(a.ListValues(), int(lo)+k, list[k]); err != nil {
			return err
		}
	}
	return nil
}

// samePairs compares a list of keys and values with a map: of a map whose keys may be null, Arrow
// has no other form.
func samePairs(a *array.List, lo, hi int64, want map[string]any) error {
	pairs, ok := a.ListValues().(*array.Struct)
	if !ok || int(hi-lo) != len(want) {
		return fmt.Errorf("%v, the oracle has %v", a.ListValues(), want)
	}
	for k := int(lo); k < int(hi); k++ {
		if err := same(pairs.Field(1), k, want[pairs.Field(0).ValueStr(k)]); err != nil {
			return err
		}
	}
	return nil
}

func sameMap(a *array.Map, i int, want any) error {
	m, ok := want.(map[string]any)
	lo, hi := a.ValueOffsets(i)
	for k := int(lo); ok && k < int(hi); k++ {
		if err := same(a.Items(), k, m[a.Keys().ValueStr(k)]); err != nil {
			return err
		}
	}
	if !ok {
		return fmt.Errorf("%s, the oracle has %v", a.ValueStr(i), want)
	}
	return nil
}

func sameStruct(a *array.Struct, i int, want any) error {
	m, ok := want.(map[string]any)
	t := a.DataType().(*arrow.StructType)
	for k := 0; ok && k < a.NumField(); k++ {
		if err := same(a.Field(k), i, m[t.Field(k).Name]); err != nil {
			return fmt.Errorf("%s: %w", t.Field(k).Name, err)
		}
	}
	if !ok {
		return fmt.Errorf("%s, the oracle has %v", a.ValueStr(i), want)
	}
	return nil
}
