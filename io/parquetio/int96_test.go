package parquetio

import (
	"bytes"
	"encoding/binary"
	"math"
	"math/big"
	"testing"
	"time"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"
	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/chunker"
)

func TestInt96(t *testing.T) {
	day := func(text string) time.Time {
		at, err := time.Parse("2006-01-02T15:04:05.999999999", text)
		require.NoError(t, err)
		return at
	}
	for text, inNanos := range map[string]bool{
		"1970-01-01T00:00:00.000000001": true, "1969-12-31T23:59:59.999999999": true, "2024-02-29T12:30:00": true,
		"1677-09-21T00:12:43.145224193": true, "1677-09-21T00:12:43": false, "2262-04-11T23:47:16.854775807": true, "2262-04-11T23:47:17": false,
		"1582-10-15T06:00:00": false, "0001-01-01T00:00:00": false, "9999-12-31T23:59:59.999999999": false,
	} {
		at := day(text)
		days := at.Unix() / 86400
		if at.Unix()%86400 < 0 {
			days--
		}
		body := binary.LittleEndian.AppendUint64(nil, uint64(at.Unix()-days*86400)*1e9+uint64(at.Nanosecond()))
		body = binary.LittleEndian.AppendUint32(body, uint32(days+julianEpoch))
		file := ofPage(t, format.SchemaElement{Type: thrift.New(format.Int96)}, format.Plain, 1, body)
		read := func(o ReadOptions) (arrow.Timestamp, error) {
			f, err := chunker.ReadAll(t.Context(), o.From("times", bytes.NewReader(file), int64(len(file))))
			if err != nil {
				return 0, err
			}
			return f.Records()[0].Column(0).(*array.Timestamp).Value(0), nil
		}
		got, err := read(ReadOptions{Int96Micros: true})
		require.NoError(t, err, text)
		require.EqualValues(t, at.UnixMicro(), got, text)
		got, err = read(ReadOptions{})
		if inNanos {
			require.NoError(t, err, text)
			require.EqualValues(t, at.UnixNano(), got, text)
			continue
		}
		require.ErrorIs(t, err, ErrUnsupported, text)
		require.ErrorContains(t, err, "set ReadOptions.Int96Micros", text)
	}
}

// TestSince1970 holds the arithmetic against that of large numbers, at all limits.
func TestSince1970(t *testing.T) {
	for _, perDay := range []int64{86400e6, 86400e9} {
		limit := math.MaxInt64 / perDay
		for _, days := range []int64{0, 1, -1, limit - 1, limit, limit + 1, -limit, -limit - 1, -limit - 2, math.MaxUint32, -julianEpoch} {
			for _, more := range []int64{0, 1, -1, perDay - 1, perDay, -perDay, math.MaxInt64 % perDay, math.MaxInt64%perDay + 1, math.MinInt64%perDay + perDay, math.MinInt64%perDay + perDay - 1, math.MaxInt64, math.MinInt64} {
				want := new(big.Int).Mul(big.NewInt(days), big.NewInt(perDay))
				want.Add(want, big.NewInt(more))
				got, ok := since1970(days, more, perDay)
				require.Equal(t, want.IsInt64(), ok, "%d days of %d and %d", days, perDay, more)
				if ok {
					require.Equal(t, want.Int64(), got)
				}
			}
		}
	}
}
