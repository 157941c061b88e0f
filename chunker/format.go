package chunker

import (
	"bytes"
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/volley-go/volley/internal/strictjson"
)

// Format is a format of files, known by its name. The packages of io register theirs in init, so
// that a program that names a format by text imports the package for that alone:
//
//	import _ "github.com/volley-go/volley/io/parquetio"
//
//	f, err := chunker.FormatNamed("parquet")
type Format struct {
	Name    string
	Endings []string // of the files' names, with the dot, in lower case: .parquet
	Magic   []byte   // what every file begins and ends with; none if the format has no such mark
	// Open makes sources, and Create sinks, with options as [StoredFiles] gave them.
	Open   func(options Settings) (Opener, error)
	Create func(options Settings) (Creator, error)
}

// Opener makes sources of files: the options of a format for reading.
type Opener interface{ Open(paths ...string) Source }

// PartOpener is an Opener of a format whose sources can be split: it makes the source of a part
// again from data.
type PartOpener interface {
	Opener
	// OpenPart makes the source of a part of files, as [Files].Part of a source that
	// [Splitter].Split returned has it. It opens nothing: a file that is another by now is an error
	// once it is read.
	OpenPart(part Settings, paths ...string) (Source, error)
}

// Creator makes sinks of files: the options of a format for writing.
type Creator interface{ Create(path string) Sink }

var allFormats registry[Format]

// RegisterFormat makes a format known. A name that is empty or taken, or an ending that another
// format has, panics.
func RegisterFormat(f Format) {
	for _, name := range allFormats.names() {
		other, _ := allFormats.named(name)
		for _, e := range f.Endings {
			if slices.Contains(other.Endings, e) {
				panic(fmt.Sprintf("chunker: RegisterFormat(%q): the ending %s is that of %q", f.Name, e, name))
			}
		}
	}
	allFormats.add("RegisterFormat", f.Name, f)
}

// FormatNamed returns the format of that name. If none is registered, the error says which import
// registers it, or which name is near.
func FormatNamed(name string) (Format, error) {
	f, ok := allFormats.named(name)
	if !ok {
		return Format{}, fmt.Errorf("no format %q is known%s", name, unknown(name, allFormats.names()))
	}
	return f, nil
}

// FormatNames lists the names of the registered formats in alphabetical order.
func FormatNames() []string { return allFormats.names() }

// compressions are the endings that may stand behind a format's.
var compressions = map[string]string{".gz": "gzip", ".zst": "zstd", ".bz2": "bzip2", ".xz": "xz"}

// FormatOfName returns the format by the ending of a file's name, and the compression: csv and gzip
// of trips.csv.gz. It reports whether the ending is that of a format; it returns the compression in
// any case.
func FormatOfName(path string) (f Format, compression string, ok bool) {
	ext := strings.ToLower(filepath.Ext(path))
	if compression = compressions[ext]; compression != "" {
		ext = strings.ToLower(filepath.Ext(path[:len(path)-len(ext)]))
	}
	for _, name := range allFormats.names() {
		if f, _ = allFormats.named(name); slices.Contains(f.Endings, ext) {
			return f, compression, true
		}
	}
	return Format{}, compression, false
}

// FormatOfBytes returns the format by a file's first bytes. It reports whether they are the mark of
// one: text has no mark.
func FormatOfBytes(head []byte) (f Format, ok bool) {
	for _, name := range allFormats.names() {
		if f, _ = allFormats.named(name); len(f.Magic) > 0 && bytes.HasPrefix(head, f.Magic) {
			return f, true
		}
	}
	return Format{}, false
}

// Settings are the options of a format as data.
type Settings struct{ value *strictjson.Value }

// Decode reads the settings into a struct with json tags. A field that the struct has not, or a
// value of another type, is an error that says where it stands.
func (s Settings) Decode(into any) error {
	if s.value == nil {
		return nil
	}
	return s.value.Decode(into)
}

// Errorf is an error that says where the settings stand.
func (s Settings) Errorf(format string, args ...any) error {
	if s.value == nil {
		return fmt.Errorf(format, args...)
	}
	return s.value.Errorf(format, args...)
}

// MarshalJSON writes the settings as they were read.
func (s Settings) MarshalJSON() ([]byte, error) {
	if s.value == nil {
		return []byte("{}"), nil
	}
	return s.value.MarshalJSON()
}

// UnmarshalStrict keeps the settings, for the format to read.
func (s *Settings) UnmarshalStrict(v *strictjson.Value) error {
	s.value = v
	return nil
}

// Files are a table in files, as data: what of a [Source] or [Sink] can be stored.
//
//	{"format": "csv", "files": ["trips/*.csv.zst"], "options": {"null": ["-"]}}
type Files struct {
	Format string   // by its name
	Paths  []string // of the files; of a source also patterns, and as many as there are; one of a sink
	// Options is a struct with json tags that the format's Open or Create reads, or nil if all are
	// the defaults. Those that were read are [Settings].
	Options any
	// Part says which part of the table the source is, if [Splitter].Split returned it, and what
	// the files were like then; nil is all of the table. It is a struct with json tags, which
	// OpenPart of the format's [PartOpener] reads; one that was read is [Settings].
	Part any
}

// StoredFiles is a Source or Sink that can be written as data.
type StoredFiles interface {
	// Stored returns the files and the options that are not the defaults. The error says what has
	// no form as data, and the remedy.
	Stored() (Files, error)
}

// FilesOf is a source or sink as data.
func FilesOf(of any) (Files, error) {
	s, ok := of.(StoredFiles)
	if !ok {
		return Files{}, fmt.Errorf("%T: it cannot be stored: use files of a format, such as csvio.Open(path); a type of your own needs a method Stored (see chunker.StoredFiles)", of)
	}
	return s.Stored()
}

// settingsOf are options, or a part, in the form that formats read.
func settingsOf(name string, of any) (Settings, error) {
	if s, ok := of.(Settings); ok || of == nil {
		return s, nil
	}
	data, err := strictjson.Marshal(of)
	if err != nil {
		return Settings{}, err
	}
	v, err := strictjson.Parse(name, data)
	return Settings{v}, err
}

// Opener is the format's, with these options.
func (f Files) Opener() (Opener, error) {
	format, err := FormatNamed(f.Format)
	if err != nil {
		return nil, err
	}
	s, err := settingsOf("options", f.Options)
	if err != nil {
		return nil, err
	}
	return format.Open(s)
}

// Creator is the format's, with these options.
func (f Files) Creator() (Creator, error) {
	format, err := FormatNamed(f.Format)
	if err != nil {
		return nil, err
	}
	s, err := settingsOf("options", f.Options)
	if err != nil {
		return nil, err
	}
	return format.Create(s)
}

// Source returns the source that the data describes.
func (f Files) Source() (Source, error) {
	o, err := f.Opener()
	if err != nil {
		return nil, err
	}
	return f.OpenBy(o)
}

// OpenBy returns the source of these files, read by other options.
func (f Files) OpenBy(o Opener) (Source, error) {
	switch p, ok := o.(PartOpener); {
	case len(f.Paths) == 0:
		return nil, fmt.Errorf("no file is named")
	case f.Part == nil:
		return o.Open(f.Paths...), nil
	case !ok:
		return nil, fmt.Errorf("part: files of the format %q are read whole: leave the field out", f.Format)
	default:
		s, err := settingsOf("part", f.Part)
		if err != nil {
			return nil, err
		}
		return p.OpenPart(s, f.Paths...)
	}
}

// Sink returns the sink that the data describes.
func (f Files) Sink() (Sink, error) {
	if f.Part != nil {
		return nil, fmt.Errorf("part: a file is written whole: leave the field out")
	}
	c, err := f.Creator()
	if err != nil {
		return nil, err
	}
	if len(f.Paths) != 1 {
		return nil, fmt.Errorf("one file is written, and %d are named", len(f.Paths))
	}
	return c.Create(f.Paths[0]), nil
}

type filesData struct {
	Format  string          `json:"format"`
	Files   []string        `json:"files"`
	Options json.RawMessage `json:"options,omitempty"`
	Part    json.RawMessage `json:"part,omitempty"`
}

// MarshalJSON writes the format, the files, the options that are not the defaults, and the part.
func (f Files) MarshalJSON() ([]byte, error) {
	d := filesData{Format: f.Format, Files: f.Paths}
	if f.Options != nil {
		var err error
		if d.Options, err = strictjson.Marshal(f.Options); err != nil {
			return nil, fmt.Errorf("options.%w", err)
		}
		if string(d.Options) == "{}" {
			d.Options = nil
		}
	}
	if f.Part != nil {
		var err error
		if d.Part, err = strictjson.Marshal(f.Part); err != nil {
			return nil, fmt.Errorf("part.%w", err)
		}
	}
	return strictjson.Marshal(d)
}

// UnmarshalJSON reads files by themselves: see [Files.UnmarshalStrict].
func (f *Files) UnmarshalJSON(data []byte) error {
	v, err := strictjson.Parse("", data)
	if err != nil {
		return err
	}
	return f.UnmarshalStrict(v)
}

// UnmarshalStrict reads files inside a document of this module. The options and the part are looked
// at by the format: see [Files.Source] and [Files.Sink].
func (f *Files) UnmarshalStrict(v *strictjson.Value) error {
	var d struct {
		Format  string    `json:"format"`
		Files   []string  `json:"files"`
		Options *Settings `json:"options,omitempty"`
		Part    *Settings `json:"part,omitempty"`
	}
	if err := v.Decode(&d); err != nil {
		return err
	}
	if i := slices.Index(d.Files, ""); i >= 0 {
		return v.Errorf("files[%d] is empty", i)
	}
	*f = Files{Format: d.Format, Paths: d.Files}
	if d.Options != nil {
		f.Options = *d.Options
	}
	if d.Part != nil {
		f.Part = *d.Part
	}
	return nil
}
