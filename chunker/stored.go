package chunker

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"

	"github.com/volley-go/volley/internal/near"
	"github.com/volley-go/volley/internal/strictjson"
)

// StoredStep is a Step that can be written as data, so that a list of steps can be kept in a file,
// compared, and run by another program:
//
//	{"step": "where", "condition": "distance > 0"}
//
// [Steps] is written to JSON and read from it as a list of such objects.
type StoredStep interface {
	Step
	// Stored returns the kind, by which [RegisterStep] knows how to read the step, and the
	// settings: a struct with json tags, or nil for none. The error says what of the step has no
	// form as data, such as a Go function without a name, and the remedy.
	Stored() (kind string, settings any, err error)
}

// RegisterStep makes a kind of step one that can be read: from the settings that the step's Stored
// gave, make returns an equal step. S is a struct with json tags, of texts, numbers, truth values,
// lists, maps and such structs; a field must be there unless its tag says omitempty. Fields that S
// has not are errors before make is called. Packages register their steps in init; a name that is
// empty or taken panics.
//
//	func init() {
//		chunker.RegisterStep("acme/shuffle", func(s shuffle) (chunker.Step, error) { return s, nil })
//	}
func RegisterStep[S any](kind string, make func(settings S) (Step, error)) {
	read := func(v *strictjson.Value) (Step, error) {
		var settings S
		if err := v.Decode(&settings); err != nil {
			return nil, err
		}
		step, err := make(settings)
		if err != nil {
			return nil, v.Errorf("%w", err)
		}
		return step, nil
	}
	stepKinds.add("RegisterStep", kind, read)
}

// registry is what packages register by name.
type registry[T any] struct {
	mu     sync.RWMutex
	byName map[string]T
}

func (r *registry[T]) add(function, name string, of T) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if name == "" {
		panic("chunker: " + function + ": the name is empty")
	}
	if _, taken := r.byName[name]; taken {
		panic(fmt.Sprintf("chunker: %s: the name %q is taken", function, name))
	}
	if r.byName == nil {
		r.byName = map[string]T{}
	}
	r.byName[name] = of
}

func (r *registry[T]) named(name string) (of T, ok bool) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	of, ok = r.byName[name]
	return of, ok
}

func (r *registry[T]) names() []string {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return slices.Sorted(maps.Keys(r.byName))
}

var stepKinds registry[func(*strictjson.Value) (Step, error)]

// homes are the packages of this module that register a name, for whoever forgot the import.
var homes = map[string]string{
	"where": "apply", "expr": "apply", "map": "apply", "call": "apply", "each": "apply", "rows": "apply", "callRows": "apply", "batch": "apply",
	"select": "apply/table", "drop": "apply/table", "rename": "apply/table", "limit": "apply/table", "rowNumber": "apply/table", "order": "apply/order",
	"csv": "io/csvio", "tsv": "io/csvio", "parquet": "io/parquetio",
}

// unknown is the end of a message about a name that nobody registered.
func unknown(name string, known []string) string {
	if home := homes[name]; home != "" {
		return fmt.Sprintf(`: import _ "github.com/volley-go/volley/%s"`, home)
	}
	return near.Hint(name, known)
}

// errNotStored is the remedy for a step of a package that does not store its steps.
var errNotStored = errors.New("it cannot be stored: its type has no method Stored (see chunker.StoredStep)")

// listKind is the kind of a list inside a list.
const listKind = "steps"

// MarshalJSON writes the steps as a list of objects. A step that cannot be stored is an error that
// names it by its place.
func (s Steps) MarshalJSON() ([]byte, error) {
	list := make([]json.RawMessage, len(s))
	for i, step := range s {
		var err error
		if list[i], err = stored(step); err != nil {
			return nil, fmt.Errorf("steps[%d]: %w", i, err)
		}
	}
	return strictjson.Marshal(list)
}

func stored(step Step) ([]byte, error) {
	switch s := step.(type) {
	case nil:
		return nil, errors.New("it is nil")
	case Steps:
		return strictjson.Object("step", listKind, map[string]any{listKind: s})
	case StoredStep:
		kind, settings, err := s.Stored()
		if err != nil {
			return nil, err
		}
		return strictjson.Object("step", kind, settings)
	}
	return nil, fmt.Errorf("%T: %w", step, errNotStored)
}

// UnmarshalJSON reads a list of steps. An unknown step or field is an error that says where it
// stands, such as steps[2].condition.
func (s *Steps) UnmarshalJSON(data []byte) error {
	v, err := strictjson.Parse("steps", data)
	if err != nil {
		return err
	}
	return s.UnmarshalStrict(v)
}

// UnmarshalStrict reads a list of steps inside a document of this module.
func (s *Steps) UnmarshalStrict(v *strictjson.Value) error {
	list, err := v.List()
	if err != nil {
		return err
	}
	out := make(Steps, len(list))
	for i, item := range list {
		if out[i], err = readStep(item); err != nil {
			return err
		}
	}
	*s = out
	return nil
}

func readStep(v *strictjson.Value) (Step, error) {
	at, kind, err := v.Take("step")
	if err != nil {
		return nil, err
	}
	if kind == listKind {
		var nested struct {
			Steps Steps `json:"steps"`
		}
		err := v.Decode(&nested)
		return nested.Steps, err
	}
	read, ok := stepKinds.named(kind)
	if !ok {
		return nil, at.Errorf("no step %q is known%s", kind, unknown(kind, append(stepKinds.names(), listKind)))
	}
	return read(v)
}

// policyData is a [Policy] as data.
type policyData struct {
	Policy   string  `json:"policy"`
	RowsMax  int     `json:"rowsMax,omitempty"`
	RatioMax float64 `json:"ratioMax,omitempty"`
	To       *Files  `json:"to,omitempty"`
}

var policyNames = []string{unsaid: "", stop: "stop", null: "null", reject: "reject", skip: "skip"}

// MarshalJSON writes the policy, and where its rejects go. The zero Policy is written as [Stop]:
// leave it out if that is another.
func (p Policy) MarshalJSON() ([]byte, error) {
	d := policyData{Policy: policyNames[max(p.action, stop)], RowsMax: p.RowsMax, RatioMax: p.RatioMax}
	if p.sink != nil {
		to, err := FilesOf(p.sink)
		if err != nil {
			return nil, fmt.Errorf("to: %w", err)
		}
		d.To = &to
	}
	return strictjson.Marshal(d)
}

// UnmarshalJSON reads a policy.
func (p *Policy) UnmarshalJSON(data []byte) error {
	v, err := strictjson.Parse("", data)
	if err != nil {
		return err
	}
	return p.UnmarshalStrict(v)
}

// UnmarshalStrict reads a policy inside a document of this module.
func (p *Policy) UnmarshalStrict(v *strictjson.Value) error {
	var d policyData
	if err := v.Decode(&d); err != nil {
		return err
	}
	at := slices.Index(policyNames, d.Policy)
	switch {
	case at <= int(unsaid):
		return v.Errorf("no policy %q%s", d.Policy, near.Hint(d.Policy, policyNames[stop:]))
	case action(at) != reject && d.To != nil:
		return v.Errorf(`the policy "reject", and no other, has a field "to": the format and file of the rejects`)
	case d.RowsMax < 0 || !(d.RatioMax >= 0 && d.RatioMax <= 1):
		return v.Errorf("rowsMax %d and ratioMax %g: give a number of rows, and a share from 0 to 1", d.RowsMax, d.RatioMax)
	case action(at) == stop && (d.RowsMax > 0 || d.RatioMax > 0):
		return v.Errorf(`rowsMax %d and ratioMax %g of a policy that stops at the first bad row: limits are for "null", "skip" and "reject"`, d.RowsMax, d.RatioMax)
	}
	out := Policy{RowsMax: d.RowsMax, RatioMax: d.RatioMax, action: action(at)}
	if d.To != nil {
		var err error
		if out.sink, err = d.To.Sink(); err != nil {
			return v.Errorf("%w", err)
		}
	}
	*p = out
	return nil
}
