package inspect

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"math"
	"math/big"
	"strconv"
	"time"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/float16"

	"github.com/parquet-go/parquet-go/format"
)

// Column is how the values of a column are stored.
type Column struct {
	Physical format.Type
	Width    int // bytes of a value; 0 for byte arrays
	Type     arrow.DataType
}

// Stored is the physical type as text, of values of a fixed length with that.
func (c Column) Stored() string {
	if c.Physical == format.FixedLenByteArray {
		return fmt.Sprintf("%v(%d)", c.Physical, c.Width)
	}
	return c.Physical.String()
}

// Text shows a value of the statistics, of texts the first 32 characters and of bytes the first 16.
// It is "" if there is none, or if it has not the column's length.
func (c Column) Text(b []byte) string {
	if b == nil || !c.fits(b) {
		return ""
	}
	switch t := c.Type.(type) {
	case *arrow.BooleanType:
		return strconv.FormatBool(b[0] != 0)
	case *arrow.Float16Type:
		return floatText(float64(float16.FromBits(binary.LittleEndian.Uint16(b)).Float32()), 32)
	case *arrow.Float32Type:
		return floatText(float64(math.Float32frombits(binary.LittleEndian.Uint32(b))), 32)
	case *arrow.Float64Type:
		return floatText(math.Float64frombits(binary.LittleEndian.Uint64(b)), 64)
	case *arrow.StringType:
		return Quote(string(b), 32)
	case *arrow.Decimal128Type:
		return c.decimalText(b, t.Scale)
	case *arrow.Decimal256Type:
		return c.decimalText(b, t.Scale)
	}
	if c.integers() {
		return integerText(c.Type, boundInt(b))
	}
	if len(b) > 16 {
		return hex.EncodeToString(b[:16]) + "…"
	}
	return hex.EncodeToString(b)
}

// fits reports whether a bound has the length of the column's values. A boolean takes a byte.
func (c Column) fits(b []byte) bool {
	return c.Physical == format.ByteArray || len(b) == max(c.Width, 1)
}

// integers reports whether values are stored as integers.
func (c Column) integers() bool { return c.Physical == format.Int32 || c.Physical == format.Int64 }

// boundInt is a little-endian integer of 4 or 8 bytes.
func boundInt(b []byte) int64 {
	if len(b) == 4 {
		return int64(int32(binary.LittleEndian.Uint32(b)))
	}
	return int64(binary.LittleEndian.Uint64(b))
}

func floatText(v float64, bits int) string { return strconv.FormatFloat(v, 'g', -1, bits) }

// Quote shows a text, of a long one the first most characters.
func Quote(s string, most int) string {
	if r := []rune(s); len(r) > most {
		s = string(r[:most]) + "…"
	}
	return strconv.Quote(s)
}

// integerText is an integer as what it stands for.
func integerText(t arrow.DataType, v int64) string {
	switch t := t.(type) {
	case *arrow.Date32Type:
		return time.Unix(v*86400, 0).UTC().Format(time.DateOnly)
	case *arrow.Time32Type:
		return arrow.Time32(v).ToTime(t.Unit).Format("15:04:05.999999999")
	case *arrow.Time64Type:
		return arrow.Time64(v).ToTime(t.Unit).Format("15:04:05.999999999")
	case *arrow.TimestampType:
		at := arrow.Timestamp(v).ToTime(t.Unit).Format("2006-01-02T15:04:05.999999999")
		if t.TimeZone != "" {
			at += "Z"
		}
		return at
	case *arrow.Uint8Type, *arrow.Uint16Type, *arrow.Uint32Type:
		return strconv.FormatUint(uint64(uint32(v)), 10)
	case *arrow.Uint64Type:
		return strconv.FormatUint(uint64(v), 10)
	}
	return strconv.FormatInt(v, 10)
}

// bigInt is a big-endian number with a sign.
func bigInt(b []byte) *big.Int {
	v := new(big.Int).SetBytes(b)
	if len(b) > 0 && b[0] >= 0x80 {
		v.Sub(v, new(big.Int).Lsh(big.NewInt(1), uint(8*len(b))))
	}
	return v
}

func (c Column) decimalText(b []byte, scale int32) string {
	v := bigInt(b)
	if c.integers() {
		v = big.NewInt(boundInt(b))
	}
	unit := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(scale)), nil)
	return new(big.Rat).SetFrac(v, unit).FloatString(int(scale))
}

// Compare orders values of the statistics as the column's type does. Values that have not the
// column's length are equal to all.
func (c Column) Compare(a, b []byte) int {
	if !c.fits(a) || !c.fits(b) {
		return 0
	}
	switch c.Type.ID() {
	case arrow.FLOAT16:
		bits := func(b []byte) float32 { return float16.FromBits(binary.LittleEndian.Uint16(b)).Float32() }
		return cmp.Compare(bits(a), bits(b))
	case arrow.FLOAT32:
		bits := func(b []byte) float32 { return math.Float32frombits(binary.LittleEndian.Uint32(b)) }
		return cmp.Compare(bits(a), bits(b))
	case arrow.FLOAT64:
		bits := func(b []byte) float64 { return math.Float64frombits(binary.LittleEndian.Uint64(b)) }
		return cmp.Compare(bits(a), bits(b))
	case arrow.UINT8, arrow.UINT16, arrow.UINT32, arrow.UINT64:
		return cmp.Compare(uint64(boundInt(a)), uint64(boundInt(b)))
	}
	switch {
	case c.integers():
		return cmp.Compare(boundInt(a), boundInt(b))
	case c.Type.ID() == arrow.DECIMAL128 || c.Type.ID() == arrow.DECIMAL256:
		return bigInt(a).Cmp(bigInt(b))
	}
	return bytes.Compare(a, b)
}
