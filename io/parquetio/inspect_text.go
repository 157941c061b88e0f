package parquetio

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"math"
	"math/big"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/float16"

	"github.com/parquet-go/parquet-go/deprecated"
	"github.com/parquet-go/parquet-go/format"

	"github.com/volley-go/volley/internal/count"
	"github.com/volley-go/volley/io/parquetio/internal/spec"
)

// String is the report a user reads: see [Info].
func (i *Info) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s, %s, %s in %s\n", i.Path, count.Of(i.Rows, "row"), count.Of(len(i.Schema.Fields()), "column"), count.Bytes(i.Bytes), count.Of(len(i.RowGroups), "row group"))
	fmt.Fprintf(&b, "written by %s, format version %d, footer %s\n", cmp.Or(i.CreatedBy, "an unnamed writer"), i.Version, count.Bytes(i.FooterBytes))
	i.writeSchema(&b)
	fmt.Fprintf(&b, "\ncolumns, over all row groups\n")
	chunks := make([]ChunkInfo, len(i.Columns))
	for k := range chunks {
		chunks[k] = i.Total(k)
	}
	writeChunks(&b, chunks)
	i.writeGroups(&b)
	if len(i.Metadata) > 0 {
		fmt.Fprintf(&b, "\nmetadata\n")
	}
	for _, kv := range i.Metadata {
		fmt.Fprintf(&b, "  %s: %s\n", kv.Key, kv.text())
	}
	return b.String()
}

// text is the value, or its length where it is no text to read.
func (kv KeyValue) text() string {
	if kv.Key == spec.SchemaKey {
		return fmt.Sprintf("the Arrow schema, %s", count.Bytes(int64(len(kv.Value))))
	}
	return textBound(kv.Value, 200)
}

func (i *Info) writeSchema(b *strings.Builder) {
	fmt.Fprintf(b, "\nschema\n")
	w := tabwriter.NewWriter(b, 0, 0, 2, ' ', 0)
	column := 0
	for _, e := range i.Elements {
		read := ""
		if e.Depth == 0 {
			read = i.Schema.Field(column).Type.String()
			column++
		}
		stored := strings.TrimSpace(e.Repetition + " " + cmp.Or(e.Physical, "group") + " " + e.Logical)
		fmt.Fprintf(w, "  %s%s\t%s\t%s\n", strings.Repeat("  ", e.Depth), e.Name, stored, read)
	}
	w.Flush()
	trimLines(b)
}

func (i *Info) writeGroups(b *strings.Builder) {
	if len(i.RowGroups) == 0 {
		return
	}
	fmt.Fprintf(b, "\nrow groups\n")
	w := tabwriter.NewWriter(b, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintf(w, "\tgroup\trows\tat byte\tstored\tunpacked\t\n")
	for _, g := range i.RowGroups {
		fmt.Fprintf(w, "\t%d\t%d\t%d\t%s\t%s\t\n", g.Index, g.Rows, g.Offset, count.Bytes(g.CompressedBytes), count.Bytes(g.UncompressedBytes))
	}
	w.Flush()
	trimLines(b)
}

// String shows the row group's column chunks.
func (g RowGroupInfo) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "row group %d: %s at byte %d, %s, unpacked %s\n", g.Index, count.Of(g.Rows, "row"), g.Offset, count.Bytes(g.CompressedBytes), count.Bytes(g.UncompressedBytes))
	writeChunks(&b, g.Chunks)
	return b.String()
}

func writeChunks(b *strings.Builder, chunks []ChunkInfo) {
	w := tabwriter.NewWriter(b, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "  column\tencoding\tcodec\tpages\tstored\tunpacked\tvalues\tnulls\tleast\tmost\thas\n")
	for k := range chunks {
		c := &chunks[k]
		nulls := "?"
		if c.Nulls >= 0 {
			nulls = strconv.FormatInt(c.Nulls, 10)
		}
		fmt.Fprintf(w, "  %s\t%s\t%s\t%s\t%s\t%s\t%d\t%s\t%s\t%s\t%s\n", c.Column, strings.Join(c.Encodings, ","), c.Codec, c.pages(),
			count.Bytes(c.CompressedBytes), count.Bytes(c.UncompressedBytes), c.Values, nulls, c.Min, c.Max, c.features())
	}
	w.Flush()
	trimLines(b)
}

func (c *ChunkInfo) pages() string {
	if c.DictionaryPages == 0 {
		return strconv.Itoa(c.DataPages)
	}
	return fmt.Sprintf("%d + %s of %d", c.DataPages, count.Of(c.DictionaryPages, "dictionary"), c.DictionaryValues)
}

func (c *ChunkInfo) features() string {
	var out []string
	for _, f := range []struct {
		has  bool
		name string
	}{{c.Checksums, "checksums"}, {c.ColumnIndex && c.OffsetIndex, "page index"}, {c.OffsetIndex && !c.ColumnIndex, "page places"}, {c.BloomFilter, "bloom filter"}} {
		if f.has {
			out = append(out, f.name)
		}
	}
	return strings.Join(out, ", ")
}

// trimLines takes the blanks off the lines' ends that aligning has put there.
func trimLines(b *strings.Builder) {
	lines := strings.Split(b.String(), "\n")
	b.Reset()
	for i, l := range lines {
		if i > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(strings.TrimRight(l, " "))
	}
}

func physicalText(t format.Type, width int) string {
	if t == format.FixedLenByteArray {
		return fmt.Sprintf("%v(%d)", t, width)
	}
	return t.String()
}

func repetitionText(r format.FieldRepetitionType) string { return strings.ToLower(r.String()) }

// logicalText is the logical type, or the older one where there is only that.
func logicalText(e *format.SchemaElement) string {
	if e.LogicalType.Value != nil {
		return e.LogicalType.Value.String()
	}
	if k := logical(e); k != nil {
		return k.String()
	}
	if e.ConvertedType.Valid {
		switch e.ConvertedType.V {
		case deprecated.Map, deprecated.MapKeyValue:
			return "MAP"
		case deprecated.List:
			return "LIST"
		case deprecated.Interval:
			return "INTERVAL"
		}
	}
	return ""
}

// boundText is a value of the statistics as text; "" where there is none, or of the wrong length.
func boundText(l *leaf, b []byte) string {
	if b == nil || l.physical != format.ByteArray && len(b) != boundBytes(l) {
		return ""
	}
	switch t := l.typ.(type) {
	case *arrow.BooleanType:
		return strconv.FormatBool(b[0] != 0)
	case *arrow.Float16Type:
		return floatText(float64(float16.FromBits(binary.LittleEndian.Uint16(b)).Float32()), 32)
	case *arrow.Float32Type:
		return floatText(float64(math.Float32frombits(binary.LittleEndian.Uint32(b))), 32)
	case *arrow.Float64Type:
		return floatText(math.Float64frombits(binary.LittleEndian.Uint64(b)), 64)
	case *arrow.StringType:
		return textBound(string(b), 32)
	case *arrow.Decimal128Type:
		return decimalText(l, b, t.Scale)
	case *arrow.Decimal256Type:
		return decimalText(l, b, t.Scale)
	}
	if l.physical == format.Int32 || l.physical == format.Int64 {
		return integerText(l.typ, boundInt(b))
	}
	if len(b) > 16 {
		return hex.EncodeToString(b[:16]) + "…"
	}
	return hex.EncodeToString(b)
}

// boundBytes is how many bytes a bound of a type of fixed width has.
func boundBytes(l *leaf) int { return max(l.width, 1) }

// boundInt is a little-endian integer of 4 or 8 bytes.
func boundInt(b []byte) int64 {
	if len(b) == 4 {
		return int64(int32(binary.LittleEndian.Uint32(b)))
	}
	return int64(binary.LittleEndian.Uint64(b))
}

func floatText(v float64, bits int) string { return strconv.FormatFloat(v, 'g', -1, bits) }

func textBound(s string, most int) string {
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

func decimalText(l *leaf, b []byte, scale int32) string {
	v := bigInt(b)
	if l.physical == format.Int32 || l.physical == format.Int64 {
		v = big.NewInt(boundInt(b))
	}
	unit := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(scale)), nil)
	return new(big.Rat).SetFrac(v, unit).FloatString(int(scale))
}

// compareBounds orders values of the statistics as the column's type does.
func compareBounds(l *leaf, a, b []byte) int {
	if l.physical != format.ByteArray && (len(a) != boundBytes(l) || len(b) != boundBytes(l)) {
		return 0
	}
	switch l.typ.ID() {
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
	case l.physical == format.Int32 || l.physical == format.Int64:
		return cmp.Compare(boundInt(a), boundInt(b))
	case l.typ.ID() == arrow.DECIMAL128 || l.typ.ID() == arrow.DECIMAL256:
		return bigInt(a).Cmp(bigInt(b))
	}
	return bytes.Compare(a, b)
}
