package ooc

import (
	"errors"
	"fmt"
	"slices"

	"github.com/volley-go/volley/apply"
	"github.com/volley-go/volley/chunker"
	"github.com/volley-go/volley/internal/bytesize"
	"github.com/volley-go/volley/internal/strictjson"
)

// storedVersion is that of the form in which jobs are written.
const storedVersion = 1

// jobData is a Job as data.
type jobData struct {
	Version int             `json:"version,omitempty"`
	Name    string          `json:"name,omitempty"`
	From    chunker.Files   `json:"from"`
	Steps   chunker.Steps   `json:"steps,omitempty"`
	To      chunker.Files   `json:"to"`
	Memory  string          `json:"memory,omitempty"`
	Workers int             `json:"workers,omitempty"`
	Wide    int             `json:"wide,omitempty"`
	TempDir string          `json:"tempDir,omitempty"`
	Trust   bool            `json:"trust,omitempty"`
	OnError *chunker.Policy `json:"onError,omitempty"`

	Strategy string `json:"strategy,omitempty"`
	Form     string `json:"form,omitempty"`
}

// The forced strategies and forms as data; the zero ones force none.
var (
	strategies = []string{apply.Cheapest: "", apply.Serial: "serial", apply.Parallel: "parallel", apply.Wide: "wide"}
	forms      = []string{apply.EitherForm: "", apply.RowForm: "row", apply.VectorForm: "vector"}
)

// force writes what the job forces.
func (d *jobData) force(j Job) error {
	if j.Strategy < 0 || int(j.Strategy) >= len(strategies) || j.Form < 0 || int(j.Form) >= len(forms) {
		return fmt.Errorf("ooc: %v and %v: a strategy or form that does not exist cannot be stored", j.Strategy, j.Form)
	}
	d.Strategy, d.Form = strategies[j.Strategy], forms[j.Form]
	return nil
}

// forced reads it.
func (d *jobData) forced(j *Job) error {
	strategy, form := slices.Index(strategies, d.Strategy), slices.Index(forms, d.Form)
	if strategy < 0 {
		return fmt.Errorf("strategy: %q is none: give serial, parallel or wide", d.Strategy)
	}
	if form < 0 {
		return fmt.Errorf("form: %q is none: give row or vector", d.Form)
	}
	j.Strategy, j.Form = apply.Strategy(strategy), apply.Form(form)
	return nil
}

// MarshalJSON writes the job as data, which [Job.UnmarshalJSON] and the command volley run read
// back equal:
//
//	{"version": 1, "from": {"format": "csv", "files": ["a.csv"]},
//	 "steps": [{"step": "limit", "rows": 5}],
//	 "to": {"format": "parquet", "files": ["a.parquet"]}, "memory": "256 MiB"}
//
// Source and sink must be files of a format, and each step one that can be stored: the error of
// what is not says where it stands, and what to do. Progress, and the Report of a source's options,
// are whoever's runs the job, and are left out. Paths are written as they were given, so that
// relative ones are of the folder in which the job is run. A document without a version is read as
// version 1.
func (j Job) MarshalJSON() ([]byte, error) {
	d := jobData{Version: storedVersion, Name: j.Name, Steps: j.Steps, Workers: j.Workers, Wide: j.Wide, TempDir: j.TempDir, Trust: j.Trust}
	if j.From == nil || j.To == nil {
		return nil, errors.New("ooc: a job without From or To cannot be stored: set both")
	}
	var err error
	if d.From, err = chunker.FilesOf(j.From); err != nil {
		return nil, fmt.Errorf("from: %w", err)
	}
	if d.To, err = chunker.FilesOf(j.To); err != nil {
		return nil, fmt.Errorf("to: %w", err)
	}
	if j.Memory < 0 || j.Workers < 0 || j.Wide < 0 {
		return nil, fmt.Errorf("ooc: Memory %d, Workers %d and Wide %d: a negative number cannot be stored", j.Memory, j.Workers, j.Wide)
	}
	if j.Memory > 0 {
		d.Memory = bytesize.Exact(j.Memory)
	}
	if j.OnError.Rejects() && j.OnError.Sink() == nil {
		return nil, errNoRejects
	}
	if !j.OnError.Stops() || j.OnError != (chunker.Policy{}) {
		d.OnError = &j.OnError
	}
	if err := d.force(j); err != nil {
		return nil, err
	}
	return strictjson.Marshal(d)
}

// UnmarshalJSON reads a job. Whatever is wrong in the document is an error that says where it
// stands, such as steps[2].condition; what is not known is never passed over. Nothing is opened.
// The formats, and the Go functions that steps name, must be registered in this program: see
// [chunker.RegisterFormat] and package fn. Whoever runs a document of a stranger lets the stranger
// read and write files by their paths.
func (j *Job) UnmarshalJSON(data []byte) error {
	v, err := strictjson.Parse("", data)
	if err != nil {
		return err
	}
	d := jobData{Version: storedVersion}
	if err := v.Decode(&d); err != nil {
		return err
	}
	out, err := d.job()
	if err == nil {
		*j = out
	}
	return err
}

func (d *jobData) job() (Job, error) {
	out := Job{Name: d.Name, Steps: d.Steps, Workers: d.Workers, Wide: d.Wide, TempDir: d.TempDir, Trust: d.Trust}
	switch {
	case d.Version != storedVersion:
		return out, fmt.Errorf("version: this is %d, and version %d is read here: use the program that wrote it", d.Version, storedVersion)
	case d.Workers < 0 || d.Wide < 0:
		return out, fmt.Errorf("workers %d and wide %d: give numbers from 0, which leaves it to the program", d.Workers, d.Wide)
	}
	err := d.forced(&out)
	if err != nil {
		return out, err
	}
	if out.From, err = d.From.Source(); err != nil {
		return out, placed("from", err)
	}
	if out.To, err = d.To.Sink(); err != nil {
		return out, placed("to", err)
	}
	if d.Memory != "" {
		if out.Memory, err = bytesize.Parse(d.Memory); err != nil {
			return out, fmt.Errorf("memory: %w", err)
		}
	}
	if d.OnError != nil {
		out.OnError = *d.OnError
	}
	if out.OnError.Rejects() && out.OnError.Sink() == nil {
		return out, errors.New(`onError: the policy "reject" has a field "to", the format and file of the rejects: give it one, or say "skip"`)
	}
	return out, nil
}

// placed is an error with its place before it, unless it has that already.
func placed(place string, err error) error {
	if e := (*strictjson.PlaceError)(nil); errors.As(err, &e) {
		return err
	}
	return fmt.Errorf("%s: %w", place, err)
}
