package parquetio

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"

	"github.com/volley-go/volley/internal/count"
	"github.com/volley-go/volley/io/parquetio/internal/inspect"
	"github.com/volley-go/volley/io/parquetio/internal/spec"
)

// String is the report a user reads: see [Info].
func (i *Info) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s, %s, %s in %s\n", i.Path, count.Of(i.Rows, "row"), count.Of(len(i.Schema.Fields()), "column"), count.Bytes(i.Bytes), count.Of(len(i.RowGroups), "row group"))
	fmt.Fprintf(&b, "written by %s, format version %d, footer %s\n", cmp.Or(i.CreatedBy, "an unnamed writer"), i.Version, count.Bytes(i.FooterBytes))
	b.WriteString("\nschema\n" + i.schemaText())
	chunks := make([]ChunkInfo, len(i.Columns))
	for k := range chunks {
		chunks[k] = i.Total(k)
	}
	b.WriteString("\ncolumns, over all row groups\n" + chunksText(chunks))
	if len(i.RowGroups) > 0 {
		b.WriteString("\nrow groups\n" + i.groupsText())
	}
	if len(i.Metadata) > 0 {
		b.WriteString("\nmetadata\n")
	}
	for _, kv := range i.Metadata {
		fmt.Fprintf(&b, "  %s: %s\n", kv.Key, kv.text())
	}
	return b.String()
}

// text is the value, or its length if it is no text to read.
func (kv KeyValue) text() string {
	if kv.Key == spec.SchemaKey {
		return fmt.Sprintf("the Arrow schema, %s", count.Bytes(int64(len(kv.Value))))
	}
	return inspect.Quote(kv.Value, 200)
}

func (i *Info) schemaText() string {
	var rows [][]string
	column := 0
	for _, e := range i.Elements {
		read := ""
		if e.Depth == 0 {
			read = i.Schema.Field(column).Type.String()
			column++
		}
		stored := strings.TrimSpace(e.Repetition + " " + cmp.Or(e.Physical, "group") + " " + e.Logical)
		rows = append(rows, []string{strings.Repeat("  ", e.Depth) + e.Name, stored, read})
	}
	return inspect.Table(rows, false)
}

func (i *Info) groupsText() string {
	rows := [][]string{{"group", "rows", "at byte", "stored", "unpacked"}}
	for _, g := range i.RowGroups {
		rows = append(rows, []string{
			strconv.Itoa(g.Index), strconv.FormatInt(g.Rows, 10), strconv.FormatInt(g.Offset, 10), count.Bytes(g.CompressedBytes), count.Bytes(g.UncompressedBytes),
		})
	}
	return inspect.Table(rows, true)
}

// String shows the row group's column chunks.
func (g RowGroupInfo) String() string {
	return fmt.Sprintf("row group %d: %s at byte %d, %s, unpacked %s\n", g.Index, count.Of(g.Rows, "row"), g.Offset, count.Bytes(g.CompressedBytes), count.Bytes(g.UncompressedBytes)) +
		chunksText(g.Chunks)
}

func chunksText(chunks []ChunkInfo) string {
	rows := [][]string{{"column", "encoding", "codec", "pages", "stored", "unpacked", "values", "nulls", "least", "most", "has"}}
	for k := range chunks {
		c := &chunks[k]
		nulls := "?"
		if c.Nulls >= 0 {
			nulls = strconv.FormatInt(c.Nulls, 10)
		}
		rows = append(rows, []string{
			c.Column, strings.Join(c.Encodings, ","), c.Codec, c.pages(), count.Bytes(c.CompressedBytes), count.Bytes(c.UncompressedBytes),
			strconv.FormatInt(c.Values, 10), nulls, c.Min, c.Max, c.features(),
		})
	}
	return inspect.Table(rows, false)
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
