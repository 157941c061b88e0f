package expr

import (
	"fmt"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/stretchr/testify/require"
)

func TestBoundsOfConditions(t *testing.T) {
	schema := arrow.NewSchema([]arrow.Field{
		{Name: "i", Type: arrow.PrimitiveTypes.Int64, Nullable: true}, {Name: "s", Type: arrow.PrimitiveTypes.Int32, Nullable: true},
		{Name: "u", Type: arrow.PrimitiveTypes.Uint64, Nullable: true}, {Name: "f", Type: arrow.PrimitiveTypes.Float64, Nullable: true},
		{Name: "t", Type: arrow.BinaryTypes.String, Nullable: true}, {Name: "b", Type: arrow.FixedWidthTypes.Boolean, Nullable: true},
		{Name: "d", Type: arrow.FixedWidthTypes.Date32, Nullable: true},
		{Name: "ts", Type: &arrow.TimestampType{Unit: arrow.Second}, Nullable: true},
	}, nil)
	for where, want := range map[string]string{
		`i > 3`:                         `[i > 3]`,
		`3 >= i && t == "a" && f < 1`:   `[i <= 3 t == a f < 1]`,
		`between(i, 1, 1 + 1)`:          `[i >= 1 i <= 2]`,
		`i < 2.5`:                       `[i <= 2]`,
		`u > -1 && u < 1e30`:            `[u >= 0 u <= 18446744073709551615]`,
		`s == 3e9 || s < -3e9`:          `[]`,
		`s < 3e9`:                       `[s <= 2147483647]`,
		`f > -1e400`:                    `[f >= -1.7976931348623157e+308]`,
		`i >= -0.5`:                     `[i > -1]`,
		`2.5 <= i`:                      `[i > 2]`,
		`i == 2.5`:                      `[]`,
		`u > 1.8446744073709551615e18`:  `[u > 1844674407370955161]`,
		`d < "1970-01-11 12:00"`:        `[d <= 10]`,
		`d >= "1970-01-11 12:00"`:       `[d > 10]`,
		`ts <= "1970-01-02 00:00:00.5"`: `[ts <= 86400]`,
		`ts == "1970-01-02 00:00:00.5"`: `[]`,
		`between(d, "1970-01-11 01:00", "1970-01-12 01:00")`: `[d > 10 d <= 11]`,
		`cast(s, int64) > 3`:             `[s > 3]`,
		`cast(s, float64) > 3.5`:         `[s > 3.5]`,
		`cast(i, float32) == 16777216`:   `[]`, // 16777217 is one of them
		`cast(f, float32) == 0.1`:        `[]`,
		`cast(b, int8) == 1`:             `[]`,
		`s == 7`:                         `[s == 7]`,
		`u >= 18446744073709551615`:      `[u >= 18446744073709551615]`,
		`b`:                              `[b == true]`,
		`!b && !isnull(t)`:               `[b == false t is not null]`,
		`d < "1970-01-11"`:               `[d < 10]`,
		`ts >= "1970-01-02"`:             `[ts >= 86400]`,
		`i > 3 || f < 1`:                 `[]`,
		`!(i > 3)`:                       `[]`,
		`i + 1 > 3`:                      `[]`,
		`i > s`:                          `[]`,
		`i != 3`:                         `[]`,
		`i / s > 1 && i > 3`:             `[]`, // a row may fail
		`f / i > 1 && i > 3 && true`:     `[i > 3]`,
		`coalesce(i, 5) > 3 && i > 3`:    `[i > 3]`,
		`i > 3 && (t < "b" || f == 1.5)`: `[i > 3]`,
	} {
		p, err := Compile(schema, where)
		require.NoError(t, err, where)
		require.Equal(t, want, fmt.Sprint(p.Filter().Bounds), where)
	}
}
