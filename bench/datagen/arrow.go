package datagen

import (
	"bufio"
	"io"
	"math/rand/v2"
	"strconv"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/ipc"
	"github.com/apache/arrow/go/v17/arrow/memory"
)

// batchRows is the length of the Arrow files' record batches: long enough that no
// system pays for the count of them.
const batchRows = 1 << 18

// numbersArrow holds float64 columns x, y, t, a, b in [0, 1), with t in [0, 2.5) so
// that x*x + y*y*2 - 0.5 > t is true for about a third of the rows and no branch
// predictor can learn them; twice the main file's rows.
func numbersArrow(w *bufio.Writer, rows int, r *rand.Rand) error {
	names := []string{"x", "y", "t", "a", "b"}
	fields := make([]arrow.Field, len(names))
	for i, name := range names {
		fields[i] = arrow.Field{Name: name, Type: arrow.PrimitiveTypes.Float64}
	}
	return writeArrow(w, fields, 2*rows, func(b *array.RecordBuilder, n int) {
		for i := range names {
			scale := 1.0
			if names[i] == "t" {
				scale = 2.5
			}
			column := b.Field(i).(*array.Float64Builder)
			column.Reserve(n)
			for range n {
				column.UnsafeAppend(r.Float64() * scale)
			}
		}
	})
}

// wordsArrow holds string columns zone (Zone 1 to Zone 20) and text (three words);
// twice the main file's rows.
func wordsArrow(w *bufio.Writer, rows int, r *rand.Rand) error {
	fields := []arrow.Field{
		{Name: "zone", Type: arrow.BinaryTypes.String},
		{Name: "text", Type: arrow.BinaryTypes.String},
	}
	return writeArrow(w, fields, 2*rows, func(b *array.RecordBuilder, n int) {
		zone, text := b.Field(0).(*array.StringBuilder), b.Field(1).(*array.StringBuilder)
		for range n {
			zone.Append("Zone " + strconv.Itoa(1+r.IntN(20)))
			text.Append(words[r.IntN(len(words))] + " " + words[r.IntN(len(words))] + " " + words[r.IntN(len(words))])
		}
	})
}

func writeArrow(w io.Writer, fields []arrow.Field, rows int, fill func(b *array.RecordBuilder, n int)) error {
	schema := arrow.NewSchema(fields, nil)
	out, err := ipc.NewFileWriter(seekless{w, new(int64)}, ipc.WithSchema(schema))
	if err != nil {
		return err
	}
	for done := 0; done < rows; done += batchRows {
		b := array.NewRecordBuilder(memory.DefaultAllocator, schema)
		fill(b, min(batchRows, rows-done))
		record := b.NewRecord()
		if err := out.Write(record); err != nil {
			return err
		}
	}
	return out.Close()
}

// seekless gives the file writer the one use it makes of Seek: where am I.
type seekless struct {
	io.Writer
	at *int64
}

func (s seekless) Write(b []byte) (int, error) {
	n, err := s.Writer.Write(b)
	*s.at += int64(n)
	return n, err
}

func (s seekless) Seek(int64, int) (int64, error) { return *s.at, nil }
