package decompress

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/klauspost/compress/zip"

	"github.com/volley-go/volley/internal/count"
)

var (
	zipMagic = []byte("PK\x03\x04")
	zipEmpty = []byte("PK\x05\x06") // the directory of an archive without files
)

// IsZip tells a zip archive by its first bytes.
func IsZip(r io.ReaderAt) bool {
	head := make([]byte, len(zipMagic))
	n, _ := r.ReadAt(head, 0)
	return n == len(head) && bytes.Equal(head, zipMagic)
}

// Zip returns a reader of the one file that a zip archive of that size holds. The name it has there
// means nothing, and folders and what macOS adds are no files. It may be compressed once more. The
// checksum is verified at its end.
func Zip(r io.ReaderAt, size int64) (io.ReadCloser, error) {
	z, err := zip.NewReader(r, size)
	if err != nil {
		return nil, prefixed("zip", whole(err))
	}
	var found []*zip.File
	for _, f := range z.File {
		if !strings.HasSuffix(f.Name, "/") && !strings.HasPrefix(f.Name, "__MACOSX/") {
			found = append(found, f)
		}
	}
	for _, f := range z.File {
		if f.Name == "[Content_Types].xml" || f.Name == "mimetype" {
			return nil, errors.New("is a spreadsheet or document of an office program (.xlsx, .ods): save the sheet as CSV")
		}
	}
	if len(found) != 1 {
		return nil, fmt.Errorf("zip: the archive holds %s, which are not one table: unpack it", count.Of(len(found), "file"))
	}
	f, err := found[0].Open()
	if err != nil {
		return nil, prefixed("zip", whole(err))
	}
	text, _, err := New(found[0].Name, &reader{f, "zip", new(input)})
	if err != nil {
		f.Close()
		return nil, prefixed("zip", err)
	}
	return &packed{text, f}, nil
}

// packed is what the file in an archive holds. Close closes both.
type packed struct {
	io.ReadCloser
	file io.Closer
}

func (p *packed) Close() error { return errors.Join(p.ReadCloser.Close(), p.file.Close()) }
