package parquetio

import (
	"fmt"
	"strings"

	"github.com/parquet-go/parquet-go/format"
)

// doubt is a writer of whose statistics some are known to be wrong, up to a version.
type doubt struct {
	writer  string // beginning of its name
	before  version
	columns func(*leaf) bool
	filters bool // its bloom filters are meant, not its bounds
}

// doubts are held against what a file says of its writer; the first whose name fits counts. Bounds
// in the older fields, which many writers had wrong for texts and unsigned numbers (PARQUET-251,
// PARQUET-686), are read of no such column anyway, and those of decimals (PARQUET-1655,
// arrow-rs#10860, polars#29347) of none. Bounds that are only too wide (arrow#47426, arrow-go#209,
// polars#18867) do no harm. Of what DuckDB writes nothing wrong is known.
var doubts = []doubt{
	{writer: "parquet-rs", before: version{6}, columns: byteArrays},               // arrow-rs#641: the longer text was the greater
	{writer: "Polars (python)", before: version{1, 38}, columns: byteArrays},      // polars#25817: where one text begins with the other
	{writer: "Polars (", before: newest, columns: byteArrays},                     // the same; other faces count versions in their own way
	{writer: "Polars", before: newest, columns: func(*leaf) bool { return true }}, // polars#7842, #16683; told no version until all was right
	{writer: "parquet-go", before: version{18, 5}, filters: true},                 // arrow-go#525: adaptive filters lacked their values
}

func byteArrays(l *leaf) bool { return l.physical == format.ByteArray }

// version is the numbers of one; missing ones are 0.
type version [3]int

// newest is behind all versions.
var newest = version{1 << 30}

func (v version) less(w version) bool {
	for i := range v {
		if v[i] != w[i] {
			return v[i] < w[i]
		}
	}
	return false
}

// writerOf takes apart what a file says of its writer, such as "parquet-mr version 1.12.2 (build
// 77e30c8)". One that tells no version has 0.
func writerOf(createdBy string) (name string, v version) {
	name, rest, _ := strings.Cut(createdBy, " version ")
	_, _ = fmt.Sscanf(rest, "%d.%d.%d", &v[0], &v[1], &v[2]) // as far as it goes
	return name, v
}

// doubted reports whether the bounds of a column's values are not to be believed; where filters
// says so, its bloom filters.
func (f *file) doubted(l *leaf, filters bool) bool {
	name, v := writerOf(f.meta.CreatedBy)
	for _, d := range doubts {
		if strings.HasPrefix(name, d.writer) {
			if !v.less(d.before) || filters != d.filters {
				return false
			}
			return filters || d.columns(l)
		}
	}
	return false
}

// unordered reports whether the file says that a column's bounds follow an order which is not that
// of its type. A file that says nothing follows that.
func (f *file) unordered(l *leaf) bool {
	orders := f.meta.ColumnOrders
	if l.index >= len(orders) {
		return false
	}
	_, known := orders[l.index].Value.(*format.TypeDefinedOrder)
	return !known
}
