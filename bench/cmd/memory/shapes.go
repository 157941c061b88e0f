package main

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"
	"github.com/apache/arrow/go/v17/parquet"
	"github.com/apache/arrow/go/v17/parquet/compress"
	"github.com/apache/arrow/go/v17/parquet/pqarrow"

	"github.com/volley-go/volley/chunker"
)

// shape is a kind of input and what becomes of it.
type shape struct {
	name string
	in   string // a file or pattern of the folder
	out  string
	make func(dir string) error
}

var shapes = []shape{
	{"plain-csv-parquet", "in.csv", "out.parquet", csvFile("in.csv", plain, 900_000, false)},
	{"plain-csv-csv", "in.csv", "out.csv", csvFile("in.csv", plain, 900_000, false)},
	{"plain-parquet-parquet", "in.parquet", "out.parquet", parquetFile(plain, 2_000_000, parquetOptions{group: 250_000})},
	{"plain-parquet-csv", "in.parquet", "out.csv", parquetFile(plain, 1_200_000, parquetOptions{group: 250_000})},
	{"dict-million-parquet", "in.parquet", "out.parquet", parquetFile(coded(1_000_000), 3_000_000, parquetOptions{dictionary: true})},
	{"dict-million-csv", "in.parquet", "out.csv", parquetFile(coded(1_000_000), 3_000_000, parquetOptions{dictionary: true})},
	{"texts-5MB-csv-parquet", "in.csv", "out.parquet", csvFile("in.csv", texts(5_000_000), 30, false)},
	{"texts-5MB-csv-csv", "in.csv", "out.csv", csvFile("in.csv", texts(5_000_000), 30, false)},
	{"texts-5MB-parquet-parquet", "in.parquet", "out.parquet", parquetFile(texts(5_000_000), 30, parquetOptions{group: 1})},
	{"texts-5MB-parquet-csv", "in.parquet", "out.csv", parquetFile(texts(5_000_000), 30, parquetOptions{group: 1})},
	{"wide-csv-parquet", "in.csv", "out.parquet", csvFile("in.csv", wide(2000), 6_000, false)},
	{"wide-parquet-csv", "in.parquet", "out.csv", parquetFile(wide(2000), 10_000, parquetOptions{group: 2_500})},
	{"wide-parquet-parquet", "in.parquet", "out.parquet", parquetFile(wide(2000), 10_000, parquetOptions{group: 2_500})},
	{"distinct-csv-parquet", "in.csv", "out.parquet", csvFile("in.csv", distinct, 2_500_000, false)},
	{"distinct-parquet-parquet", "in.parquet", "out.parquet", parquetFile(distinct, 4_000_000, parquetOptions{group: 1_000_000})},
	{"quoted-csv-parquet", "in.csv", "out.parquet", csvFile("in.csv", plain, 900_000, true)},
	{"quoted-csv-csv", "in.csv", "out.csv", csvFile("in.csv", plain, 900_000, true)},
	{"pages-40MB-parquet-parquet", "in.parquet", "out.parquet", parquetFile(distinct, 4_000_000, parquetOptions{page: 40 << 20})},
	{"pages-40MB-parquet-csv", "in.parquet", "out.csv", parquetFile(distinct, 4_000_000, parquetOptions{page: 40 << 20})},
	{"one-group-parquet-parquet", "in.parquet", "out.parquet", parquetFile(plain, 4_000_000, parquetOptions{})},
	{"many-files-csv-parquet", "in*.csv", "out.parquet", many(400, func(i int) func(string) error { return csvFile(fmt.Sprintf("in%04d.csv", i), plain, 2_000, false) })},
	{"many-files-csv-csv", "in*.csv", "out.csv", many(400, func(i int) func(string) error { return csvFile(fmt.Sprintf("in%04d.csv", i), plain, 2_000, false) })},
	{"gz-csv-parquet", "in.csv.gz", "out.parquet", packedFile("in.csv.gz", 900_000)},
	{"zst-csv-parquet", "in.csv.zst", "out.parquet", packedFile("in.csv.zst", 900_000)},
	{"plain-csv-gz", "in.csv", "out.csv.gz", csvFile("in.csv", plain, 400_000, false)},
	{"plain-csv-zst", "in.csv", "out.csv.zst", csvFile("in.csv", plain, 900_000, false)},
}

func makeShape(name, dir string) error {
	i := slices.IndexFunc(shapes, func(s shape) bool { return s.name == name })
	if i < 0 {
		return fmt.Errorf("there is no shape %q", name)
	}
	return shapes[i].make(dir)
}

// column makes the values of a column.
type column struct {
	name string
	typ  arrow.DataType
	add  func(array.Builder, *rand.Rand)
}

func number(name string) column {
	return column{name, arrow.PrimitiveTypes.Float64, func(b array.Builder, r *rand.Rand) {
		b.(*array.Float64Builder).Append(float64(r.IntN(10_000_000)) / 1000)
	}}
}

func integer(name string, most int) column {
	return column{name, arrow.PrimitiveTypes.Int64, func(b array.Builder, r *rand.Rand) { b.(*array.Int64Builder).Append(int64(r.IntN(most))) }}
}

func text(name string, make func(*rand.Rand) string) column {
	return column{name, arrow.BinaryTypes.String, func(b array.Builder, r *rand.Rand) { b.(*array.StringBuilder).Append(make(r)) }}
}

// plain is a table as there are many.
func plain() []column {
	return []column{
		integer("id", 1<<40), number("fare"), number("distance"), integer("passengers", 6),
		text("zone", func(r *rand.Rand) string { return "Zone " + strconv.Itoa(r.IntN(265)) }),
		text("vendor", func(r *rand.Rand) string { return []string{"Creative", "VeriFone", "Curb"}[r.IntN(3)] }),
		number("tip"), text("note", func(r *rand.Rand) string { return words(r, 1+r.IntN(6)) }),
	}
}

// coded has texts of so many kinds.
func coded(kinds int) func() []column {
	return func() []column {
		return []column{integer("id", 1<<30), text("key", func(r *rand.Rand) string { return fmt.Sprintf("key-%024d", r.IntN(kinds)) })}
	}
}

// texts are of n bytes each.
func texts(n int) func() []column {
	return func() []column {
		return []column{integer("id", 1<<30), text("text", func(r *rand.Rand) string { return words(r, n/6)[:n-n/10] })}
	}
}

func wide(n int) func() []column {
	return func() (out []column) {
		for i := range n {
			if i%4 == 3 {
				out = append(out, text(fmt.Sprint("c", i), func(r *rand.Rand) string { return "Zone " + strconv.Itoa(r.IntN(265)) }))
				continue
			}
			out = append(out, number(fmt.Sprint("c", i)))
		}
		return out
	}
}

// distinct has texts of which hardly any is there twice.
func distinct() []column {
	return []column{integer("id", 1<<40), text("name", func(r *rand.Rand) string {
		return strconv.FormatUint(r.Uint64(), 36) + "-" + strconv.FormatUint(r.Uint64(), 36)
	})}
}

var vocabulary = strings.Fields("a be see tree house river window mountain of the at for into sparse column batch morsel reader fast slow red green blue")

func words(r *rand.Rand, n int) string {
	var b strings.Builder
	for i := range n {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(vocabulary[r.IntN(len(vocabulary))])
		if i%7 == 3 {
			b.WriteString(strconv.Itoa(r.IntN(1000)))
		}
	}
	return b.String()
}

// rowsAtOnce of the making of files.
const rowsAtOnce = 50_000

// records makes the rows of columns and hands them out in batches.
func records(columns []column, rows, batch int, use func(arrow.Record) error) error {
	var fields []arrow.Field
	for _, c := range columns {
		fields = append(fields, arrow.Field{Name: c.name, Type: c.typ})
	}
	b := array.NewRecordBuilder(memory.DefaultAllocator, arrow.NewSchema(fields, nil))
	r := rand.New(rand.NewPCG(1, 2))
	for done := 0; done < rows; done += batch {
		for range min(batch, rows-done) {
			for i, c := range columns {
				c.add(b.Field(i), r)
			}
		}
		if err := use(b.NewRecord()); err != nil {
			return err
		}
	}
	return nil
}

func batchOf(columns []column) int { return max(1, rowsAtOnce/len(columns)) }

// csvFile writes CSV by hand, so that it does not depend on how this module writes it.
func csvFile(name string, columns func() []column, rows int, quoted bool) func(dir string) error {
	return func(dir string) (err error) {
		f, err := os.Create(filepath.Join(dir, name))
		if err != nil {
			return err
		}
		defer func() {
			if e := f.Close(); err == nil {
				err = e
			}
		}()
		w := bufio.NewWriterSize(f, 1<<20)
		list := columns()
		for i, c := range list {
			field(w, i, c.name, quoted)
		}
		w.WriteByte('\n')
		err = records(list, rows, min(batchOf(list), rows/10+1), func(rec arrow.Record) error {
			for row := range int(rec.NumRows()) {
				for i, c := range rec.Columns() {
					field(w, i, c.ValueStr(row), quoted)
				}
				w.WriteByte('\n')
			}
			return nil
		})
		if err != nil {
			return err
		}
		return w.Flush()
	}
}

func field(w *bufio.Writer, i int, text string, quoted bool) {
	if i > 0 {
		w.WriteByte(',')
	}
	if quoted {
		text = `"` + text + `"`
	}
	w.WriteString(text)
}

// packedFile writes CSV and packs it.
func packedFile(name string, rows int) func(dir string) error {
	return func(dir string) error {
		if err := csvFile("plain.csv", plain, rows, false)(dir); err != nil {
			return err
		}
		_, err := chunker.Copy(context.Background(), sinkOf(filepath.Join(dir, name)), sourceOf(filepath.Join(dir, "plain.csv")))
		return err
	}
}

func many(n int, file func(i int) func(dir string) error) func(dir string) error {
	return func(dir string) error {
		for i := range n {
			if err := file(i)(dir); err != nil {
				return err
			}
		}
		return nil
	}
}

type parquetOptions struct {
	dictionary bool // without a limit
	page       int64
	group      int // rows of a row group; 0 is all
}

// parquetFile writes Parquet by another library, which makes pages and dictionaries that this
// module would not.
func parquetFile(columns func() []column, rows int, o parquetOptions) func(dir string) error {
	return func(dir string) error {
		f, err := os.Create(filepath.Join(dir, "in.parquet"))
		if err != nil {
			return err
		}
		list := columns()
		batch, group := batchOf(list), o.group
		if group == 0 {
			group = rows
		}
		batch = min(batch, group)
		var w *pqarrow.FileWriter
		inGroup := 0
		err = records(list, rows, batch, func(rec arrow.Record) error {
			if w == nil {
				props := []parquet.WriterProperty{parquet.WithCompression(compress.Codecs.Snappy), parquet.WithDictionaryDefault(o.dictionary), parquet.WithMaxRowGroupLength(int64(group))}
				if o.dictionary {
					props = append(props, parquet.WithDictionaryPageSizeLimit(1<<30))
				}
				if o.page > 0 {
					props = append(props, parquet.WithDataPageSize(o.page))
				}
				if w, err = pqarrow.NewFileWriter(rec.Schema(), f, parquet.NewWriterProperties(props...), pqarrow.DefaultWriterProps()); err != nil {
					return err
				}
			}
			if inGroup+int(rec.NumRows()) > group {
				w.NewBufferedRowGroup()
				inGroup = 0
			}
			inGroup += int(rec.NumRows())
			return w.WriteBuffered(rec)
		})
		if err != nil {
			return err
		}
		return w.Close() // and the file
	}
}
