package order

import (
	"errors"

	"github.com/volley-go/volley/chunker"
)

// sortingData is a sort as data: by as By takes it, or else keys as Keys takes them. A "-" in by is
// looked at where columns are known, so that one form is not the other.
type sortingData struct {
	By   []string  `json:"by,omitempty"`
	Keys []keyData `json:"keys,omitempty"`
}

type keyData struct {
	Column     string `json:"column"`
	Descending bool   `json:"descending,omitempty"`
	NullsFirst bool   `json:"nullsFirst,omitempty"`
}

func init() { chunker.RegisterStep("order", sortingData.step) }

func (d sortingData) step() (chunker.Step, error) {
	if (len(d.By) == 0) == (len(d.Keys) == 0) {
		return nil, errors.New(`give columns in "by", or else in "keys"`)
	}
	if len(d.By) > 0 {
		return By(d.By...), nil
	}
	keys := make([]Key, len(d.Keys))
	for i, k := range d.Keys {
		keys[i] = Key(k)
	}
	return Keys(keys...), nil
}

// Stored is the step as data.
func (s sorting) Stored() (string, any, error) {
	switch {
	case len(s.keys) == 0:
		return "", nil, errNoColumns
	case s.named != nil:
		return "order", sortingData{By: s.named}, nil
	}
	d := sortingData{Keys: make([]keyData, len(s.keys))}
	for i, k := range s.keys {
		d.Keys[i] = keyData(k)
	}
	return "order", d, nil
}
