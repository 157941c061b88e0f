package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"

	"github.com/volley-go/volley/frame"
	"github.com/volley-go/volley/internal/terminal"
	"github.com/volley-go/volley/ooc"
)

// writeRows writes a frame's rows as JSON objects, one a line, keys in the order of the columns.
func writeRows(w io.Writer, f *frame.Frame) error {
	b := bufio.NewWriter(w)
	for _, rec := range f.Records() {
		for row := range int(rec.NumRows()) {
			for i, field := range f.Schema().Fields() {
				key, err := marshal(field.Name)
				if err != nil {
					return err
				}
				value, err := marshal(jsonValue(rec.Column(i), row))
				if err != nil {
					return err
				}
				b.WriteByte("{,"[min(i, 1)])
				b.Write(key)
				b.WriteByte(':')
				b.Write(value)
			}
			if _, err := b.WriteString("}\n"); err != nil { // nobody reads any more: the other rows are not made
				return err
			}
		}
	}
	return b.Flush()
}

// jsonValue is a value as JSON can hold it: floats that are no numbers, decimals and times are
// text, times as RFC 3339 has them.
func jsonValue(arr arrow.Array, row int) any {
	if arr.IsNull(row) {
		return nil
	}
	switch a := arr.(type) {
	case *array.Dictionary:
		return jsonValue(a.Dictionary(), a.GetValueIndex(row))
	case *array.Float32:
		return jsonFloat(float64(a.Value(row)), a.Value(row))
	case *array.Float64:
		return jsonFloat(a.Value(row), a.Value(row))
	case *array.Decimal128:
		return a.Value(row).ToString(a.DataType().(*arrow.Decimal128Type).Scale)
	case *array.Decimal256:
		return a.Value(row).ToString(a.DataType().(*arrow.Decimal256Type).Scale)
	case *array.Timestamp:
		t := a.DataType().(*arrow.TimestampType)
		at := a.Value(row).ToTime(t.Unit)
		zone, err := t.GetZone()
		if t.TimeZone == "" || err != nil {
			return at.Format("2006-01-02T15:04:05.999999999")
		}
		return at.In(zone).Format(time.RFC3339Nano)
	}
	return arr.GetOneForMarshal(row)
}

// jsonFloat is v, or its text where it is no number.
func jsonFloat(v float64, number any) any {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return strconv.FormatFloat(v, 'g', -1, 64)
	}
	return number
}

// jobReport is an ooc.Report as --json shows it.
type jobReport struct {
	Output      string   `json:"output"`
	Error       string   `json:"error,omitempty"`
	RowsIn      int64    `json:"rows_in"`
	RowsOut     int64    `json:"rows_out"`
	RowsFailed  int64    `json:"rows_failed"`  // a step failed on them
	RowsRefused int64    `json:"rows_refused"` // they could not be read
	LeftOut     int64    `json:"rows_left_out"`
	Rejected    int64    `json:"rows_rejected"`
	NullResults int64    `json:"rows_null_results"`
	RowsNulled  int64    `json:"rows_nulled"`
	Cut         int64    `json:"rows_cut"`
	Mended      int64    `json:"rows_mended"`
	FirstErrors []string `json:"first_errors,omitempty"`
	Rejects     string   `json:"rejects,omitempty"`
	BytesIn     int64    `json:"bytes_in"`
	Chunks      int64    `json:"chunks"`
	Seconds     float64  `json:"seconds"`
	CPUSeconds  float64  `json:"cpu_seconds"`
	MemoryMax   int64    `json:"memory_budget"`
	MemoryHeld  int64    `json:"memory_held"` // at most, of the budget: see ooc.Report.PeakUse
	Holders     []holder `json:"memory_holders,omitempty"`
	RSSPeak     int64    `json:"rss_peak"`
}

// holder is who held how many bytes when most was held.
type holder struct {
	Who   string `json:"who"`
	Bytes int64  `json:"bytes"`
}

func writeReport(w io.Writer, r *ooc.Report, err error, out, rejects string) error {
	j := jobReport{
		Output: out, Rejects: rejects, RowsIn: r.RowsIn, RowsOut: r.RowsOut, RowsFailed: int64(r.Steps.Failed), RowsRefused: r.Refused,
		LeftOut: r.LeftOut, Rejected: r.Rejected, NullResults: r.NullResults, RowsNulled: r.Nulled, Cut: r.Cut, Mended: r.Mended,
		BytesIn: r.Bytes, Chunks: r.Chunks, Seconds: r.Elapsed.Seconds(), CPUSeconds: r.CPU.Seconds(),
		MemoryMax: r.Memory, MemoryHeld: r.PeakUse, RSSPeak: r.PeakRSS,
	}
	for _, h := range r.Holders {
		j.Holders = append(j.Holders, holder(h))
	}
	for _, e := range r.Steps.Errors {
		j.FirstErrors = append(j.FirstErrors, message(e))
	}
	for _, e := range slices.Concat(r.FirstRefused, r.FirstNulled, r.FirstCut, r.FirstMended) {
		j.FirstErrors = append(j.FirstErrors, message(e))
	}
	if err != nil {
		j.Error = message(err)
	}
	return writeJSON(w, j)
}

// writeJSON writes a value and a line end.
func writeJSON(w io.Writer, value any) error {
	b, err := marshal(value)
	if err == nil {
		_, err = w.Write(append(b, '\n'))
	}
	return err
}

// marshal is a value as JSON, in which characters that a terminal would obey are written as JSON's
// escapes.
func marshal(value any) ([]byte, error) {
	b, err := json.Marshal(value)
	if err != nil || !bytes.ContainsFunc(b, terminal.Obeyed) {
		return b, err
	}
	var out []byte
	for _, r := range string(b) {
		if terminal.Obeyed(r) {
			out = fmt.Appendf(out, `\u%04x`, r)
		} else {
			out = utf8.AppendRune(out, r)
		}
	}
	return out, nil
}
