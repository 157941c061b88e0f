package decompress

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
)

// headBytes are what tells a tar archive: its first block.
const headBytes = 512

// foreign are files that are no text, by their first bytes. Those that a text may begin with, too,
// have a byte that no text has among the first.
var foreign = []struct {
	magic, what, remedy string
	textual             bool
}{
	{"PAR1", "a Parquet file", "read it as Parquet", true},
	{"ARROW1\x00\x00", "an Arrow (Feather) file", "write it as Parquet or CSV first", false},
	{"FEA1", "a Feather file", "write it as Parquet or CSV first", true},
	{"ORC", "an ORC file", "write it as Parquet or CSV first", true},
	{"Obj\x01", "an Avro file", "write it as Parquet or CSV first", false},
	{"SQLite format 3\x00", "an SQLite database", "export the table as CSV", false},
	{"\x89HDF\r\n\x1a\n", "an HDF5 file", "export the table as CSV", false},
	{"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Excel or Word file", "save the sheet as CSV", false},
	{"\x89PNG\r\n\x1a\n", "a PNG image", "name the file of the table", false},
	{"\xff\xd8\xff", "a JPEG image", "name the file of the table", false},
	{"GIF8", "a GIF image", "name the file of the table", true},
	{"7z\xbc\xaf\x27\x1c", "a 7-Zip archive", "unpack it", false},
	{"Rar!\x1a\x07", "a RAR archive", "unpack it", false},
	{"\x1f\x9d", "compressed by compress (.Z)", "unpack it", false},
	{"\x04\x22\x4d\x18", "compressed by lz4", "unpack it", false},
	{"\xff\x06\x00\x00sNaPpY", "compressed by snappy", "unpack it", false},
	{"\x7fELF", "a program", "name the file of the table", false},
	{"\x93NUMPY", "a NumPy array", "export it as CSV", false},
}

// onlyText is an error if a stream begins as something that is no text: it says what, and what to
// do.
func onlyText(b *bufio.Reader, packed string) (*bufio.Reader, error) {
	head, err := b.Peek(headBytes)
	if err != nil && err != io.EOF {
		return b, nil // whoever reads is told
	}
	what, remedy := Foreign(head)
	if what == "" {
		return b, nil
	}
	if packed != "" {
		what += ", compressed by " + packed
	}
	return nil, fmt.Errorf("is %s, and no text: %s", what, remedy)
}

// Foreign says what a file is that is no text, by its first 512 bytes, and what to do with it; ""
// for text.
func Foreign(head []byte) (what, remedy string) {
	for _, f := range foreign {
		if bytes.HasPrefix(head, []byte(f.magic)) && (!f.textual || bytes.ContainsAny(head, "\x00\x01\x02\x03\x04\x05\x06\x07\x08")) {
			return f.what, f.remedy
		}
	}
	if pdf.Match(head) {
		return "a PDF document", "export the table as CSV"
	}
	if isTar(head) {
		return "a tar archive", "unpack it (tar -xf) and name the files in it"
	}
	if bytes.HasPrefix(head, zipMagic) {
		return "a zip archive", "unpack it"
	}
	if packed := Format(head); packed != "" && packed != "bzip2" {
		return "compressed by " + packed, "unpack it once"
	}
	return "", ""
}

// pdf is its first line, which may stand behind others that are blank.
var pdf = regexp.MustCompile(`^\s*%PDF-\d\.\d[ \t]*[\r\n]`)

// isTar tells a tar archive of any kind by the checksum of its first header.
func isTar(head []byte) bool {
	const at, end = 148, 156 // of the checksum, for which blanks count
	if len(head) < headBytes {
		return false
	}
	want, err := strconv.ParseInt(strings.Trim(string(head[at:end]), " \x00"), 8, 64)
	if err != nil {
		return false
	}
	sum := int64(0)
	for i, c := range head[:headBytes] {
		if i >= at && i < end {
			c = ' '
		}
		sum += int64(c)
	}
	return sum == want
}
